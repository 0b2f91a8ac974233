// UPR Info's export and our own table (spec 70-import, sections 5 and 8). Pure.
#pragma once

#include "formats/mapper.h"

namespace haki::formats {

HeaderMatch match_upr_info(const std::vector<std::string>& header);
HeaderMatch match_own_table(const std::vector<std::string>& header);

std::unique_ptr<RecommendationMapper> make_upr_info_mapper(const std::string& container,
                                                           std::vector<std::string> header, Columns columns);
std::unique_ptr<RecommendationMapper> make_own_table_mapper(const std::string& container,
                                                            std::vector<std::string> header, Columns columns);

}  // namespace haki::formats
