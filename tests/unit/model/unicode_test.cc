// Goal: only well-formed UTF-8 passes, and labels compare as people expect who type without accents.
// Method: the boundary of every length of UTF-8 from RFC 3629, one character above and below.
#include "model/unicode.h"

#include <gtest/gtest.h>

namespace haki::model {
namespace {

TEST(Utf8, AcceptsTheFirstAndLastCharacterOfEveryLength) {
  for (const char* text : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "tathmini नेपाल حقوق"}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
}

TEST(Utf8, RefusesOverlongSurrogateTooLargeCutShortAndStray) {
  for (const char* text :
       {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xc2", "\xe2\x82", "\xf0\x9f\x98", "\x80", "\xff", "ok\xc3(", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(PrintableAscii, EndsAtTheFirstOtherByteWhereverItStands) {
  for (std::size_t at = 0; at < 20; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(20, '~');
      text[at] = static_cast<char>(byte);
      const bool printable = byte >= 0x20 && byte <= 0x7e;
      EXPECT_EQ(printable_ascii(text), printable ? 20 : at) << "byte " << byte << " at " << at;
    }
  }
  EXPECT_EQ(printable_ascii(""), 0u);
}

TEST(CharacterCount, CountsCharactersAndNotBytes) {
  EXPECT_EQ(character_count("mise en œuvre"), 13u);
  EXPECT_EQ(character_count("नेपाल"), 5u);
  EXPECT_EQ(character_count("a\xff"
                            "b"),
            3u);
}

TEST(Control, IsEverythingInvisibleButNewlineAndTab) {
  for (const char32_t c : {0x00, 0x08, 0x0b, 0x0d, 0x1b, 0x1f, 0x7f, 0x80, 0x9b, 0x9f})
    EXPECT_TRUE(is_control(c)) << +c;
  for (const char32_t c : {0x09, 0x0a, 0x20, 0x7e, 0xa0, 0x200d, 0x200f}) EXPECT_FALSE(is_control(c)) << +c;
}

TEST(Trimmed, TakesEveryKindOfSpaceOffBothEnds) {
  EXPECT_EQ(trimmed(" \t\r\n\u00a0habari njema\u202f \n"), "habari njema");
  EXPECT_EQ(trimmed(" \u00a0 "), "");
  EXPECT_EQ(trimmed("\xa0"), "\xa0");  // half a character is not a space
}

TEST(Folded, ForgetsCaseAccentsAndHowWordsAreJoined) {
  EXPECT_EQ(folded("Partiellement  RÉALISÉE"), "partiellement realisee");
  EXPECT_EQ(folded("not_implemented"), folded("Not implemented"));
  EXPECT_EQ(folded("mid-term"), folded("mid term"));
  EXPECT_EQ(folded("e\u0301te\u0301"), "ete");
  EXPECT_EQ(folded("Pas d\u2019information"), "pas d'information");
  EXPECT_EQ(folded("Łódź, Øresund, ÅÄÖ, Čapek"), "lodz, oresund, aao, capek");
  EXPECT_EQ(folded("نعم"), "نعم");
}

TEST(Digits, OfArabicPersianAndNepaliBecomeAscii) {
  EXPECT_EQ(with_ascii_digits("٢٥٠٠"), "2500");
  EXPECT_EQ(with_ascii_digits("۲۵۰۰"), "2500");
  EXPECT_EQ(with_ascii_digits("२५००-०९"), "2500-09");
  EXPECT_EQ(with_ascii_digits("abc é\xff"), "abc é\xff");
}

}  // namespace
}  // namespace haki::model
