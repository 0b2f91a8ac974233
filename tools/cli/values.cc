#include "cli/values.h"

#include "cli/text.h"

namespace haki::cli {
namespace {

Error wrong(std::string_view field, const std::string& what) { return {Code::kInvalid, one_line(field) + ": " + what}; }

Error no_such_field(const Form& form, std::string_view name) {
  return {Code::kInvalid, "The form " + form.name + " has no field " + one_line(name) +
                              ". See its fields with: haki form show " + form.name};
}

Result<FieldInput> scalar(std::string_view field, const Output& value) {
  if (value.is_array() || value.is_object()) return wrong(field, "give one value, not a list.");
  return FieldInput{std::string(field), value.text()};
}

Result<> take_elements(std::string_view field, const Output& value, std::vector<FieldInput>& inputs) {
  if (!value.is_array()) {
    HAKI_ASSIGN(FieldInput input, scalar(field, value));
    inputs.push_back(std::move(input));
    return {};
  }
  for (const Output& element : value.array()) {
    HAKI_ASSIGN(FieldInput input, scalar(field, element));
    inputs.push_back(std::move(input));
  }
  if (value.array().empty()) inputs.push_back({std::string(field), ""});  // clears the set
  return {};
}

const Field* field_of(const Group& group, std::string_view name) {
  for (const Field& field : group.fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

Result<GroupInput> rows_of(const Group& group, const Output& value) {
  if (!value.is_array()) {
    return wrong(group.name, "give a JSON list of rows, such as '[{\"" + group.fields.front().name + "\": ...}]'.");
  }
  GroupInput rows{group.name, {}};
  for (const Output& row : value.array()) {
    if (!row.is_object()) return wrong(group.name, "each row of the list must be an object in braces.");
    std::vector<FieldInput> inputs;
    for (const auto& [name, cell] : row.entries()) {
      const Field* field = field_of(group, name);
      if (field == nullptr) {
        std::vector<std::string> names;
        for (const Field& known : group.fields) names.push_back(known.name);
        return wrong(group.name, "a row has no field " + one_line(name) + ". It has " + listed(names) + ".");
      }
      if (cell.is_null()) continue;
      HAKI_TRY(take_elements(name, cell, inputs));
    }
    rows.rows.push_back(std::move(inputs));
  }
  return rows;
}

Result<> take(const Form& form, const std::string& name, const Output& value, Inputs& inputs) {
  if (const Group* group = form.group(name)) {
    HAKI_ASSIGN(GroupInput rows, rows_of(*group, value));
    inputs.groups.push_back(std::move(rows));
    return {};
  }
  const Field* field = form.field(name);
  if (field == nullptr) return no_such_field(form, name);
  if (field->set) return take_elements(name, value, inputs.fields);
  HAKI_ASSIGN(FieldInput input, scalar(name, value));
  inputs.fields.push_back(std::move(input));
  return {};
}

Result<std::pair<std::string, std::string>> name_and_value(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Error{Code::kInvalid,
                 "\"" + one_line(shortened(word, 40)) + "\" is not FIELD=VALUE, such as district=KE041."};
  }
  return std::pair(word.substr(0, equals), word.substr(equals + 1));
}

bool looks_like_a_list(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  return first != std::string::npos && text[first] == '[';
}

}  // namespace

void append(Inputs& to, Inputs more) {
  to.fields.insert(to.fields.end(), std::make_move_iterator(more.fields.begin()),
                   std::make_move_iterator(more.fields.end()));
  to.groups.insert(to.groups.end(), std::make_move_iterator(more.groups.begin()),
                   std::make_move_iterator(more.groups.end()));
}

Result<Inputs> inputs_from_words(const Form& form, const std::vector<std::string>& words) {
  Inputs inputs;
  for (const std::string& word : words) {
    HAKI_ASSIGN(auto parts, name_and_value(word));
    const auto& [name, text] = parts;
    const Field* field = form.field(name);
    const bool list = form.group(name) != nullptr || (field != nullptr && field->set && looks_like_a_list(text));
    Output value = text;
    if (list) {
      auto read = from_json(text);
      if (!read) return read.error().within(one_line(name));
      value = std::move(*read);
    }
    HAKI_TRY(take(form, name, value, inputs));
  }
  return inputs;
}

Result<Inputs> inputs_from_json(const Form& form, std::string_view json) {
  HAKI_ASSIGN(const Output read, from_json(json));
  if (!read.is_object()) return Error{Code::kInvalid, "the JSON must be one object: {\"field\": value, ...}."};
  const std::string named = read["form"].text();
  // A line of our own output carries its fields apart; a form that has a field called "fields" is read as it stands.
  const bool own = read["fields"].is_object() && form.field("fields") == nullptr && form.group("fields") == nullptr;
  if (own && !named.empty() && named != form.name) {
    return Error{Code::kInvalid, "the JSON is a record of the form " + one_line(named) + ", not of " + form.name + "."};
  }
  Inputs inputs;
  for (const auto& [name, value] : own ? read["fields"].entries() : read.entries()) {
    if (!value.is_null()) HAKI_TRY(take(form, name, value, inputs));
  }
  return inputs;
}

Result<std::vector<FieldInput>> elements_from_words(const Form& form, const std::vector<std::string>& words) {
  std::vector<FieldInput> inputs;
  for (const std::string& word : words) {
    HAKI_ASSIGN(auto parts, name_and_value(word));
    const Field* field = form.field(parts.first);
    if (field == nullptr) return no_such_field(form, parts.first);
    if (!field->set) return wrong(parts.first, "this field has one value. Use --set " + parts.first + "=VALUE.");
    inputs.push_back({parts.first, parts.second});
  }
  return inputs;
}

}  // namespace haki::cli
