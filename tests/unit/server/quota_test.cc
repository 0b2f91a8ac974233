// Goal: a device that has sent more than the operator allows loses nothing: its notebook is taken up to as much again, marked
// for a lead to decide, and what is not taken is refused by name. Method: the relay with a quota of a few hundred bytes.
#include "relay/compaction.h"
#include "snapshot_world.h"

namespace haki::test {
namespace {

using namespace envelope;

constexpr std::size_t kQuota = 1000;

class Quota : public SnapshotTest {
 protected:
  Quota() {
    world.exchange(monitor);  // it has heard of the second lead, so that its runs cite one entry
    world.restart(kQuota);
  }

  envelope::Run work(FakeDevice& by, const CompartmentId& place, std::size_t bytes, std::size_t count = 1) {
    return make_run(by, place, {.count = count, .bytes = bytes, .sign_every = true});
  }
  Answer push(std::size_t bytes, std::size_t count = 1) {
    return world.exchange(monitor, {work(monitor, monitor.notebook(), bytes, count)});
  }
  std::uint64_t held(const FakeDevice& of) {
    const auto snapshot = world.store.read();
    const auto coalition = (*snapshot)->coalition(of.org);
    return *(*snapshot)->bytes_of_log((*coalition)->key, of.log);
  }
  std::uint64_t devices_over_quota() { return (*world.store.read())->totals()->over_quota; }
  // How what is new reaches a reader, a run before each bar: "." an item as usual, "+" one that is marked.
  std::string marks(FakeDevice& reader) {
    std::string text;
    for (const Row& row : world.exchange(reader).all<Row>()) {
      const auto* run = std::get_if<envelope::Run>(&row.content);
      if (run != nullptr) text += std::string(run->items.size(), row.over_quota ? '+' : '.') + '|';
    }
    return text;
  }
  static void expect_taken(const Answer& answer) {
    EXPECT_EQ(answer.all<Receipt>().size(), 1u);
    EXPECT_TRUE(answer.all<Reject>().empty());
  }
  static void expect_told(const Answer& answer, std::uint64_t first_seq, std::size_t receipts) {
    EXPECT_EQ(answer.reject().code, Refusal::kQuota);
    EXPECT_EQ(answer.reject().seq, first_seq);
    EXPECT_EQ(answer.all<Receipt>().size(), receipts);
  }
};

TEST_F(Quota, UpToItNothingChanges) {
  expect_taken(push(400));
  expect_taken(push(600));
  EXPECT_EQ(held(monitor), kQuota);
  EXPECT_EQ(marks(lead), "..|");
  EXPECT_EQ(devices_over_quota(), 0u);
}

TEST_F(Quota, BeyondItANotebookIsTakenAndMarkedAndItsAuthorIsTold) {
  push(1000);
  const Answer answer = push(112);
  expect_told(answer, 2, 1);
  EXPECT_EQ(answer.reject().compartment, monitor.notebook());
  EXPECT_EQ(answer.reject().log, monitor.log);
  EXPECT_EQ(answer.receipt().seq, 2u);
  expect_told(push(112), 3, 1);
  EXPECT_EQ(marks(lead), ".|++|") << "runs of different marks are not joined";
  EXPECT_EQ(devices_over_quota(), 1u);
}

TEST_F(Quota, ARunThatGoesBeyondItIsMarkedAsAWhole) {
  push(900);
  expect_told(push(60, 2), 2, 1);
  EXPECT_EQ(marks(lead), ".|++|");
}

TEST_F(Quota, UpToTwiceItIsTakenAndBeyondThatRefused) {
  push(1000);
  expect_told(push(1000), 2, 1);
  EXPECT_EQ(held(monitor), 2 * kQuota);
  const envelope::Run third = work(monitor, monitor.notebook(), 1);
  const envelope::Run fourth = work(monitor, monitor.notebook(), 1);
  const auto rejects = world.exchange(monitor, {third, fourth}).all<Reject>();
  ASSERT_EQ(rejects.size(), 2u);
  EXPECT_EQ(rejects[0].code, Refusal::kQuota);
  EXPECT_EQ(rejects[0].seq, 3u);
  EXPECT_EQ(rejects[1].code, Refusal::kQuota) << "and not a gap: the same is wrong with it";
  EXPECT_EQ(rejects[1].seq, 4u);
  EXPECT_EQ(held(monitor), 2 * kQuota);
  EXPECT_EQ(marks(lead), ".|+|");
  world.restart(2 * kQuota + 2);
  EXPECT_EQ(world.exchange(monitor, {third, fourth}).all<Receipt>().size(), 2u) << "the operator allows more: they go as they were";
}

TEST_F(Quota, CountsAllCompartmentsAndElsewhereNothingBeyondItIsTaken) {
  world.exchange(lead, {make_epoch_key(lead)});
  const std::uint64_t before = held(lead);
  world.restart(before + kQuota);
  expect_taken(world.exchange(lead, {work(lead, world.leads(), 500)}));
  expect_taken(world.exchange(lead, {work(lead, world.shared(), 500)}));
  for (const CompartmentId& place : {world.shared(), world.leads(), monitor.notebook()}) {
    FakeDevice trying = lead;
    const std::uint64_t next_seq = trying.chains[place].seq + 1;
    expect_told(world.exchange(trying, {work(trying, place, 1)}), next_seq, 0);
    lead.counter = trying.counter;
  }
  EXPECT_EQ(held(lead), before + kQuota);
  const Answer own = world.exchange(lead, {work(lead, lead.notebook(), 100)});
  expect_told(own, 1, 1);
  EXPECT_EQ(marks(second), ".|.|+|") << "its own notebook";
}

TEST_F(Quota, TheSameAgainIsToldAgain) {
  const envelope::Run first = work(monitor, monitor.notebook(), 1000);
  const envelope::Run beyond = work(monitor, monitor.notebook(), 112, 2);
  world.exchange(monitor, {first, beyond});
  expect_told(world.exchange(monitor, {beyond}), 2, 1);
  expect_taken(world.exchange(monitor, {first}));
  EXPECT_EQ(held(monitor), kQuota + 2 * 112);
}

TEST_F(Quota, IsTheSameAfterARestart) {
  push(1000);
  world.restart(kQuota);
  expect_told(push(1), 2, 1);
  world.restart(0);
  expect_taken(push(5000));
}

TEST_F(Quota, DoesNotCountWhatWasLetGo) {
  push(500, 4);
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  upload(lead, made);
  world.exchange(second, {word(second, made.frame)});
  world.clock.time_ms += 91 * kDayMs;
  for (const bool only_count : {true, false}) {
    EXPECT_EQ(held(monitor), 2 * kQuota);
    relay::Coalitions logs;
    ASSERT_TRUE(relay::compact(world.store, logs, lead.org, world.clock.time_ms, 90 * kDayMs, only_count));
  }
  EXPECT_EQ(held(monitor), 0u);
  expect_taken(push(1000));
  expect_told(push(1), 6, 1);
}

// A lead carries work of the device to one compartment while the device itself sends to another: neither moves the
// other's chain, and each alone is below the quota.
TEST_F(Quota, TwoPushesAtOnceAreCountedTogether) {
  FakeDevice editor(Role::kMonitor, true);
  world.admit(lead, editor);
  world.exchange(editor, {make_epoch_key(editor)});
  envelope::Run carried = work(editor, world.shared(), 600);
  carried.log = editor.log;
  world.store.before_commit = [&] { EXPECT_EQ(world.exchange(lead, {carried}).receipt().log, editor.log); };
  expect_told(world.exchange(editor, {work(editor, editor.notebook(), 600)}), 1, 1);
  EXPECT_EQ(held(editor), 1200u);
}

}  // namespace
}  // namespace haki::test
