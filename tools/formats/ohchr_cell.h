// What the cells of a thematic list of OHCHR say (spec 70-import, section 6). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace haki::formats {

// "115.3 Ratify … (Portugal, Slovakia);" and "Source of position: …", taken apart.
struct RecommendationCell {
  std::string number;
  std::string text;                         // variants of one item on lines of their own
  std::vector<std::string> states;          // those the list of countries knows by the name kept there
  std::vector<std::string> unknown_states;  // of these, the ones it does not know
  std::string position_source;
  std::string closing_bracket;  // what stands in brackets at the end and names no State; part of the text too
};

// Total. Which brackets hold States is decided by the list of countries: those with at least one, at the end of the
// item or of a variant in it.
RecommendationCell parse_recommendation_cell(std::string_view cell);

// "115.3", also written "115.3.", "115. 3" or "P-115.3", taken off the beginning; empty where there is none.
std::string take_serial_number(std::string_view& text);

// The column of themes, which holds groups of persons and goals as well, under headings that end with a colon.
struct ThemeCell {
  std::vector<std::string> themes, affected, sdgs;
  std::vector<std::string> unknown;  // labels of the three that the lists do not have, and headings
  std::string scheme;                // "ohchr-coded" or "ohchr-2019"; empty without themes
};
ThemeCell parse_theme_cell(std::string_view cell);

std::string_view scheme_of_theme(std::string_view label);

// The page header: "UPR of Slovenia (2nd Cycle – 20th session) Thematic list of recommendations".
struct ReviewTitle {
  std::string state;    // as the title has it, words in one line; empty: not said
  std::string session;  // what stands before the word; empty: not said
  std::string cycle;
  std::string document_symbol;
};
ReviewTitle parse_review_title(std::string_view title);

}  // namespace haki::formats
