// The child's half of reading an old Excel workbook (.xls): its first sheet with a text in it, to frames (spec 70-import,
// section 3.1). The one user of FreeXL.
//
// FreeXL wants the name of a file and the child may open none: in this program it is linked with a fopen and an iconv_open of
// ours (see CMakeLists.txt), which give it the bytes in memory whatever name it says, and the code pages by their right names.
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

// Writes facts, rows and the last frame. One call at a time in a process, which is what a child is.
void write_xls_table(std::string_view bytes, TableWriter& table);

}  // namespace haki::formats
