// Taking the labels and the text of a cell apart, as the mappers need it. Pure; views borrow from their argument.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace haki::formats {

// Without white space around it, the no-break space included.
std::string_view trim(std::string_view text);

// Without the "- ", "– " or "• " that a list puts in front.
std::string_view without_bullet(std::string_view text);

// The lines that are not blank, trimmed.
std::vector<std::string_view> lines_of(std::string_view text);

// The labels of a cell: one a line; and on one line joined by " - ". Labels hold " - " themselves, so that a line is
// taken apart only before a known label, or between a known one and what begins with a capital letter. What is left,
// and a cell of several lines, stays whole.
std::vector<std::string> joined_labels(std::string_view cell, bool (*is_known)(std::string_view));

// The numbers of the goals and targets that a cell names, one a line or joined by " - "; a line that names none is
// kept.
std::vector<std::string> goals_of(std::string_view cell);

void add_once(std::vector<std::string>& labels, std::string_view label);

// The first `bytes_max` bytes at most, whole characters, on one line, with "…" where something is left off.
std::string shortened(std::string_view text, std::size_t bytes_max);

// A text that may hold HTML: tags gone (<br>, <p>, <li>, <div> end a line), entities undone once, runs of spaces
// single.
std::string text_of_html(std::string_view html);

// The first whole number in a text, as in "34th session" and "- Session 34", broken digits ("3 4 th") joined; 0: none.
int first_number(std::string_view text);

}  // namespace haki::formats
