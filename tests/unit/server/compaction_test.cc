// Goal: a server lets go of ciphertext only on the word of two leads, only of what is old, and never of what proves a
// chain. Method: the relay with a clock of the test's, and compact() as the operator's command calls it.
#include "relay/compaction.h"
#include "snapshot_world.h"

namespace haki::test {
namespace {

using namespace envelope;


class Compacting : public SnapshotTest {
 protected:
  relay::Compacted compact(bool dry_run = false) {
    relay::Coalitions logs;
    const auto done = relay::compact(world.store, logs, lead.org, world.clock.time_ms, 90 * kDayMs, dry_run);
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return done ? *done : relay::Compacted{};
  }
  void push(std::size_t count) {
    world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = count, .bytes = 500, .sign_every = true})});
  }
  // Five items, a snapshot of them with two signatures, two more items; old enough.
  MadeSnapshot old_work() {
    push(5);
    const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
    upload(lead, made);
    world.exchange(second, {word(second, made.frame)});
    push(2);
    world.clock.time_ms += 91 * kDayMs;
    return made;
  }
  std::vector<envelope::Run> whole_chain(FakeDevice& reader) {
    return world.exchange(reader, {Pull{monitor.notebook(), monitor.log, 0}}).runs();
  }
};

TEST_F(Compacting, LetsGoOfOldItemsThatTwoLeadsSignedForAndTheChainStillVerifies) {
  old_work();
  world.exchange(lead);
  const relay::Compacted planned = compact(true);
  EXPECT_EQ(planned.items, 5u);
  EXPECT_EQ(whole_chain(lead).at(0).items[0].sealed.size(), 500u) << "a dry run changes nothing";
  const relay::Compacted done = compact();
  EXPECT_EQ(done.items, 5u);
  EXPECT_EQ(done.bytes, 2500u);
  EXPECT_EQ(done.compartments, 1u);
  ChainHead head;
  std::size_t without = 0;
  for (const envelope::Run& run : whole_chain(lead)) {
    const auto verified = verify_run(lead.org, run, monitor.log, head, *lead.membership->hash_at(run.m_seq),
                                     monitor.sign->verify);
    ASSERT_TRUE(verified) << verified.error().message;
    head = {verified->back().last_seq, verified->back().hash};
    for (const Item& item : run.items) {
      EXPECT_EQ(item.sealed_length, 500u);
      without += item.sealed.empty() ? 1 : 0;
    }
  }
  EXPECT_EQ(head, monitor.chains[monitor.notebook()]);
  EXPECT_EQ(without, 5u);
  const relay::Compacted again = compact();
  EXPECT_EQ(again.items, 0u);
  EXPECT_EQ(again.vouched, 1u);
}

TEST_F(Compacting, KeepsWhatIsYoungerThanTheDays) {
  old_work();
  world.clock.time_ms -= 2 * kDayMs;
  const relay::Compacted done = compact();
  EXPECT_EQ(done.items, 0u);
  EXPECT_EQ(done.vouched, 1u);
}

TEST_F(Compacting, KeepsAllWithoutASecondLeadsWord) {
  push(5);
  upload(lead, make(lead, monitor.notebook(), {&monitor}));
  world.clock.time_ms += 91 * kDayMs;
  const relay::Compacted done = compact();
  EXPECT_EQ(done.items, 0u);
  EXPECT_EQ(done.vouched, 0u);
}

TEST_F(Compacting, KeepsAllWhereASignerLeadsNoMore) {
  old_work();
  FakeDevice third(Role::kLead);
  admit_lead(third);
  EXPECT_EQ(compact(true).items, 5u);
  suspend(second);
  const relay::Compacted done = compact();
  EXPECT_EQ(done.items, 0u);
  EXPECT_EQ(done.vouched, 0u);
}

TEST_F(Compacting, LeavesADeviceThatWasAwayToSendAndReceiveAsEver) {
  push(5);
  FakeDevice away = monitor;  // its last sync was before all this
  const envelope::Run sent_before = make_run(monitor, monitor.notebook(), {.count = 2, .sign_every = true});
  ASSERT_EQ(world.exchange(monitor, {sent_before}).receipt().seq, 7u);
  away.counter = monitor.counter;
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  upload(lead, made);
  world.exchange(second, {word(second, made.frame)});
  world.clock.time_ms += 400 * kDayMs;
  ASSERT_EQ(compact().items, 7u);
  EXPECT_EQ(world.exchange(away, {sent_before}).receipt().seq, 7u) << "the same items again: the first receipt";
  away.chains = monitor.chains;
  EXPECT_EQ(world.exchange(away, {make_run(away, away.notebook())}).receipt().seq, 8u);
  RequestBuilder from_the_start(second);
  from_the_start.hello.cursor = 0;
  const auto runs = world.exchange(second, from_the_start).runs();
  ASSERT_FALSE(runs.empty());
  EXPECT_TRUE(runs[0].items[0].sealed.empty());
  EXPECT_EQ(world.exchange(lead, {runs[0]}).reject().code, Refusal::kMalformed) << "never taken without ciphertext";
}

// Items without ciphertext are small: a reply holds more of them than of any others.
TEST_F(Compacting, LeavesNoItemOfALongChainOut) {
  for (int i = 0; i < 110; ++i) push(50);
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  upload(lead, made);
  world.exchange(second, {word(second, made.frame)});
  world.clock.time_ms += 91 * kDayMs;
  ASSERT_EQ(compact().items, 5500u);
  FakeDevice third(Role::kLead);
  admit_lead(third);
  std::size_t items = 0;
  for (bool more = true; more;) {
    RequestBuilder request(third);
    request.hello.credit = 2 * 1024 * 1024;
    const Answer answer = world.exchange(third, request);
    for (const envelope::Run& run : answer.runs()) items += run.items.size();
    more = answer.welcome().more;
  }
  EXPECT_EQ(items, 5500u);
}

TEST(CompactingAlone, WithOneLeadNothingGoes) {
  World world;
  FakeDevice lead(Role::kLead);
  world.found_with(lead);
  world.exchange(lead, {make_run(lead, world.shared())});
  relay::Coalitions logs;
  const auto done = relay::compact(world.store, logs, lead.org, world.clock.time_ms + 1000 * kDayMs, 90 * kDayMs, false);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->items, 0u);
  EXPECT_TRUE(done->one_lead);
}

}  // namespace
}  // namespace haki::test
