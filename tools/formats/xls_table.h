// The child's half of reading an old Excel workbook (.xls): its first visible sheet with a text in it, to frames (spec
// 70-import, section 3.1).
//
// The records are read by ourselves: FreeXL 1.0.6, which Debian has, leaves the results of formulas out without a word, reads
// errors as 1, does not say which sheets are hidden, and opens its file by name, which the child may not.
#pragma once

#include <string_view>
#include <vector>

#include "formats/table_writer.h"

namespace haki::formats {

// While it lives, the code pages that such a workbook may be written in stay loaded, so that the child, which cannot load
// them, has them from its parent. Nothing is loaded unless the file begins as such a workbook does.
class XlsConversions {
 public:
  explicit XlsConversions(int file);
  XlsConversions(const XlsConversions&) = delete;
  XlsConversions& operator=(const XlsConversions&) = delete;
  ~XlsConversions();

 private:
  std::vector<void*> conversions_;
};

// Writes facts, rows and the last frame. May throw std::bad_alloc.
void write_xls_table(std::string_view bytes, TableWriter& table);

}  // namespace haki::formats
