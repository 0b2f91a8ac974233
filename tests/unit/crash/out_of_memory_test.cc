// Goal: when SQLite gets no memory, at whichever of its requests, the call in progress says so, nothing that was acknowledged is
// lost, nothing half-done is kept, no answer is wrong, no memory stays behind, and with memory again work goes on. Method: SQLite is
// given an allocator that refuses the Nth request, once, or until the call has failed, or for good; each step of the session
// (session.h) is tried with opening the home before it, for many N; HAKI_LONG=1 takes every N.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "session.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::test {
namespace {

enum class Shortage { kOnce, kUntilItFails, kForGood };

// SQLite's memory, which runs out where a test wishes. SQLite's interface has no place for a context.
sqlite3_mem_methods system_memory;
struct Supply {
  bool armed = false;
  bool lasting = false;
  std::size_t asked = 0;
  std::size_t refuse_at = SIZE_MAX;
  std::size_t refused = 0;
} supply;

bool is_refused() {
  if (!supply.armed) return false;
  const std::size_t number = supply.asked++;
  const bool refused = supply.lasting ? number >= supply.refuse_at : number == supply.refuse_at;
  supply.refused += refused;
  return refused;
}
void* allocate(int size) { return is_refused() ? nullptr : system_memory.xMalloc(size); }
void* reallocate(void* memory, int size) { return is_refused() ? nullptr : system_memory.xRealloc(memory, size); }

// Before SQLite is first used.
bool rule_sqlites_memory() {
  if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) return false;
  sqlite3_mem_methods scarce = system_memory;
  scarce.xMalloc = &allocate;
  scarce.xRealloc = &reallocate;
  return sqlite3_config(SQLITE_CONFIG_MALLOC, &scarce) == SQLITE_OK;
}

// The session without shortage: the disk before each step, its answer, and what is read before and after.
struct Rehearsal {
  store::TemporaryFolder folder;
  Office office{5, folder.path("server")};
  std::vector<Step> steps = offline_steps();
  std::vector<store::Image> before;
  std::vector<std::string> answers, read;  // read[i]: before step i

  Rehearsal() {
    store::Image image = office.lead.disk.image();
    for (const Step& step : steps) {
      before.push_back(image);
      Phone phone(office.server, office.clock, office.chance, std::move(image));
      phone.line.weather = Line::Weather::kNoLink;
      EXPECT_OK(phone.turn_on());
      read.push_back(*all_that_is_read(*phone.client));
      const auto answer = step.run(*phone.client);
      EXPECT_OK(answer) << step.kind;
      answers.push_back(*answer);
      phone.client.reset();
      image = phone.disk.image();
    }
    Phone phone(office.server, office.clock, office.chance, image);
    EXPECT_OK(phone.turn_on());
    read.push_back(*all_that_is_read(*phone.client));
  }
};
Rehearsal& rehearsal() {
  static Rehearsal kRehearsal;
  return kRehearsal;
}

class OutOfMemory : public ::testing::TestWithParam<Shortage> {
 protected:
  void expect_words(const Error& error) const {
    EXPECT_EQ(error.code, Code::kIo) << error.message;
    EXPECT_NE(error.message.find("memory"), std::string::npos) << error.message;
  }

  // One step with the shortage from request `nth` on; false where it was over before that.
  bool attempt(std::size_t number, std::size_t nth) {
    const auto used_before = sqlite3_memory_used();
    Rehearsal& known = rehearsal();
    const Step& step = known.steps[number];
    store::Image left;
    bool acknowledged = false, doubtful = false;
    {
      Phone phone(known.office.server, known.office.clock, known.office.chance, known.before[number]);
      phone.line.weather = Line::Weather::kNoLink;
      supply = {true, GetParam() != Shortage::kOnce, 0, nth, 0};
      auto on = phone.turn_on();
      if (!on) {
        expect_words(on.error());
        if (GetParam() != Shortage::kForGood) supply.armed = false, on = phone.turn_on();
        EXPECT_TRUE(on || GetParam() == Shortage::kForGood) << "does not open with memory again: " << on.error().message;
      }
      if (on) {
        auto answer = step.run(*phone.client);
        if (!answer) {
          expect_words(answer.error());
          doubtful = true;
          if (GetParam() != Shortage::kForGood) {
            supply.armed = false;
            // What could not be read again after the failure is read by the first call, which says so.
            for (int more = 0; more < 2 && !answer && answer.error().code == Code::kIo; ++more) answer = step.run(*phone.client);
            const bool there_already = !answer && (answer.error().code == Code::kExists || step.several);
            EXPECT_TRUE(answer || there_already) << "with memory again: " << answer.error().message;
          }
        }
        acknowledged = answer.has_value();
        if (acknowledged) {
          EXPECT_EQ(*answer, known.answers[number]) << "a wrong answer";
        }
      }
      const bool over = supply.refused == 0;
      phone.client.reset();
      supply.armed = false;
      if (over) return false;
      left = phone.disk.image();
    }
    EXPECT_EQ(sqlite3_memory_used(), used_before) << "memory stays behind";
    look_at(std::move(left), number, acknowledged, doubtful);
    return true;
  }

  void look_at(store::Image image, std::size_t number, bool acknowledged, bool doubtful) {
    Rehearsal& known = rehearsal();
    Phone phone(known.office.server, known.office.clock, known.office.chance, std::move(image));
    phone.line.weather = Line::Weather::kNoLink;
    ASSERT_OK(phone.turn_on());
    ASSERT_OK(phone.home().database->check());
    const auto read = all_that_is_read(*phone.client);
    ASSERT_OK(read);
    const bool done = *read == known.read[number + 1];
    const bool absent = *read == known.read[number];
    EXPECT_TRUE(done || (!acknowledged && (absent || known.steps[number].several)))
        << (acknowledged ? "acknowledged and lost: " : doubtful ? "half done: " : "changed by itself: ") << *read;
  }
};

TEST_P(OutOfMemory, AtAnyRequestLosesNothingAndKeepsNothingHalf) {
  std::size_t attempts = 0, requests = 0;
  for (std::size_t number = 0; number < rehearsal().steps.size(); ++number) {
    supply = {true, false, 0, SIZE_MAX, 0};
    {
      Phone phone(rehearsal().office.server, rehearsal().office.clock, rehearsal().office.chance, rehearsal().before[number]);
      ASSERT_OK(phone.turn_on());
      ASSERT_OK(rehearsal().steps[number].run(*phone.client));
    }
    const std::size_t all = supply.asked;
    requests += all;
    supply = {};
    const std::size_t stride = store::long_run() ? 1 : std::max<std::size_t>(1, all / 25);
    for (std::size_t nth = number % stride; nth < all; nth += stride) {
      SCOPED_TRACE(std::string(rehearsal().steps[number].kind) + " (step " + std::to_string(number) + "), request " + std::to_string(nth) + " of " +
                   std::to_string(all));
      if (!attempt(number, nth)) break;
      ++attempts;
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(attempts, 200u);
  std::printf("  %zu requests for memory in %zu steps, %zu of them refused in turn\n", requests, rehearsal().steps.size(), attempts);
}

INSTANTIATE_TEST_SUITE_P(Shortages, OutOfMemory, ::testing::Values(Shortage::kOnce, Shortage::kUntilItFails, Shortage::kForGood),
                         [](const auto& tested) {
                           return tested.param == Shortage::kOnce ? "Once" : tested.param == Shortage::kUntilItFails ? "UntilItFails" : "ForGood";
                         });

// SQLite copies a text that runs over several pages once more, to end it with a zero; without memory for that it answers none.
TEST(LongText, IsReadWithoutMoreMemory) {
  store::MemoryDisk disk;
  auto database = store::create_store(disk);
  ASSERT_OK(database);
  const std::string narrative(20'007, 'm');  // fills what is got for it to the last byte
  ASSERT_OK((*database)->execute("CREATE TABLE note(body TEXT)"));
  ASSERT_OK((*database)->run("INSERT INTO note VALUES(?)", narrative));
  store::Statement row = (*database)->prepare("SELECT body FROM note");
  ASSERT_OK(row.step());
  supply = {true, true, 0, 0, 0};
  const std::string read(row.text(0));
  supply = {};
  EXPECT_EQ(read.size(), narrative.size()) << "a long text reads as an empty one";
}

TEST(Beginning, ThatWantsMemoryAtAnyRequestLeavesNoTransactionOpen) {
  std::size_t failed = 0;
  for (std::size_t nth = 0;; ++nth) {
    store::MemoryDisk disk;
    auto database = store::create_store(disk);
    ASSERT_OK(database);
    ASSERT_OK((*database)->execute("CREATE TABLE note(body TEXT)"));
    supply = {true, true, 0, nth, 0};
    {
      store::Transaction transaction(**database);
      supply.armed = false;
      failed += !transaction.started();
    }
    EXPECT_FALSE((*database)->in_transaction()) << "request " << nth;
    EXPECT_OK((*database)->run("INSERT INTO note VALUES('maji')")) << "request " << nth;
    if (supply.refused == 0) break;
  }
  EXPECT_GT(failed, 0u);
}

}  // namespace
}  // namespace haki::test

int main(int argc, char** argv) {
  if (!haki::test::rule_sqlites_memory()) return 1;
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
