// Goal: trustees' shares open the coalition when enough whole ones of the right splitting are together, and else each
// thing that can be wrong with papers has a sentence of its own. The drill says the same without giving the seed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/random.h"
#include "keys/recovery.h"
#include "keys/words.h"

namespace haki::keys {
namespace {

using testing::HasSubstr;

struct Recovery : testing::Test {
  crypto::SystemRandom random;
  CoalitionId org = crypto::random_id<CoalitionId>(random);
  crypto::SecretBytes seed{32};
  RecoverySplit split;

  void SetUp() override {
    random.fill(seed.span());
    split = divided(3, 5);
  }
  RecoverySplit divided(unsigned threshold, unsigned count) {
    return std::move(*split_recovery(seed, org, threshold, count, random));
  }
  // As a trustee types it in again.
  static RecoveryShare copy(const RecoveryShare& share) { return std::move(*read_share(share_words(share))); }
  std::vector<RecoveryShare> shares(std::initializer_list<unsigned> numbers) const {
    std::vector<RecoveryShare> chosen;
    for (const unsigned number : numbers) chosen.push_back(copy(split.shares[number - 1]));
    return chosen;
  }
  // Code and words of the refusal; the drill refuses alike.
  std::pair<Code, std::string> refusal(const std::vector<RecoveryShare>& given) const {
    const auto combined = combine_shares(given, split.terms);
    const auto drilled = drill_recovery(given, split.terms);
    EXPECT_FALSE(combined.has_value());
    EXPECT_FALSE(drilled.has_value());
    if (combined || drilled) return {};
    EXPECT_EQ(drilled.error().message, combined.error().message);
    return {combined.error().code, combined.error().message};
  }
};

TEST_F(Recovery, AnyThreeOfFiveGiveTheSeed) {
  for (const auto& given : {shares({1, 2, 3}), shares({5, 3, 1}), shares({2, 4, 5, 1}), shares({1, 2, 3, 4, 5})}) {
    const auto combined = combine_shares(given, split.terms);
    ASSERT_TRUE(combined) << combined.error().message;
    EXPECT_TRUE(combined->equals(seed));
    EXPECT_TRUE(drill_recovery(given, split.terms));
  }
}

TEST_F(Recovery, TooFewSayHowManyAreNeeded) {
  const auto [code, message] = refusal(shares({4, 2}));
  EXPECT_EQ(code, Code::kInvalid);
  EXPECT_THAT(message, HasSubstr("3 shares are needed, and there are 2"));
  EXPECT_THAT(refusal({}).second, HasSubstr("No share was given"));
}

TEST_F(Recovery, OneTwiceIsNoThird) {
  const auto [code, message] = refusal(shares({4, 2, 4}));
  EXPECT_EQ(code, Code::kInvalid);
  EXPECT_THAT(message, HasSubstr("Share 4 was given twice"));
}

TEST_F(Recovery, AChangedShareIsNamed) {
  auto given = shares({1, 2, 5});
  given[1].value.data()[7] ^= 1;
  const auto [code, message] = refusal(given);
  EXPECT_EQ(code, Code::kDamaged);
  EXPECT_THAT(message, HasSubstr("Share 2 was changed"));
  given = shares({1, 2, 5});
  given[2].number = 4;  // passed off as another trustee's
  EXPECT_THAT(refusal(given).second, HasSubstr("Share 4 was changed"));
}

TEST_F(Recovery, AChangedShareIsNamedEvenWhereEnoughOthersAreGood) {
  auto given = shares({1, 2, 3, 4});
  given[3].value.data()[0] ^= 0x80;
  EXPECT_THAT(refusal(given).second, HasSubstr("Share 4 was changed"));
}

TEST_F(Recovery, AnotherCoalitionsShareIsPutBack) {
  const CoalitionId other = crypto::random_id<CoalitionId>(random);
  const RecoverySplit theirs = std::move(*split_recovery(seed, other, 3, 5, random));
  auto given = shares({1, 2});
  given.push_back(copy(theirs.shares[2]));
  const auto [code, message] = refusal(given);
  EXPECT_EQ(code, Code::kUntrusted);
  EXPECT_THAT(message, HasSubstr("Share 3 is of another coalition"));
}

TEST_F(Recovery, SharesOfTwoSplittingsDoNotMix) {
  const RecoverySplit later = divided(3, 5);
  auto given = shares({1, 2});
  given.push_back(copy(later.shares[2]));
  EXPECT_THAT(refusal(given).second, HasSubstr("some are from an earlier splitting"));
}

TEST_F(Recovery, AnEarlierSplittingNoLongerOpens) {
  const auto earlier = shares({1, 2, 3});
  split = divided(2, 3);
  EXPECT_THAT(refusal(earlier).second, HasSubstr("they are older, or were changed"));
}

TEST_F(Recovery, WhatDoesNotGiveTheCoalitionsKeysOpensNothing) {
  split.terms.sign_key.bytes[0] ^= 1;
  EXPECT_THAT(refusal(shares({1, 2, 3})).second, HasSubstr("do not give the coalition's recovery keys"));
}

TEST_F(Recovery, AnUnsplitSecretHasNoShares) {
  const auto given = shares({1, 2, 3});
  split.terms.commitments.clear();
  EXPECT_THAT(refusal(given).second, HasSubstr("was never split"));
}

TEST_F(Recovery, OutOfRangeIsRefused) {
  for (const auto& [threshold, count] : {std::pair(0u, 3u), {4u, 3u}, {1u, 0u}, {0u, 0u}, {2u, kTrusteesMax + 1}}) {
    EXPECT_EQ(split_recovery(seed, org, threshold, count, random).error().code, Code::kInvalid) << threshold << count;
  }
  EXPECT_TRUE(split_recovery(seed, org, 1, 1, random));
  EXPECT_TRUE(split_recovery(seed, org, kTrusteesMax, kTrusteesMax, random));
}

TEST_F(Recovery, AShareComesBackFromWordsTextAndQrCode) {
  const RecoveryShare& share = split.shares[3];
  for (const std::string& text : {share_words(share), share_text(share), share_qr_text(share)}) {
    const auto read = read_share("  " + text + "\n");
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->number, 4);
    EXPECT_EQ(read->threshold, 3);
    EXPECT_EQ(read->count, 5);
    EXPECT_EQ(read->split, share.split);
    EXPECT_TRUE(read->value.equals(share.value));
  }
  EXPECT_THAT(share_text(share), testing::StartsWith("haki-share-1-"));
  EXPECT_EQ(share_qr_text(share).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"), std::string::npos);
}

TEST_F(Recovery, ASlipInAShareShows) {
  for (const std::string& text :
       {share_words(split.shares[0]), share_text(split.shares[0]), share_qr_text(split.shares[0])}) {
    for (std::size_t i = 13; i < text.size(); i += 5) {
      std::string slip = text;
      if (slip[i] == ' ') continue;
      slip[i] = slip[i] == 'b' ? 'd' : slip[i] == 'B' ? 'D' : slip[i] >= 'a' ? 'b' : 'B';
      if (slip == text) continue;
      EXPECT_FALSE(read_share(slip)) << slip;
    }
  }
  EXPECT_EQ(read_share(share_words(split.shares[0]).substr(6)).error().code, Code::kDamaged);
}

TEST_F(Recovery, WhatIsNoShareSaysWhatItIs) {
  EXPECT_THAT(read_share("the quick brown fox").error().message, HasSubstr("This is not a recovery share"));
  EXPECT_THAT(read_share(to_checked_words(seed.view())).error().message, HasSubstr("recovery words of a founder"));
  EXPECT_EQ(read_share("haki-share-2-AAAA").error().code, Code::kWrongVersion);
  Bytes later(56, 1);
  later[0] = 2;
  EXPECT_EQ(read_share(to_checked_words(later)).error().code, Code::kWrongVersion);
}

TEST_F(Recovery, NoErrorHoldsASecret) {
  auto given = shares({1, 2, 5});
  given[1].value.data()[7] ^= 1;
  const std::string words = share_words(split.shares[0]);
  for (const std::string& message : {refusal(given).second, refusal(shares({1, 2})).second}) {
    for (std::size_t at = 24; at + 5 < words.size(); at += 6)
      EXPECT_EQ(message.find(words.substr(at, 5)), std::string::npos);
  }
}

}  // namespace
}  // namespace haki::keys
