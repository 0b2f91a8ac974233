#include "relay/relay.h"

#include "crypto/hash.h"
#include "relay/append.h"

namespace haki::relay {
namespace {

using envelope::Refusal;
using Kind = storage::Outcome::Kind;

constexpr std::int64_t kJoinLifeMs = 30LL * 24 * 3600 * 1000;
constexpr std::size_t kJoinsPerInviteMax = 4;
constexpr std::size_t kJoinsPendingMax = 256;
constexpr int kAttemptsMax = 4;

// The only frame of a body; empty where there is another, none, or more.
template <typename T>
std::optional<T> only_frame(ByteView body) {
  envelope::FrameReader reader(body);
  auto frame = reader.next();
  auto* wanted = frame ? std::get_if<T>(&*frame) : nullptr;
  if (wanted == nullptr || !reader.done()) return std::nullopt;
  return std::move(*wanted);
}

class Founding : public std::enable_shared_from_this<Founding> {
 public:
  Founding(Context& context, envelope::Found found) : context_(context), found_(std::move(found)) {}

  Step prepare() {
    if (++attempts_ > kAttemptsMax) return refusal(Refusal::kBusy);
    auto prepared = try_prepare();
    if (!prepared) return store_failure(prepared.error());
    return std::move(*prepared);
  }

 private:
  Reply founded(const CoalitionId& org, const Hash& head, std::int64_t time_ms) const {
    envelope::Founded answer{org, time_ms, {}};
    answer.signature =
        crypto::sign(context_.keys.sign.secret, "HAKI1.fnd", envelope::founded_message(org, head, time_ms));
    return {200, envelope::encode_frame(answer)};
  }

  Result<Step> try_prepare() {
    HAKI_ASSIGN(const auto snapshot, context_.store.read());
    const Hash name = token_name(found_.token);
    HAKI_ASSIGN(const auto token, snapshot->token(name));
    if (!token) return Step(refusal(Refusal::kTokenInvalid));
    if (found_.first.entries.empty()) return Step(refusal(Refusal::kBadMembership));
    const CoalitionId org = envelope::coalition_id(envelope::entry_hash(found_.first.entries.front()));
    HAKI_ASSIGN(const auto existing, snapshot->coalition(org));
    if (token->used_by) {
      if (*token->used_by != org || !existing) return Step(refusal(Refusal::kTokenUsed));
      return Step(founded(org, existing->founding_head, existing->founded_ms));
    }
    const std::int64_t now_ms = context_.clock.now_ms();
    if (now_ms >= token->expires_ms) return Step(refusal(Refusal::kTokenExpired));
    if (existing) return Step(refusal(Refusal::kTokenUsed));  // the same founding entry, with another token

    CheckedAppend checked = check_append(std::make_shared<envelope::Membership>(), found_.first);
    if (checked.refused) return Step(refusal(checked.refused->code));
    const envelope::Endpoints& endpoints = checked.after->endpoints();
    const bool ours = endpoints.server_sign_key == context_.keys.sign.verify &&
                      endpoints.server_exchange_key == context_.keys.exchange.public_key;
    if (!ours) return Step(refusal(Refusal::kBadMembership));

    auto pending = std::make_unique<Pending>();
    const Hash head = checked.after->head();
    pending->write = storage::FoundWrite{name, org, now_ms, head, std::move(*checked.write)};
    pending->then = [self = shared_from_this(), org, head, now_ms](storage::Outcome outcome) -> Step {
      if (outcome.kind == Kind::kMoved) return self->prepare();
      if (outcome.kind != Kind::kDone) return store_failure(outcome.kind);
      return self->founded(org, head, now_ms);
    };
    return Step(std::move(pending));
  }

  Context& context_;
  const envelope::Found found_;
  int attempts_ = 0;
};

}  // namespace

Hash token_name(ByteView secret) { return crypto::hash32({as_bytes("HAKI1.tkn"), secret}); }

Relay::Relay(storage::Store& store, const auth::ServerKeys& keys, base::Clock& clock, base::Random& random,
             std::vector<envelope::Pin> pins)
    : context_{store, keys, clock, random, auth::RequestKeys(keys), {}}, pins_(std::move(pins)) {}

Step Relay::exchange(const CoalitionId& org, Bytes body) {
  return std::make_shared<Exchange>(context_, org, std::move(body))->start();
}

Step Relay::found(Bytes body) {
  auto found = only_frame<envelope::Found>(body);
  if (!found) return refusal(Refusal::kMalformed);
  return std::make_shared<Founding>(context_, std::move(*found))->prepare();
}

Step Relay::join(const CoalitionId& org, const InviteId& invite, ByteView body) {
  const auto request = only_frame<envelope::JoinRequest>(body);
  if (!request || request->invite != invite) return refusal(Refusal::kMalformed);
  const auto coalition = context_.coalitions.get(context_.store, org);
  if (!coalition) return store_failure(coalition.error());
  if (!*coalition) return refusal(Refusal::kUnknownCoalition);
  const DeviceId device = envelope::device_id(request->sign_key, request->box_key, request->auth_key);
  if ((*coalition)->membership->device(device) != nullptr) return Reply{};  // a repeat of what was admitted meanwhile
  storage::JoinWrite write;
  write.coalition = (*coalition)->key;
  write.invite = invite;
  write.device = device;
  write.frame = envelope::encode_frame(*request);
  write.now_ms = context_.clock.now_ms();
  write.expires_ms = write.now_ms + kJoinLifeMs;
  write.per_invite_max = kJoinsPerInviteMax;
  write.pending_max = kJoinsPendingMax;
  auto pending = std::make_unique<Pending>();
  pending->write = std::move(write);
  pending->then = [](storage::Outcome outcome) -> Step {
    if (outcome.kind == Kind::kDone) return Reply{};
    if (outcome.kind == Kind::kTooMany) return refusal(Refusal::kTooManyJoins);
    return store_failure(outcome.kind);
  };
  return pending;
}

Reply Relay::server_info(ByteView nonce16) {
  envelope::ServerInfo info;
  info.version = envelope::kProtocolVersion;
  info.sign_key = context_.keys.sign.verify;
  info.exchange_key = context_.keys.exchange.public_key;
  info.pins = pins_;
  info.time_ms = context_.clock.now_ms();
  info.signature = crypto::sign(context_.keys.sign.secret, "HAKI1.srv", envelope::server_info_message(info, nonce16));
  return {200, envelope::encode_frame(info)};
}

}  // namespace haki::relay
