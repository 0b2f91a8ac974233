#include "formats/text_encoding.h"

#include <iconv.h>

#include <algorithm>
#include <cstdint>

namespace haki::formats {

namespace {

constexpr char32_t kReplacement = 0xfffd;

// What a code point is to the eye, as far as telling two readings apart needs it.
enum class Shape { kSmall, kCapital, kApostrophe, kOpening, kClosing, kPunctuation, kBlank, kSymbol, kUndefined };

bool is_between(char32_t value, char32_t low, char32_t high) { return value >= low && value <= high; }

// Latin Extended-A alternates: which of a pair is the capital changes twice in the block.
bool is_extended_capital(char32_t code) {
  const bool capital_is_odd = is_between(code, 0x139, 0x148) || is_between(code, 0x179, 0x17e);
  return code == 0x178 || (is_between(code, 0x100, 0x17e) && (code % 2 == 1) == capital_is_odd);
}

Shape shape_of(char32_t code) {
  if (code == 0) return Shape::kUndefined;
  if (is_between(code, 'a', 'z')) return Shape::kSmall;
  if (is_between(code, 'A', 'Z')) return Shape::kCapital;
  if (code == ' ' || code == '\t' || code == '\r' || code == '\n' || code == 0xa0) return Shape::kBlank;
  if (code < 0x80) return Shape::kPunctuation;
  if (code == 0xd7 || code == 0xf7) return Shape::kSymbol;
  if (is_between(code, 0xc0, 0xde)) return Shape::kCapital;
  if (is_between(code, 0xdf, 0xff)) return Shape::kSmall;
  if (is_between(code, 0x100, 0x17f)) return is_extended_capital(code) ? Shape::kCapital : Shape::kSmall;
  if (code == 0x2019) return Shape::kApostrophe;
  if (code == 0x2018 || code == 0x201a || code == 0x201c || code == 0x201e) return Shape::kOpening;
  if (code == 0x201d) return Shape::kClosing;
  if (is_between(code, 0x2010, 0x201f) || code == 0x2022 || code == 0x2026 || code == 0xab || code == 0xbb) {
    return Shape::kPunctuation;
  }
  if (code == 0xfb01 || code == 0xfb02) return Shape::kSmall;  // ligatures of Mac Roman
  return Shape::kSymbol;
}

bool is_letter(Shape shape) { return shape == Shape::kSmall || shape == Shape::kCapital; }

// How well one byte above 0x7f reads between its neighbours. The bytes of quotation marks in one encoding are small
// letters in the other, so a mark on its proper side of a word counts more than a letter beside a letter.
int plausibility(Shape before, Shape here, Shape after) {
  const bool follows_letter = is_letter(before);
  const bool leads_letter = is_letter(after);
  const bool inside_word = follows_letter && leads_letter;
  switch (here) {
    case Shape::kUndefined:
      return -12;
    case Shape::kSmall:
      return follows_letter || leads_letter ? 3 : 1;
    case Shape::kCapital:
      if (before == Shape::kSmall) return -4;
      if (before == Shape::kCapital && after == Shape::kSmall) return 0;
      return leads_letter || before == Shape::kCapital ? 2 : -1;
    case Shape::kApostrophe:
      return inside_word ? 3 : (follows_letter ? 2 : 0);
    case Shape::kOpening:
      return !follows_letter && leads_letter ? 4 : -1;
    case Shape::kClosing:
      return before != Shape::kBlank && !leads_letter ? 4 : -1;
    case Shape::kPunctuation:
      return leads_letter ? 0 : 2;
    case Shape::kBlank:
      return 0;
    case Shape::kSymbol:
      return inside_word ? -4 : (follows_letter || leads_letter ? -1 : 0);
  }
  return 0;
}

// The sum over all bytes above 0x7f.
std::int64_t plausibility_of(std::string_view bytes, const ByteTable& table) {
  std::array<Shape, 256> shapes{};
  for (std::size_t byte = 0; byte < shapes.size(); ++byte) {
    shapes[byte] =
        shape_of(byte < 0x80 ? static_cast<char32_t>(byte == 0 ? ' ' : byte) : table.code_point[byte - 0x80]);
  }
  const auto at = [&](std::size_t i) { return shapes[static_cast<unsigned char>(bytes[i])]; };
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (static_cast<unsigned char>(bytes[i]) < 0x80) continue;
    sum += plausibility(i == 0 ? Shape::kBlank : at(i - 1), at(i), i + 1 == bytes.size() ? Shape::kBlank : at(i + 1));
  }
  return sum;
}

// Fills the table by asking iconv for each byte alone.
bool load_table(const char* iconv_name, ByteTable& table) {
  const iconv_t converter = ::iconv_open("UTF-8", iconv_name);
  if (converter == reinterpret_cast<iconv_t>(-1)) return false;
  for (std::size_t i = 0; i < table.text.size(); ++i) {
    char byte = static_cast<char>(0x80 + i);
    std::array<char, 8> room{};
    char* from = &byte;
    char* to = room.data();
    std::size_t from_left = 1;
    std::size_t to_left = room.size();
    const bool converted = ::iconv(converter, &from, &from_left, &to, &to_left) != static_cast<std::size_t>(-1);
    if (!converted) ::iconv(converter, nullptr, nullptr, nullptr, nullptr);
    const std::string text(room.data(), converted ? room.size() - to_left : 0);
    table.text[i] = text;
    table.code_point[i] = 0;
    if (text.empty()) continue;
    const auto unit = [&](std::size_t at) { return static_cast<char32_t>(static_cast<unsigned char>(text[at])); };
    if (text.size() == 2) table.code_point[i] = (unit(0) & 0x1f) << 6 | (unit(1) & 0x3f);
    if (text.size() == 3) table.code_point[i] = (unit(0) & 0xf) << 12 | (unit(1) & 0x3f) << 6 | (unit(2) & 0x3f);
  }
  ::iconv_close(converter);
  return true;
}

struct Counts {
  std::uint64_t high = 0;       // bytes above 0x7f
  std::uint64_t sequences = 0;  // well-formed UTF-8 sequences of more than one byte
  std::uint64_t damaged = 0;    // bytes that begin no well-formed sequence
  std::uint64_t cr = 0;
  std::uint64_t lf = 0;
};

Counts count(std::string_view bytes) {
  Counts counts;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (byte < 0x80) {
      if (byte == '\r') ++counts.cr;
      if (byte == '\n') ++counts.lf;
      ++i;
      continue;
    }
    ++counts.high;
    const std::size_t size = utf8_sequence_bytes(bytes.substr(i, 4));
    if (size > 1) ++counts.sequences;
    else ++counts.damaged;
    i += std::max<std::size_t>(size, 1);
  }
  return counts;
}

Recognised recognise_one_byte_encoding(std::string_view bytes, const ByteTables& tables, const Counts& counts) {
  constexpr std::int64_t kLineEndsSpeakFor = 2;  // less than one letter in a word: they decide only between near equals
  const std::int64_t mac = plausibility_of(bytes, tables.mac_roman) + (counts.cr > counts.lf ? kLineEndsSpeakFor : 0);
  const std::int64_t windows =
      plausibility_of(bytes, tables.windows_1252) + (counts.cr > 0 && counts.cr <= counts.lf ? kLineEndsSpeakFor : 0);
  if (mac > windows) return {Encoding::kMacRoman, 0, "its letters beyond ASCII make words when read as Mac Roman"};
  if (windows > mac)
    return {Encoding::kWindows1252, 0, "its letters beyond ASCII make words when read as Windows-1252"};
  return {Encoding::kWindows1252, 0, "its letters read alike both ways, and Windows-1252 is the more common"};
}

}  // namespace

std::string_view encoding_name(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
      return "utf-8";
    case Encoding::kUtf16Little:
      return "utf-16le";
    case Encoding::kUtf16Big:
      return "utf-16be";
    case Encoding::kMacRoman:
      return "mac-roman";
    case Encoding::kWindows1252:
      return "windows-1252";
  }
  return "";
}

Result<ByteTables> load_byte_tables() {
  ByteTables tables;
  if (!load_table("MACINTOSH", tables.mac_roman) || !load_table("CP1252", tables.windows_1252)) {
    return Error{Code::kUnsupported,
                 "This system's C library cannot convert Mac Roman or Windows-1252 text. Install its "
                 "character set modules (Debian: libc6, others: glibc-gconv-extra) and try again."};
  }
  return tables;
}

const ByteTable* byte_table_of(Encoding encoding, const ByteTables& tables) {
  if (encoding == Encoding::kMacRoman) return &tables.mac_roman;
  return encoding == Encoding::kWindows1252 ? &tables.windows_1252 : nullptr;
}

Recognised recognise_encoding(std::string_view bytes, const ByteTables& tables) {
  if (bytes.starts_with("\xef\xbb\xbf")) return {Encoding::kUtf8, 3, "it begins with the UTF-8 byte order mark"};
  if (bytes.starts_with("\xff\xfe")) return {Encoding::kUtf16Little, 2, "it begins with a UTF-16 byte order mark"};
  if (bytes.starts_with("\xfe\xff")) return {Encoding::kUtf16Big, 2, "it begins with a UTF-16 byte order mark"};
  const Counts counts = count(bytes);
  if (counts.high == 0 && counts.cr > 0 && counts.lf == 0) {
    return {Encoding::kMacRoman, 0, "lines end with CR alone, as on the old Mac, and every letter is ASCII"};
  }
  if (counts.high == 0) return {Encoding::kUtf8, 0, "every letter is ASCII, which is part of UTF-8"};
  if (counts.damaged == 0) return {Encoding::kUtf8, 0, "every letter beyond ASCII is well-formed UTF-8"};
  if (counts.sequences >= 10 * counts.damaged) {
    return {Encoding::kUtf8, 0,
            "nearly every letter beyond ASCII is well-formed UTF-8; rows with a damaged one are refused"};
  }
  return recognise_one_byte_encoding(bytes, tables, counts);
}

bool decode_bytes(std::string_view cell, const ByteTable& table, std::string& text) {
  text.clear();
  text.reserve(cell.size());
  for (const char character : cell) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x80) {
      text.push_back(character);
      continue;
    }
    if (table.text[byte - 0x80U].empty()) return false;
    text.append(table.text[byte - 0x80U]);
  }
  return true;
}

std::string decode_utf16(std::string_view bytes, bool little_endian) {
  std::string text;
  text.reserve(bytes.size());
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(little_endian ? first | second << 8 : first << 8 | second);
  };
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) {
    char32_t code = unit(i);
    const bool has_partner =
        is_between(code, 0xd800, 0xdbff) && i + 3 < bytes.size() && is_between(unit(i + 2), 0xdc00, 0xdfff);
    if (has_partner) {
      code = 0x10000 + ((code - 0xd800) << 10) + (unit(i + 2) - 0xdc00);
      i += 2;
    }
    append_utf8(text, code);
  }
  if (i < bytes.size()) append_utf8(text, kReplacement);
  return text;
}

std::size_t utf8_sequence_bytes(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto unit = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
  const std::uint32_t first = unit(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : (first >= 0xe0 ? 3 : 2);
  if (first < 0xc2 || first > 0xf4 || bytes.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((unit(i) & 0xc0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and what is beyond Unicode show in the second byte.
  const std::uint32_t second = unit(1);
  const bool ill = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                   (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return ill ? 0 : size;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t size = utf8_sequence_bytes(bytes.substr(0, 4));
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

void append_utf8(std::string& text, char32_t code_point) {
  char32_t code = code_point;
  if (code > 0x10ffff || is_between(code, 0xd800, 0xdfff)) code = kReplacement;
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
    return put(0x80 | (code & 0x3f));
  }
  if (code < 0x10000) {
    put(0xe0 | code >> 12);
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
  }
  put(0x80 | (code >> 6 & 0x3f));
  put(0x80 | (code & 0x3f));
}

}  // namespace haki::formats
