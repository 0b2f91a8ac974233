// erase.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_erase(Context& context, const Arguments& arguments) {
  Client& client = context.client();
  HAKI_ASSIGN(const RecordId id, client.evidence().find_any(arguments.one("ID")));
  HAKI_ASSIGN(const ErasedHere done, client.evidence().erase(id, arguments.one("--reason")));
  Output output = Output::object({{"id", to_hex(id)}, {"records", done.records}, {"files", done.files}});
  context.print(output, [](const Output& printed) {
    const std::string which = printed["id"].text().substr(0, 12);
    return "Erased here: " + counted(printed["records"].number(), "record", "records") + ", " + counted(printed["files"].number(), "file", "files") +
           ".\nThe server lets go with your next sync, others with theirs; haki show " + which + " tells who has. What was exported or saved "
           "is not called back.\n";
  });
  return ExitCode::kDone;
}

}  // namespace

Command erase() {
  return {.path = {"erase"},
          .summary = "Destroy what a record or file says, for everybody; that it was there stays",
          .example = "haki erase 3f9a12c0 --reason 'Consent withdrawn'",
          .more = "With a record go its files, the rows of its groups and what was said in reviewing it; with a file its smaller copies. Other "
                  "records that name it stay. Every device that had it says when it has let go. There is no way back.",
          .positionals = {{.name = "ID", .help = "the record's or the file's id, or a beginning of it"}},
          .options = {{.name = "--reason", .value_name = "TEXT", .help = "why; all who could read the record read it, so nothing of its content",
                       .required = true}},
          .leads_only = true,
          .run = run_erase};
}

}  // namespace haki::cli::commands
