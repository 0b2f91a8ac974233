// Goal: anyone may knock, within bounds; only leads hear it, and only until the newcomer is in or 30 days are over.
#include "world.h"

namespace haki::test {
namespace {

using namespace envelope;

class Joining : public CoalitionTest {
 protected:
  Bytes secret = Bytes(16, 5);
  FakeDevice newcomer;
  JoinRequest request = make_join(newcomer, lead.org, secret);

  std::vector<JoinRequest> heard_by(FakeDevice& device) {
    std::vector<JoinRequest> heard;
    for (const Row& row : world.exchange(device).all<Row>()) {
      if (const auto* join = std::get_if<JoinRequest>(&row.content)) heard.push_back(*join);
    }
    return heard;
  }
};

TEST_F(Joining, IsHeardByLeadsOnly) {
  EXPECT_EQ(world.join(lead.org, request.invite, request).status, 200);
  const auto heard = heard_by(lead);
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(heard[0].mac, join_mac(secret, lead.org, heard[0]));
  EXPECT_TRUE(heard_by(monitor).empty());
}

TEST_F(Joining, RepeatedIsOneRequest) {
  for (int i = 0; i < 9; ++i) EXPECT_EQ(world.join(lead.org, request.invite, request).status, 200);
  EXPECT_EQ(heard_by(lead).size(), 1u);
}

TEST_F(Joining, AtMostFourForOneInvite) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(world.join(lead.org, request.invite, make_join(FakeDevice(), lead.org, secret)).status, 200);
  }
  const Answer fifth = world.join(lead.org, request.invite, make_join(FakeDevice(), lead.org, secret));
  EXPECT_EQ(fifth.status, 429);
  EXPECT_EQ(fifth.reject().code, Refusal::kTooManyJoins);
}

TEST_F(Joining, AtMost256Pending) {
  const auto knock = [&](std::uint8_t a, std::uint8_t b) {
    const Bytes other{a, b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    return world.join(lead.org, invite_id(other), make_join(newcomer, lead.org, other)).status;
  };
  for (int i = 0; i < 256; ++i) ASSERT_EQ(knock(static_cast<std::uint8_t>(i), 1), 200);
  EXPECT_EQ(knock(0, 2), 429);
}

TEST_F(Joining, IsForgottenAfterThirtyDays) {
  world.join(lead.org, request.invite, request);
  world.clock.time_ms += 30LL * 24 * 3600 * 1000 + 1;
  EXPECT_TRUE(heard_by(lead).empty());
}

TEST_F(Joining, IsForgottenOnceAdmitted) {
  world.join(lead.org, request.invite, request);
  world.admit(lead, newcomer);
  FakeDevice other_lead(Role::kLead);
  world.admit(lead, other_lead);
  EXPECT_TRUE(heard_by(other_lead).empty());
  EXPECT_EQ(world.join(lead.org, request.invite, request).status, 200);  // a late repeat
  EXPECT_TRUE(heard_by(other_lead).empty());
}

TEST_F(Joining, UnderAnotherInvitesNameIsMalformed) {
  InviteId other = request.invite;
  other.bytes[0] ^= 1;
  EXPECT_EQ(world.join(lead.org, other, request).reject().code, Refusal::kMalformed);
}

TEST_F(Joining, AnUnknownCoalitionIsRefused) {
  CoalitionId other = lead.org;
  other.bytes[0] ^= 1;
  EXPECT_EQ(world.join(other, request.invite, request).reject().code, Refusal::kUnknownCoalition);
}

}  // namespace
}  // namespace haki::test
