// What a membership entry can say (spec 40-keys, "Membership log"). Plain values.
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

}  // namespace haki::envelope
