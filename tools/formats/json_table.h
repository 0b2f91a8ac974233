// The child's half of reading JSON: a list of records, to frames (spec 70-import, section 3.1).
#pragma once

#include <string_view>

#include "formats/table_writer.h"

namespace haki::formats {

// Writes facts, rows and the last frame. May throw std::bad_alloc.
void write_json_table(std::string_view text, TableWriter& table);

}  // namespace haki::formats
