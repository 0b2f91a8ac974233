// Moments as people and programs read them.
#pragma once

#include <cstdint>
#include <string>

#include "cli/output.h"

namespace haki::cli {

// Milliseconds since 1970 by this machine's clock.
std::int64_t now_ms();

// RFC 3339 in UTC, "2020-11-04T06:30:00.000Z"; null for 0, which stands for never.
Output time_output(std::int64_t ms);
// The milliseconds of such a text; 0 where it is none.
std::int64_t time_of(const Output& time);

// In the reader's time zone: "today 16:40", "yesterday 16:40", "4 Nov 16:40", "4 Nov 2019 16:40"; "never" for 0.
std::string time_in_words(std::int64_t ms, std::int64_t now);

}  // namespace haki::cli
