// Guessing against an open home: three tries freely, then one a second, and the tenth wrong one locks.
#include "cli/passphrase.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace haki::cli {
namespace {

using Answer = PassphraseGate::Answer;
using std::chrono::milliseconds;

class GateTest : public ::testing::Test {
 protected:
  Answer wrong() {
    return gate_.check(now_, [this] { return ++asked_, false; });
  }
  Answer right() {
    return gate_.check(now_, [this] { return ++asked_, true; });
  }

  PassphraseGate gate_;
  PassphraseGate::Clock::time_point now_ = PassphraseGate::Clock::time_point() + std::chrono::hours(1);
  int asked_ = 0;
};

TEST_F(GateTest, FromTheThirdWrongOneOneTryASecond) {
  EXPECT_EQ(wrong(), Answer::kWrong);
  EXPECT_EQ(wrong(), Answer::kWrong);
  EXPECT_EQ(wrong(), Answer::kWrong);
  EXPECT_EQ(wrong(), Answer::kTooSoon);
  EXPECT_EQ(right(), Answer::kTooSoon) << "even the right one waits, or guessing would be free";
  EXPECT_EQ(asked_, 3) << "what comes too soon is not even compared";
  now_ += milliseconds(999);
  EXPECT_EQ(wrong(), Answer::kTooSoon);
  now_ += milliseconds(1);
  EXPECT_EQ(right(), Answer::kRight);
}

TEST_F(GateTest, TheTenthWrongOneLocks) {
  for (int i = 1; i < 10; ++i) {
    EXPECT_EQ(wrong(), Answer::kWrong) << i;
    now_ += milliseconds(1000);
  }
  EXPECT_EQ(wrong(), Answer::kLockNow);
}

TEST_F(GateTest, ARightOneStartsTheCountAgain) {
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(wrong(), Answer::kWrong);
    EXPECT_EQ(wrong(), Answer::kWrong);
    EXPECT_EQ(right(), Answer::kRight);
  }
}

TEST(Passphrase, LeavesTheEnvironmentWhenTaken) {
  ::setenv("HAKI_PASSPHRASE", "correct horse battery staple", 1);
  const char* place = std::getenv("HAKI_PASSPHRASE");
  EXPECT_EQ(passphrase_from_environment("HAKI_PASSPHRASE")->view(), "correct horse battery staple");
  EXPECT_EQ(std::getenv("HAKI_PASSPHRASE"), nullptr);
  EXPECT_EQ(place[0], '\0');
  EXPECT_EQ(place[8], '\0');
  EXPECT_EQ(passphrase_from_environment("HAKI_PASSPHRASE"), nullptr);
}

}  // namespace
}  // namespace haki::cli
