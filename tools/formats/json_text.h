// JSON texts of plain values (RFC 8259). What is not UTF-8 has its bad bytes replaced.
#pragma once

#include <string>
#include <string_view>

#include "formats/sheet.h"

namespace haki::formats {

std::string json_of(std::string_view text);
// Empty is null, a day is a text.
std::string json_of(const Cell& cell);

}  // namespace haki::formats
