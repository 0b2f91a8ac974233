// Passphrases: where they come from, and how often they may be wrong.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "haki/result.h"
#include "haki/secret_text.h"

namespace haki::cli {

// Shared by all copies of a command's settings, so that wiping it once wipes it for all. Null: none was given.
using Passphrase = std::shared_ptr<SecretText>;

// Takes a variable such as $HAKI_PASSPHRASE out of this process's environment and overwrites it there, so that no child
// inherits it and no image of this process's environment shows it. Null where it is not set.
Passphrase passphrase_from_environment(const char* variable);

// Whether there is a terminal to ask on.
bool has_terminal();
// Asks on the terminal, without showing what is typed. kWrongKey where there is no terminal to ask on.
Result<Passphrase> ask_passphrase(std::string_view question);
// The same for a new passphrase: twice, until both are equal (three times at most). `what`: "New passphrase".
Result<Passphrase> ask_new_passphrase(std::string_view what);

// Guards an open home against guessing by commands that bring a passphrase (PROTOCOL section 4): after the third wrong
// one at most one try a second; the tenth locks the home. A right one starts the count again.
class PassphraseGate {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Answer { kRight, kWrong, kTooSoon, kLockNow };

  // `right` compares in constant time and is not asked where the answer is kTooSoon.
  Answer check(Clock::time_point now, const std::function<bool()>& right);

 private:
  int wrong_ = 0;
  Clock::time_point last_wrong_{};
};

}  // namespace haki::cli
