// What a field can hold. A value is plain data: no form, no language, no clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "haki/bytes.h"

namespace haki {

// Integers, decimals, booleans and links are themselves; everything else (text, choice codes, ISO 8601 dates and times,
// "lat lon" points) is text. Decimals are compared by their bits, so replicas never disagree on a rounding.
// The order of the alternatives is the wire's type byte minus one (spec 10-change-set).
using Value = std::variant<std::string, std::int64_t, double, bool, RecordId>;

// The value as people write it: decimals in their shortest exact form, booleans "yes"/"no", links as hexadecimal.
std::string to_text(const Value& value);

// The numeric reading of an integer, decimal or boolean; false where the value is text or a link.
bool as_number(const Value& value, double& number);

}  // namespace haki
