// Goal: the membership log grows by one signed entry after another, by whoever comes first, all of a batch or nothing
// of it.
#include "world.h"

namespace haki::test {
namespace {

using namespace envelope;
using Appending = CoalitionTest;

TEST_F(Appending, BringsTheNewcomerInAndItsGrants) {
  FakeDevice second;
  world.admit(lead, second);
  second.membership = std::make_shared<Membership>();
  const Answer first = world.exchange(second);
  EXPECT_EQ(first.all<MembershipEntry>().size(), lead.membership->count());
  EXPECT_EQ(second.membership->head(), lead.membership->head());
  const auto grants = first.all<Grant>();
  ASSERT_EQ(grants.size(), 1u);
  EXPECT_EQ(grants[0].compartment, world.shared());
  EXPECT_EQ(grants[0].device, second.id);
  EXPECT_TRUE(world.exchange(second).all<Grant>().empty());  // once
}

TEST_F(Appending, IsNotSentBackToWhoMadeIt) {
  FakeDevice second;
  const Answer answer = world.exchange(lead, {world.admission(lead, second)});
  EXPECT_TRUE(answer.all<MembershipEntry>().empty());
  EXPECT_EQ(answer.welcome().membership_count, lead.membership->count());
}

TEST_F(Appending, TheSameBatchAgainIsHarmless) {
  FakeDevice second;
  const Append append = world.admission(lead, second);
  world.exchange(lead, {append});
  const Answer again = world.exchange(lead, {append});
  EXPECT_TRUE(again.all<Reject>().empty());
  EXPECT_EQ(again.welcome().membership_count, lead.membership->count());
}

TEST_F(Appending, WhoComesSecondLearnsThatItMoved) {
  FakeDevice other_lead(Role::kLead);
  world.admit(lead, other_lead);
  FakeDevice second, third;
  const Append theirs = world.admission(other_lead, second);
  const Append ours = world.admission(lead, third);
  EXPECT_TRUE(world.exchange(lead, {ours}).all<Reject>().empty());
  const Answer answer = world.exchange(other_lead, {theirs});
  EXPECT_EQ(answer.reject().code, Refusal::kMembershipMoved);
  EXPECT_EQ(answer.reject().seq, lead.membership->count());
  EXPECT_EQ(answer.reject().hash, lead.membership->head());
}

TEST_F(Appending, ThatLostTheRaceAtTheStoreLearnsThatItMoved) {
  FakeDevice other_lead(Role::kLead);
  world.admit(lead, other_lead);
  FakeDevice second, third;
  RequestBuilder theirs(other_lead);
  theirs.add(world.admission(other_lead, second));
  RequestBuilder ours(lead);
  ours.add(world.admission(lead, third));
  world.store.before_commit = [&] { EXPECT_TRUE(world.send(theirs, lead.org).all<Reject>().empty()); };
  const Answer answer = world.send(ours, lead.org);
  EXPECT_EQ(answer.reject().code, Refusal::kMembershipMoved);
  EXPECT_EQ(answer.welcome().membership_head, other_lead.membership->head());
}

TEST_F(Appending, RunsOfTheSameRequestMayCiteIt) {
  FakeDevice second;
  const Append append = world.admission(lead, second);
  const Answer answer = world.exchange(lead, {append, make_run(lead, world.leads())});
  EXPECT_EQ(answer.receipt().seq, 1u);
}

TEST_F(Appending, RefusedLeavesTheRunsToBeJudgedByTheLogAsItIs) {
  FakeDevice stranger;
  Append append = world.admission(lead, stranger);
  const std::uint32_t before = lead.membership->newest() - 2;
  append.entries[1].signature.bytes[0] ^= 1;
  const Answer answer =
      world.exchange(lead, {append, make_run(lead, world.leads(), {.m_seq = before}), make_run(lead, lead.notebook())});
  ASSERT_EQ(answer.all<Reject>().size(), 2u);
  EXPECT_EQ(answer.all<Reject>()[0].code, Refusal::kBadMembership);
  EXPECT_EQ(answer.all<Reject>()[1].code, Refusal::kUnknownMembership);
  EXPECT_EQ(answer.receipt().compartment, world.leads());
}

TEST_F(Appending, IsAllOrNothing) {
  FakeDevice stranger;
  Append append = world.admission(lead, stranger);
  append.entries[1].body.push_back(0);
  world.exchange(lead, {append});
  stranger.org = lead.org;
  EXPECT_EQ(world.exchange(stranger).reject().code, Refusal::kNotAdmitted);
}

TEST_F(Appending, ByADeviceThatIsNoLeadIsRefused) {
  FakeDevice friend_of_monitor;
  const Membership& log = *monitor.membership;
  const auto entry = make_entry(log.org(), log.count(), log.head(), 0, {}, friend_of_monitor.added(), monitor.id,
                                monitor.sign->secret);
  EXPECT_EQ(world.exchange(monitor, {Append{{entry}, {}}}).reject().code, Refusal::kBadMembership);
}

TEST_F(Appending, GrantsThatBreakARuleAreRefused) {
  FakeDevice second;
  const Append good = world.admission(lead, second);
  const auto refused = [&](Grant grant) {
    Append append = good;
    append.grants.push_back(std::move(grant));
    return world.exchange(lead, {append}).reject().code;
  };
  EXPECT_EQ(refused(world.make_grant(lead, world.leads(), 1, second.id)), Refusal::kBadMembership);   // may not read it
  EXPECT_EQ(refused(world.make_grant(lead, world.shared(), 2, second.id)), Refusal::kBadMembership);  // no such epoch
  EXPECT_EQ(refused(world.make_grant(monitor, world.shared(), 1, second.id)), Refusal::kBadMembership);
  Grant forged = world.make_grant(lead, world.shared(), 1, second.id);
  forged.signature.bytes[0] ^= 1;
  EXPECT_EQ(refused(forged), Refusal::kBadMembership);
  Grant short_one = world.make_grant(lead, world.shared(), 1, second.id);
  short_one.sealed.pop_back();
  EXPECT_EQ(refused(short_one), Refusal::kBadMembership);
  EXPECT_TRUE(world.exchange(lead, {good}).all<Reject>().empty());
}

TEST_F(Appending, ANewEpochNeedsExactlyItsGrants) {
  const auto with = [&](std::vector<DeviceId> to, std::vector<DeviceId> named) {
    FakeDevice trying = lead;
    trying.membership = std::make_shared<Membership>(*lead.membership);
    std::vector<SealedKey> sealed;
    Append append;
    for (const DeviceId& device : named) {
      append.grants.push_back(world.make_grant(trying, world.leads(), 2, device));
      sealed.push_back({device, append.grants.back().sealed});
    }
    append.entries.push_back(world.entry(trying, NewEpoch{world.leads(), 2, {}, grants_hash(sealed)}));
    std::erase_if(append.grants, [&](const Grant& grant) { return std::ranges::find(to, grant.device) == to.end(); });
    RequestBuilder request(lead);
    request.add(append);
    return world.send(request, lead.org);
  };
  const DeviceId recovery = recovery_id(lead.membership->recovery().box_key);
  EXPECT_EQ(with({lead.id}, {lead.id, recovery}).reject().code, Refusal::kBadMembership);
  EXPECT_EQ(with({lead.id, monitor.id}, {lead.id, monitor.id}).reject().code, Refusal::kBadMembership);
  EXPECT_TRUE(with({lead.id, recovery}, {lead.id, recovery}).all<Reject>().empty());
}

TEST_F(Appending, ALongTailComesInPiecesAndGrantsAfterTheWholeOfIt) {
  std::vector<FakeDevice> many(800);  // two entries each: more than one reply's
  for (std::size_t i = 0; i < many.size(); i += 100) {
    Append batch;
    for (std::size_t j = i; j < i + 100; ++j) {
      Append one = world.admission(lead, many[j]);
      std::ranges::move(one.entries, std::back_inserter(batch.entries));
      std::ranges::move(one.grants, std::back_inserter(batch.grants));
    }
    ASSERT_TRUE(world.exchange(lead, {batch}).all<Reject>().empty());
  }
  FakeDevice& last = many.back();
  last.org = lead.org;
  const Answer first = world.exchange(last);
  EXPECT_TRUE(first.welcome().more);
  EXPECT_EQ(first.all<MembershipEntry>().size(), 1500u);
  EXPECT_TRUE(first.all<Grant>().empty());
  const Answer second = world.exchange(last);
  EXPECT_FALSE(second.welcome().more);
  EXPECT_EQ(last.membership->head(), lead.membership->head());
  EXPECT_EQ(second.all<Grant>().size(), 1u);
}

// A second process, or a restart, reads the log back and goes on from it.
TEST_F(Appending, SurvivesTheRelay) {
  relay::Relay fresh(world.store, world.keys, world.clock, world.random, {});
  RequestBuilder request(monitor);
  const Bytes body = request.bytes(world.keys.exchange.public_key, world.keys.sign.verify);
  const auto reply = relay::finish(world.store, fresh.exchange(monitor.org, body));
  const Answer answer = read_answer(reply.status, reply.body, request);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.welcome().membership_head, lead.membership->head());
}

}  // namespace
}  // namespace haki::test
