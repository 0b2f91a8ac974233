// Goal: what a person types becomes the value she meant or a sentence that names the field and shows what is right; it
// never becomes another value silently. Method: for each type, the spellings that are accepted with their value, then
// the near misses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "field_builders.h"
#include "model/calendar.h"

namespace haki::model {
namespace {

using testing::HasSubstr;
using testing::Not;

Value read(const Field& field, std::string_view typed) {
  const auto value = parse_value(field, typed);
  EXPECT_TRUE(value) << typed << ": " << (value ? "" : value.error().message);
  return value ? *value : Value(std::string("refused"));
}

void expect_refused(const Field& field, std::string_view typed, std::string_view example) {
  const auto value = parse_value(field, typed);
  ASSERT_FALSE(value) << "accepted: " << typed;
  EXPECT_EQ(value.error().code, Code::kInvalid);
  EXPECT_THAT(value.error().message, HasSubstr(std::string(example))) << typed;
  EXPECT_THAT(value.error().message, HasSubstr("(" + field.name + ")")) << "the field is not named";
}

TEST(ParseText, IsTrimmedAndItsLineEndsAreNewlines) {
  const Field field = field_of(FieldType::kText);
  EXPECT_EQ(read(field, "  maji\tya kisima\r\nyamekauka\rkabisa \n"), text("maji\tya kisima\nyamekauka\nkabisa"));
  EXPECT_EQ(read(field, "नेपाल حقوق œuvre"), text("नेपाल حقوق œuvre"));
}

TEST(ParseText, RefusesInvalidUtf8AndControlCharacters) {
  const Field field = field_of(FieldType::kText);
  expect_refused(field, "caf\xe9", "UTF-8");
  expect_refused(field,
                 "a\xc0\x80"
                 "b",
                 "UTF-8");
  expect_refused(field, std::string_view("a\0b", 3), "control character");
  expect_refused(field, "red \x1b[31m", "control character");
  expect_refused(field,
                 "a\x7f"
                 "b",
                 "control character");
  expect_refused(field,
                 "a\u009b"
                 "b",
                 "control character");
}

TEST(ParseText, IsBoundedByTheSizeOfAValue) {
  const Field field = field_of(FieldType::kText);
  const std::string longest(limits::kValueBytesMax, 'x');
  EXPECT_EQ(read(field, longest), text(longest));
  const auto longer = parse_value(field, longest + "x");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Code::kTooLarge);
  EXPECT_THAT(longer.error().message, HasSubstr("64 KiB"));
}

TEST(ParseAnyType, RefusesNothingAndInvalidUtf8) {
  for (int type = 0; type <= static_cast<int>(FieldType::kPoint); ++type) {
    const Field field = field_of(static_cast<FieldType>(type));
    expect_refused(field, "  \t ", "nothing was written");
    expect_refused(field, "\xff", "UTF-8");
  }
}

TEST(ParseInteger, ReadsPlainWholeNumbers) {
  const Field field = field_of(FieldType::kInteger);
  EXPECT_EQ(read(field, " 2500 "), integer(2500));
  EXPECT_EQ(read(field, "-12"), integer(-12));
  EXPECT_EQ(read(field, "+12"), integer(12));
  EXPECT_EQ(read(field, "007"), integer(7));
  EXPECT_EQ(read(field, "٢٥"), integer(25));
  EXPECT_EQ(read(field, "9223372036854775807"), integer(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(read(field, "-9223372036854775808"), integer(std::numeric_limits<std::int64_t>::min()));
}

TEST(ParseInteger, RefusesOneAboveTheLargestAndHugeNumbers) {
  const Field field = field_of(FieldType::kInteger);
  expect_refused(field, "9223372036854775808", "too large");
  expect_refused(field, "-9223372036854775809", "too large");
  expect_refused(field, std::string(300, '9'), "too large");
  expect_refused(field, std::string(5000, '9'), "2500");
}

TEST(ParseInteger, RefusesEverythingElse) {
  const Field field = field_of(FieldType::kInteger);
  for (const char* typed : {"2,500", "2 500", "2.0", "2.5", "1e3", "0x10", "twelve", "--1", "+-1", "-", "1-", "nan"}) {
    expect_refused(field, typed, "2500");
  }
}

TEST(ParseDecimal, ReadsPlainDecimals) {
  const Field field = field_of(FieldType::kDecimal);
  EXPECT_EQ(read(field, "48.9"), Value(48.9));
  EXPECT_EQ(read(field, "-0.5"), Value(-0.5));
  EXPECT_EQ(read(field, "12"), Value(12.0));
  EXPECT_EQ(read(field, "9223372036854775808"), Value(9223372036854775808.0));
}

TEST(ParseDecimal, HasOneZero) {
  const auto zero = std::get<double>(read(field_of(FieldType::kDecimal), "-0.0"));
  EXPECT_FALSE(std::signbit(zero));
  const auto whole = std::get<double>(read(field_of(FieldType::kDecimal), "-0"));
  EXPECT_FALSE(std::signbit(whole));
}

TEST(ParseDecimal, RefusesNanInfinityAndWhatIsNoPlainNumber) {
  const Field field = field_of(FieldType::kDecimal);
  for (const char* typed :
       {"nan", "NaN", "inf", "-inf", "infinity", "1e5", "48,9", "1.", ".5", "1.2.3", "0x1p3", "5 %"}) {
    expect_refused(field, typed, "48.9");
  }
  expect_refused(field, "1" + std::string(309, '0'), "48.9");  // above the largest double
}

TEST(ParseBoolean, ReadsTheThreeLanguagesAndArabic) {
  const Field field = field_of(FieldType::kBoolean);
  for (const char* typed : {"yes", "YES", "true", "1", "oui", "Oui", "ndiyo", "نعم"})
    EXPECT_EQ(read(field, typed), Value(true));
  for (const char* typed : {"no", "false", "0", "non", "Hapana", "لا"}) EXPECT_EQ(read(field, typed), Value(false));
  for (const char* typed : {"y", "maybe", "2", "yes no"}) expect_refused(field, typed, "yes or no");
}

TEST(ParseDate, ReadsDaysThatExist) {
  const Field field = field_of(FieldType::kDate);
  for (const char* typed : {"2020-11-04", "2020-02-29", "2000-02-29", "1999-12-31", "1000-01-01", "9999-12-31"}) {
    EXPECT_EQ(read(field, typed), text(typed));
  }
  EXPECT_EQ(read(field, "२०२०-११-०४"), text("2020-11-04"));
}

TEST(ParseDate, RefusesDaysThatDoNotExistAndOtherOrders) {
  const Field field = field_of(FieldType::kDate);
  for (const char* typed : {"2021-02-29", "1900-02-29", "2020-04-31", "2020-13-01", "2020-00-10", "2020-01-00",
                            "2020-01-32", "0999-01-01", "04-11-2020", "2020/11/04", "2020-1-4", "20201104",
                            "2020-11-04T00:00:00Z", "yesterday", "-020-11-04", "2020-11-+4"}) {
    expect_refused(field, typed, "2020-11-04");
  }
}

TEST(ParseDateTime, KeepsTheOffsetAndOneSpelling) {
  const Field field = field_of(FieldType::kDateTime);
  EXPECT_EQ(read(field, "2020-11-04T09:30:00+03:00"), text("2020-11-04T09:30:00+03:00"));
  EXPECT_EQ(read(field, "2020-11-04t06:30:00z"), text("2020-11-04T06:30:00Z"));
  EXPECT_EQ(read(field, "2020-11-04 06:30:00+00:00"), text("2020-11-04T06:30:00Z"));
  EXPECT_EQ(read(field, "2020-11-04T06:30:00.123456789Z"), text("2020-11-04T06:30:00.123456789Z"));
  EXPECT_EQ(read(field, "2016-12-31T23:59:60Z"), text("2016-12-31T23:59:60Z"));
}

TEST(ParseDateTime, RefusesTimesWithoutOffsetOrThatDoNotExist) {
  const Field field = field_of(FieldType::kDateTime);
  for (const char* typed :
       {"2020-11-04", "2020-11-04T09:30:00", "2020-11-04T09:30Z", "2020-11-04T24:00:00Z", "2020-11-04T23:60:00Z",
        "2020-11-04T23:59:61Z", "2020-02-30T09:30:00Z", "2020-11-04T09:30:00+24:00", "2020-11-04T09:30:00+03",
        "2020-11-04T09:30:00.Z", "2020-11-04T09:30:00.1234567890Z", "2020-11-04T09:30:00.5", "2020-11-04T09:30:00Zx"}) {
    expect_refused(field, typed, "2020-11-04T09:30:00+03:00");
  }
}

TEST(ParseChoice, ReadsCodeLabelInAnyLanguageAndScaleValue) {
  const Field field = level_field();
  EXPECT_EQ(read(field, "partly_implemented"), text("partly_implemented"));
  EXPECT_EQ(read(field, "PARTLY implemented"), text("partly_implemented"));
  EXPECT_EQ(read(field, "realisee a moitie"), text("partly_implemented"));
  EXPECT_EQ(read(field, "completed"), text("fully_implemented"));
  EXPECT_EQ(read(field, "0.5"), text("partly_implemented"));
  EXPECT_EQ(read(field, "0"), text("not_implemented"));
  EXPECT_EQ(read(field, "1.0"), text("fully_implemented"));
  EXPECT_EQ(read(field, "pas d\u2019information"), text("no_information"));
}

TEST(ParseChoice, RefusesOthersAndListsTheCodes) {
  const Field field = level_field();
  for (const char* typed : {"implemented", "0.25", "2", "partly"}) {
    expect_refused(field, typed, "not_implemented, partly_implemented, fully_implemented or no_information");
  }
}

// Two choices that share a label: guessing would store the wrong one.
TEST(ParseChoice, RefusesALabelThatFitsTwoButTakesTheirCodes) {
  Field field = field_of(FieldType::kChoice, "kind");
  field.choices = {choice_of("a", "Other"), choice_of("b", "Other")};
  expect_refused(field, "other", "fits two");
  EXPECT_EQ(read(field, "b"), text("b"));
}

// UPR Info's action categories are digits: the code wins over the value of a scale.
TEST(ParseChoice, CodeThatIsANumberIsTheCode) {
  Field field = field_of(FieldType::kChoice, "kind");
  field.choices = {choice_of("1", "One", "", 0.0), choice_of("0", "Zero", "", 1.0)};
  EXPECT_EQ(read(field, "1"), text("1"));
}

TEST(ParsePoint, KeepsShortestDecimalsAndOneSpace) {
  const Field field = field_of(FieldType::kPoint);
  EXPECT_EQ(read(field, "-1.2921 36.8219"), text("-1.2921 36.8219"));
  EXPECT_EQ(read(field, "-01.29210,  36.8219000"), text("-1.2921 36.8219"));
  EXPECT_EQ(read(field, "90 -180"), text("90 -180"));
  EXPECT_EQ(read(field, "-1.2921,36.8219"), text("-1.2921 36.8219"));  // as maps copy it
}

TEST(ParsePoint, RefusesWhatIsNotOnEarth) {
  const Field field = field_of(FieldType::kPoint);
  for (const char* typed : {"90.1 0", "0 180.1", "-91 0", "36.8219", "nan 0", "0 inf", "1,2921 36,8219", "a b", "1 2 3",
                            ", 1", "1 ,", ","}) {
    expect_refused(field, typed, "-1.2921 36.8219");
  }
}

TEST(ParseLink, ReadsAWholeIdOnly) {
  const Field field = field_of(FieldType::kLink);
  EXPECT_EQ(read(field, "000000000000000000000000000000ab"), Value(record_id(0xab)));
  for (const char* typed : {"ab", "000000000000000000000000000000abc", "00000000000000000000000000000000",
                            "g00000000000000000000000000000ab"}) {
    expect_refused(field, typed, "32 hexadecimal");
  }
}

// Errors are shown, logged and sent in reports; what was typed may be about a witness.
TEST(ParseValue, MessagesNeverRepeatWhatWasTyped) {
  for (int type = 1; type <= static_cast<int>(FieldType::kPoint); ++type) {
    const auto value = parse_value(field_of(static_cast<FieldType>(type)), "Wanjiru of Kwale");
    ASSERT_FALSE(value);
    EXPECT_THAT(value.error().message, Not(HasSubstr("Wanjiru")));
  }
}

class NovemberFourth final : public Names {
 public:
  std::vector<Value> values(std::string_view name) const override {
    return name == "total" ? std::vector<Value>{integer(30)} : std::vector<Value>{};
  }
  std::string today() const override { return "2020-11-04"; }
};

TEST(DefaultValue, IsReadAsTheTypeOfItsField) {
  const auto default_of = [](FieldType type, std::string expression) {
    Field field = field_of(type);
    field.default_value = std::move(expression);
    return default_value(field, NovemberFourth());
  };
  EXPECT_EQ(**default_of(FieldType::kDate, "today()"), text("2020-11-04"));
  EXPECT_EQ(**default_of(FieldType::kInteger, "1"), integer(1));
  EXPECT_EQ(**default_of(FieldType::kInteger, "total div 2"), integer(15));
  EXPECT_EQ(**default_of(FieldType::kDecimal, "1"), Value(1.0));
  EXPECT_EQ(**default_of(FieldType::kBoolean, "total > 3"), Value(true));
  EXPECT_FALSE(default_of(FieldType::kText, "")->has_value());
  EXPECT_FALSE(default_of(FieldType::kText, "district")->has_value());
  EXPECT_FALSE(default_of(FieldType::kInteger, "today()"));
}

}  // namespace
}  // namespace haki::model
