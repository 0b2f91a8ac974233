// The child's half of reading an Excel workbook (.xlsx, .xlsm): its first visible sheet with a text in it, to frames
// (spec 70-import, section 3.1).
#pragma once

#include <string>

#include "formats/table_writer.h"
#include "formats/zip_member.h"

namespace haki::formats {

// `workbook_part` is the name of the main part. `sheet`: the name of the visible sheet to read instead, where there is one.
// Writes facts, rows and the last frame. May throw std::bad_alloc.
void write_xlsx_table(ZipArchive& archive, const std::string& workbook_part, const std::string& sheet, TableWriter& table);

}  // namespace haki::formats
