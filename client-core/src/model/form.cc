// Reading a form's text (spec 11-forms). toml++ is included here and nowhere else; TOML_EXCEPTIONS is 0, so it reports
// errors as values. Every error names the line of the text it concerns.
#include "model/form.h"

// toml++ 3.3.0 states as an assertion, in release as an assumption to the optimiser, what hostile text does not keep
// ("[" and then no name), although the code behind it reports the error well. Assertions off and NDEBUG off
// (CMakeLists.txt) make it neither. What that leaves is refused by screen_form_text() before.
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/limits.h"
#include "model/expression.h"
#include "model/form_screen.h"
#include "model/unicode.h"

namespace haki::model {
namespace {

constexpr std::size_t kFormNameBytesMax = 100;
constexpr std::size_t kFieldNameBytesMax = 64;
constexpr std::uint32_t kFieldIdMin = 10;
constexpr std::uint32_t kFieldIdMax =
    536'870'911;  // the largest tag of a protobuf field, which is how cells are written
constexpr std::int64_t kFormat = 1;

constexpr std::pair<std::string_view, FieldType> kTypes[] = {
    {"text", FieldType::kText},       {"integer", FieldType::kInteger}, {"decimal", FieldType::kDecimal},
    {"boolean", FieldType::kBoolean}, {"date", FieldType::kDate},       {"datetime", FieldType::kDateTime},
    {"choice", FieldType::kChoice},   {"link", FieldType::kLink},       {"point", FieldType::kPoint}};
constexpr std::pair<std::string_view, Home> kHomes[] = {{"shared", Home::kShared},
                                                        {"notebook", Home::kNotebook},
                                                        {"leads", Home::kLeads},
                                                        {"with_linked", Home::kWithLinked}};
constexpr std::string_view kPatterns[] = {"solid", "dots", "stripes", "hatched"};

// One table of the text, and what a message calls it: "the form", "field total".
struct Part {
  const toml::table& table;
  std::string called;
};

Error wrong_at(const toml::node& node, const std::string& called, const std::string& what) {
  return {Code::kInvalid,
          "The form cannot be read: line " + std::to_string(node.source().begin.line) + ", " + called + ": " + what};
}
Error wrong(const Part& part, const std::string& what) { return wrong_at(part.table, part.called, what); }

bool is_name(std::string_view name, std::size_t bytes_max) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  if (name.empty() || name.size() > bytes_max || !letter(name.front())) return false;
  return std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; });
}

Result<> only_keys(const Part& part, std::initializer_list<std::string_view> known) {
  for (const auto& [key, node] : part.table) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    return wrong_at(node, part.called, "the key \"" + std::string(key.str()) + "\" is not known. Check its spelling.");
  }
  return {};
}

Result<std::string> text_of(const Part& part, std::string_view key) {
  const toml::node* node = part.table.get(key);
  if (node == nullptr) return std::string();
  const auto text = node->value_exact<std::string>();
  if (!text) return wrong_at(*node, part.called, std::string(key) + " must be a text in quotes.");
  if (std::string_view rest = *text; true) {
    while (!rest.empty()) {
      const auto character = next_character(rest);
      if (character && !is_control(*character)) continue;
      return wrong_at(*node, part.called, std::string(key) + " holds a control character.");
    }
  }
  return *text;
}

Result<bool> truth_of(const Part& part, std::string_view key, bool otherwise) {
  const toml::node* node = part.table.get(key);
  if (node == nullptr) return otherwise;
  const auto truth = node->value_exact<bool>();
  if (!truth) return wrong_at(*node, part.called, std::string(key) + " must be true or false.");
  return *truth;
}

Result<std::optional<double>> number_of(const Part& part, std::string_view key) {
  const toml::node* node = part.table.get(key);
  if (node == nullptr) return std::optional<double>();
  const auto number = node->value<double>();
  if (!node->is_number() || !number || !std::isfinite(*number)) {
    return wrong_at(*node, part.called, std::string(key) + " must be a number.");
  }
  return std::optional<double>(*number + 0.0);
}

// `key` as words by language, or one text, which is then English. Empty where it is absent and not required.
Result<Localized> words_of(const Part& part, std::string_view key, bool required) {
  const toml::node* node = part.table.get(key);
  if (node == nullptr && required) return wrong(part, std::string(key) + " is missing.");
  Localized words;
  if (node == nullptr) return words;
  if (const toml::table* languages = node->as_table()) {
    const Part inner{*languages, part.called};
    for (const auto& [language, text] : *languages) {
      HAKI_ASSIGN(words.by_language[std::string(language.str())], text_of(inner, language.str()));
    }
  } else {
    HAKI_ASSIGN(words.by_language["en"], text_of(part, key));
  }
  const auto english = words.by_language.find("en");
  if (english == words.by_language.end() || trimmed(english->second).empty()) {
    return wrong_at(*node, part.called, std::string(key) + " has no English text (en).");
  }
  return words;
}

// The tables of the array `key`; empty where it is absent.
Result<std::vector<const toml::table*>> tables_of(const Part& part, std::string_view key) {
  std::vector<const toml::table*> tables;
  const toml::node* node = part.table.get(key);
  if (node == nullptr) return tables;
  const toml::array* array = node->as_array();
  if (array == nullptr) return wrong_at(*node, part.called, std::string(key) + " must be an array of tables.");
  for (const toml::node& element : *array) {
    const toml::table* table = element.as_table();
    if (table == nullptr) return wrong_at(element, part.called, std::string(key) + " must hold tables only.");
    tables.push_back(table);
  }
  return tables;
}

template <typename T, std::size_t N>
Result<T> one_of(const Part& part, std::string_view key, const std::pair<std::string_view, T> (&words)[N]) {
  HAKI_ASSIGN(const std::string text, text_of(part, key));
  std::string known;
  for (const auto& [word, meaning] : words) {
    if (text == word) return meaning;
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  return wrong(part, std::string(key) + " must be one of " + known + ".");
}

// The texts of the array `key`; empty where it is absent.
Result<std::vector<std::string>> texts_of(const Part& part, std::string_view key) {
  std::vector<std::string> texts;
  const toml::node* node = part.table.get(key);
  if (node == nullptr) return texts;
  const toml::array* array = node->as_array();
  if (array == nullptr) return wrong_at(*node, part.called, std::string(key) + " must be an array of texts.");
  for (const toml::node& element : *array) {
    const auto text = element.value_exact<std::string>();
    if (!text) return wrong_at(element, part.called, std::string(key) + " must be an array of texts.");
    texts.push_back(*text);
  }
  return texts;
}

bool is_colour(std::string_view text) {
  return text.size() == 7 && text.front() == '#' && from_hex(text.substr(1)).has_value();
}

Result<Choice> read_choice(const toml::table& table, const std::string& called) {
  const Part part{table, called};
  HAKI_TRY(only_keys(part, {"code", "label", "also", "value", "colour", "pattern"}));
  Choice choice;
  HAKI_ASSIGN(choice.code, text_of(part, "code"));
  const bool spaced = choice.code.find_first_of(" \t\n") != std::string::npos;
  if (choice.code.empty() || spaced || choice.code.size() > limits::kNameBytesMax) {
    return wrong(
        part, "a choice needs a code without spaces, of at most " + std::to_string(limits::kNameBytesMax) + " bytes.");
  }
  HAKI_ASSIGN(choice.label, words_of(part, "label", true));
  HAKI_ASSIGN(choice.also, texts_of(part, "also"));
  HAKI_ASSIGN(choice.value, number_of(part, "value"));
  if (choice.value && !(*choice.value >= 0 && *choice.value <= 1)) return wrong(part, "value must be between 0 and 1.");
  HAKI_ASSIGN(choice.colour, text_of(part, "colour"));
  HAKI_ASSIGN(choice.pattern, text_of(part, "pattern"));
  if (!choice.colour.empty() && !is_colour(choice.colour)) return wrong(part, "colour must be written as #rrggbb.");
  if (!choice.pattern.empty() && std::ranges::find(kPatterns, choice.pattern) == std::end(kPatterns)) {
    return wrong(part, "pattern must be one of solid, dots, stripes, hatched.");
  }
  if (!choice.colour.empty() && choice.pattern.empty()) {
    return wrong(part, "a choice with a colour needs a pattern too: some readers see no colour.");
  }
  return choice;
}

Result<> read_choices(const Part& part, Field& field) {
  HAKI_ASSIGN(const auto tables, tables_of(part, "choices"));
  std::set<std::string> codes;
  for (const toml::table* table : tables) {
    HAKI_ASSIGN(Choice choice, read_choice(*table, part.called));
    if (!codes.insert(choice.code).second) {
      return wrong_at(*table, part.called, "the choice code " + choice.code + " is there twice.");
    }
    field.choices.push_back(std::move(choice));
  }
  if (field.type == FieldType::kChoice && field.choices.empty()) return wrong(part, "a choice field needs choices.");
  if (field.type != FieldType::kChoice && !field.choices.empty())
    return wrong(part, "only a field of type choice has choices.");
  return {};
}

Result<> read_limits(const Part& part, Field& field) {
  HAKI_ASSIGN(field.minimum, number_of(part, "minimum"));
  HAKI_ASSIGN(field.maximum, number_of(part, "maximum"));
  const bool numeric = field.type == FieldType::kInteger || field.type == FieldType::kDecimal;
  if (!numeric && (field.minimum || field.maximum)) return wrong(part, "only a number has a minimum or maximum.");
  if (field.minimum && field.maximum && *field.minimum > *field.maximum)
    return wrong(part, "minimum is above maximum.");
  HAKI_ASSIGN(field.constraint, text_of(part, "constraint"));
  HAKI_ASSIGN(field.constraint_message, words_of(part, "constraint_message", false));
  HAKI_ASSIGN(field.default_value, text_of(part, "default"));
  HAKI_ASSIGN(field.relevant, text_of(part, "relevant"));
  return {};
}

Result<std::uint32_t> read_field_id(const Part& part) {
  const toml::node* node = part.table.get("id");
  const auto id = node == nullptr ? std::nullopt : node->value_exact<std::int64_t>();
  if (!id || *id < kFieldIdMin || *id > kFieldIdMax) {
    return wrong(part, "id must be a whole number from " + std::to_string(kFieldIdMin) + " to " +
                           std::to_string(kFieldIdMax) + "; smaller ones belong to every record.");
  }
  return static_cast<std::uint32_t>(*id);
}

Result<Field> read_field(const toml::table& table, const std::string& group) {
  Field field;
  field.group = group;
  HAKI_ASSIGN(field.name, text_of({table, "a field"}, "name"));
  const Part part{table, "field " + (is_name(field.name, kFieldNameBytesMax) ? field.name : "without a name")};
  if (!is_name(field.name, kFieldNameBytesMax)) {
    return wrong(part, "name must be a letter or _, then letters, digits, _ - or ., at most " +
                           std::to_string(kFieldNameBytesMax) + " in all.");
  }
  HAKI_TRY(only_keys(part, {"id", "name", "type", "label", "hint", "also", "set", "required", "indexed", "searched", "choices",
                            "link", "minimum", "maximum", "constraint", "constraint_message", "default", "relevant"}));
  HAKI_ASSIGN(field.id, read_field_id(part));
  HAKI_ASSIGN(field.type, one_of(part, "type", kTypes));
  HAKI_ASSIGN(field.label, words_of(part, "label", true));
  HAKI_ASSIGN(field.hint, words_of(part, "hint", false));
  HAKI_ASSIGN(field.also, texts_of(part, "also"));
  HAKI_ASSIGN(field.set, truth_of(part, "set", false));
  HAKI_ASSIGN(field.required, truth_of(part, "required", false));
  HAKI_ASSIGN(field.indexed, truth_of(part, "indexed", false));
  HAKI_ASSIGN(field.searched, truth_of(part, "searched", false));
  HAKI_TRY(read_choices(part, field));
  HAKI_ASSIGN(field.link_form, text_of(part, "link"));
  if (field.type != FieldType::kLink && !field.link_form.empty())
    return wrong(part, "only a field of type link has a link.");
  HAKI_TRY(read_limits(part, field));
  return field;
}

// The expressions of a field parse, and name only fields that stand beside it.
Result<> check_expressions(const Part& part, const Field& field, const std::set<std::string>& names) {
  const std::pair<std::string_view, const std::string*> expressions[] = {
      {"constraint", &field.constraint}, {"default", &field.default_value}, {"relevant", &field.relevant}};
  for (const auto& [key, text] : expressions) {
    if (text->empty()) continue;
    const auto expression = Expression::parse(*text);
    if (!expression) return wrong(part, std::string(key) + ": " + expression.error().message);
    for (const std::string& name : expression->names_used()) {
      if (names.contains(name) || (name == "." && key == "constraint")) continue;
      return wrong(part, std::string(key) + " reads " + name + ", and there is no such field beside it.");
    }
  }
  return {};
}

// The fields of the form or of one group. `names` holds what is taken already.
Result<std::vector<Field>> read_fields(const Part& part, const std::string& group) {
  HAKI_ASSIGN(const auto tables, tables_of(part, "fields"));
  if (tables.empty()) return wrong(part, "it needs at least one field.");
  if (tables.size() > limits::kCellsPerRecordMax) {
    return Error{Code::kTooLarge, wrong(part, "it has more than " + std::to_string(limits::kCellsPerRecordMax) +
                                                  " fields. Split it into two forms.")
                                      .message};
  }
  std::vector<Field> fields;
  std::set<std::string> names;
  std::set<std::uint32_t> ids;
  for (const toml::table* table : tables) {
    HAKI_ASSIGN(Field field, read_field(*table, group));
    if (!names.insert(field.name).second)
      return wrong_at(*table, "field " + field.name, "another field has this name.");
    if (!ids.insert(field.id).second) {
      return wrong_at(*table, "field " + field.name, "another field has the id " + std::to_string(field.id) + ".");
    }
    fields.push_back(std::move(field));
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    HAKI_TRY(check_expressions({*tables[i], "field " + fields[i].name}, fields[i], names));
  }
  return fields;
}

Result<> read_groups(const Part& part, Form& form) {
  HAKI_ASSIGN(const auto tables, tables_of(part, "groups"));
  for (const toml::table* table : tables) {
    Group group;
    HAKI_ASSIGN(group.name, text_of({*table, "a group"}, "name"));
    const Part inner{*table, "group " + (is_name(group.name, kFieldNameBytesMax) ? group.name : "without a name")};
    if (!is_name(group.name, kFieldNameBytesMax))
      return wrong(inner, "name must be a letter or _, then letters, digits, _ - or .");
    if (form.field(group.name) != nullptr || form.group(group.name) != nullptr) {
      return wrong(inner, "a field or another group has this name.");
    }
    HAKI_TRY(only_keys(inner, {"name", "label", "fields"}));
    HAKI_ASSIGN(group.label, words_of(inner, "label", true));
    HAKI_ASSIGN(group.fields, read_fields(inner, group.name));
    group.form_id = form_id_of(form.name + "/" + group.name);
    form.groups.push_back(std::move(group));
  }
  return {};
}

Result<> check_format(const Part& part) {
  const toml::node* node = part.table.get("format");
  if (node == nullptr) return {};
  const auto format = node->value_exact<std::int64_t>();
  if (!format || *format < 1) return wrong_at(*node, part.called, "format must be a whole number, at least 1.");
  if (*format <= kFormat) return {};
  return Error{Code::kWrongVersion,
               "This form was made by a newer version of Haki. Update this one, then read it again."};
}

Result<Form> read_table(const toml::table& table, std::string_view text) {
  const Part part{table, "the form"};
  HAKI_TRY(check_format(part));
  HAKI_TRY(only_keys(part, {"format", "name", "title", "help", "home", "evidence_like", "reviewed", "title_field",
                            "identity", "fields", "groups"}));
  Form form;
  form.text = text;
  HAKI_ASSIGN(form.name, text_of(part, "name"));
  if (!is_name(form.name, kFormNameBytesMax)) {
    return wrong(part, "name must be a letter or _, then letters, digits, _ - or ., at most " +
                           std::to_string(kFormNameBytesMax) + " in all.");
  }
  form.id = form_id_of(form.name);
  HAKI_ASSIGN(form.title, words_of(part, "title", true));
  HAKI_ASSIGN(form.help, words_of(part, "help", false));
  if (table.contains("home")) {
    HAKI_ASSIGN(form.home, one_of(part, "home", kHomes));
  }
  HAKI_ASSIGN(form.evidence_like, truth_of(part, "evidence_like", false));
  HAKI_ASSIGN(form.reviewed, truth_of(part, "reviewed", true));
  HAKI_ASSIGN(form.fields, read_fields(part, ""));
  HAKI_TRY(read_groups(part, form));
  HAKI_ASSIGN(form.title_field, text_of(part, "title_field"));
  if (form.title_field.empty()) form.title_field = form.fields.front().name;
  if (form.field(form.title_field) == nullptr) {
    return wrong(part, "title_field names " + form.title_field + ", and there is no such field.");
  }
  HAKI_ASSIGN(form.identity, texts_of(part, "identity"));
  std::set<std::string> identifying;
  for (const std::string& name : form.identity) {
    if (form.field(name) == nullptr) return wrong(part, "identity names " + name + ", and there is no such field.");
    if (!identifying.insert(name).second) return wrong(part, "identity names " + name + " twice.");
  }
  return form;
}

}  // namespace

Result<Form> read_form(std::string_view text) {
  if (text.size() > limits::kValueBytesMax) {
    return Error{Code::kTooLarge, "The form is longer than 64 KiB. Split it into two forms."};
  }
  HAKI_TRY(screen_form_text(text));
  const toml::parse_result read = toml::parse(text);
  if (!read) {
    return Error{Code::kInvalid, "The form cannot be read: line " + std::to_string(read.error().source().begin.line) +
                                     ": " + std::string(read.error().description()) + "."};
  }
  return read_table(read.table(), text);
}

}  // namespace haki::model
