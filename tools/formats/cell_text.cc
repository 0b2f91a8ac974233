#include "formats/cell_text.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "formats/text_encoding.h"

namespace haki::formats {

namespace {

constexpr std::int64_t kSecondsOfDay = 86'400;
constexpr std::uint64_t kSheetRowsMax = 1'048'576;
constexpr double kSerialMax = 2'958'466;  // the day after 31 December 9999 in the system of 1900

std::string date_text(std::int64_t days_since_1970) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days_since_1970}}};
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string time_text(std::int64_t second_of_day) {
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", static_cast<int>(second_of_day / 3'600),
                    static_cast<int>(second_of_day / 60 % 60), static_cast<int>(second_of_day % 60));
  return {text.data(), static_cast<std::size_t>(size)};
}

// The day as days since 1970; nothing for 29 February 1900, which Lotus 1-2-3 believed in and Excel kept.
std::optional<std::int64_t> days_since_1970(std::int64_t day, DateSystem system) {
  constexpr std::int64_t kDay1904 = -24'107;         // 1 January 1904
  constexpr std::int64_t kDayBefore1900 = -25'568;   // 31 December 1899
  constexpr std::int64_t kLeapDayThatNeverWas = 60;
  if (system == DateSystem::k1904) return kDay1904 + day;
  if (day == kLeapDayThatNeverWas) return std::nullopt;
  return kDayBefore1900 + (day < kLeapDayThatNeverWas ? day : day - 1);
}

// The letters of a format's first section that are neither quoted nor in brackets, in lower case; "[" where a bracket counts
// elapsed time.
std::string letters_of_format(std::string_view code) {
  std::string letters;
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    const char character = code[i];
    if (character == '"') {
      i = std::min(code.find('"', i + 1), code.size());
    } else if (character == '\\' || character == '_' || character == '*') {
      ++i;
    } else if (character == '[') {
      const std::size_t end = std::min(code.find(']', i), code.size());
      const std::string_view inside = code.substr(i + 1, end - i - 1);
      if (!inside.empty() && inside.find_first_not_of("hHmMsS") == std::string_view::npos) letters += '[';
      i = end;
    } else {
      letters += static_cast<char>(character >= 'A' && character <= 'Z' ? character - 'A' + 'a' : character);
    }
  }
  return letters;
}

}  // namespace

std::string number_text(double number) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.15g", number);
  return {text.data(), static_cast<std::size_t>(size)};
}

NumberKind kind_of_format(std::string_view code) {
  const std::string letters = letters_of_format(code);
  const auto has = [&](char letter) { return letters.find(letter) != std::string::npos; };
  // "General" and "Standard" have letters too; a digit's place or an exponent is in no date.
  if (has('[') || has('0') || has('#') || has('?') || letters.starts_with("general") ||
      letters.starts_with("standard")) {
    const bool fraction_of_second = has('s') && !has('[') && !has('#');  // "ss.000"
    if (!fraction_of_second) return NumberKind::kNumber;
  }
  const bool time = has('h') || has('s');
  const bool date = has('y') || has('d') || (has('m') && !time);
  if (date) return time ? NumberKind::kDateTime : NumberKind::kDate;
  return time ? NumberKind::kTime : NumberKind::kNumber;
}

NumberKind kind_of_built_in_format(std::uint32_t number) {
  const auto between = [number](std::uint32_t first, std::uint32_t last) { return number >= first && number <= last; };
  if (number == 22) return NumberKind::kDateTime;
  if (between(18, 21) || between(32, 35) || number == 45 || number == 47) return NumberKind::kTime;
  if (between(14, 17) || between(27, 31) || number == 36 || between(50, 58)) return NumberKind::kDate;
  return NumberKind::kNumber;
}

std::string serial_text(double serial, NumberKind kind, DateSystem system) {
  const bool is_serial = serial >= 0 && serial < kSerialMax;  // false for what is no number too
  if (kind == NumberKind::kNumber || !is_serial) return number_text(serial);
  const auto seconds = static_cast<std::int64_t>(std::llround(serial * static_cast<double>(kSecondsOfDay)));
  const std::int64_t day = seconds / kSecondsOfDay;
  const std::string time = time_text(seconds % kSecondsOfDay);
  // Day 0 of the system of 1900 is no day: what is shown there is a time.
  if (kind == NumberKind::kTime || (day == 0 && system == DateSystem::k1900)) return time;
  const auto date = days_since_1970(day, system);
  if (!date) return number_text(serial);
  return kind == NumberKind::kDate ? date_text(*date) : date_text(*date) + "T" + time;
}

std::optional<CellPlace> parse_place(std::string_view reference) {
  CellPlace place;
  std::size_t letters = 0;
  std::size_t column = 0;
  for (; letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z'; ++letters) {
    column = letters < 4 ? column * 26 + static_cast<std::size_t>(reference[letters] - 'A' + 1) : kColumnBeyond;
  }
  const auto row = parse_row_number(reference.substr(letters));
  if (letters == 0 || !row) return std::nullopt;
  place.column = letters > 3 ? kColumnBeyond : column - 1;
  place.row = *row;
  return place;
}

std::optional<std::uint64_t> parse_row_number(std::string_view digits) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 1 || number > kSheetRowsMax) {
    return std::nullopt;
  }
  return number;
}

std::string undo_escapes(std::string_view text) {
  constexpr std::size_t kEscapeBytes = 7;  // _xHHHH_
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const std::size_t at = std::min(text.find("_x"), text.size());
    plain += text.substr(0, at);
    text.remove_prefix(at);
    unsigned code = 0;
    const bool complete = text.size() >= kEscapeBytes && text[kEscapeBytes - 1] == '_';
    const char* digits = text.data() + 2;
    if (complete && std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4) {
      append_utf8(plain, code);
      text.remove_prefix(kEscapeBytes);
    } else if (!text.empty()) {
      plain += text.front();
      text.remove_prefix(1);
    }
  }
  return plain;
}

}  // namespace haki::formats
