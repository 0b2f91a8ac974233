#include <algorithm>

#include "cli/ask.h"
#include "cli/attached.h"
#include "cli/commands/all.h"
#include "cli/commands/given.h"
#include "cli/context.h"
#include "cli/records.h"

namespace haki::cli::commands {
namespace {

constexpr int kRoundsOfQuestions = 10;

// What --from holds, and behind a NUL what was learnt of the files of --attach.
Result<std::string> read_given_and_files(const Arguments& arguments) {
  HAKI_ASSIGN(std::string prepared, read_given(arguments));
  if (!arguments.has("--attach")) return prepared;
  HAKI_ASSIGN(const std::string looked, look_into(arguments.all("--attach")));
  return prepared + '\0' + looked;
}

Result<AttachedFiles> files_of(const Context& context) {
  const std::string& prepared = context.prepared();
  const auto end = prepared.rfind('\0');
  return attached_files(context, end == std::string::npos ? std::string_view() : std::string_view(prepared).substr(end + 1));
}

Result<Draft> draft_of(Context& context, const Form& form, const Arguments& arguments) {
  Draft draft;
  draft.form = form.name;
  HAKI_ASSIGN(Inputs inputs, given_inputs(form, context, arguments));
  draft.fields = std::move(inputs.fields);
  draft.groups = std::move(inputs.groups);
  draft.submit = arguments.has("--submit");
  return draft;
}

void say_where_it_is(Context& context, const Form& form, const RecordId& record, bool submit) {
  const std::string id = to_hex(record).substr(0, 8);
  if (!submit && form.reviewed) {
    context.say("Saved on this device as a draft. When it is complete: haki submit " + id);
  } else {
    context.say("Saved on this device. It goes out, sealed, with the next haki sync.");
  }
}

// Asks until the core takes it or the person gives up.
Result<ExitCode> ask_and_create(Context& context, const Form& form, bool submit, AttachedFiles files) {
  std::optional<Draft> draft = ask_record(context, form);
  if (!draft) return context.say("\nNothing was saved."), ExitCode::kFailed;
  draft->submit = submit;
  draft->attachments = std::move(files.inputs);
  for (int round = 0; round < kRoundsOfQuestions; ++round) {
    const auto record = context.client().create(*draft, context.progress("Sealing"));
    context.finish_progress();
    if (record) {
      for (const std::string& sentence : files.words) context.say(sentence);
      say_where_it_is(context, form, *record, submit);
      return print_changed(context, *record);
    }
    if (record.error().code != Code::kInvalid && record.error().code != Code::kTooLarge) return record.error();
    context.complain(record.error().message);
    if (!ask_again(context, form, record.error().message, *draft)) break;
  }
  context.say("\nNothing was saved.");
  return ExitCode::kFailed;
}

Result<ExitCode> run_new(Context& context, const Arguments& arguments) {
  HAKI_ASSIGN(const Form form, context.client().form(arguments.one("FORM")));
  const bool given = arguments.has("--set") || arguments.has("--from");
  HAKI_ASSIGN(AttachedFiles files, files_of(context));
  if (!given && context.streams().in_is_terminal) {
    return ask_and_create(context, form, arguments.has("--submit"), std::move(files));
  }
  if (!given) return context.usage("Say what to record: --set FIELD=VALUE, or --from FILE.json.", "new");
  HAKI_ASSIGN(Draft draft, draft_of(context, form, arguments));
  draft.compartment = arguments.one("--in");
  draft.attachments = std::move(files.inputs);
  HAKI_ASSIGN(const RecordId record, context.client().create(draft, context.progress("Sealing")));
  context.finish_progress();
  for (const std::string& sentence : files.words) context.say(sentence);
  say_where_it_is(context, form, record, draft.submit);
  return print_changed(context, record);
}

}  // namespace

Command new_record() {
  return {
      .path = {"new"},
      .summary = "Record something: prints the new record's id",
      .example = "haki new observation --set narrative='The well at the school is dry' --set district=KE041 --submit",
      .more =
          "On a terminal, without --set and --from, it asks field by field. A field that takes several values is "
          "given once for each; repeated groups take a JSON list, such as --set counts='[{\"sex\":\"female\","
          "\"people\":40}]'. See the fields with haki form show FORM.",
      .positionals = {{.name = "FORM",
                       .help = "what to record: observation, outreach_session, rating, ...",
                       .completes = Completes::kForm}},
      .options =
          {{.name = "--set", .value_name = "FIELD=VALUE", .help = "the value of a field", .repeated = true},
           {.name = "--from",
            .value_name = "FILE.json",
            .help = "values from a JSON object; - for standard input",
            .completes = Completes::kFile},
           {.name = "--submit", .value_name = "", .help = "complete: put it into the lead's queue"},
           {.name = "--attach",
            .value_name = "FILE",
            .help = "a photo, recording or document, kept as it is and sealed",
            .repeated = true,
            .completes = Completes::kFile},
           {.name = "--in", .value_name = "COMPARTMENT", .help = "the case or district it belongs to; else the form's place"}},
      .prepare = read_given_and_files,
      .run = run_new};
}

}  // namespace haki::cli::commands
