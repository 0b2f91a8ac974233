// Goal: agreement is what Krippendorff computes. Method: the worked example of "Computing Krippendorff's Alpha-Reliability" (2011),
// section D: four observers, twelve units, values missing; its published alphas, and examples B and C; then laws.
#include "analysis/agreement.h"

#include <gtest/gtest.h>

namespace haki::analysis {
namespace {

// Section D: values 1 to 5, "." left out here. Observer A to D by unit.
const std::vector<std::vector<double>> kFourObservers{
    {1, 1, 1}, {2, 2, 3, 2}, {3, 3, 3, 3}, {3, 3, 3, 3}, {2, 2, 2, 2}, {1, 2, 3, 4},
    {4, 4, 4, 4}, {1, 1, 2, 1}, {2, 2, 2, 2}, {5, 5, 5}, {1, 1}, {3},
};

TEST(Agreement, IsThePublishedOneWithValuesMissing) {
  const auto alpha = [](Scale scale) { return *krippendorff_alpha(kFourObservers, scale).alpha; };
  EXPECT_NEAR(alpha(Scale::kNominal), 0.743, 0.0005);
  EXPECT_NEAR(alpha(Scale::kOrdinal), 0.815, 0.0005);
  EXPECT_NEAR(alpha(Scale::kInterval), 0.849, 0.0005);
  EXPECT_NEAR(alpha(Scale::kRatio), 0.797, 0.0005);
  EXPECT_EQ(krippendorff_alpha(kFourObservers, Scale::kNominal).units, 11u);   // the twelfth has one value
  EXPECT_EQ(krippendorff_alpha(kFourObservers, Scale::kNominal).values, 40u);
}

// Section A: two observers, ten units, binary data: alpha 0.095.
TEST(Agreement, IsThePublishedOneOfTwoObservers) {
  const std::vector<std::vector<double>> binary{{0, 1}, {1, 1}, {0, 1}, {0, 0}, {0, 0}, {0, 1}, {0, 0}, {0, 0}, {1, 0}, {0, 0}};
  EXPECT_NEAR(*krippendorff_alpha(binary, Scale::kNominal).alpha, 0.095, 0.0005);
  EXPECT_NEAR(*krippendorff_alpha(binary, Scale::kInterval).alpha, 0.095, 0.0005);  // two values: one difference
}

// Section B: two observers, twelve units, five names: alpha 0.692.
TEST(Agreement, IsThePublishedOneOfNames) {
  const std::vector<std::vector<double>> names{{1, 1}, {1, 2}, {2, 2}, {2, 2}, {4, 2}, {3, 3}, {3, 3}, {3, 3}, {5, 5}, {4, 4}, {4, 4}, {1, 4}};
  EXPECT_NEAR(*krippendorff_alpha(names, Scale::kNominal).alpha, 0.692, 0.0005);
}

TEST(Agreement, IsWholeWhereAllAgreeAndNothingWhereNothingCanDiffer) {
  EXPECT_DOUBLE_EQ(*krippendorff_alpha({{0, 0}, {1, 1}, {0.5, 0.5}}, Scale::kOrdinal).alpha, 1);
  EXPECT_FALSE(krippendorff_alpha({{1, 1}, {1, 1}}, Scale::kOrdinal).alpha);  // one value only
  EXPECT_FALSE(krippendorff_alpha({{0}, {1}}, Scale::kOrdinal).alpha);
  EXPECT_FALSE(krippendorff_alpha({}, Scale::kOrdinal).alpha);
  EXPECT_LT(*krippendorff_alpha({{0, 1}, {1, 0}}, Scale::kNominal).alpha, 0);  // worse than chance
}

}  // namespace
}  // namespace haki::analysis
