// How often a home's passphrase was wrong, in a file beside the key file so that separate processes count together, and what
// follows from it (spec 40-keys, "Tries"). It holds against a person at the keyboard; who can write the home's files can
// change it, or copy them and guess elsewhere.
#pragma once

#include <cstdint>
#include <string>

#include "haki/bytes.h"
#include "haki/result.h"
#include "keys/key_disk.h"

namespace haki::keys {

struct Attempts {
  std::uint32_t wrong = 0;         // in a row
  std::uint32_t wipe_after = 0;    // 0: never. Repeats the sealed rule as of the last opening
  std::int64_t last_wrong_ms = 0;  // this device's clock

  bool operator==(const Attempts&) const = default;
};

inline constexpr const char* kAttemptsFile = "tries";

// What is missing, or is not what was written, counts as none.
Attempts read_attempts(const std::string& home, KeyDisk& disk = posix_key_disk());
// Durable when it returns; without anything to say it removes the file.
Result<> write_attempts(const std::string& home, const Attempts& attempts, KeyDisk& disk = posix_key_disk());

// How long the next passphrase is not looked at. A clock that stands before the last wrong one waits all of it.
std::int64_t wait_ms(const Attempts& attempts, std::int64_t now_ms);

}  // namespace haki::keys
