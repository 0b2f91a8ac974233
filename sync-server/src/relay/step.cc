#include "relay/step.h"

#include <optional>

#include "base/assert.h"
#include "base/log.h"

namespace haki::relay {

using envelope::Refusal;

int status_of(Refusal code) {
  switch (code) {
    case Refusal::kTooLarge:
      return 413;
    case Refusal::kUnknownCoalition:
      return 404;
    case Refusal::kBadMac:
      return 401;
    case Refusal::kStaleCounter:
      return 409;
    case Refusal::kNotAdmitted:
    case Refusal::kRemoved:
    case Refusal::kTokenInvalid:
    case Refusal::kTokenExpired:
    case Refusal::kTokenUsed:
      return 403;
    case Refusal::kBusy:
      return 503;
    case Refusal::kQuota:
    case Refusal::kTooManyJoins:
      return 429;
    case Refusal::kInternal:
      return 500;
    default:
      return 400;
  }
}

Reply refusal(const envelope::Reject& reject) { return {status_of(reject.code), envelope::encode_frame(reject)}; }
Reply refusal(Refusal code) {
  envelope::Reject reject;
  reject.code = code;
  return refusal(reject);
}

Reply store_failure(const Error& error) {
  const bool later = error.code == Code::kBusy || error.code == Code::kDiskFull || error.code == Code::kReadOnly;
  base::log_error("store_read_failed").with("code", error.code);
  return refusal(later ? Refusal::kBusy : Refusal::kInternal);
}

Reply store_failure(storage::Outcome::Kind kind) {
  using Kind = storage::Outcome::Kind;
  if (kind == Kind::kFailed) {
    base::log_error("store_write_failed");
    return refusal(Refusal::kInternal);
  }
  if (kind == Kind::kFull) base::log_error("store_full_or_read_only");
  return refusal(Refusal::kBusy);
}

Reply finish(storage::Store& store, Step step) {
  while (auto* pending = std::get_if<std::unique_ptr<Pending>>(&step)) {
    const std::unique_ptr<Pending> now = std::move(*pending);
    std::optional<storage::Outcome> outcome;
    if (!store.commit(now->write, [&](storage::Outcome done) { outcome = done; })) return refusal(Refusal::kBusy);
    HAKI_ASSERT(outcome.has_value());
    step = now->then(*outcome);
  }
  return std::get<Reply>(std::move(step));
}

}  // namespace haki::relay
