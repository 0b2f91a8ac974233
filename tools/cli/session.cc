#include "cli/session.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/passphrase.h"
#include "cli/resident.h"
#include "cli/text.h"
#include "formats/lists.h"
#include "owner/background.h"
#include "owner/descriptor.h"

namespace haki::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kWaitForHome{10'000};
constexpr milliseconds kLookAgain{50};
constexpr std::int64_t kIntervalSecondsDefault = 60;

std::string default_home() {
  const char* home = std::getenv("HAKI_HOME");
  if (home != nullptr && home[0] != '\0') return home;
  const char* user = std::getenv("HOME");
  if (user == nullptr || user[0] == '\0') {
    const passwd* entry = ::getpwuid(::getuid());
    user = entry != nullptr ? entry->pw_dir : "/";
  }
  return std::string(user) + "/.haki";
}

std::string current_directory() {
  std::array<char, 4096> path{};
  return ::getcwd(path.data(), path.size()) != nullptr ? path.data() : "/";
}

std::string without_slash_at_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

Error no_home(const std::string& home) {
  return {Code::kNotFound, "There is no home of Haki at " + home +
                               ". Make one with haki found or haki join, or name another "
                               "one with --home."};
}

Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      return Error{Code::kIo, std::string("There is no memory for the hand-over: ") + std::strerror(errno)};
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

// A piece of memory that can be handed to another process like a file.
Result<owner::Descriptor> memory_file(std::string_view bytes) {
  owner::Descriptor file(::memfd_create("haki", MFD_CLOEXEC));
  if (!file.valid())
    return Error{Code::kIo, std::string("There is no memory for the hand-over: ") + std::strerror(errno)};
  HAKI_TRY(write_all(file.get(), bytes));
  return file;
}

void copy_out(int from, int to) {
  std::array<char, 65536> buffer{};
  off_t offset = 0;
  while (true) {
    const ssize_t count = ::pread(from, buffer.data(), buffer.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    if (!write_all(to, {buffer.data(), static_cast<std::size_t>(count)})) return;  // its reader has closed
    offset += count;
  }
}

// A command on a home that exists, whoever owns it by now.
class HomeCommand {
 public:
  HomeCommand(const Invocation& invocation, std::span<const std::string> words, const Settings& settings,
              const Streams& streams, std::string prepared)
      : invocation_(invocation),
        words_(words),
        settings_(settings),
        streams_(streams),
        prepared_(std::move(prepared)) {}
  ~HomeCommand() {
    if (settings_.passphrase) settings_.passphrase->wipe();
    if (settings_.new_passphrase) settings_.new_passphrase->wipe();
  }
  HomeCommand(const HomeCommand&) = delete;
  HomeCommand& operator=(const HomeCommand&) = delete;

  Result<ExitCode> run() {
    if (!Client::home_exists(settings_.home)) return no_home(settings_.home);
    if (sets_passphrase()) HAKI_TRY(ask_for_both());
    auto until = Clock::now() + kWaitForHome;
    while (true) {
      Context context(settings_, streams_, nullptr, prepared_);
      if (!resident()) {
        HAKI_ASSIGN(const owner::CallResult handed, hand_over(context, words_));
        if (handed.kind == owner::CallResult::Kind::kExit) return static_cast<ExitCode>(handed.exit_code);
        if (handed.kind == owner::CallResult::Kind::kNeedsPassphrase && settings_.passphrase) {
          return Error{Code::kWrongKey, "The process that has the home open did not take the passphrase."};
        }
      }
      if (!settings_.passphrase) {
        HAKI_ASSIGN(settings_.passphrase, ask_passphrase("Passphrase: "));
        until = Clock::now() + kWaitForHome;
        continue;
      }
      auto lock = owner::HomeLock::try_take(settings_.home, what(), false);
      if (lock) return run_here();
      if (lock.error().code != Code::kBusy || Clock::now() >= until) return busy_or(lock.error());
      std::this_thread::sleep_for(kLookAgain);
    }
  }

 private:
  bool resident() const {
    for (const Option& option : invocation_.command->options) {
      if (option.resident && invocation_.arguments.has(option.name)) return true;
    }
    return false;
  }
  bool sets_passphrase() const { return invocation_.command->new_passphrase_variable != nullptr; }

  // Who changes a passphrase must know the present one, whatever is open.
  Result<> ask_for_both() {
    if (!settings_.passphrase) {
      HAKI_ASSIGN(settings_.passphrase, ask_passphrase("Passphrase: "));
    }
    if (!settings_.new_passphrase && !invocation_.arguments.has("--remove")) {
      if (!has_terminal()) {
        return Error{Code::kWrongKey, "There is no terminal to ask for the new passphrase on. Set " +
                                          std::string(invocation_.command->new_passphrase_variable) + "."};
      }
      HAKI_ASSIGN(settings_.new_passphrase, ask_new_passphrase(invocation_.command->new_passphrase_question));
    }
    return {};
  }

  // What the lock file says of this process. It stays there, so it must not tell which passphrase was set.
  std::string what() const {
    if (sets_passphrase()) return invocation_.command->path.front();
    return invocation_.command->words() + (resident() ? " --watch" : "");
  }

  Error busy_or(const Error& error) const {
    if (error.code != Code::kBusy) return error;
    const std::string who = owner::holder_of(settings_.home);
    return {Code::kBusy, "The home " + settings_.home + " is in use by " + (who.empty() ? "another process" : who) +
                             ". Try again when it has finished" + (resident() ? ", or end it with haki lock." : ".")};
  }

  Result<ExitCode> run_here() {
    auto client = open_client(settings_.home, settings_.passphrase->view());
    if (!sets_passphrase()) settings_.passphrase->wipe();
    if (!client) return client.error();
    Context context(settings_, streams_, client->get(), std::move(prepared_));
    if (!resident()) return run_command(*invocation_.command, context, invocation_.arguments);

    HAKI_ASSIGN(owner::Listener listener, owner::Listener::open(settings_.home));
    ResidentPlan plan;
    plan.sync_every = std::chrono::seconds(kIntervalSecondsDefault);
    if (invocation_.arguments.has("--interval")) {
      const std::string& text = invocation_.arguments.one("--interval");
      const bool digits =
          !text.empty() && text.size() <= 6 && text.find_first_not_of("0123456789") == std::string::npos;
      if (!digits || std::stol(text) < 1) return context.usage("--interval takes a number of seconds.", "sync");
      plan.sync_every = std::chrono::seconds(std::stol(text));
    }
    context.say("Exchanging every " + std::to_string(plan.sync_every.count() / 1000) +
                " s, and running your other commands. Ctrl-C ends it.");
    return Resident(**client, context, listener, plan).run();
  }

  const Invocation& invocation_;
  std::span<const std::string> words_;
  Settings settings_;
  Streams streams_;
  std::string prepared_;
};

Result<ExitCode> run_invocation(const Invocation& invocation, std::span<const std::string> words, Settings& settings,
                                const Streams& streams) {
  const Command& command = *invocation.command;
  std::string prepared;
  if (command.prepare != nullptr) {
    HAKI_ASSIGN(prepared, command.prepare(invocation.arguments));
  }
  if (command.needs == Needs::kOpenHome) {
    return HomeCommand(invocation, words, settings, streams, std::move(prepared)).run();
  }
  std::optional<owner::HomeLock> lock;
  if (command.needs == Needs::kNewHome) {
    HAKI_ASSIGN(lock, wait_for_lock(settings.home, command.words(), true));
    if (!settings.passphrase) {
      HAKI_ASSIGN(settings.passphrase, ask_new_passphrase("New passphrase"));
    }
  }
  Context context(settings, streams, nullptr, std::move(prepared));
  return run_command(command, context, invocation.arguments);
}

}  // namespace

ExitCode run_command(const Command& command, Context& context, const Arguments& arguments) {
  const Result<ExitCode> result = command.run(context, arguments);
  context.finish_progress();
  if (result) return *result;
  context.complain(result.error().message);
  return exit_code_of(result.error().code);
}

Result<owner::CallResult> hand_over(Context& context, std::span<const std::string> words) {
  const Settings& settings = context.settings();
  const Streams& streams = context.streams();
  owner::Request request;
  request.directory = settings.directory;
  request.language = settings.language;
  request.has_passphrase = settings.passphrase != nullptr;
  if (settings.passphrase) request.passphrase = settings.passphrase->copy();
  if (settings.new_passphrase) request.new_passphrase = settings.new_passphrase->copy();
  request.in_is_terminal = streams.in_is_terminal;
  request.out_is_terminal = streams.out_is_terminal;
  request.err_is_terminal = streams.err_is_terminal;
  request.words.assign(words.begin(), words.end());
  // Results come back through memory, so that a reader who pauses (`| less`) does not hold up the owner.
  HAKI_ASSIGN(const owner::Descriptor results, memory_file({}));
  HAKI_ASSIGN(const owner::Descriptor prepared, memory_file(context.prepared()));
  auto answer =
      owner::call_owner(settings.home, request, {streams.in, results.get(), streams.err, prepared.get()}, kWaitForHome);
  copy_out(results.get(), streams.out);
  return answer;
}

Result<std::unique_ptr<Client>> open_client(const std::string& home, std::string_view passphrase) {
  auto client = Client::open(home, passphrase);
  if (client) (*client)->use_theme_table({formats::name_key, formats::newest_theme});
  return client;
}

Result<owner::HomeLock> wait_for_lock(const std::string& home, std::string_view what, bool make_home) {
  const auto until = Clock::now() + kWaitForHome;
  while (true) {
    auto lock = owner::HomeLock::try_take(home, what, make_home);
    if (lock || lock.error().code != Code::kBusy) return lock;
    if (Clock::now() >= until) {
      const std::string who = owner::holder_of(home);
      return Error{Code::kBusy, "The home " + home + " is in use by " + (who.empty() ? "another process" : who) +
                                    ". Try again when it has finished."};
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

int run_program(std::span<const std::string> words_after_program) {
  ::signal(SIGPIPE, SIG_IGN);
  owner::keep_memory_private();
  Streams streams;
  streams.in_is_terminal = ::isatty(streams.in) == 1;
  streams.out_is_terminal = ::isatty(streams.out) == 1;
  streams.err_is_terminal = ::isatty(streams.err) == 1;
  Settings settings;
  settings.directory = current_directory();
  settings.passphrase = passphrase_from_environment("HAKI_PASSPHRASE");
  std::map<std::string_view, Passphrase> new_passphrases;
  for (const char* variable : {"HAKI_NEW_PASSPHRASE", "HAKI_DURESS_PASSPHRASE"}) {
    new_passphrases[variable] = passphrase_from_environment(variable);
  }

  auto invocation = parse_command_line(words_after_program);
  if (!invocation) {
    Context context(settings, streams, nullptr, {});
    context.complain(invocation.error().message);
    return static_cast<int>(ExitCode::kUsage);
  }
  settings.language = language_of(invocation->language);
  settings.json = invocation->json;
  settings.home = without_slash_at_end(invocation->home.empty() ? default_home() : invocation->home);
  if (!settings.home.starts_with("/")) settings.home = settings.directory + "/" + settings.home;

  Context context(settings, streams, nullptr, {});
  const auto as_it_is = [](const Output& output) { return output.text(); };
  if (invocation->help) {
    settings.json = false;
    Context plain(settings, streams, nullptr, {});
    plain.print(help_for(invocation->topic), as_it_is);
    return 0;
  }
  if (invocation->version) {
    const std::vector<std::string> version{"version"};
    return static_cast<int>(run_command(*parse_command_line(version)->command, context, {}));
  }
  if (invocation->command == nullptr) {
    context.say(help_for_all());
    return static_cast<int>(ExitCode::kUsage);
  }
  if (const char* const variable = invocation->command->new_passphrase_variable) {
    settings.new_passphrase = new_passphrases[variable];
  }
  const auto result = run_invocation(*invocation, words_after_program, settings, streams);
  if (settings.passphrase) settings.passphrase->wipe();
  if (result) return static_cast<int>(*result);
  context.complain(result.error().message);
  return static_cast<int>(exit_code_of(result.error().code));
}

}  // namespace haki::cli
