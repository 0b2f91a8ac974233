// import, recommendation import: one way in.
#include <algorithm>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/prepared_import.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

constexpr std::size_t kRefusalsShown = 20;

Result<std::string> read(const Arguments& arguments) {
  HAKI_ASSIGN(const PreparedImport import, read_recommendation_file(arguments.one("FILE")));
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

std::string import_text(const Output& report) {
  const bool dry = report["dry_run"].truth();
  const std::string would = dry ? "would be " : "";
  std::string text = "Read as " + report["format"].text() + ", " + report["encoding"].text() + ". " +
                     one_line(report["encoding_reason"].text()) + "\n";
  text += counted(report["rows"].number(), "row", "rows") + ": " + report["created"].text() + " " + would +
          "created, " + report["updated"].text() + " " + would + "updated, " + report["unchanged"].text() +
          " already here as they are, " +
          counted(static_cast<std::int64_t>(report["refused"].array().size()), "row", "rows") + " refused.\n";
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
  if (!labels.empty()) text += "Kept as they are, but not known to Haki: " + listed(labels) + ".\n";
  if (dry) text += understood_text(report);
  const auto& refused = report["refused"].array();
  Table table({"Row", "Column", "Why it was refused"});
  table.right(0);
  for (std::size_t i = 0; i < refused.size() && i < kRefusalsShown; ++i) {
    table.row({refused[i]["row"].text(), refused[i]["column"].text(), refused[i]["reason"].text()});
  }
  text += table.text();
  if (refused.size() > kRefusalsShown) {
    text += "and " + std::to_string(refused.size() - kRefusalsShown) + " more; --json lists all.\n";
  }
  return dry ? text + "Nothing was changed: this was a dry run.\n" : text;
}

Result<ExitCode> run_import(Context& context, const Arguments& arguments) {
  const bool dry_run = arguments.has("--dry-run");
  HAKI_ASSIGN(const PreparedImport import, decode_import(context.prepared()));
  HAKI_ASSIGN(const ImportReport report,
              context.client().import_rows(import.rows, dry_run, context.progress(dry_run ? "Checking" : "Importing")));
  Output output = import.facts;
  Output::Array refused = output["refused"].array();
  for (const RowRefusal& refusal : report.refused) {
    refused.push_back(Output::object({{"row", refusal.row}, {"column", refusal.column}, {"reason", refusal.reason}}));
  }
  std::stable_sort(refused.begin(), refused.end(),
                   [](const Output& one, const Output& other) { return one["row"].number() < other["row"].number(); });
  const bool partly = !refused.empty();
  output.put("created", report.created)
      .put("updated", report.updated)
      .put("unchanged", report.unchanged)
      .put("refused", std::move(refused))
      .put("dry_run", dry_run);
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
      .options = {{.name = "--dry-run", .value_name = "", .help = "say what would happen, and change nothing"}},
      .prepare = read,
      .run = run_import};
}

Command import_file() {
  Command command = recommendation_import();
  command.path = {"import"};
  command.summary = "Bring records from a file; its kind is found out";
  command.example = "haki import kenya.csv --as recommendation";
  command.more =
      "In this version: recommendations, as exports of UPR Info or UHRI, as thematic lists of OHCHR or as Haki's own "
      "table. Other kinds come later.";
  command.options.push_back({.name = "--as",
                             .value_name = "FORM",
                             .help = "what its rows are: recommendation",
                             .completes = Completes::kChoice,
                             .choices = {"recommendation"}});
  return command;
}

}  // namespace haki::cli::commands
