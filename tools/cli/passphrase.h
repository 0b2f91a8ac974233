// Passphrases: where they come from, and how often they may be wrong.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "haki/result.h"

namespace haki::cli {

// Takes $HAKI_PASSPHRASE out of this process's environment and overwrites it there, so that no child inherits it and no
// image of this process's environment shows it. Empty where it is not set.
std::optional<std::string> passphrase_from_environment();

// Asks on the terminal, without showing what is typed. kWrongKey where there is no terminal to ask on.
Result<std::string> ask_passphrase(std::string_view question);
// The same for a new passphrase: twice, until both are equal (three times at most).
Result<std::string> ask_new_passphrase();

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
