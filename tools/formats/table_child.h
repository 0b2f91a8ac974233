// What the child does: looks what kind of file it is and has it read (spec 70-import, sections 1 to 3).
#pragma once

#include <string>
#include <string_view>

#include "formats/frames.h"
#include "formats/recommendations.h"
#include "formats/text_encoding.h"

namespace haki::formats {

// Reads `size` bytes of `input_fd` and writes frames, the last being kDone or kFailure. `sheet`: which one of a workbook,
// where it has one of that name. May throw std::bad_alloc.
void write_table_frames(int input_fd, std::uint64_t size, const ByteTables& tables, const ReadLimits& limits,
                        const std::string& sheet, FrameWriter& out);
// The same of bytes that are in memory.
void write_table_frames(std::string_view bytes, const ByteTables& tables, const ReadLimits& limits, const std::string& sheet,
                        FrameWriter& out);

}  // namespace haki::formats
