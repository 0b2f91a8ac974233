// Goal: whatever a seized server does, no device takes it for the truth, crashes, hangs, forgets what it has or lets out what
// it must not; and once the server is honest again all devices agree. Method: real homes and the real client against the
// real relay, whose answers are changed and then proven with the server's own keys; one attack a row (attack.h), after each
// of which the same is checked. A session that hangs ends the process.
#include "attack.h"

namespace haki::test {
namespace {

class Hostile : public testing::TestWithParam<Attack> {};

TEST_P(Hostile, Server) {
  const Attack& attack = GetParam();
  Stage stage;
  if (HasFailure()) return;
  stage.slowest_s = 0;
  stage.words.clear();
  stage.reports.clear();
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

INSTANTIATE_TEST_SUITE_P(Members, Hostile, testing::ValuesIn(attacks_on_members()), [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(Keys, Hostile, testing::ValuesIn(attacks_on_keys()), [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(Work, Hostile, testing::ValuesIn(attacks_on_work()), [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(Receipts, Hostile, testing::ValuesIn(attacks_on_receipts()), [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(Counters, Hostile, testing::ValuesIn(attacks_on_counters()), [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(Colluders, Hostile, testing::ValuesIn(attacks_by_members()), [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(Bytes, Hostile, testing::ValuesIn(attacks_on_bytes()), [](const auto& row) { return row.param.name; });
INSTANTIATE_TEST_SUITE_P(Http, Hostile, testing::ValuesIn(attacks_on_http()), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace haki::test
