// Goal: a device's times always rise, whatever its wall clock does, and no other device can drag them far.
// Method: a clock the test turns by hand, by years and back.
#include "changes/hlc.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/limits.h"

namespace haki::changes {
namespace {

constexpr std::int64_t kNow = 1'790'000'000'000;  // 2026
constexpr std::int64_t kTwentyYears = 20LL * 365 * 24 * 3'600'000;

class HandClock final : public base::Clock {
 public:
  std::int64_t now_ms() override { return now; }
  std::int64_t steady_ms() override { return 0; }
  std::int64_t now = kNow;
};

class HybridClockTest : public testing::Test {
 protected:
  HandClock wall;
  HybridClock clock{wall, Hlc{}};
};

TEST_F(HybridClockTest, FollowsTheWallClock) {
  EXPECT_EQ(clock.next(), Hlc::of(kNow, 0));
  wall.now += 5;
  EXPECT_EQ(clock.next(), Hlc::of(kNow + 5, 0));
}

TEST_F(HybridClockTest, CountsWithinAMillisecond) {
  clock.next();
  EXPECT_EQ(clock.next(), Hlc::of(kNow, 1));
  EXPECT_EQ(clock.next().counter(), 2);
}

TEST_F(HybridClockTest, AFullCounterCarriesIntoTheMilliseconds) {
  HybridClock full(wall, Hlc::of(kNow, 65'535));
  EXPECT_EQ(full.next(), Hlc::of(kNow + 1, 0));
}

TEST_F(HybridClockTest, RisesThroughJumpsOfTwentyYears) {
  Hlc last;
  const std::vector<std::int64_t> readings = {
      kNow, kNow + kTwentyYears, kNow - kTwentyYears, 0, -kNow, kNow + kTwentyYears, INT64_MAX, INT64_MIN, kNow};
  for (const std::int64_t reading : readings) {
    wall.now = reading;
    for (int i = 0; i < 3; ++i) {
      const Hlc next = clock.next();
      EXPECT_GT(next, last) << "when the wall clock says " << reading << " ms";
      last = next;
    }
  }
}

TEST_F(HybridClockTest, RisesAboveTheLastTimeOfAnEarlierRun) {
  const Hlc stored = Hlc::of(kNow + kTwentyYears, 7);
  HybridClock restarted(wall, stored);
  EXPECT_EQ(restarted.next(), Hlc::of(kNow + kTwentyYears, 8));
}

TEST_F(HybridClockTest, FollowsAnotherDeviceWithinTheHour) {
  const Hlc remote = Hlc::of(kNow + limits::kClockLeadMsMax, 0);
  clock.see(remote);
  EXPECT_EQ(clock.last(), remote);
  EXPECT_EQ(clock.next(), Hlc::of(kNow + limits::kClockLeadMsMax, 1));
}

TEST_F(HybridClockTest, APhoneSetTo2046DragsNobodyBeyondTheHour) {
  clock.see(Hlc::of(kNow + kTwentyYears, 3));
  EXPECT_EQ(clock.last(), Hlc::of(kNow + limits::kClockLeadMsMax, 0));
  clock.see(Hlc{UINT64_MAX});
  EXPECT_EQ(clock.last(), Hlc::of(kNow + limits::kClockLeadMsMax, 0));
}

TEST_F(HybridClockTest, SeeingThePastChangesNothing) {
  const Hlc given = clock.next();
  clock.see(Hlc::of(kNow - kTwentyYears, 0));
  EXPECT_EQ(clock.last(), given);
}

TEST_F(HybridClockTest, ADeviceWhoseOwnClockIsTwentyYearsBehindFollowsAnHourAhead) {
  wall.now = kNow - kTwentyYears;
  clock.see(Hlc::of(kNow, 0));
  EXPECT_EQ(clock.last(), Hlc::of(kNow - kTwentyYears + limits::kClockLeadMsMax, 0));
}

TEST_F(HybridClockTest, ClocksOutsideTheRangeAreReadAsItsEnds) {
  EXPECT_EQ(Hlc::of(-5, 0), Hlc{});
  EXPECT_EQ(Hlc::of(INT64_MAX, 0).ms(), Hlc::kMsMax);
  EXPECT_EQ(Hlc::of(Hlc::kMsMax, 9).counter(), 9);
  wall.now = INT64_MAX;
  clock.see(Hlc{UINT64_MAX});
  EXPECT_EQ(clock.next(), Hlc::of(Hlc::kMsMax, 1));
}

}  // namespace
}  // namespace haki::changes
