#include "cli/commands/all.h"
#include "cli/commands/given.h"
#include "cli/context.h"
#include "cli/records.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_edit(Context& context, const Arguments& arguments) {
  const bool given =
      arguments.has("--set") || arguments.has("--from") || arguments.has("--add") || arguments.has("--remove");
  if (!given)
    return context.usage("Say what to change: --set FIELD=VALUE, --add or --remove for one of several values.", "edit");
  Client& client = context.client();
  Edit edit;
  HAKI_ASSIGN(edit.record, client.find_record(arguments.one("ID")));
  HAKI_ASSIGN(const RecordView before, client.record(edit.record));
  HAKI_ASSIGN(const Form form, client.form(before.form));
  HAKI_ASSIGN(Inputs inputs, given_inputs(form, context, arguments));
  edit.fields = std::move(inputs.fields);
  edit.groups = std::move(inputs.groups);
  HAKI_ASSIGN(edit.add, elements_from_words(form, arguments.all("--add")));
  HAKI_ASSIGN(edit.remove, elements_from_words(form, arguments.all("--remove")));
  HAKI_TRY(client.edit(edit));
  if (arguments.has("--submit")) HAKI_TRY(client.submit({&edit.record, 1}));
  context.say("Saved on this device. It goes out, sealed, with the next haki sync.");
  if (!arguments.has("--submit") && before.mine && before.state == "has_issues") {
    context.say("The lead sees it again when you submit it: haki submit " + to_hex(edit.record).substr(0, 8));
  }
  return print_changed(context, edit.record);
}

}  // namespace

Command edit() {
  return {.path = {"edit"},
          .summary = "Change a record; what it said before stays in its history",
          .example = "haki edit 3f9a12c0 --set district=KE041 --add themes=Water",
          .positionals = {{.name = "ID", .help = "the record's id, or a beginning of it"}},
          .options = {{.name = "--set",
                       .value_name = "FIELD=VALUE",
                       .help = "the new value; FIELD= clears it",
                       .repeated = true},
                      {.name = "--add",
                       .value_name = "FIELD=VALUE",
                       .help = "one value more of a field that has several",
                       .repeated = true},
                      {.name = "--remove",
                       .value_name = "FIELD=VALUE",
                       .help = "one value less of a field that has several",
                       .repeated = true},
                      {.name = "--from",
                       .value_name = "FILE.json",
                       .help = "values from a JSON object; - for standard input",
                       .completes = Completes::kFile},
                      {.name = "--submit", .value_name = "", .help = "and put it into the lead's queue"}},
          .prepare = read_given,
          .run = run_edit};
}

}  // namespace haki::cli::commands
