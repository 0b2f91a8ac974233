// Reading the cells of a column the way offices write them: dates, numbers, yes and no, choices, points (spec 70-import,
// section 9). What one cell leaves open, the other cells of its column may settle. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "haki/form.h"

namespace haki::formats {

// What a cell says: the value as the core reads it, or why it has none.
struct CellValue {
  enum class Kind {
    kValue,
    kWords,   // not what the field holds, but words that a field beside it may keep
    kRefused  // what it means cannot be known: the row is not taken
  };
  Kind kind = Kind::kValue;
  std::string text;    // the value
  std::string reason;  // of kWords and kRefused: ends a sentence that begins with the column's name
};

// A cell without white space around it, line ends as LF, and without the apostrophe that our exports put before what a
// spreadsheet would take for a formula.
std::string text_of_cell(std::string_view cell);

// "a; b | c", line ends too, without repetitions.
std::vector<std::string> cell_elements(std::string_view text);

class ColumnReader {
 public:
  // Borrows the field. Links are not read here: they need to be looked for.
  explicit ColumnReader(const Field& field);

  void look(std::string_view text);  // at every element of the column, before the first is read
  CellValue read(std::string_view text) const;

 private:
  CellValue date(std::string_view text) const;
  CellValue datetime(std::string_view text) const;
  CellValue number(std::string_view text) const;
  CellValue choice(std::string_view text) const;

  const Field& field_;
  std::map<std::string, std::string, std::less<>> codes_;  // by key; empty: several
  bool day_first_ = false, month_first_ = false;           // some cell can be read in one way only
  bool comma_decimal_ = false, point_decimal_ = false;
};

}  // namespace haki::formats
