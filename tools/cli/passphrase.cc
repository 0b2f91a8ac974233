#include "cli/passphrase.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "owner/descriptor.h"

namespace haki::cli {
namespace {

constexpr std::size_t kPassphraseBytesMax = 1024;
constexpr char kInterrupt = '\x03';
constexpr int kTriesForNew = 3;
constexpr int kWrongBeforeWaiting = 3;
constexpr int kWrongBeforeLock = 10;
constexpr std::chrono::seconds kWaitAfterWrong{1};

// Reads a line from the terminal, byte by byte into a buffer that does not grow, so that no copy of it stays behind.
Passphrase read_secret(int terminal) {
  std::array<char, kPassphraseBytesMax + 1> secret{};
  std::size_t size = 0;
  Passphrase read;
  while (size < secret.size()) {
    const ssize_t count = ::read(terminal, secret.data() + size, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || secret[size] == kInterrupt) break;
    if (secret[size] == '\n') {
      read = std::make_shared<SecretText>(std::string_view(secret.data(), size));
      break;
    }
    ++size;
  }
  SecretText::wipe_memory(secret.data(), secret.size());
  return read;
}

void say(int terminal, std::string_view text) {
  if (::write(terminal, text.data(), text.size()) < 0) errno = 0;  // a prompt nobody sees can still be answered
}

}  // namespace

Passphrase passphrase_from_environment(const char* variable) {
  char* value = std::getenv(variable);
  if (value == nullptr || value[0] == '\0') return nullptr;
  auto passphrase = std::make_shared<SecretText>(value);
  SecretText::wipe_memory(value, passphrase->view().size());
  ::unsetenv(variable);
  return passphrase;
}

bool has_terminal() { return owner::Descriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)).valid(); }

Result<Passphrase> ask_passphrase(std::string_view question) {
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
  Passphrase secret = read_secret(terminal.get());
  ::tcsetattr(terminal.get(), TCSAFLUSH, &shown);
  if (!secret) return Error{Code::kWrongKey, "No passphrase was given. Nothing was changed."};
  return secret;
}

Result<Passphrase> ask_new_passphrase(std::string_view what) {
  std::string question = std::string(what) + " (four or more words that do not belong together): ";
  for (int i = 0; i < kTriesForNew; ++i) {
    HAKI_ASSIGN(Passphrase first, ask_passphrase(question));
    HAKI_ASSIGN(const Passphrase second, ask_passphrase("The same again: "));
    if (first->view() == second->view()) return first;
    question = "The two were not the same. " + std::string(what) + ": ";
  }
  return Error{Code::kWrongKey, "The two passphrases were not the same. Nothing was changed."};
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
