// passphrase change, duress: what opens the home, and what opens an empty one in its place.
#include "cli/commands/all.h"
#include "cli/context.h"

namespace haki::cli::commands {
namespace {

Result<ExitCode> run_passphrase_change(Context& context, const Arguments&) {
  const Settings& settings = context.settings();
  HAKI_TRY(context.client().change_passphrase(settings.passphrase->view(), settings.new_passphrase->view()));
  context.print(Output::object({{"changed", true}}), [](const Output&) {
    return "The passphrase is changed. The former one opens this home no more; it still opens copies of the home that were "
           "made before.\n";
  });
  return ExitCode::kDone;
}

Result<ExitCode> run_passphrase_duress(Context& context, const Arguments& arguments) {
  const Settings& settings = context.settings();
  const bool remove = arguments.has("--remove");
  HAKI_TRY(context.client().set_duress_passphrase(settings.passphrase->view(),
                                                  remove ? std::string_view() : settings.new_passphrase->view()));
  context.print(Output::object({{"set", !remove}}), [](const Output& output) {
    return output["set"].truth() ? "It is set. Whoever opens this home with it finds an empty one, and what is in it now is "
                                   "gone for good, for you too.\n"
                                 : "There is no such passphrase any more.\n";
  });
  return ExitCode::kDone;
}

}  // namespace

Command passphrase_change() {
  return {.path = {"passphrase", "change"},
          .summary = "Change the passphrase of this home",
          .example = "haki passphrase change",
          .more = "Asks for the present one, then twice for the new one; programs give them in $HAKI_PASSPHRASE and "
                  "$HAKI_NEW_PASSPHRASE. The records are not written again. Copies of the home that were made before "
                  "still open with the former one.",
          .new_passphrase_variable = "HAKI_NEW_PASSPHRASE",
          .new_passphrase_question = "New passphrase",
          .run = run_passphrase_change};
}

Command passphrase_duress() {
  return {.path = {"passphrase", "duress"},
          .summary = "Set a second passphrase that destroys the keys and opens an empty home",
          .example = "haki passphrase duress",
          .more = "For when you are forced to open it. Nothing shows whether there is one, and the empty home is like one "
                  "that was never used. What was not sent is lost with it. Programs give it in $HAKI_DURESS_PASSPHRASE. "
                  "Know the law where you are: destroying what was asked for may itself be an offence. It does not hide "
                  "from a laboratory that something was there.",
          .options = {{.name = "--remove", .value_name = "", .help = "take it away again"}},
          .new_passphrase_variable = "HAKI_DURESS_PASSPHRASE",
          .new_passphrase_question = "Passphrase under duress",
          .run = run_passphrase_duress};
}

}  // namespace haki::cli::commands
