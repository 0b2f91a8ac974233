#include "cli/times.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace haki::cli {
namespace {

constexpr std::int64_t kNov4 = 1'604'471'400'123;  // 2020-11-04T06:30:00.123Z
constexpr std::int64_t kHour = 3'600'000;

class TimesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "EAT-3", 1);
    ::tzset();
  }
};

TEST_F(TimesTest, ForProgramsIsUtc) {
  EXPECT_EQ(time_output(kNov4).text(), "2020-11-04T06:30:00.123Z");
  EXPECT_TRUE(time_output(0).is_null());
  EXPECT_EQ(time_of(time_output(kNov4)), kNov4);
  EXPECT_EQ(time_of(Output()), 0);
}

TEST_F(TimesTest, ForPeopleIsTheirOwn) {
  EXPECT_EQ(time_in_words(kNov4, kNov4 + kHour), "today 09:30");
  EXPECT_EQ(time_in_words(kNov4, kNov4 + 15 * kHour), "yesterday 09:30");  // 00:30 of the next day in Nairobi
  EXPECT_EQ(time_in_words(kNov4, kNov4 + 48 * kHour), "4 Nov 09:30");
  EXPECT_EQ(time_in_words(kNov4, kNov4 + 90 * 24 * kHour), "4 Nov 2020 09:30");
  EXPECT_EQ(time_in_words(0, kNov4), "never");
}

TEST_F(TimesTest, DurationsAreHoursOrDays) {
  EXPECT_EQ(*read_duration_ms("24h"), 24 * kHour);
  EXPECT_EQ(*read_duration_ms("14d"), 14 * 24 * kHour);
  EXPECT_EQ(*read_duration_ms("9999h"), 9999 * kHour);
  for (const char* text : {"", "h", "14", "0d", "-1d", "1w", "1.5d", "14 d", "d14", "99999h"}) {
    EXPECT_FALSE(read_duration_ms(text)) << text;
  }
  EXPECT_EQ(duration_in_words(kHour), "1 hour");
  EXPECT_EQ(duration_in_words(24 * kHour), "24 hours");
  EXPECT_EQ(duration_in_words(36 * kHour), "36 hours");
  EXPECT_EQ(duration_in_words(14 * 24 * kHour), "14 days");
}

}  // namespace
}  // namespace haki::cli
