// Goal: nothing a device had a receipt for is cut away by mistake; what it sends after its removal is kept for a lead to
// look at, in its notebook, for a while, and no more.
#include "crypto/hash.h"
#include "world.h"

namespace haki::test {
namespace {

using namespace envelope;


class Removal : public CoalitionTest {
 protected:
  // Everything of the batch or nothing of it, so that each attempt begins from the same log.
  Answer attempt(const std::vector<Cut>& cuts) {
    FakeDevice trying = lead;
    trying.membership = std::make_shared<Membership>(*lead.membership);
    const Answer answer = world.exchange(trying, {world.removal(trying, monitor, cuts)});
    lead.counter = trying.counter;
    return answer;
  }
  void remove(const std::vector<Cut>& cuts, bool refuse_late = false) {
    ASSERT_TRUE(world.exchange(lead, {world.removal(lead, monitor, cuts, refuse_late)}).all<Reject>().empty());
  }
  Cut head_of(const CompartmentId& compartment) const {
    const ChainHead& head = monitor.chains.at(compartment);
    return {compartment, head.seq, head.hash};
  }
};

TEST_F(Removal, CutBelowWhatTheServerHoldsMustAskForTheHeadsAgain) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2, .sign_every = true})});
  const Cut early = head_of(monitor.notebook());
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const Cut right = head_of(monitor.notebook());
  Cut another = right;
  another.hash.bytes[0] ^= 1;
  EXPECT_EQ(attempt({}).reject().code, Refusal::kMembershipMoved) << "no cut: all of it would go";
  EXPECT_EQ(attempt({early}).reject().code, Refusal::kMembershipMoved);
  EXPECT_EQ(attempt({another}).reject().code, Refusal::kMembershipMoved) << "at its number another item";
  EXPECT_EQ(attempt({}).reject().seq, lead.membership->count());
  EXPECT_TRUE(attempt({right}).all<Reject>().empty());
}

TEST_F(Removal, OfADeviceThatSentNothingNeedsNoCut) { EXPECT_TRUE(attempt({}).all<Reject>().empty()); }

TEST_F(Removal, TakesWhatThatDeviceReadsAway) {
  world.exchange(lead, {make_run(lead, world.shared())});
  remove({});
  const Answer answer = world.exchange(monitor);
  EXPECT_EQ(answer.status, 200);
  EXPECT_FALSE(answer.all<MembershipEntry>().empty()) << "it learns why";
  EXPECT_TRUE(answer.all<Grant>().empty());
  EXPECT_TRUE(answer.all<Row>().empty());
  EXPECT_EQ(world.exchange(monitor, {Pull{world.shared(), {}, 0}}).reject().code, Refusal::kNotAllowed);
}

TEST_F(Removal, LateWorkIsTakenInItsNotebookForThirtyDays) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  remove({head_of(monitor.notebook())});
  const envelope::Run late = make_run(monitor, monitor.notebook());
  const envelope::Run later = make_run(monitor, monitor.notebook());
  world.clock.time_ms += 30 * kDayMs;
  EXPECT_EQ(world.exchange(monitor, {late}).receipt().seq, 2u);
  ASSERT_EQ(world.exchange(lead).runs().size(), 1u) << "for a lead to look at";
  world.clock.time_ms += 1;
  EXPECT_EQ(world.exchange(monitor, {later}).reject().code, Refusal::kRemoved);
  EXPECT_TRUE(world.exchange(lead).runs().empty());
}

TEST_F(Removal, LateWorkElsewhereIsRefused) {
  FakeDevice editor(Role::kMonitor, true);
  world.admit(lead, editor);
  monitor = editor;
  world.exchange(monitor, {make_epoch_key(monitor), make_run(monitor, world.shared())});
  const std::uint32_t before = monitor.membership->newest();
  remove({head_of(world.shared())});
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, world.shared())}).reject().code, Refusal::kRemoved);
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.m_seq = before})}).receipt().seq, 1u);
}

TEST_F(Removal, LateWorkIsRefusedWhereTheRemovalSaysSo) {
  remove({}, true);
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook())}).reject().code, Refusal::kRemoved);
}

TEST_F(Removal, LateWorkHasABound) {
  const std::uint32_t before = monitor.membership->newest();
  remove({});
  const std::size_t mib = 1024 * 1024;
  std::size_t taken = 0;
  for (int i = 0; i < 80; ++i) {
    const Answer answer = world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.bytes = mib / 4, .m_seq = before})});
    if (answer.all<Receipt>().empty()) {
      EXPECT_EQ(answer.reject().code, Refusal::kRemoved);
      break;
    }
    taken += mib / 4;
  }
  EXPECT_EQ(taken, 16 * mib);
}

TEST_F(Removal, WorkThatCitesItsOwnRemovalIsNotAllowed) {
  const std::uint32_t before = monitor.membership->newest();
  remove({});
  monitor.membership = std::make_shared<Membership>(*lead.membership);
  ASSERT_GT(monitor.membership->newest(), before);
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook())}).reject().code, Refusal::kNotAllowed);
}

// ---- how far a device has got ----

TEST_F(Removal, ALeadIsToldHowFarADeviceHasGotAndNobodyElse) {
  FakeDevice friend_of_monitor;
  world.admit(lead, friend_of_monitor);
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 3})});
  const auto heads = world.exchange(lead, {HeadsWanted{monitor.id}, HeadsWanted{lead.id}}).all<DeviceHeads>();
  ASSERT_EQ(heads.size(), 2u);
  EXPECT_EQ(heads[0].device, monitor.id);
  ASSERT_EQ(heads[0].heads.size(), 1u);
  EXPECT_EQ(heads[0].heads[0].compartment, monitor.notebook());
  EXPECT_EQ(heads[0].heads[0].seq, 3u);
  EXPECT_EQ(heads[0].heads[0].hash, monitor.chains[monitor.notebook()].hash);
  EXPECT_TRUE(heads[1].heads.empty()) << "it wrote nothing";
  DeviceId nobody = monitor.id;
  nobody.bytes[0] ^= 1;
  EXPECT_TRUE(world.exchange(lead, {HeadsWanted{nobody}}).all<DeviceHeads>().empty());
  EXPECT_TRUE(world.exchange(friend_of_monitor, {HeadsWanted{monitor.id}}).all<DeviceHeads>().empty());
  EXPECT_TRUE(world.exchange(monitor, {HeadsWanted{monitor.id}}).all<DeviceHeads>().empty());
}

// ---- its last word ----

class WipedWord : public Removal {
 protected:
  Wiped word(const FakeDevice& of) const {
    return {of.id, crypto::sign(of.sign->secret, "HAKI1.wip", wiped_message(of.org, of.id))};
  }
  void order() {
    ASSERT_TRUE(world.exchange(lead, {Append{{world.entry(lead, WipeOrder{monitor.id})}, {}}}).all<Reject>().empty());
  }
  std::vector<Wiped> given_to(FakeDevice& device) {
    std::vector<Wiped> words;
    for (const Row& row : world.exchange(device).all<Row>()) {
      if (const auto* wiped = std::get_if<Wiped>(&row.content)) words.push_back(*wiped);
    }
    return words;
  }
};

TEST_F(WipedWord, IsKeptOnceAndGivenToLeads) {
  FakeDevice bystander;
  world.admit(lead, bystander);
  remove({});
  order();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(world.exchange(monitor, {word(monitor)}).status, 200);
  const auto words = given_to(lead);
  ASSERT_EQ(words.size(), 1u);
  EXPECT_EQ(words[0].device, monitor.id);
  EXPECT_EQ(words[0].signature, word(monitor).signature);
  EXPECT_TRUE(given_to(lead).empty()) << "once";
  EXPECT_TRUE(given_to(bystander).empty());
}

TEST_F(WipedWord, IsNotKeptWhereNobodyOrderedIt) {
  remove({});
  world.exchange(monitor, {word(monitor)});
  EXPECT_TRUE(given_to(lead).empty());
}

TEST_F(WipedWord, IsNotKeptForAnotherOrWithAnothersSignature) {
  FakeDevice bystander;
  world.admit(lead, bystander);
  remove({});
  order();
  world.exchange(bystander, {word(monitor)});
  Wiped forged = word(monitor);
  forged.signature.bytes[0] ^= 1;
  world.exchange(monitor, {forged});
  world.exchange(monitor, {Wiped{monitor.id, word(bystander).signature}});
  EXPECT_TRUE(given_to(lead).empty());
}

}  // namespace
}  // namespace haki::test
