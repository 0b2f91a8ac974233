// The membership log: who is in the coalition, who may read and write what, and under which keys. A signed hash chain that
// every reader verifies from the founding entry; the server only keeps it (spec 40-keys, "Membership log").
//
// Both client and server hold one Membership per coalition. Authorisation is judged at the entry an item cites, so that all
// readers agree whenever they read. Not thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "envelope/membership_entry.h"
#include "envelope/membership_state.h"
#include "haki/result.h"

namespace haki::envelope {

class Membership {
 public:
  // Verifies and applies the next entry. Nothing changes on an error: kUntrusted where chain, signature or right do not
  // hold, kDenied where more leads must agree, kInvalid where it is malformed or not next, kHeld where a newer version made
  // it (it and all after it must wait).
  Result<> apply(const MembershipEntry& entry);

  bool founded() const { return !hashes_.empty(); }
  std::uint32_t count() const { return static_cast<std::uint32_t>(hashes_.size()); }
  std::uint32_t newest() const { return count() - 1; }  // precondition: founded()
  Hash head() const { return hashes_.empty() ? Hash{} : hashes_.back(); }
  // The hash of entry m_seq; empty if it is not known here.
  std::optional<Hash> hash_at(std::uint32_t m_seq) const;
  const CoalitionId& org() const { return org_; }
  const Genesis& genesis() const { return genesis_; }
  const Endpoints& endpoints() const { return endpoints_; }
  const Recovery& recovery() const { return recoveries_.back().recovery; }  // precondition: founded()
  const Recovery& recovery_at(std::uint32_t m_seq) const;
  const Recovery* recovery_named(const DeviceId& id) const;  // of now or of before; null: no recovery authority
  bool is_recovery(const DeviceId& id) const { return recovery_named(id) != nullptr; }
  bool has_operation(const OperationId& id) const { return operations_.contains(id); }

  const Device* device(const DeviceId& id) const;
  const Device* device_of_log(const LogId& log) const;
  const Compartment* compartment(const CompartmentId& id) const;
  const Compartment* compartment_of_kind(CompartmentKind kind) const;  // the first: there is one `ref` and one `lead`
  const Epoch* epoch(const CompartmentId& id, std::uint32_t epoch) const;
  // The epoch in force at m_seq; null before the first (always for own/<device>, whose epochs its owner makes).
  const Epoch* epoch_at(const CompartmentId& id, std::uint32_t m_seq) const;
  // Whether somebody who got the epoch in force may not read any more: nothing is to be sealed before the next one.
  bool epoch_is_stale(const CompartmentId& id) const;
  // Whether the device may make the next epoch of a compartment.
  bool may_rotate(const DeviceId& device, const CompartmentId& compartment) const;

  bool may_read(const DeviceId& device, const CompartmentId& compartment, std::uint32_t m_seq) const;
  bool may_write(const DeviceId& device, const CompartmentId& compartment, std::uint32_t m_seq) const;
  // Whether the device was a lead at some time: its grants stand, as the key in them is committed by the log.
  bool was_lead(const DeviceId& device) const;
  // Whether an item lies beyond where its chain was cut, though it cites an entry from before the cut.
  bool is_late(const LogId& log, const CompartmentId& compartment, std::uint64_t seq, std::uint32_t m_seq) const;
  const StandingCut* cut(const LogId& log, const CompartmentId& compartment) const;
  // The cut that counts: the one a lead gave, or that of a removed device's chain which no cut names, at its beginning.
  std::optional<StandingCut> standing_cut(const LogId& log, const CompartmentId& compartment) const;
  // Who reads the compartment at m_seq, sorted; the owner of own/<device> is left out (its box key must not undo deletion).
  std::vector<DeviceId> key_readers(const CompartmentId& compartment, std::uint32_t m_seq) const;

  // How many leads (persons) must agree to an act of the present log: 1 or 2.
  std::size_t leads_needed(const MembershipAct& act) const;
  std::set<DeviceId> lead_persons() const;  // suspended ones too

  const std::map<DeviceId, Device>& devices() const { return devices_; }
  const std::map<CompartmentId, Compartment>& compartments() const { return compartments_; }

 private:
  // membership_rules.cc
  Result<> check(const MembershipAct& act, const MembershipEntry& entry, std::uint32_t seq) const;
  Result<> check_subject(const MembershipAct& act) const;
  bool districts_exist(const std::vector<CompartmentId>& districts) const;
  Result<> check_agreement(const MembershipAct& act, const MembershipEntry& entry, std::uint32_t seq) const;
  Result<> check_readers(const std::vector<DeviceId>& readers, const std::vector<DeviceId>& writers) const;
  void take(const MembershipAct& act, const MembershipEntry& entry, std::int64_t time_ms);
  Standing& stand_anew(Device& device, std::int64_t time_ms);

  CoalitionId org_;
  Genesis genesis_;
  Endpoints endpoints_;
  std::vector<StandingRecovery> recoveries_;
  std::vector<Hash> hashes_;
  std::map<OperationId, std::uint32_t> operations_;
  std::map<DeviceId, Device> devices_;
  std::map<LogId, DeviceId> logs_;
  std::map<CompartmentId, Compartment> compartments_;
  std::map<std::pair<CompartmentId, std::uint32_t>, Epoch> epochs_;
  std::map<std::pair<LogId, CompartmentId>, StandingCut> cuts_;
};

}  // namespace haki::envelope
