#include "envelope/membership.h"

#include <algorithm>

#include "base/limits.h"
#include "crypto/hash.h"
#include "envelope/membership_codec.h"

namespace haki::envelope {
namespace {

constexpr std::string_view kDomain = "HAKI1.mem";

Error untrusted(std::string what) { return {Code::kUntrusted, "The membership log does not hold: " + what}; }

Result<> check_names(const AddDevice& added) {
  if (added.device != device_id(added.sign_key, added.box_key, added.auth_key)) {
    return untrusted("a device's name does not fit its keys.");
  }
  return {};
}

}  // namespace

Hash entry_hash(const MembershipEntry& entry) {
  return crypto::hash32({as_bytes(std::string_view("HAKI1.mem\0", 10)), entry.body});
}

Result<std::uint64_t> entry_seq(const MembershipEntry& entry) {
  HAKI_ASSIGN(const DecodedBody body, decode_body(entry.body));
  return body.seq;
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
  const crypto::VerifyKey* key = genesis ? &genesis->founder.sign_key : signer ? &signer->added.sign_key : nullptr;
  if (key == nullptr) return untrusted("an entry is signed by a device that is not a member.");
  if (!crypto::verify(*key, kDomain, hash, entry.signature)) return untrusted("a signature is wrong.");
  HAKI_TRY(check(*body.act, entry, static_cast<std::uint32_t>(body.seq)));
  hashes_.push_back(hash);
  operations_.emplace(body.operation, static_cast<std::uint32_t>(body.seq));
  take(*body.act, entry, body.time_ms);
  return {};
}

// Whether the signer may do this now. State is the log before this entry.
Result<> Membership::check(const MembershipAct& act, const MembershipEntry& entry, std::uint32_t seq) const {
  if (const auto* genesis = std::get_if<Genesis>(&act)) {
    if (seq != 0) return untrusted("a second founding entry.");
    if (genesis->founder.role != Role::kLead || entry.device != genesis->founder.device) {
      return untrusted("the founder is not a lead, or did not sign.");
    }
    return check_names(genesis->founder);
  }
  if (seq == 0) return untrusted("the first entry does not found a coalition.");
  const Device* signer = device(entry.device);
  if (signer == nullptr || signer->added.role != Role::kLead) return untrusted("a device that is no lead changed it.");
  if (const auto* added = std::get_if<AddDevice>(&act)) {
    HAKI_TRY(check_names(*added));
    if (devices_.contains(added->device) || logs_.contains(added->log)) return untrusted("a device is added twice.");
    if (devices_.size() >= limits::kDevicesMax) return untrusted("it holds more devices than allowed.");
    return {};
  }
  if (const auto* made = std::get_if<NewCompartment>(&act)) {
    if (compartments_.contains(made->compartment)) return untrusted("a compartment is made twice.");
    const bool own = made->kind == CompartmentKind::kOwn;
    if (own && (device(made->owner) == nullptr || made->compartment != own_compartment(org_, made->owner))) {
      return untrusted("a notebook's name does not fit its owner.");
    }
    if (!own && compartment_of_kind(made->kind) != nullptr) return untrusted("a compartment of that kind exists.");
    return {};
  }
  const auto& epoch = std::get<NewEpoch>(act);
  const Compartment* of = compartment(epoch.compartment);
  if (of == nullptr || of->made.kind == CompartmentKind::kOwn) return untrusted("an epoch of a compartment that has none.");
  const Epoch* last = epoch_at(epoch.compartment, seq);
  if (epoch.epoch != (last ? last->made.epoch + 1 : 1)) return untrusted("an epoch's number is not the next.");
  return {};
}

void Membership::take(const MembershipAct& act, const MembershipEntry& entry, std::int64_t time_ms) {
  const std::uint32_t seq = newest();
  const auto add = [&](const AddDevice& added) {
    devices_.emplace(added.device, Device{added, seq, entry.device, time_ms});
    logs_.emplace(added.log, added.device);
  };
  if (const auto* genesis = std::get_if<Genesis>(&act)) {
    org_ = coalition_id(hashes_.front());
    genesis_ = *genesis;
    add(genesis->founder);
  } else if (const auto* added = std::get_if<AddDevice>(&act)) {
    add(*added);
  } else if (const auto* made = std::get_if<NewCompartment>(&act)) {
    compartments_.emplace(made->compartment, Compartment{*made, seq});
  } else if (const auto* epoch = std::get_if<NewEpoch>(&act)) {
    epochs_.emplace(std::pair(epoch->compartment, epoch->epoch), Epoch{*epoch, seq});
  }
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
  if (reader == nullptr || of == nullptr || reader->since > m_seq || of->since > m_seq) return false;
  const bool lead = reader->added.role == Role::kLead;
  switch (of->made.kind) {
    case CompartmentKind::kShared: return true;
    case CompartmentKind::kOwn: return lead || of->made.owner == id;
    case CompartmentKind::kLeads: return lead;
  }
  return false;
}

bool Membership::may_write(const DeviceId& id, const CompartmentId& compartment_id, std::uint32_t m_seq) const {
  if (!may_read(id, compartment_id, m_seq)) return false;
  const Device* writer = device(id);
  const bool lead = writer->added.role == Role::kLead;
  return compartment(compartment_id)->made.kind == CompartmentKind::kShared ? lead || writer->added.editor : true;
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

MembershipEntry make_entry(const CoalitionId& org, std::uint32_t seq, const Hash& prev, std::int64_t time_ms,
                           const OperationId& operation, const MembershipAct& act, const DeviceId& device,
                           const crypto::SigningSecret& signer) {
  MembershipEntry entry;
  entry.body = encode_body({org, seq, prev, time_ms, operation, act});
  entry.device = device;
  entry.signature = crypto::sign(signer, kDomain, entry_hash(entry));
  return entry;
}

}  // namespace haki::envelope
