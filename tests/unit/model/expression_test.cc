// Goal: --where, constraints and defaults mean what their authors expect, and hostile text costs nothing.
// Method: a fixed record, one line per rule of the grammar in model/expression.h; bounds at the limit and one above.
#include "model/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "field_builders.h"

namespace haki::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// An outreach session in Kwale: a set of two issues, no theme.
FieldValues session_in_kwale() {
  return {{"district", text("KE002")},
          {"total", integer(250)},
          {"share", Value(0.5)},
          {"held_on", text("2020-11-04")},
          {"done", Value(true)},
          {"late", Value(false)},
          {"issues", text("land")},
          {"issues", text("water")},
          {"number", text("115.3")},
          {"code", text("30")},
          {"link", Value(record_id(0xab))},
          {"mwaka wa", integer(1)}};
}

Expression parsed(const std::string& text) {
  auto expression = Expression::parse(text);
  EXPECT_TRUE(expression) << text << ": " << (expression ? "" : expression.error().message);
  return expression ? *expression : *Expression::parse("false()");
}

bool holds(const std::string& text) {
  const FieldValues values = session_in_kwale();
  return parsed(text).holds(RecordNames(values, "2020-12-01"));
}

Value value_of(const std::string& text) {
  const FieldValues values = session_in_kwale();
  return parsed(text).evaluate(RecordNames(values, "2020-12-01"));
}

void expect_error(const std::string& text, int character, const std::string& words) {
  const auto expression = Expression::parse(text);
  ASSERT_FALSE(expression) << text;
  EXPECT_EQ(expression.error().code, Code::kInvalid);
  EXPECT_THAT(expression.error().message, HasSubstr("at character " + std::to_string(character) + " ")) << text;
  EXPECT_THAT(expression.error().message, HasSubstr(words)) << text;
}

TEST(Precedence, AndBindsMoreThanOr) {
  EXPECT_TRUE(holds("true() or true() and false()"));
  EXPECT_FALSE(holds("(true() or true()) and false()"));
  EXPECT_TRUE(holds("district = 'x' and total > 3 or total = 250"));
}

TEST(Precedence, ComparisonBindsLessThanArithmetic) {
  EXPECT_EQ(value_of("1 + 2 * 3"), integer(7));
  EXPECT_EQ(value_of("(1 + 2) * 3"), integer(9));
  EXPECT_EQ(value_of("10 - 4 - 3"), integer(3));
  EXPECT_EQ(value_of("100 div 10 div 5"), Value(2.0));
  EXPECT_EQ(value_of("7 mod 4 * 2"), integer(6));
  EXPECT_EQ(value_of("2 * -3"), integer(-6));
  EXPECT_EQ(value_of("- - 3"), integer(3));
  EXPECT_TRUE(holds("total + 10 = 260 and total - 10 < 241"));
}

TEST(Comparison, OfTextIsByBytesAndKnowsCase) {
  EXPECT_TRUE(holds("district = 'KE002'"));
  EXPECT_TRUE(holds("'KE002' = district"));
  EXPECT_TRUE(holds("district = \"KE002\""));
  EXPECT_FALSE(holds("district = 'ke002'"));
  EXPECT_TRUE(holds("district != 'KE001'"));
  EXPECT_TRUE(holds("held_on >= '2020-10-01' and held_on <= '2020-12-31'"));
  EXPECT_FALSE(holds("held_on < '2020-11-04'"));
}

TEST(Comparison, OfTextWithANumberIsByNumberOrFalse) {
  EXPECT_TRUE(holds("number > 115"));
  EXPECT_TRUE(holds("code = 30.0"));
  EXPECT_TRUE(holds("total = '250'"));
  EXPECT_FALSE(holds("district > 3"));
  EXPECT_FALSE(holds("district = 3"));
  EXPECT_FALSE(holds("district != 3"));
}

TEST(Comparison, OfWholeNumbersIsExactBeyondTheBitsOfADouble) {
  EXPECT_FALSE(holds("9007199254740993 = 9007199254740992"));
  EXPECT_TRUE(holds("9223372036854775807 > 9223372036854775806"));
  EXPECT_TRUE(holds("9223372036854775808 > 9223372036854775807.0 or 9223372036854775808 = 9223372036854775807.0"));
}

TEST(Comparison, OfTruthReadsWordsAndNumbers) {
  EXPECT_TRUE(holds("done = 'yes' and done = 'true' and done = 1 and done = true() and done"));
  EXPECT_TRUE(holds("late = 'no' and late = false() and not(late)"));
  EXPECT_FALSE(holds("done = 'perhaps'"));
}

TEST(Comparison, OfALinkIsByItsDigitsInEitherCase) {
  EXPECT_TRUE(holds("link = '000000000000000000000000000000ab'"));
  EXPECT_TRUE(holds("link = '000000000000000000000000000000AB'"));
  EXPECT_FALSE(holds("link = 'ab'"));
  EXPECT_FALSE(holds("link != 171"));
}

TEST(Sets, HoldWhereAnyOfTheirValuesDoes) {
  EXPECT_TRUE(holds("issues = 'land'"));
  EXPECT_TRUE(holds("issues = 'water'"));
  EXPECT_TRUE(holds("issues != 'land'"));
  EXPECT_FALSE(holds("issues = 'health'"));
  EXPECT_TRUE(holds("selected(issues, 'water')"));
  EXPECT_FALSE(holds("selected(issues, 'wat')"));
  EXPECT_EQ(value_of("count(issues)"), integer(2));
  EXPECT_TRUE(holds("contains(issues, 'ate')"));
  EXPECT_TRUE(holds("starts-with(issues, 'la') and starts-with(issues, 'wa')"));
}

TEST(Missing, ComparesAsTheEmptyText) {
  EXPECT_TRUE(holds("theme = ''"));
  EXPECT_TRUE(holds("theme != 'x'"));
  EXPECT_FALSE(holds("theme = 'x'"));
  EXPECT_FALSE(holds("theme > 30"));
  EXPECT_FALSE(holds("theme = 0"));
  EXPECT_FALSE(holds("theme"));
  EXPECT_TRUE(holds("not(theme)"));
  EXPECT_EQ(value_of("count(theme)"), integer(0));
  EXPECT_EQ(value_of("string-length(theme)"), integer(0));
  EXPECT_FALSE(holds("selected(theme, '')"));
  EXPECT_EQ(value_of("theme + 1"), text(""));
}

TEST(Functions, DoWhatXlsFormAuthorsExpect) {
  EXPECT_EQ(value_of("today()"), text("2020-12-01"));
  EXPECT_TRUE(holds("held_on < today()"));
  EXPECT_EQ(value_of("if(total > 100, 'large', 'small')"), text("large"));
  EXPECT_EQ(value_of("if(late, 1, 2)"), integer(2));
  EXPECT_EQ(value_of("string-length('œuvre')"), integer(5));
  EXPECT_TRUE(holds("contains(district, 'E0')"));
  EXPECT_TRUE(holds("starts-with(district, 'KE')"));
  EXPECT_FALSE(holds("starts-with(district, 'E0')"));
}

TEST(Arithmetic, NeverLeavesTheNumbers) {
  EXPECT_EQ(value_of("1 div 0"), text(""));
  EXPECT_EQ(value_of("0 div 0"), text(""));
  EXPECT_EQ(value_of("5 mod 0"), text(""));
  EXPECT_EQ(value_of("5.0 mod 0"), text(""));
  EXPECT_EQ(value_of("district * 2"), text(""));
  EXPECT_EQ(value_of("9223372036854775807 + 1"), Value(9223372036854775808.0));
  EXPECT_EQ(value_of("(0 - 9223372036854775807 - 1) mod -1"), integer(0));
  const std::string huge = "1" + std::string(300, '0');
  EXPECT_EQ(value_of(huge + " * " + huge), text(""));
  EXPECT_FALSE(holds("1 div 0 = 1 div 0 and 1 div 0 > 3"));
}

TEST(Names, AreBareOrBraced) {
  EXPECT_TRUE(holds("${district} = 'KE002'"));
  EXPECT_TRUE(holds("${ mwaka wa } = 1"));
  EXPECT_TRUE(holds("total-1 = 249"));  // a bare name ends at "-"
  EXPECT_THAT(parsed("a = b and not(c > a) or ${d-e} = .").names_used(), ElementsAre("a", "b", "c", "d-e", "."));
}

TEST(Names, MayBeWordsOfTheGrammar) {
  const FieldValues values{{"and", integer(1)}, {"count", integer(2)}, {"div", integer(3)}, {"order", integer(4)}};
  const RecordNames names(values, "");
  EXPECT_TRUE(parsed("and = 1 and count = 2 and div div 1 = 3 and order = 4 or and").holds(names));
}

TEST(Dot, IsTheValueThatIsChecked) {
  const FieldValues values;
  const Value current = integer(7);
  EXPECT_TRUE(parsed(". >= 7 and . < 8.5").holds(RecordNames(values, "", &current)));
  EXPECT_EQ(parsed(".").evaluate(RecordNames(values, "", &current)), current);
}

TEST(Text, HasAQuoteWhereItIsDoubled) {
  EXPECT_EQ(value_of("'it''s dry'"), text("it's dry"));
  EXPECT_EQ(value_of("\"the \"\"well\"\"\""), text("the \"well\""));
  EXPECT_EQ(value_of("''"), text(""));
}

TEST(Errors, SayAtWhichCharacterWhatWasExpected) {
  expect_error("", 1, "a condition such as");
  expect_error("district = ", 12, "a field, a number or a 'text'");
  expect_error("district == 'x'", 11, "a field, a number");
  expect_error("district = 'KE002", 12, "closing quote");
  expect_error("(total > 3", 11, "closing parenthesis");
  expect_error("total > 3)", 10, "and, or");
  expect_error("total > 3 total", 11, "and, or");
  expect_error("1 < total < 9", 11, "one comparison at a time");
  expect_error("total > 3abc", 9, "a text needs quotes");
  expect_error("total > 1.2.3", 9, "a number such as");
  expect_error("total > 3.", 9, "a number such as");
  expect_error("upper(district) = 'X'", 1, "a function that exists");
  expect_error("contains(district)", 18, "another argument of contains()");
  expect_error("not(a, b)", 6, "closing parenthesis");
  expect_error("count('x')", 7, "a field as the first argument");
  expect_error("selected(1 + 1, 'x')", 10, "a field as the first argument");
  expect_error("${district = 'x'", 1, "${name}");
  expect_error("${} = 1", 1, "${name}");
  expect_error("total > 3 && late", 11, "and, or");
  expect_error("'é' = œuvre ?", 13, "and, or");  // characters, not bytes
}

TEST(Errors, RefuseInvalidUtf8) { EXPECT_FALSE(Expression::parse("district = '\xff'")); }

TEST(Bounds, LengthIsLimited) {
  const std::string longest = "'" + std::string(4094, 'x') + "'";
  EXPECT_TRUE(Expression::parse(longest));
  const auto longer = Expression::parse(longest + " ");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, Code::kTooLarge);
}

TEST(Bounds, DepthIsLimitedForParenthesesFunctionsAndSigns) {
  const auto nested = [](int levels, const std::string& open, const std::string& close) {
    std::string text;
    for (int i = 0; i < levels; ++i) text += open;
    text += "1";
    for (int i = 0; i < levels; ++i) text += close;
    return Expression::parse(text);
  };
  for (const auto& [open, close] : std::map<std::string, std::string>{{"(", ")"}, {"not(", ")"}, {"-", ""}}) {
    EXPECT_TRUE(nested(64, open, close)) << open;
    const auto deeper = nested(65, open, close);
    ASSERT_FALSE(deeper) << open;
    EXPECT_EQ(deeper.error().code, Code::kTooLarge);
    EXPECT_THAT(deeper.error().message, HasSubstr("64 levels"));
  }
}

// Siblings are not depth: a long chain is one node, so it neither counts as deep nor recurses.
TEST(Bounds, ALongChainIsNotDeep) {
  std::string sum = "1", any = "(late)";
  for (int i = 0; i < 2000; ++i) sum += "+1";
  for (int i = 0; i < 390; ++i) any += " or (late)";
  EXPECT_EQ(value_of(sum), integer(2001));
  EXPECT_FALSE(holds(any));
  EXPECT_TRUE(holds(any + " or done"));
}

std::vector<std::pair<std::string, Value>> equalities_of(const std::string& text) {
  std::vector<std::pair<std::string, Value>> found;
  for (const auto& equality : parsed(text).required_equalities()) found.emplace_back(equality.name, equality.constant);
  return found;
}

TEST(RequiredEqualities, AreThoseThatEveryMatchSatisfies) {
  using Pair = std::pair<std::string, Value>;
  EXPECT_THAT(equalities_of("district = 'KE002' and total > 3 and (30 = code and selected(issues, 'land'))"),
              ElementsAre(Pair("district", text("KE002")), Pair("code", integer(30)), Pair("issues", text("land"))));
  EXPECT_THAT(equalities_of("district = 'KE002'"), ElementsAre(Pair("district", text("KE002"))));
  EXPECT_THAT(equalities_of("district = 'KE002' or total = 3"), IsEmpty());
  EXPECT_THAT(equalities_of("not(district = 'KE002')"), IsEmpty());
  EXPECT_THAT(equalities_of("district != 'KE002' and a = b and 1 = 1"), IsEmpty());
  EXPECT_THAT(equalities_of("district = ''"),
              IsEmpty());  // also finds records without a district: no index holds those
}

TEST(ReadsToday, LooksIntoArguments) {
  EXPECT_TRUE(parsed("if(total > 3, . <= today(), true())").reads_today());
  EXPECT_FALSE(parsed("today = 'today()'").reads_today());
}

}  // namespace
}  // namespace haki::model
