#include "model/unicode.h"

#include <cstdint>
#include <cstring>

namespace haki::model {
namespace {

void append_character(std::string& to, char32_t character) {
  const auto byte = [&to](std::uint32_t value) { to.push_back(static_cast<char>(value)); };
  if (character < 0x80) {
    byte(character);
  } else if (character < 0x800) {
    byte(0xC0 | character >> 6), byte(0x80 | (character & 0x3F));
  } else if (character < 0x10000) {
    byte(0xE0 | character >> 12), byte(0x80 | (character >> 6 & 0x3F)), byte(0x80 | (character & 0x3F));
  } else {
    byte(0xF0 | character >> 18), byte(0x80 | (character >> 12 & 0x3F));
    byte(0x80 | (character >> 6 & 0x3F)), byte(0x80 | (character & 0x3F));
  }
}

bool is_space(char32_t character) {
  return character == ' ' || (character >= '\t' && character <= '\r') || character == 0xA0 || character == 0x202F;
}

// The letters of Latin-1 Supplement (from U+00C0) and Latin Extended-A (from U+0100) without accents; "." where the
// character is none or has no single plain letter.
constexpr std::string_view kPlainLatin1 = "aaaaaa.ceeeeiiii.nooooo.ouuuuy..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y";
constexpr std::string_view kPlainExtendedA =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkk.llllllllllnnnnnn...oooooo.."
    "rrrrrrssssssssttttttuuuuuuuuuuuuww"
    "yyyzzzzzzs";
static_assert(kPlainLatin1.size() == 64 && kPlainExtendedA.size() == 128);

char32_t plain_letter(char32_t character) {
  if (character >= 'A' && character <= 'Z') return character - 'A' + 'a';
  char plain = '.';
  if (character >= 0xC0 && character < 0x100) plain = kPlainLatin1[character - 0xC0];
  if (character >= 0x100 && character < 0x180) plain = kPlainExtendedA[character - 0x100];
  if (plain != '.') return static_cast<char32_t>(plain);
  if (character == 0x2019 || character == 0x2018 || character == 0x02BC) return U'\'';
  return character;
}

bool is_combining_accent(char32_t character) { return character >= 0x300 && character <= 0x36F; }

}  // namespace

std::optional<char32_t> next_character(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto byte_at = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte_at(0);
  if (first < 0x80) return text.remove_prefix(1), first;

  std::size_t length = 0;
  char32_t character = 0, least = 0;
  if (first >= 0xC2 && first <= 0xDF) length = 2, character = first & 0x1F, least = 0x80;
  else if (first >= 0xE0 && first <= 0xEF) length = 3, character = first & 0x0F, least = 0x800;
  else if (first >= 0xF0 && first <= 0xF4) length = 4, character = first & 0x07, least = 0x10000;
  if (length == 0 || text.size() < length) return std::nullopt;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(i) & 0xC0) != 0x80) return std::nullopt;
    character = character << 6 | (byte_at(i) & 0x3F);
  }
  if (character < least || character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF)) return std::nullopt;
  text.remove_prefix(length);
  return character;
}

std::size_t printable_ascii(std::string_view text) {
  constexpr std::uint64_t kEach = 0x0101010101010101, kHigh = 0x80 * kEach;
  std::size_t at = 0;
  for (std::uint64_t eight = 0; text.size() - at >= sizeof eight; at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    // A byte beyond ASCII has its high bit set; DEL gets it by adding 1, and what is below the space by subtracting 0x20.
    // Where none has it, no carry went from one byte into the next.
    if (((eight | (eight + kEach) | (eight - 0x20 * kEach)) & kHigh) != 0) break;
  }
  while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F) ++at;
  return at;
}

bool is_utf8(std::string_view text) {
  for (;;) {
    text.remove_prefix(printable_ascii(text));
    if (text.empty()) return true;
    if (!next_character(text)) return false;
  }
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    if (!next_character(text)) text.remove_prefix(1);
  }
  return count;
}

bool is_control(char32_t character) {
  if (character == '\n' || character == '\t') return false;
  return character < 0x20 || (character >= 0x7F && character < 0xA0);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty()) {
    std::string_view rest = text;
    const auto character = next_character(rest);
    if (!character || !is_space(*character)) break;
    text = rest;
  }
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && (static_cast<std::uint8_t>(text[start]) & 0xC0) == 0x80) --start;
    std::string_view last = text.substr(start);
    const auto character = next_character(last);
    if (!character || !last.empty() || !is_space(*character)) break;
    text = text.substr(0, start);
  }
  return text;
}

std::string folded(std::string_view text) {
  std::string result;
  bool space_waits = false;
  while (!text.empty()) {
    auto character = next_character(text);
    if (!character) {  // not UTF-8: compared by its bytes
      result.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    if (is_combining_accent(*character)) continue;
    if (is_space(*character) || *character == '_' || *character == '-') {
      space_waits = !result.empty();
      continue;
    }
    if (space_waits) result.push_back(' ');
    space_waits = false;
    append_character(result, plain_letter(*character));
  }
  return result;
}

std::string with_ascii_digits(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view before = text;
    const auto character = next_character(text);
    if (!character) {
      result.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    char32_t zero = 0;
    for (const char32_t candidate : {0x660, 0x6F0, 0x966}) {
      if (*character >= candidate && *character < candidate + 10) zero = candidate;
    }
    if (zero != 0) result.push_back(static_cast<char>('0' + (*character - zero)));
    else result.append(before.substr(0, before.size() - text.size()));
  }
  return result;
}

}  // namespace haki::model
