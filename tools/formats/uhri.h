// The export of the Universal Human Rights Index: one row an annotation of a document (spec 70-import, section 7).
// Pure.
#pragma once

#include "formats/mapper.h"

namespace haki::formats {

HeaderMatch match_uhri(const std::vector<std::string>& header);

std::unique_ptr<RecommendationMapper> make_uhri_mapper(const std::string& container, std::vector<std::string> header,
                                                       Columns columns);

// "23", "115.3", "(a)" or "23 (a)" for "23. The Committee…", "115.3 Ratify…", "CO 23: …", "Para 12: …", "(a) Adopt…"
// and the like, taken off the text; also where a line of heading stands before it, which stays. Empty where there is
// none.
std::string take_paragraph_number(std::string& text);

}  // namespace haki::formats
