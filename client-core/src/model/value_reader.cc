// parse_value and default_value: from what a person typed to what is kept. Messages name the field and show what is
// right; they never repeat what was typed, because errors are logged and shown to others.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/assert.h"
#include "base/limits.h"
#include "model/calendar.h"
#include "model/expression_node.h"
#include "model/unicode.h"
#include "model/validate.h"
#include "model/words.h"

namespace haki::model {
namespace {

Error wrong(const Field& field, const std::string& what_is_right) {
  return {Code::kInvalid, named(field) + ": " + what_is_right};
}

Result<Value> read_text(const Field& field, std::string_view typed) {
  std::string text;
  text.reserve(typed.size());
  for (std::size_t i = 0; i < typed.size(); ++i) {
    if (typed[i] != '\r') text.push_back(typed[i]);
    else if (i + 1 == typed.size() || typed[i + 1] != '\n') text.push_back('\n');
  }
  const std::string problem = text_problem(text);
  if (text.size() > limits::kValueBytesMax) return Error{Code::kTooLarge, named(field) + ": " + problem};
  if (!problem.empty()) return wrong(field, problem);
  return Value(std::move(text));
}

Result<Value> read_integer(const Field& field, std::string_view typed) {
  const std::string digits = with_ascii_digits(typed);
  Value number;
  if (!read_plain_number(digits, number) || digits.find('.') != std::string::npos) {
    return wrong(field, "write a whole number in digits, without spaces or commas, such as 2500.");
  }
  if (!std::holds_alternative<std::int64_t>(number)) {
    return wrong(field, "the number is too large. Write one of at most 18 digits, such as 2500.");
  }
  return number;
}

Result<Value> read_decimal(const Field& field, std::string_view typed) {
  Value number;
  double decimal = 0;
  if (!read_plain_number(with_ascii_digits(typed), number) || !as_number(number, decimal)) {
    return wrong(field, "write a number with a point before the decimals and no other signs, such as 48.9.");
  }
  return Value(decimal);
}

Result<Value> read_boolean(const Field& field, std::string_view typed) {
  static constexpr std::array<std::string_view, 6> kYes{"yes", "true", "1", "oui", "ndiyo", "نعم"};
  static constexpr std::array<std::string_view, 6> kNo{"no", "false", "0", "non", "hapana", "لا"};
  const std::string word = folded(typed);
  for (const std::string_view yes : kYes) {
    if (word == yes) return Value(true);
  }
  for (const std::string_view no : kNo) {
    if (word == no) return Value(false);
  }
  return wrong(field, "write yes or no.");
}

Result<Value> read_date(const Field& field, std::string_view typed) {
  std::string date = with_ascii_digits(typed);
  if (!is_date(date)) {
    return wrong(field, "write a date that exists as year-month-day, such as 2020-11-04.");
  }
  return Value(std::move(date));
}

Result<Value> read_datetime(const Field& field, std::string_view typed) {
  std::string time = with_ascii_digits(typed);
  // RFC 3339 allows small letters and a space for T; one spelling is kept, so that equal times are equal text.
  if (time.size() > 10 && (time[10] == 't' || time[10] == ' ')) time[10] = 'T';
  if (time.ends_with('z')) time.back() = 'Z';
  if (time.ends_with("+00:00")) time.replace(time.size() - 6, 6, "Z");
  if (!is_datetime(time)) {
    return wrong(field, "write date, time and offset from UTC, such as 2020-11-04T09:30:00+03:00.");
  }
  return Value(std::move(time));
}

bool is_called(const Choice& choice, const std::string& word) {
  if (folded(choice.code) == word) return true;
  for (const auto& [language, label] : choice.label.by_language) {
    if (folded(label) == word) return true;
  }
  for (const std::string& other : choice.also) {
    if (folded(other) == word) return true;
  }
  return false;
}

Result<Value> read_choice(const Field& field, std::string_view typed) {
  for (const Choice& choice : field.choices) {
    if (choice.code == typed) return Value(choice.code);
  }
  const std::string word = folded(typed);
  const Choice* found = nullptr;
  for (const Choice& choice : field.choices) {
    if (!is_called(choice, word)) continue;
    if (found != nullptr) return wrong(field, "this fits two choices. Write the code of one: " + codes_of(field) + ".");
    found = &choice;
  }
  Value number;
  double scale_value = 0;
  if (found == nullptr && read_plain_number(with_ascii_digits(typed), number) && as_number(number, scale_value)) {
    for (const Choice& choice : field.choices) {
      if (choice.value == scale_value) found = &choice;
    }
  }
  if (found == nullptr) return wrong(field, "choose one of " + codes_of(field) + ".");
  return Value(found->code);
}

std::string shortest(double number) { return to_text(Value(number)); }

Result<Value> read_point(const Field& field, std::string_view typed) {
  const std::string text = with_ascii_digits(typed);
  const std::size_t first_end = std::min(text.find_first_of(" ,\t"), text.size());
  const std::size_t second_start = std::min(text.find_first_not_of(" ,\t", first_end), text.size());
  Value latitude, longitude;
  double north = 0, east = 0;
  const bool read = read_plain_number(text.substr(0, first_end), latitude) &&
                    read_plain_number(text.substr(second_start), longitude) && as_number(latitude, north) &&
                    as_number(longitude, east);
  if (!read || std::abs(north) > 90 || std::abs(east) > 180) {
    return wrong(field, "write latitude and longitude in degrees with a space between, such as -1.2921 36.8219.");
  }
  return Value(shortest(north) + " " + shortest(east));
}

Result<Value> read_link(const Field& field, std::string_view typed) {
  const auto id = id_from_hex<RecordId>(typed);
  if (!id || id->is_zero()) {
    return wrong(field, "give the id of a record, 32 hexadecimal digits, as haki list prints it.");
  }
  return Value(*id);
}

}  // namespace

Result<Value> parse_value(const Field& field, std::string_view typed) {
  typed = trimmed(typed);
  if (typed.size() > limits::kValueBytesMax) return read_text(field, typed);
  if (!is_utf8(typed)) return wrong(field, text_problem(typed));
  if (typed.empty()) return wrong(field, "nothing was written. Give a value, or leave the field out.");
  switch (field.type) {
    case FieldType::kText:
      return read_text(field, typed);
    case FieldType::kInteger:
      return read_integer(field, typed);
    case FieldType::kDecimal:
      return read_decimal(field, typed);
    case FieldType::kBoolean:
      return read_boolean(field, typed);
    case FieldType::kDate:
      return read_date(field, typed);
    case FieldType::kDateTime:
      return read_datetime(field, typed);
    case FieldType::kChoice:
      return read_choice(field, typed);
    case FieldType::kLink:
      return read_link(field, typed);
    case FieldType::kPoint:
      return read_point(field, typed);
  }
  HAKI_ASSERT(false);
  return wrong(field, "unknown type.");
}

Result<std::optional<Value>> default_value(const Field& field, const Names& names) {
  if (field.default_value.empty()) return std::optional<Value>();
  HAKI_ASSIGN(const Expression expression, Expression::parse(field.default_value));
  const std::string text = to_text(expression.evaluate(names));
  if (text.empty()) return std::optional<Value>();
  HAKI_ASSIGN(Value value, parse_value(field, text));
  return std::optional<Value>(std::move(value));
}

}  // namespace haki::model
