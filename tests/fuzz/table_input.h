// A file of cells read as the importer does, both halves in this process, and what the cells then mean.
#pragma once

#include <string_view>

#include "haki/bytes.h"

namespace haki::fuzz {

// True where it is a table with a heading.
bool take_table(std::string_view file);

// Frames as a child that a file got the better of could write them.
bool take_table_frames(ByteView frames);

}  // namespace haki::fuzz
