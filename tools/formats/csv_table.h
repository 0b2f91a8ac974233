// The child's half of reading a CSV file: text to frames (spec 70-import, section 3). The one user of libcsv.
#pragma once

#include <string_view>

#include "formats/table_writer.h"
#include "formats/text_encoding.h"

namespace haki::formats {

// Reads `text`, which is in the encoding that was recognised, but UTF-8 where that was UTF-16. Writes facts, rows and the
// last frame. May throw std::bad_alloc.
void write_csv_table(std::string_view text, const Recognised& recognised, const ByteTables& tables, TableWriter& table);

}  // namespace haki::formats
