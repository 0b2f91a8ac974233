// Goal: whatever a seized server does, no device takes it for the truth, crashes, hangs, forgets what it has or lets out what
// it must not; and once the server is honest again all devices agree. Method: real homes and the real client against the
// real relay, whose answers are changed and then proven with the server's own keys; one attack a row (attack.h), after each
// of which the same is checked. A session that hangs ends the process. HAKI_ATTACK=name plays one row alone.
#include <cstdlib>
#include <iostream>

#include "attack.h"

namespace haki::test {
namespace {

// One row, on a stage that it leaves as it must be left.
void play(const Attack& attack, Stage& stage) {
  attack.play(stage);
  stage.server.be_honest();
  EXPECT_GT(stage.server.lies(), 0u) << "the server told no lie";
  EXPECT_LT(stage.slowest_s, attack.seconds_max) << "a sync took so many seconds";
  if (attack.detected != nullptr) {
    EXPECT_TRUE(*attack.detected == '\0' || stage.heard(attack.detected))
        << "expected: \"" << attack.detected << "\"; what was said:\n" << stage.all_words();
  }
  stage.check_local();
  if (attack.apart == nullptr) stage.check_together();
  stage.check_leaks();
}

int failures_so_far() {
  const testing::TestResult& result = *testing::UnitTest::GetInstance()->current_test_info()->result();
  int failures = 0;
  for (int i = 0; i < result.total_part_count(); ++i) failures += result.GetTestPartResult(i).failed() ? 1 : 0;
  return failures;
}

void play_all(const std::vector<Attack>& attacks) {
  const char* only = std::getenv("HAKI_ATTACK");
  std::unique_ptr<Stage> stage;
  for (const Attack& attack : attacks) {
    if (only != nullptr && std::string(only) != attack.name) continue;
    SCOPED_TRACE(attack.name);
    if (attack.open != nullptr) {
      std::cout << "OPEN      " << attack.name << ": " << attack.open << std::endl;
      continue;
    }
    if (stage == nullptr) stage = std::make_unique<Stage>();
    const int failures = failures_so_far();
    stage->arm();
    play(attack, *stage);
    const bool failed = failures_so_far() > failures;
    std::cout << (failed ? "FAILED    " : attack.detected != nullptr ? "detected  " : "harmless  ") << attack.name << std::endl;
    // A stage serves on while its members are who they were.
    if (failed || attack.apart != nullptr || !stage->as_founded()) stage.reset();
  }
}

TEST(Hostile, Members) { play_all(attacks_on_members()); }
TEST(Hostile, Keys) { play_all(attacks_on_keys()); }
TEST(Hostile, Work) { play_all(attacks_on_work()); }
TEST(Hostile, Erasing) { play_all(attacks_on_erasing()); }
TEST(Hostile, Receipts) { play_all(attacks_on_receipts()); }
TEST(Hostile, Counters) { play_all(attacks_on_counters()); }
TEST(Hostile, Colluders) { play_all(attacks_by_members()); }
TEST(Hostile, Bytes) { play_all(attacks_on_bytes()); }
TEST(Hostile, Http) { play_all(attacks_on_http()); }

}  // namespace
}  // namespace haki::test
