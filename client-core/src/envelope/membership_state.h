// What follows from the entries of a membership log, with what was true when: rights are judged at the entry an item cites.
// Plain values; spec 40-keys, "Membership log".
#pragma once

#include "envelope/membership_acts.h"

namespace haki::envelope {

// What a device is from one entry on.
struct Standing {
  std::uint32_t since = 0;
  Role role = Role::kMonitor;
  bool editor = false, verified = false;
  bool suspended = false, removed = false;
  std::vector<CompartmentId> districts{};

  bool active() const { return !suspended && !removed; }
  bool leads() const { return active() && role == Role::kLead; }
};
struct Device {
  AddDevice added;
  std::uint32_t since = 0;   // seq of its AddDevice
  DeviceId by;               // who added it
  std::int64_t time_ms = 0;  // as its entry claims
  std::vector<Standing> standings{};
  bool refuse_late = false, wipe_ordered = false;
  std::int64_t changed_ms = 0;  // as the entry claims that made the newest standing
  DeviceId suspended_by{};
  // A lead who suspended the only other lead does nothing else until that is confirmed or lifted.
  bool waits_for_others = false;

  const Standing& now() const { return standings.back(); }
  const Standing* at(std::uint32_t m_seq) const;  // null before it was added
  const DeviceId& person() const { return added.person.is_zero() ? added.device : added.person; }
};
struct Readers {
  std::uint32_t since = 0;
  std::vector<DeviceId> readers, writers;  // sorted
};
struct Compartment {
  NewCompartment made;
  std::uint32_t since = 0;
  std::vector<Readers> lists{};  // of a case, oldest first
};
struct Epoch {
  NewEpoch made;
  std::uint32_t since = 0;
  std::int64_t time_ms = 0;  // as its entry claims
};
struct StandingCut {
  Cut cut;
  std::uint32_t since = 0;
};
struct StandingRecovery {
  Recovery recovery;
  std::uint32_t since = 0;
};

}  // namespace haki::envelope
