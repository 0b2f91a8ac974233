// What a membership entry can say, and what follows from it (spec 40-keys, "Membership log"). Plain values.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "crypto/keypair.h"
#include "envelope/names.h"

namespace haki::envelope {

enum class Role : std::uint8_t { kMonitor = 1, kClinic = 2, kLead = 3, kAuditor = 4 };
enum class CompartmentKind : std::uint8_t {
  kShared = 1 /* ref */, kOwn = 2, kLeads = 3, kDistrict = 4 /* dist/<d>/shared */, kCase = 5
};

struct AddDevice {
  DeviceId device;
  crypto::VerifyKey sign_key;
  crypto::BoxPublicKey box_key;
  crypto::AuthPublicKey auth_key;
  LogId log;
  Role role = Role::kMonitor;
  bool editor = false;
  bool verified = false;
  std::vector<CompartmentId> districts;
  DeviceId person{};  // the first device of the same person; zeros: this one
};
struct Endpoints {
  std::vector<std::string> urls;
  std::vector<Pin> pins;
  crypto::VerifyKey server_sign_key;
  crypto::AuthPublicKey server_exchange_key;
};
// Where every key is sealed to besides its readers, and who may act alone when no lead can.
struct Recovery {
  crypto::BoxPublicKey box_key;
  crypto::VerifyKey sign_key;
  std::uint32_t threshold = 1;
  std::vector<Hash> commitments;
};
struct Genesis {
  AddDevice founder;
  crypto::BoxPublicKey recovery_box_key;
  crypto::VerifyKey recovery_sign_key;
  Endpoints endpoints;
};
struct NewCompartment {
  CompartmentId compartment;
  CompartmentKind kind = CompartmentKind::kShared;
  DeviceId owner{};
  std::vector<DeviceId> readers{}, writers{};  // of a case; sorted
};
struct NewEpoch {
  CompartmentId compartment;
  std::uint32_t epoch = 0;
  KeyId key;
  Hash grants;
};
struct RemoveDevice {
  DeviceId device;
  bool refuse_late = false;
};
struct SetRole {
  DeviceId device;
  Role role = Role::kMonitor;
  bool editor = false;
  bool verified = false;
  std::vector<CompartmentId> districts;
};
struct Suspend {
  DeviceId device;
  bool lift = false;
};
struct Cut {
  CompartmentId compartment;
  std::uint64_t seq = 0;
  Hash hash;
};
struct CutLog {
  LogId log;
  std::vector<Cut> cuts;
};
struct SetReaders {
  CompartmentId compartment;
  std::vector<DeviceId> readers, writers;
};
struct WipeOrder {
  DeviceId device;
};
using MembershipAct = std::variant<Genesis, AddDevice, NewCompartment, NewEpoch, RemoveDevice, SetRole, Suspend, CutLog,
                                   SetReaders, Recovery, Endpoints, WipeOrder>;

// A second lead's yes, to the act and not to its place in the log.
struct Cosignature {
  DeviceId device;
  crypto::Signature signature;
};

// As received: `body` is kept and hashed byte for byte, never serialised again.
struct MembershipEntry {
  Bytes body;
  DeviceId device;  // or the recovery authority, by recovery_id()
  crypto::Signature signature;
  std::vector<Cosignature> cosignatures{};
};

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
