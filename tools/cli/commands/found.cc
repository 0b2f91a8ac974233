#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/text.h"

namespace haki::cli::commands {
namespace {

std::string found_text(const Output& founded) {
  return "The coalition " + one_line(founded["coalition"].text()) + " is founded. You are its first lead.\n\n" +
         "Recovery words, shown only this once. Write them on paper and keep them apart from this device: with them "
         "the\n"
         "coalition can be opened when every lead's device is lost.\n\n  " +
         one_line(founded["recovery_words"].text()) + "\n";
}

Result<ExitCode> run_found(Context& context, const Arguments& arguments) {
  const Settings& settings = context.settings();
  FoundOptions options;
  options.home = settings.home;
  options.passphrase = settings.passphrase->view();
  options.server = arguments.one("--server");
  options.token = arguments.one("--token");
  options.coalition = arguments.one("--coalition");
  options.member = arguments.one("--member");
  options.organisation = arguments.one("--organisation");
  std::string recovery_words;
  HAKI_ASSIGN(const auto client, Client::found(options, recovery_words));
  HAKI_ASSIGN(const Status status, client->status());
  context.print(Output::object({{"coalition", status.coalition},
                                {"member", status.member},
                                {"role", status.role},
                                {"server", status.server},
                                {"home", settings.home},
                                {"recovery_words", recovery_words}}),
                found_text);
  return ExitCode::kDone;
}

}  // namespace

Command found() {
  return {
      .path = {"found"},
      .summary = "Found a coalition: its first lead, its first device",
      .example =
          "haki found --server https://haki.example.org --token T0K3N --coalition 'UPR Coalition' --member 'Achieng'",
      .more =
          "The token comes from the server's operator. If the server cannot be reached, the same command goes on later "
          "where it stopped.",
      .options =
          {{.name = "--server", .value_name = "URL", .help = "address of the server", .required = true},
           {.name = "--token", .value_name = "TOKEN", .help = "the founding token from its operator", .required = true},
           {.name = "--coalition", .value_name = "NAME", .help = "what the coalition is called", .required = true},
           {.name = "--member", .value_name = "NAME", .help = "your name in the coalition", .required = true},
           {.name = "--organisation", .value_name = "NAME", .help = "your organisation"}},
      .needs = Needs::kNewHome,
      .run = run_found};
}

}  // namespace haki::cli::commands
