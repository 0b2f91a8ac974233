#include "sync/engine.h"

#include <algorithm>

#include "base/assert.h"
#include "sync/refusal.h"

namespace haki::sync {
namespace {

constexpr std::int64_t kQuickMs = 2'000;  // an exchange this fast may grow
constexpr std::int64_t kSlowMs = 8'000;   // one this slow must shrink: a request is read whole before it is trusted

Error not_haki() {
  return {Code::kUntrusted,
          "The answer is not from this coalition's server: it could not prove who it is. Nothing was taken from it and the "
          "work is kept; check the address, or the network's sign-in page."};
}

Error endless() {
  return {Code::kRefused, "The server keeps answering without an end and without anything new. The work is kept; try again later."};
}

// The refusal in an answer's body, if its first frame is one.
std::optional<envelope::Reject> first_reject(ByteView body) {
  envelope::FrameReader reader(body);
  if (reader.done()) return std::nullopt;
  const auto frame = reader.next();
  const auto* reject = frame ? std::get_if<envelope::Reject>(&*frame) : nullptr;
  return reject ? std::optional(*reject) : std::nullopt;
}

}  // namespace

void sort_into(Inbound& inbound, envelope::Frame&& frame) {
  if (auto* entry = std::get_if<envelope::MembershipEntry>(&frame)) inbound.entries.push_back(std::move(*entry));
  if (auto* grant = std::get_if<envelope::Grant>(&frame)) inbound.grants.push_back(std::move(*grant));
  if (auto* receipt = std::get_if<envelope::Receipt>(&frame)) inbound.receipts.push_back(*receipt);
  if (auto* reject = std::get_if<envelope::Reject>(&frame)) inbound.rejects.push_back(*reject);
  if (auto* erased = std::get_if<envelope::Erased>(&frame)) inbound.erased.push_back(*erased);
  if (auto* heads = std::get_if<envelope::DeviceHeads>(&frame)) inbound.heads.push_back(std::move(*heads));
  if (auto* row = std::get_if<envelope::Row>(&frame)) inbound.rows.push_back(std::move(*row));
  if (auto* snapshot = std::get_if<envelope::Snapshot>(&frame)) inbound.snapshots.push_back(std::move(*snapshot));
  if (auto* piece = std::get_if<envelope::SnapshotBytes>(&frame)) inbound.snapshot_bytes.push_back(std::move(*piece));
  if (auto* have = std::get_if<envelope::SnapshotHave>(&frame)) inbound.snapshots_held.push_back(*have);
}

Action Engine::handle(const Event& event) {
  return std::visit([this](const auto& one) { return on(one); }, event);
}

Action Engine::on(const Started& event) {
  seal_ = event.recent_welcome;
  return prepare();
}

Action Engine::prepare() {
  if (++rounds_ > kRoundsMax) return Finish{endless()};
  return Prepare{seal_ && !ask_only_, ask_only_ ? 0 : bytes_max_, counter_above_};
}

Action Engine::on(const Prepared& event) {
  envelope::Hello hello = event.hello;
  hello.version = envelope::kProtocolVersion;
  hello.device = device_;
  counter_ = hello.counter;
  Post post;
  envelope::append_frame(post.body, hello);
  posted_bytes_ = 0;
  for (const Bytes& frame : event.frames) {
    post.body.insert(post.body.end(), frame.begin(), frame.end());
    posted_bytes_ += frame.size();
  }
  request_mac_ = envelope::request_mac(key_, counter_, post.body);
  envelope::append_frame(post.body, envelope::Auth{request_mac_});
  return post;
}

Action Engine::on(const Answered& event) {
  if (event.status != 200) return refused(event);
  auto inbound = read_reply(event);
  if (!inbound) return event.cut_short ? retry(inbound.error()) : Action(Finish{inbound.error()});
  heard_ = true;
  seal_ = true;  // its membership tail comes first, so sealing is up to date from here on
  ask_only_ = false;
  more_ = event.cut_short || (inbound->welcome && inbound->welcome->more);
  retries_ = event.cut_short ? retries_ + 1 : 0;
  if (!event.cut_short) backoff_.reset();
  pace(event.elapsed_ms, posted_bytes_ + event.body.size());
  if (retries_ > kRetriesMax) {
    return Finish{Error{Code::kNetwork, "The connection keeps breaking. What arrived is kept; the rest follows next time."}};
  }
  return Take{std::move(*inbound)};
}

// Verifies that Welcome and Auth come first and fit this request, then takes whole frames until the end or the cut.
Result<Inbound> Engine::read_reply(const Answered& reply) const {
  envelope::FrameReader reader(reply.body);
  Inbound inbound;
  auto first = reader.next();
  if (!first) return reader.cut_short() && reply.cut_short ? Error{Code::kNetwork, "The answer broke off."} : not_haki();
  auto* welcome = std::get_if<envelope::Welcome>(&*first);
  auto* reject = std::get_if<envelope::Reject>(&*first);
  if (welcome == nullptr && reject == nullptr) return not_haki();
  if (welcome != nullptr) inbound.welcome = std::move(*welcome);
  if (reject != nullptr) inbound.rejects.push_back(*reject);
  const std::size_t covered = reader.offset();
  const auto second = reader.next();
  if (!second) return reader.cut_short() && reply.cut_short ? Error{Code::kNetwork, "The answer broke off."} : not_haki();
  const auto* auth = std::get_if<envelope::Auth>(&*second);
  if (auth == nullptr || auth->mac != envelope::reply_mac(key_, request_mac_, ByteView(reply.body).first(covered))) {
    return not_haki();
  }
  inbound.whole = !reply.cut_short;
  while (!reader.done()) {
    auto frame = reader.next();
    if (!frame) {
      if (reply.cut_short && reader.cut_short()) break;
      return Error{Code::kUntrusted, "The server's answer is damaged. Nothing of it was taken; try again."};
    }
    sort_into(inbound, std::move(*frame));
  }
  return inbound;
}

Action Engine::refused(const Answered& reply) {
  const auto reject = first_reject(reply.body);
  if (!reject) {
    const Error error = unexpected_status(reply.status);
    return error.code == Code::kNetwork ? retry(error) : Action(Finish{error});
  }
  if (reject->code == envelope::Refusal::kStaleCounter) {
    // Only the server itself may move the counter: a forged answer must not make this device skip ahead.
    const auto proven = read_reply(reply);
    if (!proven) return Finish{proven.error()};
    // One step further than it could take would end this device's way to any server for ever.
    if (reject->counter > counter_ && reject->counter - counter_ > kCounterLeadMax) {
      return Finish{Error{Code::kUntrusted,
                          "The server speaks of a request numbered further than this device can have come. It was not believed and "
                          "the work is kept; tell the operator."}};
    }
    counter_above_ = reject->counter;
    if (++stale_counters_ > kRetriesMax) return Finish{refusal_error(*reject)};
    // Restored or cloned? The heads in the next Welcome show it before anything sealed is sent.
    ask_only_ = true;
    return prepare();
  }
  const Error error = refusal_error(*reject);
  return error.code == Code::kNetwork ? retry(error) : Action(Finish{error});
}

Action Engine::on(const Unanswered& event) {
  if (!retryable(event.error.code)) return Finish{event.error};
  return retry(event.error);
}

Action Engine::retry(const Error& error) {
  // A server that never answered in this session is not there: the next session will see. One that did may have been cut.
  if (!heard_ || ++retries_ > kRetriesMax) return Finish{error};
  ask_only_ = posted_bytes_ > kResendBytes;
  bytes_max_ = std::max(bytes_max_ / 4, kLeastBytes);
  return Wait{backoff_.next_ms()};
}

Action Engine::on(const Waited&) { return prepare(); }

Action Engine::on(const Taken& event) {
  barren_rounds_ = event.gained ? 0 : barren_rounds_ + 1;
  if (!event.unsent && !event.missing && !more_) return Finish{};
  if (barren_rounds_ > kBarrenRoundsMax) return Finish{endless()};
  return prepare();
}

Action Engine::on(const Failed& event) { return Finish{event.error}; }

void Engine::pace(std::int64_t elapsed_ms, std::size_t bytes) {
  if (elapsed_ms > kSlowMs) bytes_max_ = std::max(bytes_max_ / 2, kLeastBytes);
  if (elapsed_ms < kQuickMs && bytes >= bytes_max_ / 2) bytes_max_ = std::min(bytes_max_ * 4, kMostBytes);
}

}  // namespace haki::sync
