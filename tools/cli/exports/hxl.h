// Tags of the Humanitarian Exchange Language (HXL 1.1), for the second header row that OCHA's tools read.
#pragma once

#include <string>
#include <string_view>

#include "cli/exports/small_counts.h"

namespace haki::cli::exports {

// Empty where HXL has no word for it.
std::string hxl_tag(std::string_view column);
std::string hxl_tag(const Field& field);
std::string hxl_tag(const Category& category);

}  // namespace haki::cli::exports
