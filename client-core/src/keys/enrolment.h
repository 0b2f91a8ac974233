// Coming in: the founding batch, the join request and its admission (spec 40-keys, "Enrolment").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "envelope/frames.h"
#include "envelope/token.h"
#include "keys/entries.h"
#include "keys/invite.h"

namespace haki::keys {

struct MembershipBatch {
  envelope::Append append;
  std::vector<MadeKey> keys;
};

// Genesis, `ref` and `lead` with their first epochs, the founder's notebook; applied to `membership`, which must be empty.
MembershipBatch make_founding(const Identity& founder, const RecoveryKeys& recovery, const envelope::Endpoints& endpoints,
                              envelope::Membership& membership, base::Clock& clock, base::Random& random);

envelope::JoinRequest make_join_request(const Invite& invite, const Identity& identity);
// The eight words both sides compare: over the coalition and every byte of the request.
std::string join_words(const CoalitionId& org, const envelope::JoinRequest& request);

// The entry that lets this very device in, as the founder's or a recovered lead's.
envelope::AddDevice describe(const Identity& identity, envelope::Role role);
// The entry that lets the device in which a join request describes.
envelope::AddDevice admission(const envelope::JoinRequest& request, envelope::Role role, bool verified);

std::string_view role_name(envelope::Role role);
// kInvalid names the roles there are.
Result<envelope::Role> read_role(std::string_view name);

}  // namespace haki::keys
