// Moments as people and programs read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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

// "24h" or "14d" as milliseconds; kInvalid for anything else, and for 0.
Result<std::int64_t> read_duration_ms(std::string_view text);
// "24 hours", "14 days"; the larger unit where it is whole and more than one.
std::string duration_in_words(std::int64_t ms);

}  // namespace haki::cli
