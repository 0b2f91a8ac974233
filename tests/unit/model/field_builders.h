// The vocabulary of the model tests: fields, a record's values, ids, in one line each.
#pragma once

#include <string>
#include <utility>

#include "model/validate.h"

namespace haki::model {

inline Field field_of(FieldType type, std::string name = "total") {
  Field field;
  field.id = 10;
  field.name = std::move(name);
  field.type = type;
  field.label.by_language["en"] = "People reached in all";
  return field;
}

inline Field integer_between(double minimum, double maximum) {
  Field field = field_of(FieldType::kInteger);
  field.minimum = minimum;
  field.maximum = maximum;
  return field;
}

inline Choice choice_of(std::string code, std::string english, std::string french = {},
                        std::optional<double> value = {}) {
  Choice choice;
  choice.code = std::move(code);
  choice.label.by_language["en"] = std::move(english);
  if (!french.empty()) choice.label.by_language["fr"] = std::move(french);
  choice.value = value;
  return choice;
}

inline Field level_field() {
  Field field = field_of(FieldType::kChoice, "level");
  field.choices = {choice_of("not_implemented", "Not implemented", "Non mise en œuvre", 0.0),
                   choice_of("partly_implemented", "Partly implemented", "Réalisée à moitié", 0.5),
                   choice_of("fully_implemented", "Fully implemented", "Pleinement réalisée", 1.0),
                   choice_of("no_information", "No information", "Pas d'information")};
  field.choices[2].also = {"Completed"};
  return field;
}

inline RecordId record_id(std::uint8_t last_byte) {
  RecordId id;
  id.bytes[15] = last_byte;
  return id;
}

inline Value text(std::string text) { return Value(std::move(text)); }
inline Value integer(std::int64_t number) { return Value(number); }

}  // namespace haki::model
