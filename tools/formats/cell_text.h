// What a sheet shows for a number: the number as short text, or the date that it counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haki::formats {

// At most 15 significant digits, as spreadsheet programs show: "8", "0.1", "1e+20".
std::string number_text(double number);

// What a number format shows of a number.
enum class NumberKind : std::uint8_t { kNumber, kDate, kTime, kDateTime };

NumberKind kind_of_format(std::string_view code);         // as "yyyy\-mm\-dd"; elapsed hours ("[h]:mm") are a number
NumberKind kind_of_built_in_format(std::uint32_t number);  // those every workbook has without saying so

enum class DateSystem { k1900, k1904 };

// ISO 8601: "2014-06-20", "14:30:00", "2014-06-20T14:30:00". A number that is no date in the system is shown as a number:
// negative, beyond the year 9999, or 29 February 1900, which never was.
std::string serial_text(double serial, NumberKind kind, DateSystem system);

// "C5" to column 2 and row 5. The column of what is beyond ZZZ is kColumnBeyond.
struct CellPlace {
  std::size_t column = 0;
  std::uint64_t row = 0;
};
constexpr std::size_t kColumnBeyond = 1U << 20;
std::optional<CellPlace> parse_place(std::string_view reference);

// A row number of a sheet: 1 to 1,048,576, the last that a spreadsheet has.
std::optional<std::uint64_t> parse_row_number(std::string_view digits);

// "_x000D_" in a workbook's text stands for the character of that number.
std::string undo_escapes(std::string_view text);

}  // namespace haki::formats
