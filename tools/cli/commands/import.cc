// import, recommendation import: one way in.
#include <algorithm>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/form_import.h"
#include "cli/prepared_import.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

constexpr std::size_t kRefusalsShown = 20;

Result<std::string> read(const Arguments& arguments) {
  HAKI_ASSIGN(const PreparedImport import, read_import_file(arguments.one("FILE"), "recommendation"));
  if (!import.trouble.empty()) return Error{Code::kInvalid, import.trouble};
  return encode(import);
}

Result<std::string> read_as(const Arguments& arguments) {
  HAKI_ASSIGN(const PreparedImport import, read_import_file(arguments.one("FILE"), arguments.one("--as")));
  return encode(import);
}

// What each column of the file was taken for, with an example, so that a person sees a mistake before it is made.
std::string understood_text(const Output& report) {
  constexpr std::size_t kExampleColumns = 60;
  Table table({"Column", "Becomes", "Rows", "For example"});
  table.right(2);
  for (const Output& column : report["understood"].array()) {
    const std::string field = column["field"].text();
    table.row({column["column"].text(), field.empty() ? "(nothing)" : field, column["values"].text(),
               shortened(one_line(column["example"].text()), kExampleColumns)});
  }
  return table.text();
}

std::string refused_text(const Output& report) {
  const auto& refused = report["refused"].array();
  Table table({"Row", "Column", "Why it was refused"});
  table.right(0);
  for (std::size_t i = 0; i < refused.size() && i < kRefusalsShown; ++i) {
    table.row({refused[i]["row"].text(), refused[i]["column"].text(), refused[i]["reason"].text()});
  }
  const std::string more = refused.size() > kRefusalsShown ? "and " + std::to_string(refused.size() - kRefusalsShown) + " more; --json lists all.\n" : "";
  return table.text() + more;
}

// Where a person and the file differ.
std::string kept_text(const Output& report) {
  constexpr std::size_t kValueColumns = 40;
  const auto& kept = report["kept"].array();
  if (kept.empty()) return {};
  Table table({"Row", "Field", "The file says", "Kept as it is here"});
  table.right(0);
  for (std::size_t i = 0; i < kept.size() && i < kRefusalsShown; ++i) {
    table.row({kept[i]["row"].text(), kept[i]["field"].text(), shortened(one_line(kept[i]["file_value"].text()), kValueColumns),
               shortened(one_line(kept[i]["here"].text()), kValueColumns)});
  }
  const std::string more = kept.size() > kRefusalsShown ? "and " + std::to_string(kept.size() - kRefusalsShown) + " more; --json lists all.\n" : "";
  return "Changed here since a file said anything of it, so the file's value was not taken; --take-file takes it:\n" + table.text() + more;
}

// Records that a label without a meaning keeps from being submitted.
std::string drafts_text(const Output& report) {
  const auto& drafts = report["drafts"].array();
  if (drafts.empty()) return {};
  constexpr std::size_t kIdDigits = 12;
  const std::string many = counted(static_cast<std::int64_t>(drafts.size()), "record is", "records are");
  std::string text = many + " a draft, as a label that the form needs is none of its choices. Give the right one with haki edit, then haki submit:\n";
  Table table({"Row", "Draft"});
  table.right(0);
  for (std::size_t i = 0; i < drafts.size() && i < kRefusalsShown; ++i) table.row({drafts[i]["row"].text(), drafts[i]["id"].text().substr(0, kIdDigits)});
  const std::string more = drafts.size() > kRefusalsShown ? "and " + std::to_string(drafts.size() - kRefusalsShown) + " more; --json lists all.\n" : "";
  return text + table.text() + more;
}

std::string import_text(const Output& report) {
  const bool dry = report["dry_run"].truth();
  const std::string would = dry ? "would be " : "";
  std::string text = "Read as " + report["format"].text() + ", " + report["encoding"].text() + ". " +
                     capitalised(one_line(report["encoding_reason"].text())) + ".\n";
  text += counted(report["rows"].number(), "row", "rows") + ": " + report["created"].text() + " " + would +
          "created, " + report["updated"].text() + " " + would + "updated, " + report["unchanged"].text() +
          " already here as they are, " +
          counted(static_cast<std::int64_t>(report["refused"].array().size()), "row", "rows") + " refused.\n";
  std::vector<std::string> of_groups;
  for (const auto& [group, count] : report["group_rows"].entries()) of_groups.push_back(count.text() + " of " + one_line(group));
  if (!of_groups.empty()) text += "With rows of repeated groups: " + listed(of_groups) + ".\n";
  std::vector<std::string> positions;
  for (const auto& [label, count] : report["positions"].entries()) {
    positions.push_back(count.text() + " " + (label.empty() ? "without a position" : one_line(label)));
  }
  if (!positions.empty()) text += "Positions: " + listed(positions) + ".\n";
  std::vector<std::string> left_out;
  for (const auto& [reason, count] : report["left_out"].entries()) {
    left_out.push_back(count.text() + " \"" + one_line(reason) + "\"");
  }
  if (!left_out.empty()) text += "Left out, as no recommendations: " + listed(left_out) + ".\n";
  for (const Output& sentence : report["remarks"].array()) text += one_line(sentence.text()) + "\n";
  std::vector<std::string> labels;
  for (const Output& label : report["unmapped"].array()) labels.push_back("\"" + one_line(label.text()) + "\"");
  if (!labels.empty()) {
    const bool any_form = !report["form"].is_null();
    text += (any_form ? "Labels that are no choice of their field: " : "Kept as they are, but not known to Haki: ") + listed(labels) + ".\n";
  }
  std::vector<std::string> ignored;
  for (const Output& column : report["ignored_columns"].array()) ignored.push_back("\"" + one_line(column.text()) + "\"");
  if (!ignored.empty() && !report["form"].is_null()) text += "Columns that are no field of the form, and were left out: " + listed(ignored) + ".\n";
  if (dry) text += understood_text(report);
  text += refused_text(report) + drafts_text(report) + kept_text(report);
  return dry ? text + "Nothing was changed: this was a dry run.\n" : text;
}

// The column of the file that became the field which a refusal of the core names as "Label (field): …".
std::string column_of(const Output& facts, const std::string& reason) {
  for (const Output& column : facts["understood"].array()) {
    const std::string field = column["field"].text();
    if (!field.empty() && reason.substr(0, reason.find(':')).ends_with("(" + field + ")")) return column["column"].text();
  }
  return {};
}

Output::Array kept_values(const ImportReport& report) {
  Output::Array kept;
  for (const KeptValue& value : report.kept) {
    kept.push_back(Output::object({{"row", value.row}, {"id", to_hex(value.record)}, {"field", value.field}, {"file_value", value.file_value}, {"here", value.here}}));
  }
  return kept;
}

Output::Array drafts_of(const ImportReport& report) {
  Output::Array drafts;
  for (const ImportedDraft& draft : report.drafts) drafts.push_back(Output::object({{"row", draft.row}, {"id", to_hex(draft.record)}}));
  return drafts;
}

Result<ExitCode> run_import(Context& context, const Arguments& arguments) {
  const bool dry_run = arguments.has("--dry-run");
  HAKI_ASSIGN(PreparedImport import, decode_import(context.prepared()));
  if (import.table && import.form.empty()) return no_form_said(context.client(), import);
  if (import.table) {
    HAKI_ASSIGN(import, match_with_form(context.client(), import, arguments.has("--from-elsewhere")));
  }
  HAKI_ASSIGN(const ImportReport report,
              context.client().import_rows(import.rows, dry_run, context.progress(dry_run ? "Checking" : "Importing"),
                                           arguments.has("--take-file")));
  Output output = import.facts;
  const bool ids_elsewhere = std::ranges::any_of(report.refused, [](const RowRefusal& one) { return one.column == "id"; });
  if (ids_elsewhere) {
    Output::Array remarks = output["remarks"].array();
    remarks.push_back("Rows with ids that are not here were refused. From another coalition, they come in as records of their own with --from-elsewhere.");
    output.put("remarks", std::move(remarks));
  }
  Output::Array refused = output["refused"].array();
  for (const RowRefusal& refusal : report.refused) {
    const std::string column = refusal.column.empty() ? column_of(output, refusal.reason) : refusal.column;
    refused.push_back(Output::object({{"row", refusal.row}, {"column", column}, {"reason", refusal.reason}}));
  }
  std::stable_sort(refused.begin(), refused.end(),
                   [](const Output& one, const Output& other) { return one["row"].number() < other["row"].number(); });
  const bool partly = !refused.empty();
  output.put("created", report.created)
      .put("updated", report.updated)
      .put("unchanged", report.unchanged)
      .put("refused", std::move(refused))
      .put("kept", kept_values(report))
      .put("dry_run", dry_run);
  if (!report.drafts.empty()) output.put("drafts", drafts_of(report));
  context.print(output, import_text);
  return partly ? ExitCode::kPartly : ExitCode::kDone;
}

}  // namespace

Command recommendation_import() {
  return {
      .path = {"recommendation", "import"},
      .summary = "Bring recommendations from a file; what is here already is known again",
      .example = "haki recommendation import kenya.csv --dry-run",
      .more =
          "Reads exports of UPR Info and UHRI, thematic lists of OHCHR and Haki's own table; which it is, is found "
          "out. "
          "--dry-run shows what each column was taken for. Rows that cannot be read are listed and the rest goes in "
          "(exit 5).",
      .positionals = {{.name = "FILE", .help = "the file", .completes = Completes::kFile}},
      .options = {{.name = "--dry-run", .value_name = "", .help = "say what would happen, and change nothing"},
                  {.name = "--take-file", .value_name = "", .help = "where a person changed a field since, take the file's new value"}},
      .prepare = read,
      .run = run_import};
}

Command import_file() {
  Command command = recommendation_import();
  command.path = {"import"};
  command.summary = "Bring records of any form from a table; recommendations are recognised";
  command.example = "haki import matrix.xlsx --as action --dry-run";
  command.more =
      "Reads CSV, Excel, Word and JSON. Columns are known by a field's name or its label in any language; links by the other "
      "record's number, title or id. What is here already is known again, and a correction takes the place of what a file "
      "said before, not of what people wrote. Rows of repeated groups come as sheets of a workbook of ours, as a table of their own "
      "(--as FORM/GROUP, with a column parent), or side by side in columns like counts[2].people. A label that no choice means stays "
      "with its record as unmapped. Rows that cannot be read are listed and the rest goes in (exit 5).";
  command.options.push_back({.name = "--as", .value_name = "FORM", .help = "what its rows are, such as action; see haki form list", .completes = Completes::kForm});
  command.options.push_back({.name = "--from-elsewhere", .value_name = "", .help = "ids are another coalition's: make records of their rows"});
  command.prepare = read_as;
  return command;
}

}  // namespace haki::cli::commands
