// Goal: for every 1 <= k <= n <= 10, every k trustees of n give the recovery seed, and no k - 1 do. Method: all of
// them, with a seed and a splitting of their own drawn for each pair; below k, combining is refused, and what
// libgfshare itself would give is not the seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "crypto/random.h"
#include "keys/recovery.h"

namespace haki::keys {
namespace {

constexpr unsigned kTrustees = 10;

RecoveryShare copy_of(const RecoveryShare& share) {
  return {share.number, share.threshold, share.count, share.coalition, share.split, share.value.copy()};
}

// Calls `with` for every choice of `size` shares.
template <typename With>
std::size_t for_each_choice(const std::vector<RecoveryShare>& all, unsigned size, const With& with) {
  std::size_t choices = 0;
  std::vector<bool> chosen(all.size(), false);
  std::fill(chosen.begin(), chosen.begin() + size, true);
  do {
    std::vector<RecoveryShare> shares;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (chosen[i]) shares.push_back(copy_of(all[i]));
    }
    with(shares);
    ++choices;
  } while (std::prev_permutation(chosen.begin(), chosen.end()));
  return choices;
}

TEST(RecoveryProperty, EveryKOfNGiveTheSeedAndNoFewerDo) {
  crypto::SystemRandom random;
  std::size_t enough = 0, too_few = 0;
  for (unsigned n = 1; n <= kTrustees; ++n) {
    for (unsigned k = 1; k <= n; ++k) {
      crypto::SecretBytes seed(32);
      random.fill(seed.span());
      const RecoverySplit split =
          std::move(*split_recovery(seed, crypto::random_id<CoalitionId>(random), k, n, random));
      ASSERT_EQ(split.shares.size(), n);
      enough += for_each_choice(split.shares, k, [&](const std::vector<RecoveryShare>& shares) {
        const auto combined = combine_shares(shares, split.terms);
        ASSERT_TRUE(combined) << combined.error().message;
        EXPECT_TRUE(combined->equals(seed)) << k << " of " << n;
      });
      if (k == 1) continue;
      too_few += for_each_choice(split.shares, k - 1, [&](const std::vector<RecoveryShare>& shares) {
        EXPECT_FALSE(combine_shares(shares, split.terms)) << k << " of " << n;
        std::vector<NumberedValue> values;
        for (const RecoveryShare& share : shares) values.push_back({share.number, &share.value});
        EXPECT_FALSE(join_secret(values).equals(seed)) << k << " of " << n;
      });
    }
  }
  EXPECT_EQ(enough, 2036u);   // the sum of n over k
  EXPECT_EQ(too_few, 2026u);  // the same without the last of each n, and without none of any
}

}  // namespace
}  // namespace haki::keys
