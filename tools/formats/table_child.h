// What the child does: looks what kind of file it is and has it read (spec 70-import, sections 1 to 3).
#pragma once

#include "formats/frames.h"
#include "formats/recommendations.h"
#include "formats/text_encoding.h"

namespace haki::formats {

// Reads `size` bytes of `input_fd` and writes frames, the last being kDone or kFailure. May throw std::bad_alloc.
void write_table_frames(int input_fd, std::uint64_t size, const ByteTables& tables, const ReadLimits& limits,
                        FrameWriter& out);

}  // namespace haki::formats
