// What an entry may do: the rights, the agreement it needs, and what follows (spec 40-keys, "Membership log").
#include <algorithm>

#include "base/limits.h"
#include "envelope/membership.h"
#include "envelope/membership_codec.h"

namespace haki::envelope {
namespace {

Result<> check_names(const AddDevice& added) {
  if (added.device != device_id(added.sign_key, added.box_key, added.auth_key)) {
    return untrusted("a device's name does not fit its keys.");
  }
  return {};
}

// The device that an act is about; its own word does not count. Zeros where there is none.
DeviceId subject_of(const MembershipAct& act) {
  if (const auto* one = std::get_if<RemoveDevice>(&act)) return one->device;
  if (const auto* one = std::get_if<SetRole>(&act)) return one->device;
  if (const auto* one = std::get_if<Suspend>(&act)) return one->device;
  if (const auto* one = std::get_if<WipeOrder>(&act)) return one->device;
  return {};
}

bool sorted_and_unique(const std::vector<DeviceId>& ids) {
  return std::ranges::adjacent_find(ids, [](const auto& a, const auto& b) { return !(a < b); }) == ids.end();
}

}  // namespace

std::set<DeviceId> Membership::lead_persons() const {
  std::set<DeviceId> persons;
  for (const auto& [id, device] : devices_) {
    if (device.now().role == Role::kLead && !device.now().removed) persons.insert(device.person());
  }
  return persons;
}

std::size_t Membership::leads_needed(const MembershipAct& act) const {
  const Device* subject = device(subject_of(act));
  const bool of_a_lead = subject != nullptr && subject->now().role == Role::kLead;
  bool of_all = false;  // what a seized phone must not do alone
  if (const auto* one = std::get_if<AddDevice>(&act)) of_all = one->role == Role::kLead;
  if (const auto* one = std::get_if<SetRole>(&act)) of_all = of_a_lead || one->role == Role::kLead;
  if (const auto* one = std::get_if<Suspend>(&act)) of_all = of_a_lead && one->lift;
  if (std::holds_alternative<RemoveDevice>(act) || std::holds_alternative<WipeOrder>(act)) of_all = of_a_lead;
  if (std::holds_alternative<Recovery>(act) || std::holds_alternative<Endpoints>(act)) of_all = true;
  return of_all ? std::min<std::size_t>(2, lead_persons().size()) : 1;
}

// Whether those who signed may do this together. State is the log before this entry.
Result<> Membership::check_agreement(const MembershipAct& act, const MembershipEntry& entry, std::uint32_t seq) const {
  if (seq == 0) return untrusted("the first entry does not found a coalition.");
  const Device& signer = *device(entry.device);
  const auto* readers = std::get_if<SetReaders>(&act);
  const auto* epoch = std::get_if<NewEpoch>(&act);
  if (epoch != nullptr && may_rotate(entry.device, epoch->compartment)) return {};
  // A case is shared by those who write in it, leads or not.
  const Compartment* shared = readers != nullptr ? compartment(readers->compartment) : nullptr;
  const bool in_its_case = shared != nullptr && shared->made.kind == CompartmentKind::kCase &&
                           may_write(entry.device, shared->made.compartment, newest());
  if (in_its_case) return {};
  if (!signer.now().leads()) return untrusted("a device that is no lead changed it.");
  const DeviceId subject = subject_of(act);
  const auto* suspend = std::get_if<Suspend>(&act);
  const bool lifts_its_own = suspend != nullptr && suspend->lift && device(subject) != nullptr &&
                             device(subject)->suspended_by == entry.device;
  if (lifts_its_own) return {};
  if (signer.waits_for_others) {
    return Error{Code::kDenied,
                 "This lead has suspended the only other one: until two other leads or the recovery words confirm or lift that, "
                 "it changes nothing else."};
  }
  std::set<DeviceId> agreed;
  if (subject != entry.device) agreed.insert(signer.person());
  HAKI_ASSIGN(const DecodedBody body, decode_body(entry.body));
  const bool in_time = body.base_m_seq <= seq && seq - body.base_m_seq <= kCosignatureLife;
  for (const Cosignature& yes : entry.cosignatures) {
    const Device* by = device(yes.device);
    const bool counts = in_time && by != nullptr && by->now().leads() && !by->waits_for_others && yes.device != subject;
    if (counts && cosignature_holds(org_, body.op, by->added.sign_key, yes.signature)) agreed.insert(by->person());
  }
  if (agreed.size() < leads_needed(act)) {
    return Error{Code::kDenied, "This needs the agreement of two leads, the one it is about not counted."};
  }
  return {};
}

Result<> Membership::check_readers(const std::vector<DeviceId>& readers, const std::vector<DeviceId>& writers) const {
  const bool known = std::ranges::all_of(readers, [&](const DeviceId& id) {
    const Device* one = device(id);
    return one != nullptr && !one->now().removed;
  });
  if (!known || !sorted_and_unique(readers) || !sorted_and_unique(writers) || !std::ranges::includes(readers, writers)) {
    return untrusted("the readers of a case are not members, or not in order.");
  }
  return {};
}

bool Membership::districts_exist(const std::vector<CompartmentId>& districts) const {
  return std::ranges::all_of(districts, [&](const CompartmentId& id) {
    const Compartment* of = compartment(id);
    return of != nullptr && of->made.kind == CompartmentKind::kDistrict;
  });
}

// Whether the act fits the state before it.
Result<> Membership::check(const MembershipAct& act, const MembershipEntry& entry, std::uint32_t seq) const {
  if (const auto* genesis = std::get_if<Genesis>(&act)) {
    if (seq != 0) return untrusted("a second founding entry.");
    if (genesis->founder.role != Role::kLead || entry.device != genesis->founder.device) {
      return untrusted("the founder is not a lead, or did not sign.");
    }
    return check_names(genesis->founder);
  }
  if (const auto* added = std::get_if<AddDevice>(&act)) {
    HAKI_TRY(check_names(*added));
    if (devices_.contains(added->device) || logs_.contains(added->log)) return untrusted("a device is added twice.");
    if (devices_.size() >= limits::kDevicesMax) return untrusted("it holds more devices than allowed.");
    const Device* first = device(added->person);
    if (!added->person.is_zero() && (first == nullptr || first->person() != added->person)) {
      return untrusted("a device is said to be of a person who is not there.");
    }
    if (!districts_exist(added->districts)) return untrusted("a district that is not there.");
    return {};
  }
  if (const auto* made = std::get_if<NewCompartment>(&act)) {
    if (compartments_.contains(made->compartment)) return untrusted("a compartment is made twice.");
    const CompartmentKind kind = made->kind;
    if (kind == CompartmentKind::kOwn &&
        (device(made->owner) == nullptr || made->compartment != own_compartment(org_, made->owner))) {
      return untrusted("a notebook's name does not fit its owner.");
    }
    const bool one_only = kind == CompartmentKind::kShared || kind == CompartmentKind::kLeads;
    if (one_only && compartment_of_kind(kind) != nullptr) return untrusted("a compartment of that kind exists.");
    if (kind == CompartmentKind::kCase) return check_readers(made->readers, made->writers);
    return {};
  }
  if (const auto* epoch = std::get_if<NewEpoch>(&act)) {
    const Compartment* of = compartment(epoch->compartment);
    if (of == nullptr || of->made.kind == CompartmentKind::kOwn) return untrusted("an epoch of a compartment that has none.");
    const Epoch* last = epoch_at(epoch->compartment, seq);
    if (epoch->epoch != (last ? last->made.epoch + 1 : 1)) return untrusted("an epoch's number is not the next.");
    return {};
  }
  if (const auto* readers = std::get_if<SetReaders>(&act)) {
    const Compartment* of = compartment(readers->compartment);
    if (of == nullptr || of->made.kind != CompartmentKind::kCase) return untrusted("readers of what is no case.");
    return check_readers(readers->readers, readers->writers);
  }
  if (const auto* cut = std::get_if<CutLog>(&act)) {
    if (!logs_.contains(cut->log)) return untrusted("a log is cut that nobody writes.");
    return {};
  }
  if (const auto* recovery = std::get_if<Recovery>(&act)) {
    if (is_recovery(recovery_id(recovery->box_key))) return untrusted("a recovery key comes back.");
    return {};
  }
  if (std::holds_alternative<Endpoints>(act)) return {};
  return check_subject(act);
}

// Acts about a device that is there.
Result<> Membership::check_subject(const MembershipAct& act) const {
  const Device* subject = device(subject_of(act));
  if (subject == nullptr) return untrusted("an act about a device that is not there.");
  const Standing& now = subject->now();
  if (const auto* order = std::get_if<WipeOrder>(&act)) {
    if (!now.removed || subject->wipe_ordered) return untrusted("device " + to_hex(order->device) + " is not there to be wiped.");
    return {};
  }
  if (now.removed) return untrusted("an act about a device that was removed.");
  if (const auto* suspend = std::get_if<Suspend>(&act)) {
    if (suspend->lift != now.suspended) return untrusted("a suspension is entered twice.");
  }
  if (const auto* role = std::get_if<SetRole>(&act)) {
    if (!districts_exist(role->districts)) return untrusted("a district that is not there.");
  }
  return {};
}

Standing& Membership::stand_anew(Device& device, std::int64_t time_ms) {
  device.changed_ms = time_ms;
  Standing next = device.now();
  next.since = newest();
  return device.standings.emplace_back(std::move(next));
}

void Membership::take(const MembershipAct& act, const MembershipEntry& entry, std::int64_t time_ms) {
  const std::uint32_t seq = newest();
  const auto add = [&](const AddDevice& added) {
    Device device{added, seq, entry.device, time_ms};
    device.standings.push_back({seq, added.role, added.editor, added.verified, false, false, added.districts});
    devices_.emplace(added.device, std::move(device));
    logs_.emplace(added.log, added.device);
  };
  const auto settle_suspension = [&](Device& device) {
    const auto by = devices_.find(device.suspended_by);
    if (by != devices_.end()) by->second.waits_for_others = false;
    device.suspended_by = {};
  };
  if (const auto* genesis = std::get_if<Genesis>(&act)) {
    org_ = coalition_id(hashes_.front());
    genesis_ = *genesis;
    endpoints_ = genesis->endpoints;
    recoveries_.push_back({{genesis->recovery_box_key, genesis->recovery_sign_key, 1, {}}, seq});
    add(genesis->founder);
  } else if (const auto* added = std::get_if<AddDevice>(&act)) {
    add(*added);
  } else if (const auto* made = std::get_if<NewCompartment>(&act)) {
    Compartment compartment{*made, seq, {}};
    if (made->kind == CompartmentKind::kCase) compartment.lists.push_back({seq, made->readers, made->writers});
    compartments_.emplace(made->compartment, std::move(compartment));
  } else if (const auto* epoch = std::get_if<NewEpoch>(&act)) {
    epochs_.emplace(std::pair(epoch->compartment, epoch->epoch), Epoch{*epoch, seq, time_ms});
  } else if (const auto* removed = std::get_if<RemoveDevice>(&act)) {
    Device& device = devices_.at(removed->device);
    device.refuse_late = removed->refuse_late;
    settle_suspension(device);
    stand_anew(device, time_ms).removed = true;
  } else if (const auto* role = std::get_if<SetRole>(&act)) {
    Standing& standing = stand_anew(devices_.at(role->device), time_ms);
    standing.role = role->role;
    standing.editor = role->editor;
    standing.verified = role->verified;
    standing.districts = role->districts;
  } else if (const auto* suspend = std::get_if<Suspend>(&act)) {
    Device& device = devices_.at(suspend->device);
    const bool only_two = device.now().role == Role::kLead && lead_persons().size() == 2;
    if (suspend->lift) settle_suspension(device);
    stand_anew(device, time_ms).suspended = !suspend->lift;
    if (!suspend->lift) {
      device.suspended_by = entry.device;
      const auto by = devices_.find(entry.device);
      if (only_two && by != devices_.end()) by->second.waits_for_others = true;
    }
  } else if (const auto* cut = std::get_if<CutLog>(&act)) {
    for (const Cut& one : cut->cuts) cuts_.insert_or_assign(std::pair(cut->log, one.compartment), StandingCut{one, seq});
  } else if (const auto* readers = std::get_if<SetReaders>(&act)) {
    compartments_.at(readers->compartment).lists.push_back({seq, readers->readers, readers->writers});
  } else if (const auto* recovery = std::get_if<Recovery>(&act)) {
    recoveries_.push_back({*recovery, seq});
  } else if (const auto* endpoints = std::get_if<Endpoints>(&act)) {
    endpoints_ = *endpoints;
  } else if (const auto* order = std::get_if<WipeOrder>(&act)) {
    devices_.at(order->device).wipe_ordered = true;
  }
}

}  // namespace haki::envelope
