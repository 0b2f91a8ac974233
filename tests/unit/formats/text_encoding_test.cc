// Goal: a text is read in the encoding it was written in, judged by its bytes alone; letters are never silently
// changed. Method: the same sentences of English, French, Spanish, Portuguese, German and Polish names, written out
// here as the bytes that each encoding gives, without any hint from line ends.
#include <gtest/gtest.h>

#include "formats/text_encoding.h"

namespace haki::formats {
namespace {

const ByteTables& tables() {
  static const ByteTables loaded = load_byte_tables().value_or(ByteTables{});
  return loaded;
}

Encoding encoding_of(std::string_view bytes) { return recognise_encoding(bytes, tables()).encoding; }

std::string as_utf8(std::string_view bytes) {
  const Recognised recognised = recognise_encoding(bytes, tables());
  std::string text;
  const bool mac = recognised.encoding == Encoding::kMacRoman;
  EXPECT_TRUE(decode_bytes(bytes, mac ? tables().mac_roman : tables().windows_1252, text));
  return text;
}

TEST(TextEncoding, MacRomanByItsWords) {
  EXPECT_EQ(as_utf8("C\x99te d'Ivoire"), "C\u00f4te d'Ivoire");
  EXPECT_EQ(as_utf8("legislation vis-\x88-vis international law"), "legislation vis-\u00e0-vis international law");
  EXPECT_EQ(as_utf8("Mart\x92nez and Jos\x8e"), "Mart\u00ednez and Jos\u00e9");
  EXPECT_EQ(as_utf8("women\xd5s rights"), "women\u2019s rights");
  EXPECT_EQ(as_utf8("fran\x8d"
                    "ais, S\x8bo Tom\x8e, K\x9aln"),
            "fran\u00e7ais, S\u00e3o Tom\u00e9, K\u00f6ln");
  EXPECT_EQ(as_utf8("\x8etat, qu'il adopt\x97 en Espa\x96"
                    "a"),
            "\u00e9tat, qu'il adopt\u00f3 en Espa\u00f1a");
  EXPECT_EQ(as_utf8("the \xd2right to food\xd3"), "the \u201cright to food\u201d");
}

TEST(TextEncoding, Windows1252ByItsWords) {
  EXPECT_EQ(as_utf8("C\xf4te d\x92Ivoire"), "C\u00f4te d\u2019Ivoire");
  EXPECT_EQ(as_utf8("women\x92s rights"), "women\u2019s rights");
  EXPECT_EQ(as_utf8("Mart\xednez and Jos\xe9"), "Mart\u00ednez and Jos\u00e9");
  EXPECT_EQ(as_utf8("the \x93right to food\x94 \x96 always"), "the \u201cright to food\u201d \u2013 always");
  EXPECT_EQ(as_utf8("a \x93quoted\x94 word"), "a \u201cquoted\u201d word");
  EXPECT_EQ(as_utf8("\xc9tat, \xc7"
                    "a ira"),
            "\u00c9tat, \u00c7a ira");
  EXPECT_EQ(as_utf8("C\xd4TE D'IVOIRE"), "C\u00d4TE D'IVOIRE");
  EXPECT_EQ(as_utf8("S\xe3o Tom\xe9, K\xf6ln, fran\xe7"
                    "ais"),
            "S\u00e3o Tom\u00e9, K\u00f6ln, fran\u00e7ais");
}

TEST(TextEncoding, Utf8WithAndWithoutMark) {
  EXPECT_EQ(encoding_of("C\u00f4te d\u2019Ivoire"), Encoding::kUtf8);
  const Recognised marked = recognise_encoding("\xef\xbb\xbfTo,Text", tables());
  EXPECT_EQ(marked.encoding, Encoding::kUtf8);
  EXPECT_EQ(marked.mark_bytes, 3U);
}

TEST(TextEncoding, PlainAsciiIsNamedByItsLineEnds) {
  EXPECT_EQ(encoding_of("To,Text\nKenya,x\n"), Encoding::kUtf8);
  EXPECT_EQ(encoding_of("To,Text\r\nKenya,x\r\n"), Encoding::kUtf8);
  EXPECT_EQ(encoding_of("To,Text\rKenya,x\r"), Encoding::kMacRoman);
}

// A possessive plural and a Spanish ending are the same byte at the same place: here the line ends decide.
TEST(TextEncoding, LineEndsDecideBetweenNearEquals) {
  EXPECT_EQ(encoding_of("workers\x92 rights\r\n"), Encoding::kWindows1252);
  EXPECT_EQ(encoding_of("aqu\x92 estamos\r"), Encoding::kMacRoman);
}

TEST(TextEncoding, AFewDamagedLettersDoNotMakeAllOthersWrong) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "\u00e9tat ";
  EXPECT_EQ(encoding_of(text + "d\xc3 gone"), Encoding::kUtf8);
  EXPECT_NE(encoding_of(text + "d\xc3 gone, d\xc3 gone"), Encoding::kUtf8);
}

TEST(TextEncoding, IllFormedUtf8IsNoUtf8) {
  for (const char* bytes : {"\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80",
                            "\xe2\x82", "\xc3", "a\xffz"}) {
    EXPECT_FALSE(is_utf8(bytes));
  }
  for (const char* bytes : {"", "a", "\u00e9", "\u20ac", "\U0001f600", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"}) {
    EXPECT_TRUE(is_utf8(bytes));
  }
}

TEST(TextEncoding, Utf16OfBothEnds) {
  EXPECT_EQ(decode_utf16(std::string_view("\xe9\0\x3d\xd8\x00\xde", 6), true), "\u00e9\U0001f600");
  EXPECT_EQ(decode_utf16(std::string_view("\0\xe9\xd8\x3d\xde\x00", 6), false), "\u00e9\U0001f600");
  EXPECT_EQ(decode_utf16(std::string_view("\x3d\xd8"
                                          "a\0b",
                                          5),
                         true),
            "\ufffd"
            "a\ufffd");
}

TEST(TextEncoding, AByteThatWindows1252LeavesUndefinedIsNotInvented) {
  std::string text;
  EXPECT_FALSE(decode_bytes("a\x81z", tables().windows_1252, text));
  EXPECT_TRUE(decode_bytes("a\x81z", tables().mac_roman, text));
  EXPECT_EQ(text, "a\u00c5z");
}

}  // namespace
}  // namespace haki::formats
