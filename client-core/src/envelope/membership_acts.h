// What a membership entry can say, and what follows from it (spec 40-keys, "Membership log"). Plain values.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "crypto/keypair.h"
#include "envelope/names.h"

namespace haki::envelope {

enum class Role : std::uint8_t { kMonitor = 1, kClinic = 2, kLead = 3, kAuditor = 4 };
enum class CompartmentKind : std::uint8_t { kShared = 1 /* ref */, kOwn = 2, kLeads = 3 };

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
};
struct Endpoints {
  std::vector<std::string> urls;
  std::vector<Pin> pins;
  crypto::VerifyKey server_sign_key;
  crypto::AuthPublicKey server_exchange_key;
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
  DeviceId owner;
};
struct NewEpoch {
  CompartmentId compartment;
  std::uint32_t epoch = 0;
  KeyId key;
  Hash grants;
};
using MembershipAct = std::variant<Genesis, AddDevice, NewCompartment, NewEpoch>;

// As received: `body` is kept and hashed byte for byte, never serialised again.
struct MembershipEntry {
  Bytes body;
  DeviceId device;
  crypto::Signature signature;
};

struct Device {
  AddDevice added;
  std::uint32_t since = 0;  // seq of its AddDevice
  DeviceId by;              // who added it
  std::int64_t time_ms = 0; // as its entry claims
};
struct Compartment {
  NewCompartment made;
  std::uint32_t since = 0;
};
struct Epoch {
  NewEpoch made;
  std::uint32_t since = 0;
};

}  // namespace haki::envelope
