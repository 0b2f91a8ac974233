// form list, show, import.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/files.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

constexpr std::size_t kFormBytesMax = 1024 * 1024;

std::string type_name(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "text";
    case FieldType::kInteger:
      return "integer";
    case FieldType::kDecimal:
      return "decimal";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kDate:
      return "date";
    case FieldType::kDateTime:
      return "datetime";
    case FieldType::kChoice:
      return "choice";
    case FieldType::kLink:
      return "link";
    case FieldType::kPoint:
      return "point";
  }
  return {};
}

Output field_output(const Field& field, const std::string& language) {
  Output output = Output::object({{"name", field.name},
                                  {"type", type_name(field.type)},
                                  {"set", field.set},
                                  {"required", field.required},
                                  {"label", field.label.in(language)},
                                  {"hint", field.hint.in(language)}});
  if (!field.link_form.empty()) output.put("link", field.link_form);
  if (field.minimum) output.put("minimum", *field.minimum);
  if (field.maximum) output.put("maximum", *field.maximum);
  if (!field.relevant.empty()) output.put("relevant", field.relevant);
  if (field.choices.empty()) return output;
  Output::Array choices;
  for (const Choice& choice : field.choices) {
    Output entry = Output::object({{"code", choice.code}, {"label", choice.label.in(language)}});
    if (choice.value) entry.put("value", *choice.value);
    choices.push_back(std::move(entry));
  }
  return output.put("choices", std::move(choices));
}

Output form_output(const Form& form, const std::string& language) {
  Output::Array fields, groups;
  for (const Field& field : form.fields) fields.push_back(field_output(field, language));
  for (const Group& group : form.groups) {
    Output::Array inner;
    for (const Field& field : group.fields) inner.push_back(field_output(field, language));
    groups.push_back(
        Output::object({{"name", group.name}, {"label", group.label.in(language)}, {"fields", std::move(inner)}}));
  }
  return Output::object({{"name", form.name},
                         {"title", form.title.in(language)},
                         {"help", form.help.in(language)},
                         {"reviewed", form.reviewed},
                         {"fields", std::move(fields)},
                         {"groups", std::move(groups)}});
}

void add_rows(Table& table, const Output& fields, const std::string& indent) {
  for (const Output& field : fields.array()) {
    std::string type = field["type"].text();
    if (!field["link"].text().empty()) type += " to " + field["link"].text();
    if (field["set"].truth()) type = "several: " + type;
    std::string what = field["label"].text();
    std::vector<std::string> codes;
    for (const Output& choice : field["choices"].array()) codes.push_back(choice["code"].text());
    if (!codes.empty()) what += ": " + listed(codes);
    table.row({indent + field["name"].text(), type, field["required"].truth() ? "yes" : "", what});
  }
}

std::string form_text(const Output& form) {
  Table table({"Field", "Type", "Required", "What"});
  add_rows(table, form["fields"], "");
  std::string text = one_line(form["title"].text()) + " (" + form["name"].text() + ")\n";
  if (!form["help"].text().empty()) text += one_line(form["help"].text()) + "\n";
  text += "\n" + table.text();
  for (const Output& group : form["groups"].array()) {
    Table rows({"Field", "Type", "Required", "What"});
    add_rows(rows, group["fields"], "");
    text += "\nRows of " + group["name"].text() + " (" + one_line(group["label"].text()) + "):\n\n" + rows.text();
  }
  return text;
}

Result<ExitCode> run_form_list(Context& context, const Arguments&) {
  const std::string& language = context.settings().language;
  HAKI_ASSIGN(const std::vector<Form> forms, context.client().forms());
  Output::Array outputs;
  for (const Form& form : forms) {
    outputs.push_back(Output::object({{"name", form.name},
                                      {"title", form.title.in(language)},
                                      {"help", form.help.in(language)},
                                      {"reviewed", form.reviewed},
                                      {"fields", static_cast<std::int64_t>(form.fields.size())}}));
  }
  const auto text = [](const Output::Array& all) {
    Table table({"Form", "Title", "Fields"});
    table.right(2);
    for (const Output& form : all) table.row({form["name"].text(), form["title"].text(), form["fields"].text()});
    return table.text();
  };
  context.print_list(outputs, text, "There are no forms.");
  return ExitCode::kDone;
}

Result<ExitCode> run_form_show(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const Form form, context.client().form(arguments.one("FORM")));
  context.print(form_output(form, context.settings().language), form_text);
  return ExitCode::kDone;
}

Result<std::string> read_form(const Arguments& arguments) { return read_file(arguments.one("FILE"), kFormBytesMax); }

Result<ExitCode> run_form_import(Context& context, const Arguments& arguments) {
  auto record = context.client().import_form(context.prepared());
  if (!record) return record.error().within(arguments.one("FILE"));
  context.print(Output::object({{"id", to_hex(*record)}}),
                [](const Output& output) { return output["id"].text() + "\n"; });
  context.say("The form is kept here and goes to everybody with the next haki sync.");
  return ExitCode::kDone;
}

}  // namespace

Command form_list() {
  return {.path = {"form", "list"}, .summary = "The forms there are", .example = "haki form list", .run = run_form_list};
}

Command form_show() {
  return {.path = {"form", "show"},
          .summary = "The fields of a form, what they take and which are required",
          .example = "haki form show observation --lang sw",
          .positionals = {{.name = "FORM", .help = "the form's name", .completes = Completes::kForm}},
          .run = run_form_show};
}

Command form_import() {
  return {.path = {"form", "import"},
          .summary = "Bring a form of your own, for everybody in the coalition",
          .example = "haki form import water_points.toml",
          .positionals = {{.name = "FILE",
                           .help = "a form of Haki's own kind (TOML); XLSForm comes with a later version",
                           .completes = Completes::kFile}},
          .leads_only = true,
          .prepare = read_form,
          .run = run_form_import};
}

}  // namespace haki::cli::commands
