// What a home does when somebody else has it in their hands: its own rules, known to this device alone.
#pragma once

#include <cstdint>
#include <string>

#include "haki/result.h"

namespace haki {

struct HomeRules {
  std::uint32_t wipe_after = 0;  // wrong passphrases in a row until the home is destroyed: 5, 10 or 20; 0: never
  std::int64_t idle_ms = 0;      // how long an agent stays open without a command; 0: as the role has it
  std::int64_t metered_bytes_max = 0;  // on a metered link larger files wait for another one; 0: none do
};

// The end of a home, open or not: the keys at once; then, when no process has it open any more, all else that is Haki's in its
// folder. Needs no passphrase: who can write the folder could remove it.
Result<> destroy_keys(const std::string& home);
Result<> remove_home(const std::string& home);

}  // namespace haki
