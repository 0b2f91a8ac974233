// Moments as evidence writes them: RFC 3339 in UTC with milliseconds, "2026-11-29T23:02:53.000Z", one spelling each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haki::evidence {

// 1970-01-01 to 9999-12-31; what lies outside is written as the nearer end.
std::string moment_text(std::int64_t ms);
std::optional<std::int64_t> read_moment(std::string_view text);

}  // namespace haki::evidence
