// Text for terminals: what others wrote may not move the cursor, and columns stand under each other in any script.
#include "cli/text.h"

#include <gtest/gtest.h>

namespace haki::cli {
namespace {

constexpr const char* kReplaced = "\xEF\xBF\xBD";

TEST(Text, EscapeSequencesAreMadeHarmless) {
  EXPECT_EQ(one_line("a\x1b[2Jb"), std::string("a") + kReplaced + "[2Jb");
  EXPECT_EQ(one_line("a\xC2\x9B"
                     "b"),
            std::string("a") + kReplaced + "b")
      << "the one-character form of ESC [";
  EXPECT_EQ(one_line("a\x7f"), std::string("a") + kReplaced);
}

TEST(Text, SignsThatTurnTheReadingDirectionAreMadeHarmless) {
  EXPECT_EQ(one_line("safe\xE2\x80\xAE"
                     "gpj.exe"),
            std::string("safe") + kReplaced + "gpj.exe");
}

TEST(Text, LineEndsStayOnlyWhereTheyMay) {
  EXPECT_EQ(one_line("a\nb\tc"), "a b c");
  EXPECT_EQ(safe_text("a\nb"), "a\nb");
}

TEST(Text, BytesThatAreNoUtf8AreReplacedOneByOne) {
  EXPECT_EQ(one_line("\xC0\x80"), std::string(kReplaced) + kReplaced);                  // overlong
  EXPECT_EQ(one_line("\xED\xA0\x80"), std::string(kReplaced) + kReplaced + kReplaced);  // surrogate
  EXPECT_EQ(one_line("\xE2\x82"), std::string(kReplaced) + kReplaced);                  // cut off
  EXPECT_EQ(one_line("شكرا शिक्षा"), "شكرا शिक्षा");
}

TEST(Text, WidthIsThatOfTheTerminal) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("é"), 1U);
  EXPECT_EQ(columns_of("e\xCC\x81"), 1U);  // e and a combining acute
  EXPECT_EQ(columns_of("水"), 2U);
}

TEST(Text, ShortenedFitsAndSaysSo) {
  EXPECT_EQ(shortened("water", 5), "water");
  EXPECT_EQ(shortened("watering", 5), "wate…");
  EXPECT_EQ(columns_of(shortened("水水水水", 5)), 5U);
}

TEST(Text, TablesLineUp) {
  Table table({"Id", "What", "N"});
  table.right(2);
  table.row({"1", "é水", "5"});
  table.row({"22", "plain text", "12"});
  EXPECT_EQ(table.text(),
            "Id  What         N\n"
            "1   é水          5\n"
            "22  plain text  12\n");
  EXPECT_EQ(Table({"Id"}).text(), "");
}

TEST(Text, CountsAndSizesInWords) {
  EXPECT_EQ(counted(1, "record", "records"), "1 record");
  EXPECT_EQ(counted(12, "record", "records"), "12 records");
  EXPECT_EQ(bytes_in_words(1), "1 byte");
  EXPECT_EQ(bytes_in_words(999), "999 bytes");
  EXPECT_EQ(bytes_in_words(1000), "1.0 kB");
  EXPECT_EQ(bytes_in_words(999'960), "1.0 MB");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace haki::cli
