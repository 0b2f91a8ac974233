// A small coalition made in the test: a founder and whoever it lets in, with the real keys and the real log.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "base/clock.h"
#include "crypto/random.h"
#include "keys/enrolment.h"

namespace haki::test {

// The hint that a run gives of a hash.
inline std::array<std::uint8_t, 8> first8(const Hash& hash) {
  std::array<std::uint8_t, 8> bytes;
  std::memcpy(bytes.data(), hash.bytes.data(), 8);
  return bytes;
}

class FixedClock final : public base::Clock {
 public:
  std::int64_t now_ms() override { return now; }
  std::int64_t steady_ms() override { return now; }
  std::int64_t now = 1'800'000'000'000;
};

struct Coalition {
  FixedClock clock;
  crypto::SystemRandom random;
  keys::Identity founder = keys::Identity::generate(random);
  keys::RecoveryKeys recovery = keys::RecoveryKeys::from_seed(crypto::SecretBytes(as_bytes("01234567890123456789012345678901")));
  crypto::SigningPair server_sign = crypto::SigningPair::generate();
  crypto::AuthPair server_exchange = crypto::AuthPair::generate();
  envelope::Membership membership;
  keys::MembershipBatch founding;
  std::vector<envelope::MembershipEntry> entries;  // the whole log, as a server would send it

  Coalition() {
    const envelope::Endpoints endpoints{{"https://haki.example"}, {}, server_sign.verify, server_exchange.public_key};
    founding = keys::make_founding(founder, recovery, endpoints, membership, clock, random);
    entries = founding.append.entries;
  }

  keys::Invite invite(envelope::Role role) {
    keys::Invite invite;
    invite.genesis = *membership.hash_at(0);
    invite.org = membership.org();
    invite.m_seq = membership.newest();
    invite.m_head = membership.head();
    invite.lead = founder.device();
    invite.lead_sign_key = founder.sign.verify;
    invite.lead_box_key = founder.box.public_key;
    random.fill(invite.secret.bytes);
    invite.server_sign_key = server_sign.verify;
    invite.server_exchange_key = server_exchange.public_key;
    invite.urls = {"https://haki.example"};
    invite.role = role;
    invite.name = "Amina";
    invite.coalition = "Kwale";
    invite.lead_name = "Wanjiru";
    return invite;
  }

  // Lets a new device in and returns it.
  keys::Identity admit(envelope::Role role) {
    keys::Identity joiner = keys::Identity::generate(random);
    const auto request = keys::make_join_request(invite(role), joiner);
    envelope::Append append;
    keys::EntryWriter writer(membership, keys::signer_of(founder), clock, random);
    EXPECT_TRUE(writer.add(append, keys::admission(request, role, true)));
    EXPECT_TRUE(writer.add(append, envelope::NewCompartment{own(joiner), envelope::CompartmentKind::kOwn, joiner.device()}));
    std::ranges::move(append.entries, std::back_inserter(entries));
    return joiner;
  }

  CompartmentId shared() const {
    return membership.compartment_of_kind(envelope::CompartmentKind::kShared)->made.compartment;
  }
  CompartmentId leads() const { return membership.compartment_of_kind(envelope::CompartmentKind::kLeads)->made.compartment; }
  CompartmentId own(const keys::Identity& of) const { return envelope::own_compartment(membership.org(), of.device()); }

  envelope::MembershipEntry entry(const envelope::MembershipAct& act, const keys::Identity& by) {
    return envelope::make_entry(membership.org(), membership.count(), membership.head(), clock.now_ms(),
                                crypto::random_id<envelope::OperationId>(random), act, by.device(), by.sign.secret);
  }
};

}  // namespace haki::test
