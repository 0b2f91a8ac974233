#include <algorithm>

#include "cli/ask.h"
#include "cli/commands/all.h"
#include "cli/commands/given.h"
#include "cli/context.h"
#include "cli/records.h"

namespace haki::cli::commands {
namespace {

constexpr int kRoundsOfQuestions = 10;

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
Result<ExitCode> ask_and_create(Context& context, const Form& form, bool submit) {
  std::optional<Draft> draft = ask_record(context, form);
  if (!draft) return context.say("\nNothing was saved."), ExitCode::kFailed;
  draft->submit = submit;
  for (int round = 0; round < kRoundsOfQuestions; ++round) {
    const auto record = context.client().create(*draft);
    if (record) {
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
  if (!given && context.streams().in_is_terminal) return ask_and_create(context, form, arguments.has("--submit"));
  if (!given) return context.usage("Say what to record: --set FIELD=VALUE, or --from FILE.json.", "new");
  HAKI_ASSIGN(Draft draft, draft_of(context, form, arguments));
  draft.compartment = arguments.one("--in");
  HAKI_ASSIGN(const RecordId record, context.client().create(draft));
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
           {.name = "--attach", .value_name = "FILE", .help = "a photo or document", .repeated = true, .later = true},
           {.name = "--in", .value_name = "COMPARTMENT", .help = "the case or district it belongs to; else the form's place"}},
      .prepare = read_given,
      .run = run_new};
}

}  // namespace haki::cli::commands
