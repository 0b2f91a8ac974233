// Tables that leave Haki: cells, columns, and what takes them row by row, so that no table ever stands in memory as a whole.
// How a cell looks in each kind of file: spec 81-export.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "haki/form.h"
#include "haki/result.h"

namespace haki::formats {

// "2020-11-04"
struct Day {
  std::string text;
  bool operator==(const Day&) const = default;
};
// A text that we made of numbers alone ("-1.29|36.82"): written as it is, never neutralised.
struct Plain {
  std::string text;
  bool operator==(const Plain&) const = default;
};
using Cell = std::variant<std::monostate, std::string, std::int64_t, double, bool, Day, Plain>;

struct SheetColumn {
  std::string name;  // never changes, whatever the language
  std::string hxl;   // the tag of HXL's second header row; empty for none
};

class SheetSink {
 public:
  virtual ~SheetSink() = default;
  // Ends the sheet before it. kUnsupported where the kind of file holds one sheet alone and has it.
  virtual Result<> begin_sheet(const std::string& name, const std::vector<SheetColumn>& columns) = 0;
  // At most as many cells as columns. Precondition: begin_sheet() succeeded.
  virtual Result<> row(std::span<const Cell> cells) = 0;
  // The last call; without it the file is not whole.
  virtual Result<> finish() = 0;
};

struct SheetOptions {
  bool hxl = false;  // a row of tags below the header
};

// What a column means: its form (or "form/group"), name, type, what it links to, whether it is required, and label, hint and choices
// in each language.
std::vector<SheetColumn> codebook_columns();
std::vector<Cell> codebook_row(const std::string& form, const Field& field);

// The text of a cell as CSV has it: decimals in their shortest exact form, booleans "yes" and "no"; not neutralised.
std::string cell_text(const Cell& cell);

}  // namespace haki::formats
