// From what a person gave (--set, --add, a JSON file) to the inputs of a draft or an edit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/output.h"
#include "haki/form.h"
#include "haki/record.h"

namespace haki::cli {

struct Inputs {
  std::vector<FieldInput> fields;
  std::vector<GroupInput> groups;
};

// FIELD=VALUE each. A set field is named once per element, or takes a JSON list; a group takes a JSON list of objects.
// An empty value clears. Values themselves are read by the core, which knows the types. kInvalid names the field.
Result<Inputs> inputs_from_words(const Form& form, const std::vector<std::string>& words);

// A JSON object of field names and values, or one line of `haki show --json`, whose `fields` are taken.
Result<Inputs> inputs_from_json(const Form& form, std::string_view json);

// FIELD=VALUE for a set's element to add or remove.
Result<std::vector<FieldInput>> elements_from_words(const Form& form, const std::vector<std::string>& words);

void append(Inputs& to, Inputs more);

}  // namespace haki::cli
