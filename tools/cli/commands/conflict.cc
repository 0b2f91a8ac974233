// conflict list, show, resolve.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::commands {
namespace {

Output conflict_output(const Conflict& conflict) {
  Output::Array values;
  for (const ConflictValue& value : conflict.values) {
    values.push_back(Output::object({{"value", value_output(value.value)},
                                     {"by", value.by},
                                     {"at", time_output(value.at_ms)},
                                     {"shown", value.shown}}));
  }
  return Output::object({{"id", to_hex(conflict.record)},
                         {"form", conflict.form},
                         {"field", conflict.field},
                         {"values", std::move(values)}});
}

std::string conflicts_text(const Output::Array& conflicts) {
  const std::size_t digits = id_digits(conflicts);
  Table table({"Id", "Form", "Field", "Values", "By"});
  for (const Output& conflict : conflicts) {
    std::vector<std::string> people, values;
    for (const Output& value : conflict["values"].array()) {
      people.push_back(value["by"].text());
      values.push_back(shortened(one_line(value["value"].text()), 24));
    }
    table.row({conflict["id"].text().substr(0, digits), conflict["form"].text(), conflict["field"].text(),
               listed(values), listed(people)});
  }
  return table.text() + "See one with haki conflict show ID, settle it with haki conflict resolve ID.\n";
}

std::string show_text(const Output::Array& conflicts) {
  std::string text;
  for (const Output& conflict : conflicts) {
    const std::string id = conflict["id"].text().substr(0, 8);
    const std::string field = conflict["field"].text();
    text += conflict["form"].text() + " " + id + ", " + one_line(field) + ":\n";
    Table table({"", "Value", "By", "When", ""});
    int number = 0;
    for (const Output& value : conflict["values"].array()) {
      table.row({std::to_string(++number), value["value"].text(), value["by"].text(),
                 time_in_words(time_of(value["at"]), now_ms()), value["shown"].truth() ? "shown until settled" : ""});
    }
    text += table.text() + "Keep one: haki conflict resolve " + id + " --field " + one_line(field) +
            " --keep 1. Or say what is right with --value.\n";
  }
  return text;
}

Result<ExitCode> run_conflict_list(Context& context, const Arguments&) {
  HAKI_ASSIGN(const std::vector<Conflict> conflicts, context.client().conflicts());
  Output::Array outputs;
  for (const Conflict& conflict : conflicts) outputs.push_back(conflict_output(conflict));
  context.print_list(outputs, conflicts_text, "There are no conflicts.");
  return ExitCode::kDone;
}

Result<std::vector<Conflict>> conflicts_of(Client& client, const RecordId& record) {
  HAKI_ASSIGN(std::vector<Conflict> conflicts, client.conflicts());
  std::erase_if(conflicts, [&](const Conflict& conflict) { return conflict.record != record; });
  return conflicts;
}

Result<ExitCode> run_conflict_show(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const RecordId record, context.client().find_record(arguments.one("ID")));
  HAKI_ASSIGN(const std::vector<Conflict> conflicts, conflicts_of(context.client(), record));
  Output::Array outputs;
  for (const Conflict& conflict : conflicts) outputs.push_back(conflict_output(conflict));
  context.print_list(outputs, show_text, "No field of this record is in conflict.");
  return ExitCode::kDone;
}

// The conflict that is meant: of the named field, or the only one.
Result<Conflict> meant(Client& client, const RecordId& record, const std::string& field) {
  HAKI_ASSIGN(const std::vector<Conflict> conflicts, conflicts_of(client, record));
  if (conflicts.empty()) return Error{Code::kNotFound, "No field of this record is in conflict. Nothing was changed."};
  std::vector<std::string> names;
  for (const Conflict& conflict : conflicts) {
    if (conflict.field == field || (field.empty() && conflicts.size() == 1)) return conflict;
    names.push_back(conflict.field);
  }
  if (field.empty())
    return Error{Code::kInvalid, "Several fields are in conflict: " + listed(names) + ". Name one with --field."};
  return Error{Code::kNotFound,
               "The field " + one_line(field) + " is not in conflict. In conflict: " + listed(names) + "."};
}

Result<ExitCode> run_conflict_resolve(Context& context, const Arguments& arguments) {
  const bool keep = arguments.has("--keep");
  if (keep == arguments.has("--value")) {
    return context.usage("Say which value stands: --keep N as conflict show numbers them, or --value VALUE.",
                         "conflict resolve");
  }
  Client& client = context.client();
  HAKI_ASSIGN(const RecordId record, client.find_record(arguments.one("ID")));
  HAKI_ASSIGN(const Conflict conflict, meant(client, record, arguments.one("--field")));
  std::string value = arguments.one("--value");
  if (keep) {
    const std::string& text = arguments.one("--keep");
    const bool digits = !text.empty() && text.size() <= 4 && text.find_first_not_of("0123456789") == std::string::npos;
    const std::size_t number = digits ? std::stoul(text) : 0;
    if (number < 1 || number > conflict.values.size()) {
      return context.usage("--keep takes a number from 1 to " + std::to_string(conflict.values.size()) +
                               ", as haki conflict show numbers the values.",
                           "conflict resolve");
    }
    value = to_text(conflict.values[number - 1].value);
  }
  HAKI_TRY(client.resolve(record, conflict.field, value));
  context.say("Settled here. The others learn it with the next haki sync.");
  return print_changed(context, record);
}

}  // namespace

Command conflict_list() {
  return {.path = {"conflict", "list"},
          .summary = "Fields that two people changed without knowing of each other",
          .example = "haki conflict list",
          .run = run_conflict_list};
}

Command conflict_show() {
  return {.path = {"conflict", "show"},
          .summary = "The values that stand side by side, who wrote each and when",
          .example = "haki conflict show 3f9a12c0",
          .positionals = {{.name = "ID", .help = "the record's id, or a beginning of it"}},
          .run = run_conflict_show};
}

Command conflict_resolve() {
  return {.path = {"conflict", "resolve"},
          .summary = "Settle a conflict: keep one of the values, or write the right one",
          .example = "haki conflict resolve 3f9a12c0 --field district --keep 2",
          .positionals = {{.name = "ID", .help = "the record's id, or a beginning of it"}},
          .options = {{.name = "--field", .value_name = "FIELD", .help = "which field, where several are in conflict"},
                      {.name = "--keep", .value_name = "N", .help = "the value with this number in conflict show"},
                      {.name = "--value", .value_name = "VALUE", .help = "what is right instead"}},
          .run = run_conflict_resolve};
}

}  // namespace haki::cli::commands
