// Turning what a person typed into a Value of a field, and saying what is wrong with a record in words that name the field.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "haki/form.h"
#include "haki/result.h"

namespace haki::model {

// One thing wrong: the field (empty for the record as a whole) and a sentence in `language`-independent English.
struct Problem {
  std::string field;
  std::string message;
};

// The values of one record as validation and expressions see them. A set field has one entry per element.
using FieldValues = std::multimap<std::string, Value, std::less<>>;

// Reads `typed` as a value of `field`: trims; integers and decimals in plain notation; booleans yes/no/true/false/1/0/
// oui/non/ndiyo/hapana; dates YYYY-MM-DD that exist in the calendar; date-times RFC 3339; choices by code or by label in any
// language (case and accents of ASCII letters aside), or by the number of an ordered scale's value; points "lat lon";
// links as 32 hexadecimal digits (a shorter beginning is for the caller to resolve first). kInvalid with a sentence that
// names the field and gives an example of what is right.
Result<Value> parse_value(const Field& field, std::string_view typed);

// Everything wrong with the record. complete: required fields must be there (a submission); else only what is there must be
// right (a draft). Checks type, minimum and maximum, constraint, text length, the choice's code.
std::vector<Problem> validate(const Form& form, const FieldValues& values, bool complete);
std::vector<Problem> validate(const Group& group, const FieldValues& values);

}  // namespace haki::model
