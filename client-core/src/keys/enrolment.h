// Coming in: the founding batch, the invite, the join request and its admission (spec 40-keys, "Enrolment").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "envelope/frames.h"
#include "envelope/token.h"
#include "keys/entries.h"

namespace haki::keys {

struct MembershipBatch {
  envelope::Append append;
  std::vector<MadeKey> keys;
};

// Genesis, `ref` and `lead` with their first epochs, the founder's notebook; applied to `membership`, which must be empty.
MembershipBatch make_founding(const Identity& founder, const RecoveryKeys& recovery, const envelope::Endpoints& endpoints,
                              envelope::Membership& membership, base::Clock& clock, base::Random& random);

// What a lead hands over: everything a stranger needs to know whom it is joining, and a secret that works once.
struct Invite {
  CoalitionId org;
  Hash genesis;
  std::uint32_t m_seq = 0;
  Hash m_head;
  DeviceId lead;
  crypto::VerifyKey lead_sign_key;
  crypto::BoxPublicKey lead_box_key;
  FixedBytes<struct InviteSecretTag, 16> secret;
  std::int64_t expires_ms = 0;
  crypto::VerifyKey server_sign_key;
  crypto::AuthPublicKey server_exchange_key;
  std::vector<std::string> urls;
  std::vector<envelope::Pin> pins;
  envelope::Role role = envelope::Role::kMonitor;
  std::string name, organisation, coalition, lead_name, lead_organisation;
};
// "haki-invite-1-" and base64url, with a check value. kInvalid: not an invite, or a part is missing.
std::string invite_text(const Invite& invite);
Result<Invite> read_invite(std::string_view text);

envelope::JoinRequest make_join_request(const Invite& invite, const Identity& identity);
// The eight words both sides compare: over the coalition and every byte of the request.
std::string join_words(const CoalitionId& org, const envelope::JoinRequest& request);

// The entry that lets the device in which a join request describes.
envelope::AddDevice admission(const envelope::JoinRequest& request, envelope::Role role, bool verified);

std::string_view role_name(envelope::Role role);
// kInvalid names the roles there are.
Result<envelope::Role> read_role(std::string_view name);

}  // namespace haki::keys
