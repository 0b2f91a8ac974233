// Text for a person's terminal: safe to print, and lined up by the width it has there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace haki::cli {

// What others wrote, made safe for a terminal: control characters (escape sequences among them) and signs that turn the
// reading direction become U+FFFD; line ends and tabs become a space. Bytes that are not UTF-8 become U+FFFD too.
std::string one_line(std::string_view text);
// The same, but line ends stay.
std::string safe_text(std::string_view text);

// Columns that `text` takes on a terminal: wide letters are two, combining marks none. Precondition: safe_text.
std::size_t columns_of(std::string_view text);
// At most `columns` columns; what is longer ends in an ellipsis.
std::string shortened(std::string_view text, std::size_t columns);

// Rows under headings, each column as wide as its widest cell. The last column is not padded. Cells are made safe.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void right(std::size_t column) { right_.push_back(column); }  // numbers
  bool empty() const { return rows_.empty(); }
  // Empty where there is no row.
  std::string text() const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::size_t> right_;
  std::vector<std::vector<std::string>> rows_;
};

// "1 record", "12 records"
std::string counted(std::int64_t count, std::string_view one, std::string_view many);
// "5 minutes", in the largest unit that leaves no rest.
std::string time_span_in_words(std::int64_t seconds);
// "12.3 MB"
std::string bytes_in_words(std::int64_t bytes);
// {"a","b","c"} -> "a, b and c"
std::string listed(const std::vector<std::string>& texts);
// "first_word here" -> "First_word here"
std::string capitalised(std::string text);

}  // namespace haki::cli
