// One row of the table: what the server does, and what must come of it.
#pragma once

#include <vector>

#include "stage.h"

namespace haki::test {

struct Attack {
  const char* name;
  // A phrase of what the person then reads; null where the attack is harmless: once the server is honest again, everything
  // is as if it had been all along.
  const char* detected;
  std::function<void(Stage&)> play;
  // Why the devices cannot agree by themselves afterwards, where they cannot: a person must settle it.
  const char* apart = nullptr;
  double seconds_max = 8;  // for one sync
  const char* open = nullptr;  // why this attack still works; it is then counted, named and not played
};

inline constexpr const char* kHarmless = nullptr;

std::vector<Attack> attacks_on_members();   // the membership log: ghosts, forgeries, forks
std::vector<Attack> attacks_on_keys();      // grants, epochs
std::vector<Attack> attacks_on_work();      // items and chains: withheld, changed, moved
std::vector<Attack> attacks_on_erasing();   // what was erased: kept, changed, only said to be gone
std::vector<Attack> attacks_on_receipts();  // receipts, heads, refusals
std::vector<Attack> attacks_on_counters();  // counters, cursors, clocks, lives
std::vector<Attack> attacks_by_members();   // a member works with the server
std::vector<Attack> attacks_on_bytes();     // frames and protobuf
std::vector<Attack> attacks_on_http();      // what carries them

}  // namespace haki::test
