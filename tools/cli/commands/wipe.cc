#include <fcntl.h>
#include <sys/stat.h>

#include "cli/commands/all.h"
#include "cli/context.h"
#include "cli/session.h"
#include "owner/descriptor.h"

namespace haki::cli::commands {
namespace {

constexpr std::string_view kWord = "wipe";

// What a wipe that was cut off has left; it is finished by the next one.
bool anything_there(const std::string& home) {
  struct stat facts {};
  return Client::home_exists(home) || ::stat((home + "/store.db").c_str(), &facts) == 0;
}

Result<ExitCode> run_wipe(Context& context, const Arguments& arguments) {
  const std::string& home = context.settings().home;
  if (!anything_there(home)) return Error{Code::kNotFound, "There is no home of Haki at " + home + "."};
  if (!arguments.has("--yes")) {
    if (!context.streams().in_is_terminal) return context.usage("Give --yes to wipe without being asked.", "wipe");
    const auto answer = context.ask("This destroys the home " + home +
                                    ": its keys, and every record that was not sent. Type the word " +
                                    std::string(kWord) + " to do it: ");
    if (!answer || *answer != kWord) return context.say("Nothing was changed."), ExitCode::kFailed;
  }
  // The keys at once, whoever has the home open; without them the rest is noise.
  HAKI_TRY(destroy_keys(home));
  const std::vector<std::string> words{"lock"};
  const owner::Descriptor nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  Streams streams;
  streams.in = streams.out = streams.err = nowhere.get();
  Context quiet(context.settings(), streams, nullptr, {});
  [[maybe_unused]] const auto told = hand_over(quiet, words);
  const auto lock = wait_for_lock(home, kWord, false);
  // A process that was just opening the home may have mended a copy from the other.
  HAKI_TRY(destroy_keys(home));
  HAKI_TRY(remove_home(home));
  context.print(Output::object({{"wiped", true}, {"still_open", !lock}}),
                [](const Output&) { return "The home is destroyed.\n"; });
  if (lock) return ExitCode::kDone;
  context.say("A process that has it open still runs, and knows what it has in its memory. End it.");
  return ExitCode::kPartly;
}

}  // namespace

Command wipe() {
  return {.path = {"wipe"},
          .summary = "Destroy this home at once: its keys, then everything in it",
          .example = "haki wipe --yes",
          .more = "Needs no passphrase. What was sent is still with the coalition's leads; nothing brings back what was "
                  "not. Remnants on flash memory are not promised to be gone, but need the passphrase to be read.",
          .options = {{.name = "--yes", .value_name = "", .help = "do not ask"}},
          .needs = Needs::kControl,
          .run = run_wipe};
}

}  // namespace haki::cli::commands
