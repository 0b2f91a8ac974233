#include "relay/relay.h"

#include <algorithm>

#include "crypto/hash.h"
#include "relay/append.h"

namespace haki::relay {
namespace {

using envelope::Refusal;
using Kind = storage::Outcome::Kind;

constexpr std::int64_t kJoinLifeMs = 30LL * 24 * 3600 * 1000;
constexpr std::size_t kJoinsPerInviteMax = 4;
constexpr std::size_t kJoinsPendingMax = 256;
constexpr int kAppendAttemptsMax = 4;
constexpr std::size_t kRecoveryGrantsMax = 4096;

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
    if (++attempts_ > kAppendAttemptsMax) return refusal(Refusal::kBusy);
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

    HAKI_ASSIGN(CheckedAppend checked, check_append(std::make_shared<envelope::Membership>(), found_.first, {}));
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

// A device that the recovery authority signs in, and what it is given: the whole log and every key sealed to recovery,
// which nobody else can open.
class Recovering : public std::enable_shared_from_this<Recovering> {
 public:
  Recovering(Context& context, const CoalitionId& org, envelope::Recover recover)
      : context_(context), org_(org), recover_(std::move(recover)) {}

  Step prepare() {
    if (++attempts_ > kAppendAttemptsMax) return refusal(Refusal::kBusy);
    auto prepared = try_prepare();
    if (!prepared) return store_failure(prepared.error());
    return std::move(*prepared);
  }

 private:
  Result<Step> try_prepare() {
    HAKI_ASSIGN(const auto snapshot, context_.store.read());
    HAKI_ASSIGN(const auto stored, snapshot->coalition(org_));
    if (!stored) return Step(refusal(Refusal::kUnknownCoalition));
    HAKI_ASSIGN(const CoalitionView view, context_.coalitions.refresh(*snapshot, *stored, org_));
    const auto& entries = recover_.first.entries;
    const bool by_recovery = !entries.empty() && std::ranges::all_of(entries, [&](const auto& entry) {
      const envelope::Recovery* authority = view.membership->recovery_named(entry.device);
      return authority != nullptr &&
             crypto::verify(authority->sign_key, "HAKI1.mem", envelope::entry_hash(entry), entry.signature);
    });
    if (!by_recovery) return Step(refusal(Refusal::kNotAllowed));
    HAKI_ASSIGN(CheckedAppend checked,
                check_append(view.membership, recover_.first,
                             [&](const LogId& log) { return snapshot->chains_of_log(view.key, log); }));
    if (checked.refused) {
      // The newest log lets the asker sign again in its place.
      if (checked.refused->code != Refusal::kMembershipMoved) return Step(refusal(checked.refused->code));
      return answer(*snapshot, view.key, *view.membership);
    }
    if (!checked.write) return answer(*snapshot, view.key, *view.membership);
    auto pending = std::make_unique<Pending>();
    pending->write = storage::AppendWrite{view.key, std::move(*checked.write)};
    pending->then = [self = shared_from_this(), view, after = checked.after](storage::Outcome outcome) -> Step {
      if (outcome.kind == Kind::kMoved) return self->prepare();
      if (outcome.kind != Kind::kDone) return store_failure(outcome.kind);
      self->context_.coalitions.put(self->org_, {view.key, after});
      const auto fresh = self->context_.store.read();
      if (!fresh) return store_failure(fresh.error());
      auto answered = self->answer(**fresh, view.key, *after);
      if (!answered) return store_failure(answered.error());
      return std::move(*answered);
    };
    return Step(std::move(pending));
  }

  Result<Step> answer(storage::Snapshot& snapshot, storage::CoalitionKey key, const envelope::Membership& log) const {
    envelope::Recovered recovered;
    recovered.membership_count = log.count();
    HAKI_ASSIGN(const auto entries, snapshot.entries(key, 0, log.count()));
    for (const Bytes& frame : entries) {
      envelope::FrameReader reader(frame);
      const auto entry = reader.next();
      if (!entry) return entry.error();
      recovered.entries.push_back(std::get<envelope::MembershipEntry>(*entry));
    }
    for (std::uint32_t seq = 0; seq < log.count(); ++seq) {
      const DeviceId recovery = envelope::recovery_id(log.recovery_at(seq).box_key);
      if (seq > 0 && recovery == envelope::recovery_id(log.recovery_at(seq - 1).box_key)) continue;
      HAKI_ASSIGN(const auto grants, snapshot.grants_above(key, recovery, 0, kRecoveryGrantsMax));
      for (const storage::StoredFrame& stored : grants) {
        envelope::FrameReader reader(stored.frame);
        const auto grant = reader.next();
        if (!grant) return grant.error();
        recovered.grants.push_back(std::get<envelope::Grant>(*grant));
      }
    }
    return Step(Reply{200, envelope::encode_frame(recovered)});
  }

  Context& context_;
  const CoalitionId org_;
  const envelope::Recover recover_;
  int attempts_ = 0;
};

}  // namespace

Hash token_name(ByteView secret) { return crypto::hash32({as_bytes("HAKI1.tkn"), secret}); }

Relay::Relay(storage::Store& store, const auth::ServerKeys& keys, base::Clock& clock, base::Random& random,
             std::vector<envelope::Pin> pins, std::uint64_t device_quota_bytes)
    : context_{store, keys, clock, random, auth::RequestKeys(keys), {}, device_quota_bytes, {}}, pins_(std::move(pins)) {}

Step Relay::exchange(const CoalitionId& org, Bytes body) {
  return std::make_shared<Exchange>(context_, org, std::move(body))->start();
}

Step Relay::bundle(CarriedBundle carried) {
  if (!carried.admitted) return keep_join(carried.coalition, *carried.join, refusal(Refusal::kNotAdmitted));
  return std::make_shared<Exchange>(context_, std::move(carried))->start();
}

Step Relay::found(Bytes body) {
  auto found = only_frame<envelope::Found>(body);
  if (!found) return refusal(Refusal::kMalformed);
  return std::make_shared<Founding>(context_, std::move(*found))->prepare();
}

Step Relay::recover(const CoalitionId& org, ByteView body) {
  auto recover = only_frame<envelope::Recover>(body);
  if (!recover) return refusal(Refusal::kMalformed);
  return std::make_shared<Recovering>(context_, org, std::move(*recover))->prepare();
}

Step Relay::join(const CoalitionId& org, const InviteId& invite, ByteView body) {
  const auto request = only_frame<envelope::JoinRequest>(body);
  if (!request || request->invite != invite) return refusal(Refusal::kMalformed);
  const auto coalition = context_.coalitions.get(context_.store, org);
  if (!coalition) return store_failure(coalition.error());
  if (!*coalition) return refusal(Refusal::kUnknownCoalition);
  const DeviceId device = envelope::device_id(request->sign_key, request->box_key, request->auth_key);
  if ((*coalition)->membership->device(device) != nullptr) return Reply{};  // a repeat of what was admitted meanwhile
  return keep_join(**coalition, *request, Reply{});
}

Step Relay::keep_join(const CoalitionView& coalition, const envelope::JoinRequest& request, const Reply& kept) {
  storage::JoinWrite write;
  write.coalition = coalition.key;
  write.invite = request.invite;
  write.device = envelope::device_id(request.sign_key, request.box_key, request.auth_key);
  write.frame = envelope::encode_frame(request);
  write.now_ms = context_.clock.now_ms();
  write.expires_ms = write.now_ms + kJoinLifeMs;
  write.per_invite_max = kJoinsPerInviteMax;
  write.pending_max = kJoinsPendingMax;
  auto pending = std::make_unique<Pending>();
  pending->write = std::move(write);
  pending->then = [kept](storage::Outcome outcome) -> Step {
    if (outcome.kind == Kind::kDone) return kept;
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
