#include "cli/resident.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "cli/arguments.h"
#include "cli/commands/sync.h"
#include "cli/session.h"

namespace haki::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::uint64_t kPreparedBytesMax = 600ULL << 20;
constexpr std::int64_t kFilesSliceMs = 2'000;
constexpr milliseconds kLookUp{1000};  // how often a resident looks whether a signal asked it to end

volatile std::sig_atomic_t told_to_end = 0;

void end_on(int) { told_to_end = 1; }

void hear_signals() {
  struct sigaction action {};
  action.sa_handler = end_on;  // without SA_RESTART, so that waiting ends at once
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

std::string read_prepared(int fd) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0 || facts.st_size < 0 || static_cast<std::uint64_t>(facts.st_size) > kPreparedBytesMax)
    return {};
  std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t count = ::pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

owner::Answer exit_with(ExitCode code) { return {owner::Answer::Kind::kExit, static_cast<int>(code)}; }

}  // namespace

milliseconds idle_limit(Client& client) {
  const auto rules = client.rules();
  if (rules && rules->idle_ms != 0) return milliseconds(rules->idle_ms);
  const auto status = client.status();
  return status && status->role == "lead" ? minutes(5) : minutes(15);
}

milliseconds Resident::until_next() const {
  if (moving_files_) return milliseconds(0);
  const auto now = Clock::now();
  milliseconds wait = kLookUp;
  const auto until = [&](Clock::time_point moment) {
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(moment - now));
  };
  if (plan_.idle.count() > 0) wait = std::min(wait, until(used_ + plan_.idle));
  if (plan_.sync_every.count() > 0) wait = std::min(wait, until(next_sync_));
  return wait;
}

Result<ExitCode> Resident::run() {
  hear_signals();
  while (!ending_ && told_to_end == 0) {
    const auto now = Clock::now();
    if (plan_.idle.count() > 0 && now - used_ >= plan_.idle) break;
    if (plan_.sync_every.count() > 0 && now >= next_sync_) {
      HAKI_ASSIGN(const ExitCode code, exchange());
      if (code == ExitCode::kRemoved) return code;
      next_sync_ = Clock::now() + plan_.sync_every;
      moving_files_ = code == ExitCode::kDone;
    }
    if (moving_files_) move_files();
    HAKI_TRY(listener_.serve_one(until_next(), [this](owner::Call& call) { return handle(call); }));
  }
  return ExitCode::kDone;
}

// A slice; whoever has a command for this home comes in between.
void Resident::move_files() {
  const auto report = client_.transfer({kFilesSliceMs, false}, own_.progress("Files"));
  moving_files_ = report && report->unfinished;
  if (moving_files_) return;
  own_.finish_progress();
  if (!report) {
    ending_ = report.error().code == Code::kRemoved;
    return own_.complain(report.error().message);
  }
  for (const std::string& note : report->notes) own_.say(note);
  const auto bundles = client_.couriers().forward();
  if (!bundles) return own_.complain(bundles.error().message);
  if (bundles->taken > 0) commands::say_forwarded(own_, *bundles);
}

Result<ExitCode> Resident::exchange() {
  auto report = client_.sync(own_.progress("Exchanging"));
  if (report) {
    if (commands::something_happened(*report)) commands::print_sync(own_, *report);
    return report->removed || report->wiped ? ExitCode::kRemoved : ExitCode::kDone;
  }
  // The next exchange may well succeed, so this process stays; what must end it is being removed, or a broken store.
  own_.complain(report.error().message);
  if (report.error().code == Code::kRemoved) return ExitCode::kRemoved;
  const bool may_pass = retryable(report.error().code) || report.error().code == Code::kRefused ||
                        report.error().code == Code::kNotAdmitted || report.error().code == Code::kUntrusted;
  if (!may_pass) return report.error();
  return ExitCode::kNoNetwork;
}

std::optional<owner::Answer> Resident::refuse(const owner::Call& call, Context& context) {
  if (!call.request.has_passphrase) {
    if (plan_.serves_without_passphrase) return std::nullopt;
    return owner::Answer{owner::Answer::Kind::kNeedsPassphrase, 0};
  }
  const std::string_view passphrase = call.request.passphrase.view();
  const PassphraseGate::Answer answer =
      gate_.check(Clock::now(), [&] { return client_.passphrase_matches(passphrase); });
  if (answer == PassphraseGate::Answer::kWrong || answer == PassphraseGate::Answer::kLockNow) {
    const auto judged = client_.judge_other_passphrase(passphrase);
    // It opens the home, but not as it is open here: whoever asked opens it anew.
    if (judged) return ending_ = true, owner::Answer{owner::Answer::Kind::kGone, 0};
    if (!Client::home_exists(own_.settings().home)) {
      ending_ = true;
      context.complain(judged.error().message);
      return exit_with(ExitCode::kLocked);
    }
  }
  switch (answer) {
    case PassphraseGate::Answer::kRight:
      return std::nullopt;
    case PassphraseGate::Answer::kWrong:
      context.complain("This is not the passphrase of this home.");
      break;
    case PassphraseGate::Answer::kTooSoon:
      context.complain("The passphrase was wrong several times. Wait a second, then try again.");
      break;
    case PassphraseGate::Answer::kLockNow:
      context.complain("The passphrase was wrong ten times. The home has been locked; nothing was lost.");
      ending_ = true;
      break;
  }
  return exit_with(ExitCode::kLocked);
}

owner::Answer Resident::handle(owner::Call& call) {
  const owner::Request& request = call.request;
  auto invocation = parse_command_line(request.words);
  if (ending_) return {owner::Answer::Kind::kGone, 0};
  if (!invocation || invocation->command == nullptr) return exit_with(ExitCode::kUsage);
  const Needs needs = invocation->command->needs;
  if (needs != Needs::kOpenHome && needs != Needs::kControl) return exit_with(ExitCode::kUsage);

  const bool sets_passphrase = invocation->command->new_passphrase_variable != nullptr;
  if (sets_passphrase && !request.has_passphrase) return {owner::Answer::Kind::kNeedsPassphrase, 0};

  Settings settings;
  settings.home = request.home;
  settings.directory = request.directory;
  settings.language = request.language;
  settings.json = invocation->json;
  if (sets_passphrase) {
    settings.passphrase = std::make_shared<SecretText>(request.passphrase.copy());
    settings.new_passphrase = std::make_shared<SecretText>(request.new_passphrase.copy());
  }
  const milliseconds patience = plan_.idle.count() > 0 ? plan_.idle : minutes(15);
  const Streams streams{call.descriptors[0].get(),
                        call.descriptors[1].get(),
                        call.descriptors[2].get(),
                        request.in_is_terminal,
                        request.out_is_terminal,
                        request.err_is_terminal,
                        call.caller,
                        static_cast<int>(patience.count())};
  Context context(settings, streams, &client_, read_prepared(call.descriptors[3].get()));
  context.set_others([this] {
    [[maybe_unused]] const auto served = listener_.serve_one(milliseconds(0), [this](owner::Call& other) { return handle(other); });
    return !ending_ && told_to_end == 0;
  });

  const std::string words = invocation->command->words();
  if (words == "lock") {  // anybody who may reach this process may lock it
    ending_ = true;
    context.print(Output::object({{"locked", true}}), [](const Output&) { return "Locked.\n"; });
    return exit_with(ExitCode::kDone);
  }
  if (const auto refusal = refuse(call, context)) return *refusal;
  used_ = Clock::now();
  if (words == "unlock") {
    if (!request.has_passphrase) return {owner::Answer::Kind::kNeedsPassphrase, 0};
    plan_.serves_without_passphrase = true;
    context.print(Output::object({{"unlocked", true}}), [](const Output&) { return "The home is open already.\n"; });
    return exit_with(ExitCode::kDone);
  }
  const ExitCode code = run_command(*invocation->command, context, invocation->arguments);
  used_ = Clock::now();
  if (words == "policy set" && plan_.idle.count() > 0) plan_.idle = idle_limit(client_);
  return exit_with(code);
}

}  // namespace haki::cli
