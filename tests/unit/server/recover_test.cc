// Goal: who holds the recovery words brings a new lead in where no lead is left, and nobody else does.
#include "crypto/hash.h"
#include "world.h"

namespace haki::test {
namespace {

using namespace envelope;
using Recovering = CoalitionTest;

TEST_F(Recovering, BringsANewLeadInAndGivesTheLogAndTheGrantsToRecovery) {
  FakeDevice new_lead(Role::kLead);
  new_lead.org = lead.org;
  const Answer answer = world.recover(lead.org, world.recovery_entries(*lead.membership, new_lead));
  ASSERT_EQ(answer.status, 200);
  const auto recovered = answer.all<Recovered>();
  ASSERT_EQ(recovered.size(), 1u);
  EXPECT_EQ(recovered[0].membership_count, lead.membership->count() + 2);
  ASSERT_EQ(recovered[0].entries.size(), recovered[0].membership_count);
  EXPECT_EQ(recovered[0].grants.size(), 2u) << "of ref and of lead";
  for (const Grant& grant : recovered[0].grants) {
    EXPECT_EQ(grant.device, recovery_id(lead.membership->recovery().box_key));
  }
  for (const MembershipEntry& entry : recovered[0].entries) ASSERT_TRUE(new_lead.membership->apply(entry));
  EXPECT_TRUE(new_lead.membership->device(new_lead.id)->now().leads());
  EXPECT_EQ(world.exchange(new_lead, {make_epoch_key(new_lead), make_run(new_lead, new_lead.notebook())}).receipt().seq,
            1u);
}

TEST_F(Recovering, AgainChangesNothingAndGivesTheSameAnswer) {
  FakeDevice new_lead(Role::kLead);
  const auto entries = world.recovery_entries(*lead.membership, new_lead);
  ASSERT_EQ(world.recover(lead.org, entries).status, 200);
  const int commits = world.store.commits;
  const Answer again = world.recover(lead.org, entries);
  EXPECT_EQ(again.status, 200);
  ASSERT_EQ(again.all<Recovered>().size(), 1u);
  EXPECT_EQ(again.all<Recovered>()[0].membership_count, lead.membership->count() + 2);
  EXPECT_EQ(world.store.commits, commits);
}

TEST_F(Recovering, ThatComesSecondIsAnsweredWithTheNewestLogAndNotTaken) {
  FakeDevice first(Role::kLead), next(Role::kLead);
  const auto of_next = world.recovery_entries(*lead.membership, next);
  ASSERT_EQ(world.recover(lead.org, world.recovery_entries(*lead.membership, first)).status, 200);
  const Answer answer = world.recover(lead.org, of_next);
  EXPECT_EQ(answer.status, 200);
  ASSERT_EQ(answer.all<Recovered>().size(), 1u);
  EXPECT_EQ(answer.all<Recovered>()[0].membership_count, lead.membership->count() + 2);
  next.org = lead.org;
  EXPECT_EQ(world.exchange(next).reject().code, Refusal::kNotAdmitted);
}

TEST_F(Recovering, NotSignedByTheRecoveryAuthorityIsRefused) {
  FakeDevice new_lead(Role::kLead);
  const auto good = world.recovery_entries(*lead.membership, new_lead);
  const auto refused = [&](const std::vector<MembershipEntry>& entries) {
    const Answer answer = world.recover(lead.org, entries);
    EXPECT_TRUE(answer.all<Recovered>().empty());
    return answer.reject().code;
  };
  EXPECT_EQ(refused({}), Refusal::kNotAllowed);
  auto forged = good;
  forged[1].signature.bytes[0] ^= 1;
  EXPECT_EQ(refused(forged), Refusal::kNotAllowed);
  auto by_another = good;
  by_another[0].device = lead.id;
  EXPECT_EQ(refused(by_another), Refusal::kNotAllowed);
  FakeDevice copy = lead;
  copy.membership = std::make_shared<Membership>(*lead.membership);
  EXPECT_EQ(refused({world.entry(copy, new_lead.added(false))}), Refusal::kNotAllowed) << "a lead's own entry";
  CoalitionId other = lead.org;
  other.bytes[0] ^= 1;
  EXPECT_EQ(world.recover(other, good).reject().code, Refusal::kUnknownCoalition);
  new_lead.org = lead.org;
  EXPECT_EQ(world.exchange(new_lead).reject().code, Refusal::kNotAdmitted);
  EXPECT_EQ(world.exchange(lead).welcome().membership_count, lead.membership->count());
}

}  // namespace
}  // namespace haki::test
