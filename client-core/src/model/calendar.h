// Dates and times as text: whether they are written as the spec says and exist in the calendar. No clock.
#pragma once

#include <string_view>

namespace haki::model {

// YYYY-MM-DD, year 1000 to 9999, a day that exists.
bool is_date(std::string_view text);

// A date, "T", hh:mm:ss with at most nine decimals, then "Z" or an offset of less than a day (RFC 3339; second 60 is a
// leap second).
bool is_datetime(std::string_view text);

}  // namespace haki::model
