// unlock, lock: a process in the background that keeps the home open, and its end.
#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/passphrase.h"
#include "cli/resident.h"
#include "cli/session.h"
#include "cli/text.h"
#include "owner/background.h"

namespace haki::cli::commands {
namespace {

// In the background process: takes the home, says whether it is open, and serves it. The passphrase is wiped by then.
int serve(Context& context, const std::string& home, SecretText& passphrase, const owner::Report& report) {
  const auto failed = [&](const Error& error) {
    // The code goes first, so that the process at the terminal can end with the right number.
    report(false, std::to_string(static_cast<int>(exit_code_of(error.code))) + error.message);
    return 1;
  };
  const auto lock = wait_for_lock(home, "unlock", false);
  if (!lock) return failed(lock.error());
  auto client = open_client(home, passphrase.view());
  passphrase.wipe();
  if (!client) return failed(client.error());
  auto listener = owner::Listener::open(home);
  if (!listener) return failed(listener.error());
  ResidentPlan plan;
  plan.idle = idle_limit(**client);
  plan.serves_without_passphrase = true;
  report(true, std::to_string(plan.idle.count()));
  return Resident(**client, context, *listener, plan).run() ? 0 : 1;
}

std::string unlocked_text(const Output& output) {
  return "Open. It locks by itself after " + time_span_in_words(output["idle_seconds"].number()) +
         " without a command, or with haki lock.\n";
}

Result<ExitCode> run_unlock(Context& context, const Arguments&) {
  Settings settings = context.settings();
  if (!Client::home_exists(settings.home)) {
    return Error{Code::kNotFound,
                 "There is no home of Haki at " + settings.home + ". Make one with haki found or haki join."};
  }
  if (!settings.passphrase) {
    HAKI_ASSIGN(settings.passphrase, ask_passphrase("Passphrase: "));
  }
  // Where a process has it open already, that one checks the passphrase and goes on serving.
  Context asking(settings, context.streams(), nullptr, {});
  const std::vector<std::string> words =
      settings.json ? std::vector<std::string>{"unlock", "--json"} : std::vector<std::string>{"unlock"};
  HAKI_ASSIGN(const owner::CallResult handed, hand_over(asking, words));
  if (handed.kind == owner::CallResult::Kind::kExit) return static_cast<ExitCode>(handed.exit_code);

  Settings background = settings;
  background.passphrase.reset();
  background.directory = "/";
  HAKI_ASSIGN(const owner::Started started, owner::run_in_background([&](const owner::Report& report) {
                Context own(background, Streams{}, nullptr, {});
                return serve(own, settings.home, *settings.passphrase, report);
              }));
  settings.passphrase->wipe();
  if (!started.ready) {
    if (started.text.empty()) return Error{Code::kIo, "The home could not be opened."};
    context.complain(started.text.substr(1));
    return static_cast<ExitCode>(started.text[0] - '0');
  }
  const std::int64_t idle_seconds = std::stol(started.text) / 1000;
  context.print(
      Output::object({{"unlocked", true}, {"idle_minutes", (idle_seconds + 59) / 60}, {"idle_seconds", idle_seconds}}),
      unlocked_text);
  return ExitCode::kDone;
}

Result<ExitCode> run_lock(Context& context, const Arguments&) {
  const std::vector<std::string> words =
      context.settings().json ? std::vector<std::string>{"lock", "--json"} : std::vector<std::string>{"lock"};
  HAKI_ASSIGN(const owner::CallResult handed, hand_over(context, words));
  if (handed.kind == owner::CallResult::Kind::kExit) return static_cast<ExitCode>(handed.exit_code);
  context.print(Output::object({{"locked", true}}), [](const Output&) { return "It was locked already.\n"; });
  return ExitCode::kDone;
}

}  // namespace

Command unlock() {
  return {.path = {"unlock"},
          .summary = "Keep the home open, so that the next commands need no passphrase",
          .example = "haki unlock",
          .more = "It locks by itself after 15 minutes without a command, 5 for a lead, or as haki policy set idle=… says.",
          .needs = Needs::kControl,
          .run = run_unlock};
}

Command lock() {
  return {.path = {"lock"},
          .summary = "Close the home: end what haki unlock or haki sync --watch keeps open",
          .example = "haki lock",
          .needs = Needs::kControl,
          .run = run_lock};
}

}  // namespace haki::cli::commands
