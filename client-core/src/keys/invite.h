// The invite: what a lead hands over, so that a stranger knows whom it is joining (spec 40-keys, "Enrolment").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envelope/membership_acts.h"
#include "haki/result.h"

namespace haki::keys {

// Public things, and a secret that is good for one answer: nothing in it is of use once it is answered or has expired.
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
  std::optional<DeviceId> person{};  // another device of a person who is in already: their first one
};

std::string invite_text(const Invite& invite);     // "haki-invite-1-…"
std::string invite_qr_text(const Invite& invite);  // the same as a QR code holds it in fewer modules
// Reads either. kInvalid: something else; kDamaged: a part is missing or was changed; kWrongVersion: a newer version's.
Result<Invite> read_invite(std::string_view text);

}  // namespace haki::keys
