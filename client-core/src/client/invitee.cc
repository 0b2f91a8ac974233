#include "client/invitee.h"

#include <map>

#include "base/limits.h"

namespace haki::client {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kInviteMs = 14 * kDayMs;
// The server forgets a request to join after as long (spec 60-http-api, "Join requests").
constexpr std::int64_t kInviteMsMax = 30 * kDayMs;

// A device that is in, of the one member whose name is `which`, or whose own or device's id begins so.
Result<DeviceId> device_of_member(const Home& home, const std::string& which) {
  std::map<MemberId, std::optional<DeviceId>> members;  // empty: all their devices were removed
  for (const auto& [device, person] : home.people) {
    const envelope::Device* known = home.membership.device(device);
    const bool by_id = to_hex(person.member).starts_with(which) || to_hex(device).starts_with(which);
    if (known == nullptr || (person.name != which && !by_id)) continue;
    std::optional<DeviceId>& in = members[person.member];
    for (const auto& [other, whose] : home.people) {
      const envelope::Device* theirs = home.membership.device(other);
      if (whose.member == person.member && theirs != nullptr && !theirs->now().removed) in = other;
    }
  }
  if (members.empty()) {
    return Error{Code::kNotFound,
                 "There is no member " + which + ". 'haki member list' shows who belongs to the coalition."};
  }
  if (members.size() > 1) {
    return Error{Code::kInvalid, "Several members are called " + which +
                                     ". Name the one by the beginning of the id that 'haki member list' shows."};
  }
  if (!members.begin()->second) {
    return Error{Code::kInvalid,
                 "All devices of " + which +
                     " were removed. Invite them anew, with --role and --name, if they are to be in again."};
  }
  return *members.begin()->second;
}

Result<Invitee> another_device(const Home& home, const InviteOptions& options) {
  if (!options.role.empty() || !options.name.empty() || !options.organisation.empty() || !options.districts.empty()) {
    return Error{
        Code::kInvalid,
        "A second device carries the name, role, organisation and districts of its person. Leave out --role, --name, "
        "--organisation and --district."};
  }
  HAKI_ASSIGN(const DeviceId present, device_of_member(home, options.another_device));
  const Person& person = *home.person(present);
  Invitee invitee;
  invitee.role = home.membership.device(present)->now().role;
  invitee.name = person.name;
  invitee.organisation = person.organisation;
  invitee.districts = person.districts;
  invitee.person = home.membership.device(present)->person();
  return invitee;
}

Result<Invitee> somebody_new(const InviteOptions& options) {
  Invitee invitee;
  HAKI_ASSIGN(invitee.role, keys::read_role(options.role));
  if (options.name.empty() || options.name.size() > limits::kNameBytesMax) {
    return Error{Code::kInvalid, "Give the name of the person to invite, with --name."};
  }
  invitee.name = options.name;
  invitee.organisation = options.organisation;
  invitee.districts = options.districts;
  return invitee;
}

}  // namespace

Result<Invitee> invitee_of(const Home& home, const InviteOptions& options) {
  const std::int64_t lasts_ms = options.lasts_ms == 0 ? kInviteMs : options.lasts_ms;
  if (lasts_ms < kHourMs || lasts_ms > kInviteMsMax) {
    return Error{Code::kInvalid, "An invite lasts from 1 hour to 30 days: --expires 24h, or --expires 14d."};
  }
  auto invitee = options.another_device.empty() ? somebody_new(options) : another_device(home, options);
  if (invitee) invitee->lasts_ms = lasts_ms;
  return invitee;
}

MemberId member_for(Home& home, const std::optional<DeviceId>& person) {
  const Person* known = person ? home.person(*person) : nullptr;
  return known != nullptr ? known->member : crypto::random_id<MemberId>(home.random);
}

}  // namespace haki::client
