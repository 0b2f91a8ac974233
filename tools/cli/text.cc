#include "cli/text.h"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace haki::cli {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool sound = false;
};

// Reads the character at the front of `text`, strictly: no overlong form, no surrogate, nothing above U+10FFFF.
Character front(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t code = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, length, true};
}

bool misleads_a_terminal(char32_t code) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return true;
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x2028 || code == 0x2029;
}

std::string made_safe(std::string_view text, bool keep_lines) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const Character character = front(text);
    const char32_t code = character.code;
    if (!character.sound) safe += kReplacement;
    else if (code == '\n' && keep_lines) safe += '\n';
    else if (code == '\n' || code == '\t' || code == '\r') safe += ' ';
    else if (misleads_a_terminal(code)) safe += kReplacement;
    else safe += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return safe;
}

// wcwidth() answers for the thread's locale; C.UTF-8 is part of the C library and knows every character's width.
std::size_t columns_of(char32_t code) {
  static const locale_t kUtf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (code < 0x80 || kUtf8 == nullptr) return 1;
  const locale_t before = uselocale(kUtf8);
  const int columns = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return columns < 0 ? 1 : static_cast<std::size_t>(columns);
}

}  // namespace

std::string one_line(std::string_view text) { return made_safe(text, false); }
std::string safe_text(std::string_view text) { return made_safe(text, true); }

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = front(text);
    columns += columns_of(character.code);
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  std::size_t used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const Character character = front(text.substr(bytes));
    const std::size_t more = columns_of(character.code);
    if (used + more + 1 > columns) break;
    used += more;
    bytes += character.bytes;
  }
  std::string result(text.substr(0, bytes));
  while (result.ends_with(' ')) result.pop_back();
  return result + std::string(kEllipsis);
}

std::string Table::text() const {
  if (rows_.empty()) return {};
  std::vector<std::vector<std::string>> lines{headings_};
  for (const auto& row : rows_) {
    lines.emplace_back();
    for (const std::string& cell : row) lines.back().push_back(one_line(cell));
  }
  std::vector<std::size_t> widths(headings_.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(line[i]));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      const std::string pad(widths[i] - columns_of(line[i]), ' ');
      const bool right = std::find(right_.begin(), right_.end(), i) != right_.end();
      row += (i == 0 ? "" : "  ") + (right ? pad + line[i] : line[i] + pad);
    }
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

std::string time_span_in_words(std::int64_t seconds) {
  if (seconds % 3600 == 0) return counted(seconds / 3600, "hour", "hours");
  if (seconds % 60 == 0) return counted(seconds / 60, "minute", "minutes");
  return counted(seconds, "second", "seconds");
}

std::string bytes_in_words(std::int64_t bytes) {
  if (bytes < 1000) return counted(bytes, "byte", "bytes");
  constexpr std::array<const char*, 4> kUnits{"kB", "MB", "GB", "TB"};
  double size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (size /= 1000; size >= 999.95 && unit + 1 < kUnits.size(); size /= 1000) ++unit;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", size, kUnits[unit]);
  return text.data();
}

std::string listed(const std::vector<std::string>& texts) {
  std::string result;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i != 0) result += i + 1 == texts.size() ? " and " : ", ";
    result += texts[i];
  }
  return result;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

}  // namespace haki::cli
