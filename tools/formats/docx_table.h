// The child's half of reading a Word document (.docx): all tables of its body as one, to frames (spec 70-import,
// section 3.1).
#pragma once

#include <string>

#include "formats/table_writer.h"
#include "formats/zip_member.h"

namespace haki::formats {

// `document_part` is the name of the main part. Writes facts, rows and the last frame. May throw std::bad_alloc.
void write_docx_table(ZipArchive& archive, const std::string& document_part, TableWriter& table);

}  // namespace haki::formats
