// Goal: a coalition is founded only with a good token and a batch that holds, and once.
#include "world.h"

namespace haki::test {
namespace {

using namespace envelope;

class Founding : public ::testing::Test {
 protected:
  World world;
  FakeDevice founder{Role::kLead};
};

TEST_F(Founding, IsAnsweredWithTheServersSignature) {
  const Append first = world.founding(founder);
  const Answer answer = world.found(world.new_token(), first);

  ASSERT_EQ(answer.status, 200);
  const auto founded = answer.all<Founded>();
  ASSERT_EQ(founded.size(), 1u);
  EXPECT_EQ(founded[0].org, founder.org);
  EXPECT_EQ(founded[0].time_ms, world.clock.time_ms);
  EXPECT_TRUE(crypto::verify(world.keys.sign.verify, "HAKI1.fnd",
                             founded_message(founder.org, founder.membership->head(), founded[0].time_ms),
                             founded[0].signature));
  EXPECT_EQ(world.exchange(founder).status, 200);
}

TEST_F(Founding, RepeatedGivesTheSameAnswerEvenAfterTheTokenExpired) {
  const Append first = world.founding(founder);
  const Bytes token = world.new_token();
  const auto once = world.found(token, first).all<Founded>();
  world.clock.time_ms += relay::kTokenLifeMs + 1;
  const auto again = world.found(token, first).all<Founded>();

  ASSERT_EQ(once.size(), 1u);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].time_ms, once[0].time_ms);
  EXPECT_EQ(again[0].signature, once[0].signature);
}

TEST_F(Founding, WithAnUnknownTokenIsRefused) {
  const Answer answer = world.found(Bytes(16, 1), world.founding(founder));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.reject().code, Refusal::kTokenInvalid);
}

TEST_F(Founding, WithAnExpiredTokenIsRefused) {
  const Bytes token = world.new_token(1000);
  world.clock.time_ms += 1000;
  EXPECT_EQ(world.found(token, world.founding(founder)).reject().code, Refusal::kTokenExpired);
}

TEST_F(Founding, ATokenIsGoodForOneCoalition) {
  const Bytes token = world.new_token();
  EXPECT_EQ(world.found(token, world.founding(founder)).status, 200);
  FakeDevice other(Role::kLead);
  EXPECT_EQ(world.found(token, world.founding(other)).reject().code, Refusal::kTokenUsed);
}

TEST_F(Founding, TwoAtOnceWithOneTokenFoundOne) {
  const Bytes token = world.new_token();
  FakeDevice other(Role::kLead);
  const Append theirs = world.founding(other);
  const Append ours = world.founding(founder);
  world.store.before_commit = [&] { EXPECT_EQ(world.found(token, theirs).status, 200); };
  EXPECT_EQ(world.found(token, ours).reject().code, Refusal::kTokenUsed);
}

TEST_F(Founding, ForAnotherServerIsRefused) {
  const auto ours = world.keys.sign.verify;
  world.keys.sign.verify = crypto::SigningPair::generate().verify;
  const Append first = world.founding(founder);
  world.keys.sign.verify = ours;
  EXPECT_EQ(world.found(world.new_token(), first).reject().code, Refusal::kBadMembership);
}

TEST_F(Founding, WithAChangedGrantIsRefused) {
  Append first = world.founding(founder);
  first.grants[0].sealed[0] ^= 1;
  EXPECT_EQ(world.found(world.new_token(), first).reject().code, Refusal::kBadMembership);
}

TEST_F(Founding, WithoutTheGrantsItsEpochsNameIsRefused) {
  Append first = world.founding(founder);
  first.grants.pop_back();
  EXPECT_EQ(world.found(world.new_token(), first).reject().code, Refusal::kBadMembership);
}

TEST_F(Founding, WithAnotherFrameIsMalformed) {
  const auto reply = relay::finish(world.store, world.relay->found(encode_frame(Hello{})));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(read_frames(reply.status, reply.body).reject().code, Refusal::kMalformed);
}

TEST(ServerInfo, IsSignedOverTheAskersNonce) {
  World world;
  const Bytes nonce(16, 9);
  const auto reply = world.relay->server_info(nonce);
  const auto info = read_frames(reply.status, reply.body).all<ServerInfo>();
  ASSERT_EQ(info.size(), 1u);
  EXPECT_EQ(info[0].exchange_key, world.keys.exchange.public_key);
  EXPECT_TRUE(crypto::verify(info[0].sign_key, "HAKI1.srv", server_info_message(info[0], nonce), info[0].signature));
  EXPECT_FALSE(
      crypto::verify(info[0].sign_key, "HAKI1.srv", server_info_message(info[0], Bytes(16, 8)), info[0].signature));
}

}  // namespace
}  // namespace haki::test
