// What went wrong with a file or a row, in words a field officer can act on: what happened, where, what to do next.
#pragma once

#include <cstdint>
#include <string>

#include "formats/frames.h"
#include "formats/recommendations.h"

namespace haki::formats {

// `row` is used where the failure lies in a row.
Error failure_sentence(const std::string& path, Failure failure, std::uint64_t row, const ReadLimits& limits);

// Goes on after "row 5, column Text".
std::string refusal_sentence(Refusal refusal, const ReadLimits& limits);

}  // namespace haki::formats
