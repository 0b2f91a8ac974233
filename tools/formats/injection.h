// Formula injection: a text that a spreadsheet would take for a formula gets an apostrophe in front (spec 81-export, section 2).
// Pure.
#pragma once

#include <string>
#include <string_view>

namespace haki::formats {

// A text that begins with = + - @, a tab or a line end, with or without apostrophes before it, gets one apostrophe more.
std::string neutralised(std::string_view text);

// Takes away what neutralised() put there: original(neutralised(text)) == text for every text, and any other text that a file
// may hold, such as 'tis, stays as it is.
std::string original(std::string_view text);

}  // namespace haki::formats
