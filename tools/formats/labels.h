// The labels that UPR Info uses, and what its columns' values mean here (spec 70-import, section 5). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haki::formats {

// supported, noted, partly_supported, pledge or pending for a label or code in any case; blank is pending.
std::optional<std::string> position_of(std::string_view label);

// "8", "8.0" (from a spreadsheet), "Session 8", "8th" -> 8; nothing for what is not a session from 1 to 999.
std::optional<int> session_of(std::string_view text);

// The cycle of the Universal Periodic Review that a session belongs to; 0 beyond the last known one.
int cycle_of(int session);

// upr, treaty_body, special_procedure or another code of the form for a body as UHRI names it ("CRC", "SR Torture") or
// a code; other for what is none of them, nothing for a blank.
std::string mechanism_of(std::string_view body);

bool is_known_issue(std::string_view label);
bool is_known_regional_group(std::string_view label);
bool is_known_organisation(std::string_view label);

// A cell as plain text: entities undone, line ends LF, no white space around it.
std::string plain_text(std::string_view cell);

// The parts of a plain text between separators, without white space around them, empty ones and repetitions.
std::vector<std::string> split_labels(std::string_view text, char separator);

// For comparing: runs of white space as one space.
std::string with_single_spaces(std::string_view text);

// For comparing headers: letters and digits only, ASCII letters small.
std::string header_key(std::string_view cell);

}  // namespace haki::formats
