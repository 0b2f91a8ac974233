// Members and devices: who is here, inviting, and letting in those who answer.
#pragma once

#include "client/home.h"
#include "envelope/frames.h"
#include "base/limits.h"
#include "haki/member.h"

namespace haki::client {

class People {
 public:
  explicit People(Home& home) : home_(home) {}

  Result<std::vector<MemberView>> members();
  Result<Invite> invite(const InviteOptions& options);
  Result<std::vector<PendingJoin>> pending();
  Result<> approve(std::string_view which);  // by hand; admitted with the next exchange

  // Keeps a join request that came from the server (inside the caller's transaction).
  Result<> take_join(const envelope::JoinRequest& request);
  // Entries that admit everybody who may be admitted now, applied to `after`. Says in `notes` whom a lead must look at.
  Result<> admissions(envelope::Membership& after, envelope::Append& append, std::vector<std::string>& notes);
  // After new entries were applied: admitted requests are done, their people get a profile in `lead`. Inside the caller's
  // transaction. Returns how many.
  Result<std::uint64_t> settle_admitted();
  // The founder's own profile.
  Result<> write_own_profile();

 private:
  struct Candidate;
  Result<std::vector<Candidate>> candidates();
  Result<bool> is_proven(const envelope::JoinRequest& request);
  Result<> write_profile(const DeviceId& device, const Person& person);

  static constexpr std::size_t kStrangersMax = 256;

  Home& home_;
  std::optional<std::size_t> strangers_;  // join requests kept whose proof does not hold here
};

}  // namespace haki::client
