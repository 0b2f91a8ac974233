// Goal: a value is written as people write it, and what is written reads back as the same value, to the last bit.
// Method: each alternative once, decimals at the edges of a double.
#include "haki/value.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "field_builders.h"

namespace haki::model {
namespace {

TEST(ValueText, IsWhatPeopleWrite) {
  EXPECT_EQ(to_text(text("kisima kimekauka")), "kisima kimekauka");
  EXPECT_EQ(to_text(integer(-2500)), "-2500");
  EXPECT_EQ(to_text(Value(48.9)), "48.9");
  EXPECT_EQ(to_text(Value(1400.0)), "1400");
  EXPECT_EQ(to_text(Value(1e21)), "1000000000000000000000");
  EXPECT_EQ(to_text(Value(true)), "yes");
  EXPECT_EQ(to_text(Value(false)), "no");
  EXPECT_EQ(to_text(Value(record_id(0xab))), "000000000000000000000000000000ab");
}

TEST(ValueText, OfDecimalsReadsBackToTheSameBits) {
  using Limits = std::numeric_limits<double>;
  const Field field = field_of(FieldType::kDecimal);
  for (const double number : {0.1, 1.0 / 3, -2.5e-7, 684.0 / 1400, Limits::max(), Limits::lowest(), Limits::min(),
                              Limits::denorm_min(), 9007199254740993.0}) {
    const auto read = parse_value(field, to_text(Value(number)));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(std::get<double>(*read)), std::bit_cast<std::uint64_t>(number)) << number;
  }
}

TEST(ValueNumber, IsThereForNumbersAndTruthOnly) {
  double number = -1;
  EXPECT_TRUE(as_number(integer(7), number));
  EXPECT_EQ(number, 7);
  EXPECT_TRUE(as_number(Value(0.5), number));
  EXPECT_EQ(number, 0.5);
  EXPECT_TRUE(as_number(Value(true), number));
  EXPECT_EQ(number, 1);
  EXPECT_FALSE(as_number(text("7"), number));
  EXPECT_FALSE(as_number(Value(record_id(7)), number));
}

// The order of the alternatives is the wire's type byte; a change here would make every stored value another one.
TEST(Value, AlternativesKeepTheirOrder) {
  EXPECT_EQ(text("").index(), 0u);
  EXPECT_EQ(integer(0).index(), 1u);
  EXPECT_EQ(Value(0.0).index(), 2u);
  EXPECT_EQ(Value(false).index(), 3u);
  EXPECT_EQ(Value(RecordId{}).index(), 4u);
}

}  // namespace
}  // namespace haki::model
