#include "model/validate.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"
#include "base/limits.h"
#include "model/calendar.h"
#include "model/unicode.h"
#include "model/words.h"

namespace haki::model {
namespace {

// Numbers in messages without a needless ".000000".
std::string plain(double number) { return to_text(Value(number)); }

template <typename T>
const T* as(const Value& value) {
  return std::get_if<T>(&value);
}

std::string choice_problem(const Field& field, const Value& value) {
  const auto* code = as<std::string>(value);
  const bool known = code != nullptr && std::ranges::find(field.choices, *code, &Choice::code) != field.choices.end();
  return known ? "" : "choose one of " + codes_of(field) + ".";
}

bool is_point(const Value& value) {
  const auto* text = as<std::string>(value);
  Field field;
  field.type = FieldType::kPoint;
  if (text == nullptr) return false;
  const auto read = parse_value(field, *text);
  return read && *read == value;  // and written the one way it is kept
}

// What is wrong with the value for the field's type; empty where nothing is.
std::string type_problem(const Field& field, const Value& value) {
  const auto* text = as<std::string>(value);
  switch (field.type) {
    case FieldType::kText:
      if (text == nullptr) return "it must be a text.";
      return text->empty() ? "it is empty. Leave it out instead." : text_problem(*text);
    case FieldType::kInteger:
      return as<std::int64_t>(value) ? "" : "it must be a whole number such as 2500.";
    case FieldType::kDecimal: {
      const auto* decimal = as<double>(value);
      return decimal && std::isfinite(*decimal) ? "" : "it must be a number such as 48.9.";
    }
    case FieldType::kBoolean:
      return as<bool>(value) ? "" : "it must be yes or no.";
    case FieldType::kDate:
      return text && is_date(*text) ? "" : "it must be a date that exists, as year-month-day, such as 2020-11-04.";
    case FieldType::kDateTime:
      return text && is_datetime(*text) ? "" : "it must be a time with its offset, such as 2020-11-04T09:30:00+03:00.";
    case FieldType::kChoice:
      return choice_problem(field, value);
    case FieldType::kLink: {
      const auto* link = as<RecordId>(value);
      return link && !link->is_zero() ? "" : "it must be the id of a record.";
    }
    case FieldType::kPoint:
      return is_point(value) ? "" : "it must be latitude and longitude in degrees, such as -1.2921 36.8219.";
  }
  HAKI_ASSERT(false);
  return {};
}

std::string range_problem(const Field& field, const Value& value) {
  double number = 0;
  if (!as_number(value, number)) return {};
  if (field.minimum && number < *field.minimum) return "it must be at least " + plain(*field.minimum) + ".";
  if (field.maximum && number > *field.maximum) return "it must be at most " + plain(*field.maximum) + ".";
  return {};
}

class Validation {
 public:
  Validation(const FieldValues& values, bool complete, std::string_view today)
      : values_(values), complete_(complete), today_(today) {}

  std::vector<Problem> check(const std::vector<Field>& fields) {
    if (values_.size() > limits::kCellsPerRecordMax) {
      problems_.push_back({"", "The record has more than " + std::to_string(limits::kCellsPerRecordMax) +
                                   " values. Make two records of it."});
    }
    for (const Field& field : fields) check_field(field);
    return std::move(problems_);
  }

 private:
  void check_field(const Field& field) {
    const auto [first, last] = values_.equal_range(field.name);
    const auto count = std::distance(first, last);
    const bool relevant = field.relevant.empty() || holds(field.relevant, nullptr);
    if (count == 0 && field.required && complete_ && relevant) add(field, "it is missing. " + what_to_give(field));
    if (count > 1 && !field.set) add(field, "it takes one value, and there are " + std::to_string(count) + ".");
    for (auto each = first; each != last; ++each) check_value(field, each->second, relevant);
  }

  void check_value(const Field& field, const Value& value, bool relevant) {
    std::string problem = type_problem(field, value);
    if (problem.empty()) problem = range_problem(field, value);
    if (problem.empty() && relevant && !field.constraint.empty() && !holds(field.constraint, &value)) {
      problem = field.constraint_message.in("en");
      if (problem.empty()) problem = "it does not fit the rule " + field.constraint + ".";
    }
    if (!problem.empty()) add(field, problem);
  }

  // True also where the expression cannot be judged: one that does not parse was refused when the form was read, and
  // one that reads today's date needs a date.
  bool holds(const std::string& rule, const Value* current) const {
    const auto expression = Expression::parse(rule);
    if (!expression || (today_.empty() && expression->reads_today())) return true;
    return expression->holds(RecordNames(values_, today_, current));
  }

  static std::string what_to_give(const Field& field) {
    if (field.type == FieldType::kChoice) return "Choose one of " + codes_of(field) + ".";
    return "Give it before the record is submitted.";
  }

  void add(const Field& field, const std::string& what) {
    problems_.push_back({field.name, named(field) + ": " + what});
  }

  const FieldValues& values_;
  bool complete_;
  std::string_view today_;
  std::vector<Problem> problems_;
};

}  // namespace

std::string named(const Field& field) {
  const std::string& label = field.label.in("en");
  return label.empty() ? field.name : label + " (" + field.name + ")";
}

std::string codes_of(const Field& field) {
  constexpr std::size_t kShownMax = 12;
  std::string list;
  for (std::size_t i = 0; i < field.choices.size() && i < kShownMax; ++i) {
    if (i > 0) list += i + 1 == field.choices.size() ? " or " : ", ";
    list += field.choices[i].code;
  }
  if (field.choices.size() > kShownMax) list += " and " + std::to_string(field.choices.size() - kShownMax) + " more";
  return list;
}

std::string text_problem(std::string_view text) {
  if (text.size() > limits::kValueBytesMax) {
    return "the text is longer than " + std::to_string(limits::kValueBytesMax / 1024) +
           " KiB. Shorten it or attach it as a file.";
  }
  for (;;) {
    text.remove_prefix(printable_ascii(text));
    if (text.empty()) return {};
    const auto character = next_character(text);
    if (!character) return "the text is not UTF-8. Type it again, or convert the file to UTF-8 first.";
    if (is_control(*character))
      return "the text holds an invisible control character. Only new lines and tabs may be there.";
  }
}

std::vector<Value> RecordNames::values(std::string_view name) const {
  if (name == "." && current_ != nullptr) return {*current_};
  std::vector<Value> found;
  const auto [first, last] = values_.equal_range(name);
  for (auto each = first; each != last; ++each) found.push_back(each->second);
  return found;
}

std::vector<Problem> validate(const Form& form, const FieldValues& values, bool complete, std::string_view today) {
  return Validation(values, complete, today).check(form.fields);
}

std::vector<Problem> validate(const Group& group, const FieldValues& values, bool complete, std::string_view today) {
  return Validation(values, complete, today).check(group.fields);
}

}  // namespace haki::model
