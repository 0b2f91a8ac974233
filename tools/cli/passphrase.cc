#include "cli/passphrase.h"

#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "owner/descriptor.h"
#include "owner/request.h"

namespace haki::cli {
namespace {

constexpr std::size_t kPassphraseBytesMax = 1024;
constexpr char kInterrupt = '\x03';
constexpr int kTriesForNew = 3;
constexpr int kWrongBeforeWaiting = 3;
constexpr int kWrongBeforeLock = 10;
constexpr std::chrono::seconds kWaitAfterWrong{1};

// Reads a line from the terminal, byte by byte into a buffer that does not grow, so that no copy of it stays behind.
std::optional<std::string> read_secret(int terminal) {
  std::string secret;
  secret.reserve(kPassphraseBytesMax + 1);
  while (secret.size() <= kPassphraseBytesMax) {
    char c = 0;
    const ssize_t count = ::read(terminal, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    if (c == kInterrupt) break;
    if (c == '\n') return secret;
    secret.push_back(c);
  }
  owner::wipe(secret);
  return std::nullopt;
}

void say(int terminal, std::string_view text) {
  if (::write(terminal, text.data(), text.size()) < 0) errno = 0;  // a prompt nobody sees can still be answered
}

}  // namespace

std::optional<std::string> passphrase_from_environment() {
  char* value = std::getenv("HAKI_PASSPHRASE");
  if (value == nullptr || value[0] == '\0') return std::nullopt;
  std::string passphrase = value;
  explicit_bzero(value, passphrase.size());
  ::unsetenv("HAKI_PASSPHRASE");
  return passphrase;
}

Result<std::string> ask_passphrase(std::string_view question) {
  const owner::Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  termios shown{};
  if (!terminal.valid() || ::tcgetattr(terminal.get(), &shown) != 0) {
    return Error{Code::kWrongKey,
                 "The home is locked, and there is no terminal to ask for the passphrase on. Set "
                 "HAKI_PASSPHRASE, or open the home first with haki unlock."};
  }
  termios hidden = shown;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  hidden.c_lflag |= ECHONL | ICANON;
  // Ctrl-C would end this process and leave the terminal silent: it is read like a line's end instead.
  hidden.c_lflag &= ~static_cast<tcflag_t>(ISIG);
  hidden.c_cc[VEOL] = static_cast<cc_t>(kInterrupt);
  ::tcsetattr(terminal.get(), TCSAFLUSH, &hidden);
  say(terminal.get(), question);  // only now, so that nothing typed after it is shown
  auto secret = read_secret(terminal.get());
  ::tcsetattr(terminal.get(), TCSAFLUSH, &shown);
  if (!secret) return Error{Code::kWrongKey, "No passphrase was given. Nothing was changed."};
  return *std::move(secret);
}

Result<std::string> ask_new_passphrase() {
  std::string question = "New passphrase (four or more words that do not belong together): ";
  for (int i = 0; i < kTriesForNew; ++i) {
    HAKI_ASSIGN(std::string first, ask_passphrase(question));
    HAKI_ASSIGN(std::string second, ask_passphrase("The same again: "));
    const bool equal = first == second;
    owner::wipe(second);
    if (equal) return first;
    owner::wipe(first);
    question = "The two were not the same. New passphrase: ";
  }
  return Error{Code::kWrongKey, "The two passphrases were not the same. Nothing was made."};
}

PassphraseGate::Answer PassphraseGate::check(Clock::time_point now, const std::function<bool()>& right) {
  if (wrong_ >= kWrongBeforeWaiting && now - last_wrong_ < kWaitAfterWrong) return Answer::kTooSoon;
  if (right()) {
    wrong_ = 0;
    return Answer::kRight;
  }
  last_wrong_ = now;
  return ++wrong_ >= kWrongBeforeLock ? Answer::kLockNow : Answer::kWrong;
}

}  // namespace haki::cli
