// Frames of founding and joining, before a device is a member (spec 60-http-api, 40-keys "Enrolment"), and what they share with
// an exchange: grants and appended entries.
#pragma once

#include <vector>

#include "envelope/membership.h"

namespace haki::envelope {

struct Grant {
  CompartmentId compartment;
  std::uint32_t epoch = 0;
  DeviceId device;
  Bytes sealed;
  DeviceId by;
  crypto::Signature signature;
};
struct Append {
  std::vector<MembershipEntry> entries;
  std::vector<Grant> grants;
};
struct JoinRequest {
  InviteId invite;
  crypto::VerifyKey sign_key;
  crypto::BoxPublicKey box_key;
  crypto::AuthPublicKey auth_key;
  LogId log;
  Bytes sealed_name;
  Mac mac;
};
struct Found {
  Bytes token;
  Append first;
};
struct Founded {
  CoalitionId org;
  std::int64_t time_ms = 0;
  crypto::Signature signature;  // domain "HAKI1.fnd", over org || head of the founding batch || time
};
// A device signed in by the recovery authority, and what it is given for that (spec 41-recovery).
struct Recover { Append first; };
struct Recovered {
  std::vector<MembershipEntry> entries;  // the whole log
  std::vector<Grant> grants;             // every key that was sealed to recovery
  std::uint64_t membership_count = 0;
};
struct ServerInfo {
  std::uint32_t version = 0;
  crypto::VerifyKey sign_key;
  crypto::AuthPublicKey exchange_key;
  std::vector<Pin> pins;
  std::int64_t time_ms = 0;
  crypto::Signature signature;  // domain "HAKI1.srv", see server_info_message()
};

}  // namespace haki::envelope
