// Goal: what reaches toml++ 3.3.0 is only what its parser has defined behaviour for, and no right form is held back.
// Method: each rule of model/form_screen.h, with inputs that ran into undefined behaviour when toml++ was fuzzed
// without it.
#include "model/form_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haki::model {
namespace {

using testing::HasSubstr;

void expect_screened_out(std::string_view text, const std::string& words, const std::string& line = "line 1:") {
  const auto screened = screen_form_text(text);
  ASSERT_FALSE(screened) << text;
  EXPECT_EQ(screened.error().code, Code::kInvalid);
  EXPECT_THAT(screened.error().message, HasSubstr(words)) << text;
  EXPECT_THAT(screened.error().message, HasSubstr(line)) << text;
}

TEST(FormScreen, PassesEveryKindOfStringAndComment) {
  for (const char* text : {"", "a = 1", "a = \"é\" # é", "# é\nb = 'é\\é'", "a = \"\"\"é\n\"é\"\"\"\nb = 1",
                           "a = '''é\n'é'''", "a = ['é','é']", "a = {b='é'}", "a.\"é\" = 1", "a = \"\\\"é\\u00e9\"",
                           "a = \"\"\nb = \"é\"", "a = \"\"\"é\"\"\"\"\"\nb = 'é'", "a = 1\r\nb = 2\r\n"}) {
    const auto screened = screen_form_text(text);
    EXPECT_TRUE(screened) << text << ": " << (screened ? "" : screened.error().message);
  }
}

TEST(FormScreen, RefusesCharactersBeyondAsciiOutsideQuotes) {
  expect_screened_out("é = 1", "outside quotes");
  expect_screened_out("a = 1\n\u00a0b = 2", "outside quotes", "line 2:");
  expect_screened_out("a = \"b\"é", "outside quotes");
  expect_screened_out("a = \"b\nc = é\"", "outside quotes", "line 2:");  // the string ended with its line
  expect_screened_out("a = \"\"\"b\"\"\"é\"\"\"\"\"\"", "outside quotes");
}

TEST(FormScreen, RefusesAQuoteWithinABareValue) {
  expect_screened_out("a = 12'é'", "within another value");
  expect_screened_out("a = \"b\"'é'", "within another value");
  expect_screened_out("a'é' = 1", "within another value");
}

TEST(FormScreen, RefusesEscapesThatAreNone) {
  expect_screened_out("a = \"\\é\"", "backslash");
  expect_screened_out("a = \"\"\"b\\\n  é\"\"\"", "backslash");
  expect_screened_out("a = \"\\", "backslash");
}

TEST(FormScreen, RefusesControlCharactersAndInvalidUtf8Everywhere) {
  expect_screened_out("a = 1\n# \x01", "control character", "line 2:");
  expect_screened_out("a = 'b\x7f'", "control character");
  expect_screened_out("a = 'b\rc'", "control character");
  expect_screened_out(std::string_view("a = 1\0", 6), "control character");
  expect_screened_out("a = 'b\xff'", "not UTF-8");
}

}  // namespace
}  // namespace haki::model
