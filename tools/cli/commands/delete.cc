#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/records.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_delete(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(const RecordId id, client.find_record(arguments.one("ID")));
  HAKI_ASSIGN(const Forms forms, Forms::of(client));
  HAKI_ASSIGN(const RecordView view, client.record(id));
  const Output record = record_output(view, forms);
  if (context.streams().in_is_terminal && !arguments.has("--yes")) {
    const std::string title = shortened(one_line(record["title"].text()), 60);
    const auto answer = context.ask("Delete " + view.form + " " + to_hex(id).substr(0, 8) + " (" + title +
                                    ") for everybody? Type yes: ");
    if (!answer || *answer != "yes") return context.say("Nothing was deleted."), ExitCode::kFailed;
  }
  HAKI_TRY(client.remove(id));
  context.print(Output::object({{"id", to_hex(id)}, {"form", view.form}, {"deleted", true}}),
                [](const Output& output) { return output["id"].text() + "\n"; });
  context.say(
      "Deleted here, and with the next haki sync for the others. A change somebody made without knowing is kept.");
  return ExitCode::kDone;
}

}  // namespace

Command remove() {
  return {.path = {"delete"},
          .summary = "Delete a record for everybody; it stays in the history",
          .example = "haki delete 3f9a12c0",
          .positionals = {{.name = "ID", .help = "the record's id, or a beginning of it"}},
          .options = {{.name = "--yes", .value_name = "", .help = "do not ask"}},
          .run = run_delete};
}

}  // namespace haki::cli::commands
