// export matrix, csv, xlsx, json, geojson, uwazi, ics, annex, snapshot, dossier.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/exports/kinds.h"

namespace haki::cli::commands {
namespace {

using ExportKind = Result<ExitCode> (*)(Context&, const exports::ExportOptions&);

// What a line asks for is read first, so that a wrong one is told as such and nothing is made.
template <ExportKind kind>
Result<ExitCode> run_export(Context& context, const Arguments& arguments, const char* name) {
  const auto options = exports::read_options(context, arguments, name);
  if (!options) return context.usage(options.error().message, std::string("export ") + name);
  return kind(context, *options);
}

const Option kExportForm{.name = "--form", .value_name = "FORM", .help = "the form, observation where it is left out; FORM/GROUP for the rows of a group",
                         .completes = Completes::kForm};
const Option kAllForms{.name = "--form", .value_name = "FORM", .help = "one form; all of them where it is left out", .completes = Completes::kForm};
const Option kExportWhere{.name = "--where", .value_name = "EXPR", .help = "only those: field = 'x' and other > 3; also state, by, organisation, at"};
const Option kExportTheme{.name = "--theme", .value_name = "THEME", .help = "only this theme or cluster"};
const Option kExportDrafts{.name = "--drafts", .value_name = "", .help = "other people's drafts too"};
const Option kExportHxl{.name = "--hxl", .value_name = "", .help = "a second header row of HXL tags"};
const Option kExportThreshold{.name = "--threshold", .value_name = "N", .help = "hide head-counts below N (5)"};
const Option kExportPrecision{.name = "--precision", .value_name = "N", .help = "decimals of positions, 0 to 5 (2, about a kilometre)"};
const Option kExportFull{.name = "--full", .value_name = "", .help = "head-counts as they are, and their rows; not to be published"};
const Option kExportNames{.name = "--with-names", .value_name = "", .help = "who recorded it, with organisation; and the forms about people"};

Option purpose_option(const char* usual) {
  return {.name = "--purpose", .value_name = "PURPOSE", .help = usual, .completes = Completes::kChoice,
          .choices = {"coalition", "united_nations", "authorities", "public", "public_identified"}};
}
const Option kForCoalition = purpose_option("for whom it is: only what people agreed to for that (coalition)");
const Option kForEverybody = purpose_option("for whom it is: only what people agreed to for that (public)");
const Option kForTheUn = purpose_option("for whom it is: only what people agreed to for that (united_nations)");

Command export_command(const char* kind, const char* summary, const char* example, const char* more, std::vector<Option> options, Run run) {
  options.push_back({.name = "--out", .value_name = "FILE", .help = "where it goes", .required = true, .completes = Completes::kFile});
  options.push_back({.name = "--force", .value_name = "", .help = "replace a file that is there"});
  return {.path = {"export", kind}, .summary = summary, .example = example, .more = more, .options = std::move(options), .run = run};
}

constexpr const char* kOfRecords =
    "Codes and headers never change with the language; texts are in the language asked for where a record has them. Small head-counts "
    "are hidden, with others from which they would follow. Who recorded is left out unless --with-names. What people did not agree to, and what they withdrew, stays out, and it says how much.";

}  // namespace

std::vector<Command> exports_of_all_kinds() {
  return {
      export_command("matrix", "OHCHR's matrix of recommendations with the fourth column filled, as .docx or .xlsx", "haki export matrix --out matrix.docx",
                     "The assessment is what ratings that were approved say, in English or with --lang fr in French.", {kExportWhere, kExportTheme},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_matrix>(context, arguments, "matrix"); }),
      export_command("csv", "One form as a table for spreadsheets", "haki export csv --form outreach_session --out sessions.csv", kOfRecords,
                     {kExportForm, kExportWhere, kExportDrafts, kExportHxl, {.name = "--codebook", .value_name = "", .help = "what its columns mean, in place of the records"},
                      kExportPrecision, kExportThreshold, kExportFull, kExportNames, kForCoalition},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_csv>(context, arguments, "csv"); }),
      export_command("xlsx", "A workbook: a sheet for each form and group, and a codebook", "haki export xlsx --out haki.xlsx", kOfRecords,
                     {kAllForms, kExportWhere, kExportDrafts, kExportHxl, kExportPrecision, kExportThreshold, kExportFull, kExportNames, kForCoalition},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_xlsx>(context, arguments, "xlsx"); }),
      export_command("json", "One form for programs", "haki export json --form recommendation --out recommendations.json", kOfRecords,
                     {kExportForm, kExportWhere, kExportDrafts, kExportPrecision, kExportThreshold, kExportFull, kExportNames, kForCoalition},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_json>(context, arguments, "json"); }),
      export_command("geojson", "Records as points of a map, coarse by design", "haki export geojson --precision 1 --out observations.geojson",
                     "Free texts and places below a district are left out; records without a position too, and it says how many.",
                     {kExportForm, kExportWhere, kExportDrafts, kExportPrecision, kExportThreshold, kForEverybody},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_geojson>(context, arguments, "geojson"); }),
      export_command("uwazi", "A CSV that Uwazi imports", "haki export uwazi --form recommendation --out recommendations.csv",
                     "Headings are property keys, several values stand apart by |, links are titles.",
                     {kExportForm, kExportWhere, kExportDrafts, kExportPrecision, kExportThreshold, kForEverybody},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_uwazi>(context, arguments, "uwazi"); }),
      export_command("ics", "Deadlines for a calendar, with reminders", "haki export ics --out deadlines.ics",
                     "Deadlines, and actions that have one. Importing a later file updates what is there.",
                     {{.name = "--form", .value_name = "FORM", .help = "deadline or action; both where it is left out", .completes = Completes::kForm}, kExportWhere},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_ics>(context, arguments, "ics"); }),
      export_command("annex", "A draft submission by cluster within a number of words, with tables, as .docx or .md", "haki export annex --words 5630 --out annex.docx",
                     "2,815 words where --words says nothing else. Whole statements go in or stay out, and it says which stayed out.",
                     {kExportWhere, kExportTheme, {.name = "--words", .value_name = "N", .help = "the most words of the draft (2815)"},
                      {.name = "--narratives", .value_name = "", .help = "quote approved observations; read them for names and places first"}, kForTheUn},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_annex>(context, arguments, "annex"); }),
      export_command("snapshot", "A public page and its figures, with no observer and no place below a district", "haki export snapshot --out public.html",
                     "One static page without scripts, and a .json beside it. Counts below the threshold are hidden.", {kExportWhere, kExportTheme, kExportThreshold},
                     [](Context& context, const Arguments& arguments) { return run_export<exports::export_snapshot>(context, arguments, "snapshot"); }),
  };
}

Command export_dossier() {
  Command command = export_command(
      "dossier", "Records with their files, signed, for somebody to check who does not know us", "haki export dossier 3f9a12c0 --out dossier.zip",
      "A zip: originals, pages to read, who handled what, digests and one signature. haki verify checks it without a home; sha256sum and minisign can too. "
      "Tell who gets it the fingerprint by another channel. What people did not agree to, or took back, stays out, and it says so.", {kForTheUn},
      [](Context& context, const Arguments& arguments) { return run_export<exports::export_dossier>(context, arguments, "dossier"); });
  command.positionals = {{.name = "ID", .help = "records, by their ids or beginnings of them", .many = true}};
  return command;
}

}  // namespace haki::cli::commands
