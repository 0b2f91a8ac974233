#include "envelope/membership.h"

#include <algorithm>

#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/hash.h"
#include "envelope/membership_codec.h"

namespace haki::envelope {
namespace {

constexpr std::string_view kDomain = "HAKI1.mem";
constexpr std::string_view kCosignDomain = "HAKI1.op";

Bytes cosign_message(const CoalitionId& org, ByteView proposal) {
  Bytes message(org.bytes.begin(), org.bytes.end());
  base::append(message, crypto::hash32({proposal}));
  return message;
}

const Readers* readers_at(const Compartment& of, std::uint32_t m_seq) {
  const auto later = std::ranges::upper_bound(of.lists, m_seq, {}, &Readers::since);
  return later == of.lists.begin() ? nullptr : &*std::prev(later);
}

}  // namespace

Error untrusted(std::string what) { return {Code::kUntrusted, "The membership log does not hold: " + what}; }

Hash entry_hash(const MembershipEntry& entry) {
  return crypto::hash32({as_bytes(std::string_view("HAKI1.mem\0", 10)), entry.body});
}

Result<std::uint64_t> entry_seq(const MembershipEntry& entry) {
  HAKI_ASSIGN(const DecodedBody body, decode_body(entry.body));
  return body.seq;
}

Result<Hash> entry_prev(const MembershipEntry& entry) {
  HAKI_ASSIGN(const DecodedBody body, decode_body(entry.body));
  return body.prev;
}

std::optional<Hash> Membership::hash_at(std::uint32_t m_seq) const {
  if (m_seq >= hashes_.size()) return std::nullopt;
  return hashes_[m_seq];
}

Result<> Membership::apply(const MembershipEntry& entry) {
  HAKI_ASSIGN(const DecodedBody body, decode_body(entry.body));
  if (body.seq != hashes_.size()) return Error{Code::kInvalid, "A membership entry is not the next one."};
  if (body.prev != head() || body.org != org_) return untrusted("an entry does not follow the one before it.");
  if (!body.act) {
    return Error{Code::kHeld, "The coalition uses a newer version of Haki: update this device to go on receiving."};
  }
  if (operations_.contains(body.operation)) return untrusted("an act is entered twice.");
  const Hash hash = entry_hash(entry);
  const auto* genesis = std::get_if<Genesis>(&*body.act);
  const Device* signer = device(entry.device);
  const bool by_recovery = founded() && entry.device == recovery_id(recovery().box_key);
  const crypto::VerifyKey* key = genesis       ? &genesis->founder.sign_key
                                 : by_recovery ? &recovery().sign_key
                                 : signer      ? &signer->added.sign_key
                                               : nullptr;
  if (key == nullptr) return untrusted("an entry is signed by a device that is not a member.");
  if (!crypto::verify(*key, kDomain, hash, entry.signature)) return untrusted("a signature is wrong.");
  const auto seq = static_cast<std::uint32_t>(body.seq);
  if (!genesis && !by_recovery) HAKI_TRY(check_agreement(*body.act, entry, seq));
  HAKI_TRY(check(*body.act, entry, seq));
  hashes_.push_back(hash);
  operations_.emplace(body.operation, seq);
  take(*body.act, entry, body.time_ms);
  return {};
}

const Recovery& Membership::recovery_at(std::uint32_t m_seq) const {
  const auto later = std::ranges::upper_bound(recoveries_, m_seq, {}, &StandingRecovery::since);
  return later == recoveries_.begin() ? recoveries_.front().recovery : std::prev(later)->recovery;
}

const Recovery* Membership::recovery_named(const DeviceId& id) const {
  const auto found = std::ranges::find_if(recoveries_, [&](const StandingRecovery& one) {
    return recovery_id(one.recovery.box_key) == id;
  });
  return found == recoveries_.end() ? nullptr : &found->recovery;
}

const Standing* Device::at(std::uint32_t m_seq) const {
  const auto later = std::ranges::upper_bound(standings, m_seq, {}, &Standing::since);
  return later == standings.begin() ? nullptr : &*std::prev(later);
}

const Device* Membership::device(const DeviceId& id) const {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : &found->second;
}

const Device* Membership::device_of_log(const LogId& log) const {
  const auto found = logs_.find(log);
  return found == logs_.end() ? nullptr : device(found->second);
}

const Compartment* Membership::compartment(const CompartmentId& id) const {
  const auto found = compartments_.find(id);
  return found == compartments_.end() ? nullptr : &found->second;
}

const Compartment* Membership::compartment_of_kind(CompartmentKind kind) const {
  for (const auto& [id, compartment] : compartments_) {
    if (compartment.made.kind == kind) return &compartment;
  }
  return nullptr;
}

const Epoch* Membership::epoch(const CompartmentId& id, std::uint32_t epoch) const {
  const auto found = epochs_.find({id, epoch});
  return found == epochs_.end() ? nullptr : &found->second;
}

const Epoch* Membership::epoch_at(const CompartmentId& id, std::uint32_t m_seq) const {
  const Epoch* newest = nullptr;
  for (auto at = epochs_.lower_bound({id, 0}); at != epochs_.end() && at->first.first == id; ++at) {
    if (at->second.since <= m_seq) newest = &at->second;
  }
  return newest;
}

bool Membership::may_read(const DeviceId& id, const CompartmentId& compartment_id, std::uint32_t m_seq) const {
  const Device* reader = device(id);
  const Compartment* of = compartment(compartment_id);
  if (reader == nullptr || of == nullptr || of->since > m_seq) return false;
  const Standing* standing = reader->at(m_seq);
  if (standing == nullptr || !standing->active()) return false;
  switch (of->made.kind) {
    case CompartmentKind::kShared: return true;
    case CompartmentKind::kLeads: return standing->leads();
    case CompartmentKind::kOwn: {
      if (of->made.owner == id) return true;
      if (!standing->leads()) return false;
      if (standing->districts.empty()) return true;  // national
      const Standing* owner = device(of->made.owner)->at(m_seq);
      return owner != nullptr && std::ranges::find_first_of(owner->districts, standing->districts) != owner->districts.end();
    }
    case CompartmentKind::kDistrict:
      return std::ranges::find(standing->districts, compartment_id) != standing->districts.end() ||
             (standing->leads() && standing->districts.empty());
    case CompartmentKind::kCase: {
      const Readers* list = readers_at(*of, m_seq);
      return list != nullptr && std::ranges::binary_search(list->readers, id);
    }
  }
  return false;
}

bool Membership::may_write(const DeviceId& id, const CompartmentId& compartment_id, std::uint32_t m_seq) const {
  if (!may_read(id, compartment_id, m_seq)) return false;
  const Standing* standing = device(id)->at(m_seq);
  const Compartment* of = compartment(compartment_id);
  switch (of->made.kind) {
    case CompartmentKind::kShared: return standing->leads() || standing->editor;
    case CompartmentKind::kDistrict: return standing->leads();
    case CompartmentKind::kCase: return std::ranges::binary_search(readers_at(*of, m_seq)->writers, id);
    case CompartmentKind::kOwn:
    case CompartmentKind::kLeads: return true;
  }
  return false;
}

bool Membership::may_rotate(const DeviceId& id, const CompartmentId& compartment_id) const {
  const Device* by = device(id);
  const Compartment* of = compartment(compartment_id);
  if (by == nullptr || of == nullptr || of->made.kind == CompartmentKind::kOwn) return false;
  return by->now().leads() || (of->made.kind == CompartmentKind::kCase && may_write(id, compartment_id, newest()));
}

bool Membership::was_lead(const DeviceId& id) const {
  const Device* one = device(id);
  return one != nullptr && std::ranges::any_of(one->standings, &Standing::leads);
}

// Who could read at any time since the epoch began has its key, as those who come later are given the standing one.
bool Membership::epoch_is_stale(const CompartmentId& id) const {
  const Compartment* of = compartment(id);
  const Epoch* in_force = founded() ? epoch_at(id, newest()) : nullptr;
  if (of == nullptr || in_force == nullptr) return false;
  return std::ranges::any_of(devices_, [&](const auto& named) {
    const auto& [reader, device] = named;
    if (may_read(reader, id, newest())) return false;
    const auto could_at = [&](std::uint32_t m_seq) { return m_seq >= in_force->since && may_read(reader, id, m_seq); };
    return could_at(in_force->since) ||
           std::ranges::any_of(device.standings, [&](const Standing& one) { return could_at(one.since); }) ||
           std::ranges::any_of(of->lists, [&](const Readers& one) { return could_at(one.since); });
  });
}

const StandingCut* Membership::cut(const LogId& log, const CompartmentId& compartment) const {
  const auto found = cuts_.find({log, compartment});
  return found == cuts_.end() ? nullptr : &found->second;
}

bool Membership::is_late(const LogId& log, const CompartmentId& compartment, std::uint64_t seq, std::uint32_t m_seq) const {
  if (const StandingCut* made = cut(log, compartment)) return seq > made->cut.seq && m_seq < made->since;
  const Device* author = device_of_log(log);
  return author != nullptr && author->now().removed;  // a chain that no cut names has cut 0
}

std::optional<StandingCut> Membership::standing_cut(const LogId& log, const CompartmentId& compartment) const {
  if (const StandingCut* made = cut(log, compartment)) return *made;
  const Device* author = device_of_log(log);
  if (author == nullptr || !author->now().removed) return std::nullopt;
  const auto removal = std::ranges::find_if(author->standings, &Standing::removed);
  return StandingCut{{compartment, 0, {}}, removal->since};
}

std::vector<DeviceId> Membership::key_readers(const CompartmentId& compartment_id, std::uint32_t m_seq) const {
  const Compartment* of = compartment(compartment_id);
  std::vector<DeviceId> readers;
  for (const auto& [id, device] : devices_) {  // a map: sorted already
    const bool is_owner = of != nullptr && of->made.kind == CompartmentKind::kOwn && of->made.owner == id;
    if (!is_owner && may_read(id, compartment_id, m_seq)) readers.push_back(id);
  }
  return readers;
}

Bytes encode_proposal(const Proposal& proposal) {
  return encode_op(proposal.operation, proposal.base_m_seq, proposal.act);
}

Result<Proposal> decode_proposal(ByteView bytes) {
  DecodedBody body;
  body.op.assign(bytes.begin(), bytes.end());
  if (bytes.size() > limits::kMembershipEntryBytesMax || !decode_op(body) || !body.act) {
    return Error{Code::kInvalid, "A proposal is malformed, or a newer version made it."};
  }
  return Proposal{body.operation, static_cast<std::uint32_t>(body.base_m_seq), std::move(*body.act)};
}

Cosignature cosign(const CoalitionId& org, ByteView proposal, const DeviceId& device, const crypto::SigningSecret& signer) {
  return {device, crypto::sign(signer, kCosignDomain, cosign_message(org, proposal))};
}

bool cosignature_holds(const CoalitionId& org, ByteView proposal, const crypto::VerifyKey& key,
                       const crypto::Signature& signature) {
  return crypto::verify(key, kCosignDomain, cosign_message(org, proposal), signature);
}

MembershipEntry make_entry(const CoalitionId& org, std::uint32_t seq, const Hash& prev, std::int64_t time_ms,
                           ByteView proposal, const DeviceId& device, const crypto::SigningSecret& signer) {
  DecodedBody body{org, seq, prev, time_ms, Bytes(proposal.begin(), proposal.end()), {}, 0, {}};
  MembershipEntry entry;
  entry.body = encode_body(body);
  entry.device = device;
  entry.signature = crypto::sign(signer, kDomain, entry_hash(entry));
  return entry;
}

MembershipEntry make_entry(const CoalitionId& org, std::uint32_t seq, const Hash& prev, std::int64_t time_ms,
                           const OperationId& operation, const MembershipAct& act, const DeviceId& device,
                           const crypto::SigningSecret& signer) {
  return make_entry(org, seq, prev, time_ms, encode_op(operation, seq == 0 ? 0 : seq - 1, act), device, signer);
}

Result<EntryView> view_entry(const MembershipEntry& entry) {
  HAKI_ASSIGN(DecodedBody body, decode_body(entry.body));
  return EntryView{body.seq, body.time_ms, body.operation, std::move(body.act)};
}

}  // namespace haki::envelope
