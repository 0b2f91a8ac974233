// Goal: what a fuzzer found once is never found again, and each target reaches what it is for, in every build and without
// clang. Method: every seed and every kept finding (regressions/TARGET/*) goes through the function that the fuzzer calls; of the
// seeds of each target at least one is taken to its end. tests/fuzz/run does the rest.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "target.h"

namespace haki::fuzz {
namespace {

namespace fs = std::filesystem;

const fs::path kRegressions = fs::path(HAKI_SOURCE_DIR) / "tests" / "fuzz" / "regressions";

class FuzzTarget : public testing::TestWithParam<const Target*> {};

TEST_P(FuzzTarget, TakesItsSeedsAndOneOfThemToItsEnd) {
  const Target& target = *GetParam();
  const std::vector<Bytes> seeds = target.seeds();
  ASSERT_GT(seeds.size(), 2u);
  std::set<std::uint8_t> doors;
  bool taken = false;
  for (const Bytes& seed : seeds) {
    ASSERT_FALSE(seed.empty());
    EXPECT_LE(seed.size(), target.bytes_max);
    doors.insert(seed[0]);
    taken = run(target, seed) || taken;
  }
  EXPECT_TRUE(taken);
  // Doors are numbered from 0 without a gap, and each has a seed.
  EXPECT_EQ(doors.size(), *doors.rbegin() + 1u);
}

TEST_P(FuzzTarget, TakesWhatWasFoundOnce) {
  const Target& target = *GetParam();
  if (!fs::exists(kRegressions / target.name)) GTEST_SKIP() << "nothing was found";
  for (const auto& entry : fs::directory_iterator(kRegressions / target.name)) {
    SCOPED_TRACE(entry.path().filename().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    static_cast<void>(run(target, as_bytes(bytes)));
  }
}

INSTANTIATE_TEST_SUITE_P(All, FuzzTarget, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& one) { return std::string(one.param->name); });

TEST(FuzzTargets, HaveRegressionsOfTheirOwnOnly) {
  if (!fs::exists(kRegressions)) GTEST_SKIP() << "nothing was found";
  for (const auto& entry : fs::directory_iterator(kRegressions)) {
    EXPECT_NE(target_named(entry.path().filename().string()), nullptr) << entry.path();
  }
}

}  // namespace
}  // namespace haki::fuzz
