// Whom an invite is for: somebody new, or another device of somebody who is in already.
#pragma once

#include "client/home.h"
#include "haki/member.h"

namespace haki::client {

struct Invitee {
  envelope::Role role = envelope::Role::kMonitor;
  std::string name, organisation;
  std::vector<std::string> districts;
  std::optional<DeviceId> person;  // their first device, where they are in already
  std::int64_t lasts_ms = 0;       // how long the invite is good
};

// What the options say, checked. kInvalid where they do not fit each other; kNotFound where there is no such member.
Result<Invitee> invitee_of(const Home& home, const InviteOptions& options);

// The member whom a device belongs to: that of `person` where it is another device of theirs, else a new one.
MemberId member_for(Home& home, const std::optional<DeviceId>& person);

}  // namespace haki::client
