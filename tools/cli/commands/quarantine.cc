// quarantine list, show, accept, refuse.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/text.h"
#include "cli/times.h"

namespace haki::cli::commands {
namespace {

Output quarantined_output(const Quarantined& one) {
  return Output::object({{"id", one.id},
                         {"by", one.author},
                         {"device", to_hex(one.device)},
                         {"reason", one.reason},
                         {"changes", one.changes},
                         {"at", time_output(one.at_ms)},
                         {"records", Output::strings(one.records)}});
}

std::string list_text(const Output::Array& items) {
  Table table({"Id", "By", "Changes", "When", "Why it waits"});
  for (const Output& item : items) {
    table.row({item["id"].text().substr(0, 8), item["by"].text(), std::to_string(item["changes"].number()),
               time_in_words(time_of(item["at"]), now_ms()), one_line(item["reason"].text())});
  }
  return table.text() + "Look at one with haki quarantine show ID; then accept or refuse it.\n";
}

std::string show_text(const Output& item) {
  std::string text = item["id"].text().substr(0, 8) + "  from " + one_line(item["by"].text()) + ", " +
                     counted(item["changes"].number(), "change", "changes") + "\n  " + one_line(item["reason"].text()) + "\n";
  for (const Output& record : item["records"].array()) text += "  " + shortened(one_line(record.text()), 90) + "\n";
  return text + "Take it in: haki quarantine accept " + item["id"].text().substr(0, 8) +
         ". Keep it out: haki quarantine refuse " + item["id"].text().substr(0, 8) + ".\n";
}

Result<ExitCode> run_quarantine_list(Context& context, const Arguments&) {
  HAKI_ASSIGN(const std::vector<Quarantined> items, context.client().trust().quarantine());
  Output::Array outputs;
  for (const Quarantined& one : items) outputs.push_back(quarantined_output(one));
  context.print_list(outputs, list_text, "Nothing is in quarantine.");
  return ExitCode::kDone;
}

Result<ExitCode> run_quarantine_show(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const Quarantined one, context.client().trust().quarantined(arguments.one("ID")));
  context.print(quarantined_output(one), show_text);
  return ExitCode::kDone;
}

Result<ExitCode> decide(Context& context, const Arguments& arguments, bool accept) {
  HAKI_TRY(context.client().trust().decide_quarantined(arguments.one("ID"), accept));
  context.print(Output::object({{"id", arguments.one("ID")}, {"accepted", accept}}), [](const Output& output) {
    return one_line(output["id"].text()) + (output["accepted"].truth() ? " is taken in." : " is kept out.") +
           " The others learn it with the next sync.\n";
  });
  return ExitCode::kDone;
}
Result<ExitCode> run_quarantine_accept(Context& context, const Arguments& arguments) { return decide(context, arguments, true); }
Result<ExitCode> run_quarantine_refuse(Context& context, const Arguments& arguments) { return decide(context, arguments, false); }

const Positional kId{.name = "ID", .help = "the beginning of its id, from haki quarantine list"};

}  // namespace

Command quarantine_list() {
  return {.path = {"quarantine", "list"},
          .summary = "Work that was proven genuine but not permitted: a lead decides",
          .example = "haki quarantine list",
          .run = run_quarantine_list};
}
Command quarantine_show() {
  return {.path = {"quarantine", "show"},
          .summary = "One of them: whose it is, what is in it, and why it waits",
          .example = "haki quarantine show 3f9a12c0",
          .positionals = {kId},
          .run = run_quarantine_show};
}
Command quarantine_accept() {
  return {.path = {"quarantine", "accept"},
          .summary = "Take it in, as its author's work",
          .example = "haki quarantine accept 3f9a12c0",
          .positionals = {kId},
          .leads_only = true,
          .run = run_quarantine_accept};
}
Command quarantine_refuse() {
  return {.path = {"quarantine", "refuse"},
          .summary = "Keep it out for good",
          .example = "haki quarantine refuse 3f9a12c0",
          .positionals = {kId},
          .leads_only = true,
          .run = run_quarantine_refuse};
}

}  // namespace haki::cli::commands
