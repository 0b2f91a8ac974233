// Goal: what a fuzzer found once is never found again, and each target reaches what it is for, in each sanitized
// build and without clang. Method: every seed and every kept finding (regressions/TARGET/*) goes through the function that the fuzzer calls; of the
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

INSTANTIATE_TEST_SUITE_P(All, FuzzTarget, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& one) { return std::string(one.param->name); });

TEST(FuzzTargets, TakeWhatWasFoundOnce) {
  std::size_t found = 0;
  for (const auto& folder : fs::directory_iterator(kRegressions)) {
    const Target* target = target_named(folder.path().filename().string());
    ASSERT_NE(target, nullptr) << folder.path();
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      SCOPED_TRACE(entry.path());
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      static_cast<void>(run(*target, as_bytes(bytes)));
      ++found;
    }
  }
  EXPECT_GT(found, 0u);
}

}  // namespace
}  // namespace haki::fuzz
