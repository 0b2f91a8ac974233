// Turning what a person typed into a Value of a field, and saying what is wrong with a record in words that name the
// field.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "haki/form.h"
#include "haki/result.h"
#include "model/expression.h"

namespace haki::model {

// One thing wrong: the field (empty for the record as a whole) and a sentence in `language`-independent English.
struct Problem {
  std::string field;
  std::string message;
};

// The values of one record as validation and expressions see them, by the field's name, which is borrowed (from the form, mostly).
// A set field has one entry per element.
using FieldValues = std::multimap<std::string_view, Value>;

// What an expression over one record reads; `current` is ".". Borrows everything for its own life.
class RecordNames final : public Names {
 public:
  RecordNames(const FieldValues& values, std::string_view today, const Value* current = nullptr)
      : values_(values), today_(today), current_(current) {}
  std::vector<Value> values(std::string_view name) const override;
  std::string today() const override { return std::string(today_); }

 private:
  const FieldValues& values_;
  std::string_view today_;
  const Value* current_;
};

// Reads `typed` as a value of `field`: trims; integers and decimals in plain notation (Arabic-Indic and Devanagari
// digits too); booleans yes/no/true/false/1/0/oui/non/ndiyo/hapana; dates YYYY-MM-DD that exist in the calendar;
// date-times RFC 3339; choices by code, by label in any language or by a text of `also` (case, accents of Latin letters
// and "_" for space aside), or by the number of an ordered scale's value; points "lat lon"; links as 32 hexadecimal
// digits (a shorter beginning is for the caller to resolve first). In text, line ends become newlines. kInvalid
// (kTooLarge for text) with a sentence that names the field and gives an example of what is right; it never repeats
// what was typed.
Result<Value> parse_value(const Field& field, std::string_view typed);

// The value `field` has when a record is made: its default, read as the field's type. None where it has no default or
// the default comes out empty. kInvalid where it does not fit the field.
Result<std::optional<Value>> default_value(const Field& field, const Names& names);

// Everything wrong with the record, field by field in the form's order. complete: required fields must be there (a
// submission); else only what is there must be right (a draft). Checks type, number of values, minimum and maximum,
// constraint, text, the choice's code. Names that the form does not know are from a newer form and are left alone.
// today (YYYY-MM-DD) is what today() means; where it is empty, constraints that read it are not checked.
std::vector<Problem> validate(const Form& form, const FieldValues& values, bool complete, std::string_view today = {});
// The same for one row of a repeated group.
std::vector<Problem> validate(const Group& group, const FieldValues& values, bool complete = true,
                              std::string_view today = {});

}  // namespace haki::model
