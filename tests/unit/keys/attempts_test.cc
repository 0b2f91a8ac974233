// Goal: wrong passphrases count across processes, each makes the next wait as the spec says, and a file that is missing or was
// changed never keeps anybody out.
#include "keys/attempts.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "mortal_disk.h"

namespace haki::keys {
namespace {

struct AttemptsTest : testing::Test {
  std::string home = testing::TempDir() + "haki-attempts-XXXXXX";
  void SetUp() override { ASSERT_NE(::mkdtemp(home.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(home); }
  std::string file() { return test::content_of(home + "/tries"); }
};

TEST_F(AttemptsTest, ComeBackAsWritten) {
  EXPECT_EQ(read_attempts(home), Attempts{});
  const Attempts attempts{4, 10, 1'790'000'000'000};
  ASSERT_TRUE(write_attempts(home, attempts));
  EXPECT_EQ(read_attempts(home), attempts);
  EXPECT_EQ(file().size(), 40u);
}

TEST_F(AttemptsTest, NothingToSayIsNoFile) {
  ASSERT_TRUE(write_attempts(home, {}));
  EXPECT_TRUE(std::filesystem::is_empty(home));
  ASSERT_TRUE(write_attempts(home, {1, 0, 5}));
  ASSERT_TRUE(write_attempts(home, {}));
  EXPECT_TRUE(std::filesystem::is_empty(home));
}

TEST_F(AttemptsTest, WhatWasNotWrittenByUsCountsAsNone) {
  ASSERT_TRUE(write_attempts(home, {7, 10, 5}));
  const std::string good = file();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    test::put(home + "/tries", changed);
    EXPECT_EQ(read_attempts(home), Attempts{}) << at;
  }
  for (const std::string& other : {std::string(), good.substr(0, 39), good + "x"}) {
    test::put(home + "/tries", other);
    EXPECT_EQ(read_attempts(home), Attempts{}) << other.size();
  }
  test::put(home + "/tries", good);
  EXPECT_EQ(read_attempts(home).wrong, 7u);
}

TEST(AttemptsWait, ThreeAreFreeThenASecondThatDoublesWithEverySecondOne) {
  const auto after = [](std::uint32_t wrong) { return wait_ms({wrong, 0, 1'000'000}, 1'000'000); };
  EXPECT_EQ(after(0), 0);
  EXPECT_EQ(after(2), 0);
  EXPECT_EQ(after(3), 1'000);
  EXPECT_EQ(after(4), 1'000);
  EXPECT_EQ(after(5), 2'000);
  EXPECT_EQ(after(10), 8'000);
  EXPECT_EQ(after(14), 32'000);
  EXPECT_EQ(after(15), 60'000);
  EXPECT_EQ(after(4'000'000'000u), 60'000);
}

TEST(AttemptsWait, PassesWithTheClockAndBeginsAnewWhereItWasSetBack) {
  const Attempts attempts{5, 0, 1'000'000};
  EXPECT_EQ(wait_ms(attempts, 1'000'500), 1'500);
  EXPECT_EQ(wait_ms(attempts, 1'001'999), 1);
  EXPECT_EQ(wait_ms(attempts, 1'002'000), 0);
  EXPECT_EQ(wait_ms(attempts, 9'000'000), 0);
  EXPECT_EQ(wait_ms(attempts, 0), 2'000);
}

}  // namespace
}  // namespace haki::keys
