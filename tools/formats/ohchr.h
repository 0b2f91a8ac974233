// The matrix or thematic list of recommendations that OHCHR makes of each review (spec 70-import, section 6). Pure.
#pragma once

#include "formats/mapper.h"

namespace haki::formats {

HeaderMatch match_ohchr(const std::vector<std::string>& header);

// kInvalid where neither the title nor a column says which State was reviewed.
Result<std::unique_ptr<RecommendationMapper>> make_ohchr_mapper(const std::string& subject, const TableFacts& facts,
                                                                std::vector<std::string> header, Columns columns);

}  // namespace haki::formats
