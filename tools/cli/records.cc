#include "cli/records.h"

#include <algorithm>

#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli {
namespace {

constexpr std::size_t kIdDigitsMin = 8;

Output fields_output(const RecordView& record);

Output group_output(const GroupView& group) {
  Output::Array rows;
  for (const RecordView& row : group.rows) rows.push_back(fields_output(row));
  return rows;
}

Output fields_output(const RecordView& record) {
  Output fields = Output::Object{};
  for (const FieldView& field : record.fields) {
    if (field.set) {
      Output::Array values;
      for (const Value& value : field.values) values.push_back(value_output(value));
      fields.put(field.name, std::move(values));
    } else if (!field.values.empty()) {
      fields.put(field.name, value_output(field.values.front()));
    }
  }
  for (const GroupView& group : record.groups) fields.put(group.name, group_output(group));
  return fields;
}

Output::Array unmapped_output(const RecordView& record) {
  Output::Array labels;
  for (const FieldInput& label : record.unmapped) labels.push_back(Output::object({{"field", label.field}, {"label", label.text}}));
  return labels;
}

// Labels that a file gave and the form does not know, and what to do about them.
std::string unmapped_text(const Output& record) {
  const auto& labels = record["unmapped"].array();
  if (labels.empty()) return {};
  std::string text = "\nA file said this too, which is no choice of its field:\n";
  for (const Output& label : labels) text += "  " + one_line(label["field"].text()) + "  \"" + one_line(label["label"].text()) + "\"\n";
  const std::string field = one_line(labels.front()["field"].text());
  const std::string id = record["id"].text().substr(0, kIdDigitsMin);
  // A row of a group is not edited alone.
  const std::string value = field.find('[') == std::string::npos ? field + "=CODE" : field.substr(0, field.find('[')) + "='[ROWS]'";
  return text + "It stays until the field is set or cleared: haki edit " + id + " --set " + value + "\n";
}

std::string whereabouts_code(Whereabouts whereabouts) {
  switch (whereabouts) {
    case Whereabouts::kOnThisDevice:
      return "on_this_device";
    case Whereabouts::kAtServer:
      return "at_server";
    case Whereabouts::kSeenByLead:
      return "seen_by_lead";
  }
  return {};
}

// A value as people read it: a choice by its label, a link by the beginning of its id.
std::string value_text(const Output& value, const Field* field, const std::string& language) {
  const std::string text = value.text();
  if (field == nullptr) return text;
  for (const Choice& choice : field->choices) {
    if (choice.code == text && !choice.label.in(language).empty()) return choice.label.in(language);
  }
  return field->type == FieldType::kLink ? text.substr(0, kIdDigitsMin) : text;
}

std::string values_text(const Output& value, const Field* field, const std::string& language) {
  if (!value.is_array()) return value_text(value, field, language);
  std::string text;
  for (const Output& element : value.array()) text += (text.empty() ? "" : ", ") + value_text(element, field, language);
  return text;
}

std::string label_of(const Field* field, const std::string& name, const std::string& language) {
  return field != nullptr && !field->label.in(language).empty() ? field->label.in(language) : name;
}

std::string group_text(const Output& rows, const Group& group, const std::string& language) {
  std::vector<std::string> headings{""};
  for (const Field& field : group.fields) headings.push_back(label_of(&field, field.name, language));
  Table table(headings);
  for (const Output& row : rows.array()) {
    std::vector<std::string> cells{""};
    for (const Field& field : group.fields) cells.push_back(values_text(row[field.name], &field, language));
    table.row(std::move(cells));
  }
  const std::string title = group.label.in(language).empty() ? group.name : group.label.in(language);
  return one_line(title) + ":\n" + table.text();
}

// Lines after the first stand under the first.
std::string hanging(const std::string& text, std::size_t indent) {
  std::string result;
  for (const char c : safe_text(text)) {
    result += c;
    if (c == '\n') result += std::string(indent, ' ');
  }
  return result;
}

std::string pairs_text(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [label, text] : pairs)
    width = std::max(width, std::min<std::size_t>(columns_of(one_line(label)), 30));
  std::string result;
  for (const auto& [label, text] : pairs) {
    const std::string shown = one_line(label);
    const std::size_t used = columns_of(shown);
    result += shown + std::string(used < width ? width - used : 0, ' ') + "  " + hanging(text, width + 2) + "\n";
  }
  return result;
}

std::string title_of(const Output& record, const Form* form, const std::string& language) {
  const Output& fields = record["fields"];
  if (form == nullptr) return fields.entries().empty() ? std::string() : fields.entries().front().second.text();
  const std::string name =
      form->title_field.empty() && !form->fields.empty() ? form->fields.front().name : form->title_field;
  return values_text(fields[name], form->field(name), language);
}

}  // namespace

Output value_output(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* decimal = std::get_if<double>(&value)) return *decimal;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  return to_text(value);
}

Result<Forms> Forms::of(Client& client) {
  Forms forms;
  HAKI_ASSIGN(forms.forms_, client.forms());
  return forms;
}

const Form* Forms::form(std::string_view name) const {
  for (const Form& form : forms_) {
    if (form.name == name) return &form;
  }
  return nullptr;
}

Output record_output(const RecordView& record, const Forms& forms) {
  Output output = Output::object({{"id", to_hex(record.id)},
                                  {"form", record.form},
                                  {"state", record.state},
                                  {"fields", fields_output(record)},
                                  {"conflicts", Output::strings(record.conflicts)},
                                  {"by", record.by},
                                  {"organisation", record.organisation},
                                  {"at", time_output(record.at_ms)},
                                  {"created", time_output(record.created_ms)},
                                  {"device", to_hex(record.device)},
                                  {"mine", record.mine},
                                  {"whereabouts", whereabouts_code(record.whereabouts)}});
  output.put("title", title_of(output, forms.form(record.form), "en"));
  if (!record.unmapped.empty()) output.put("unmapped", unmapped_output(record));
  if (record.deleted) output.put("deleted", true);
  if (record.deleted_and_changed) output.put("deleted_and_changed", true);
  return output;
}

std::string state_in_words(const std::string& state) {
  if (state == "has_issues") return "has issues";
  return state;
}

std::string whereabouts_in_words(const std::string& whereabouts) {
  if (whereabouts == "on_this_device") return "on this device";
  if (whereabouts == "at_server") return "at the server, sealed";
  if (whereabouts == "seen_by_lead") return "seen by a lead";
  return whereabouts;
}

std::string record_text(const Output& record, const Forms& forms, const std::string& language) {
  const Form* form = forms.form(record["form"].text());
  const std::string form_title = form != nullptr ? form->title.in(language) : record["form"].text();
  std::string text = one_line(form_title) + " " + record["id"].text() + "\n";
  if (record["deleted"].truth()) return text + "This record was deleted.\n";
  if (record["deleted_and_changed"].truth()) {
    text +=
        "Somebody deleted this record while somebody else changed it. It was kept: delete it again, or go on with "
        "it.\n";
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  pairs.emplace_back(
      "State", state_in_words(record["state"].text()) + ", " + whereabouts_in_words(record["whereabouts"].text()));
  if (!record["reason"].text().empty()) pairs.emplace_back("The lead says", record["reason"].text());
  const std::string organisation = record["organisation"].text();
  pairs.emplace_back("By", record["by"].text() + (organisation.empty() ? "" : ", " + organisation));
  pairs.emplace_back("Last change", time_in_words(time_of(record["at"]), now_ms()));
  text += pairs_text(pairs) + "\n";

  pairs.clear();
  std::string groups;
  for (const auto& [name, value] : record["fields"].entries()) {
    const Group* group = form != nullptr ? form->group(name) : nullptr;
    if (group != nullptr) {
      if (!value.array().empty()) groups += "\n" + group_text(value, *group, language);
      continue;
    }
    const Field* field = form != nullptr ? form->field(name) : nullptr;
    pairs.emplace_back(label_of(field, name, language), values_text(value, field, language));
  }
  text += pairs_text(pairs) + groups + unmapped_text(record);
  const auto& conflicts = record["conflicts"].array();
  if (conflicts.empty()) return text;
  std::vector<std::string> names;
  for (const Output& name : conflicts) names.push_back(one_line(name.text()));
  return text + "\nMore than one value stands for " + listed(names) + ". See them with: haki conflict show " +
         record["id"].text().substr(0, kIdDigitsMin) + "\n";
}

std::size_t id_digits(const Output::Array& records, std::string_view key) {
  std::vector<std::string> ids;
  for (const Output& record : records) ids.push_back(record[key].text());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::size_t digits = kIdDigitsMin;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const auto differ = std::mismatch(ids[i - 1].begin(), ids[i - 1].end(), ids[i].begin(), ids[i].end());
    digits = std::max(digits, static_cast<std::size_t>(differ.first - ids[i - 1].begin()) + 1);
  }
  return digits;
}

std::string records_text(const Output::Array& records, const Forms& forms, const Context& context) {
  const std::string& language = context.settings().language;
  const std::size_t digits = id_digits(records);
  const std::size_t title_columns = std::max<std::size_t>(context.columns(), 92) - 62;
  bool many_forms = false;
  for (const Output& record : records)
    many_forms = many_forms || record["form"].text() != records.front()["form"].text();
  std::vector<std::string> headings{"Id", "What", "State", "Where it is", "By", "Last change"};
  if (many_forms) headings.insert(headings.begin() + 1, "Form");
  Table table(headings);
  for (const Output& record : records) {
    const std::string form = record["form"].text();
    const std::string conflict = record["conflicts"].array().empty() ? "" : ", conflict";
    const std::string unmapped = record["unmapped"].array().empty() ? "" : ", unmapped";
    std::vector<std::string> cells{record["id"].text().substr(0, digits),
                                   shortened(one_line(title_of(record, forms.form(form), language)), title_columns),
                                   state_in_words(record["state"].text()) + conflict + unmapped,
                                   whereabouts_in_words(record["whereabouts"].text()),
                                   shortened(one_line(record["by"].text()), 20),
                                   time_in_words(time_of(record["at"]), now_ms())};
    if (many_forms) cells.insert(cells.begin() + 1, form);
    table.row(std::move(cells));
  }
  return table.text();
}

Result<ExitCode> print_records(Context& context, const std::vector<RecordView>& records, std::string_view when_empty) {
  HAKI_ASSIGN(const Forms forms, Forms::of(context.client()));
  Output::Array outputs;
  std::size_t returned = 0;
  for (const RecordView& record : records) {
    outputs.push_back(record_output(record, forms));
    if (record.mine && record.state == "has_issues") ++returned;
  }
  context.print_list(
      outputs, [&](const Output::Array& all) { return records_text(all, forms, context); }, when_empty);
  if (returned != 0) {
    context.say(counted(static_cast<std::int64_t>(returned), "of your records has", "of your records have") +
                " issues. haki show ID says which.");
  }
  return ExitCode::kDone;
}

Result<ExitCode> print_changed(Context& context, const RecordId& record) {
  HAKI_ASSIGN(const Forms forms, Forms::of(context.client()));
  HAKI_ASSIGN(const RecordView view, context.client().record(record));
  context.print(record_output(view, forms), [](const Output& output) { return output["id"].text() + "\n"; });
  return ExitCode::kDone;
}

Result<std::vector<RecordId>> find_records(Client& client, const std::vector<std::string>& ids) {
  std::vector<RecordId> records;
  for (const std::string& id : ids) {
    HAKI_ASSIGN(const RecordId record, client.find_record(id));
    if (std::find(records.begin(), records.end(), record) == records.end()) records.push_back(record);
  }
  return records;
}

}  // namespace haki::cli
