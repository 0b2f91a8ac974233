// The hybrid logical clock: 48 bits of milliseconds and a 16-bit counter in one number. It orders siblings for display
// and dates edits; it never decides what is kept, so a phone set to 2038 spoils nothing (spec 20-merge, "Clock").
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>

#include "base/clock.h"

namespace haki::changes {

struct Hlc {
  // The year 6429. A wall clock beyond it is read as this, so that adding to a time can never wrap.
  static constexpr std::int64_t kMsMax = (std::int64_t{1} << 47) - 1;

  std::uint64_t value = 0;  // milliseconds << 16 | counter

  static Hlc of(std::int64_t ms, std::uint16_t counter) {
    return {static_cast<std::uint64_t>(std::clamp<std::int64_t>(ms, 0, kMsMax)) << 16 | counter};
  }
  std::int64_t ms() const { return static_cast<std::int64_t>(value >> 16); }
  std::uint16_t counter() const { return static_cast<std::uint16_t>(value); }
  auto operator<=>(const Hlc&) const = default;
};

// One device's clock. Not thread-safe; belongs to the client.
class HybridClock {
 public:
  // `last` is the greatest time this device ever gave out or saw, from the store.
  HybridClock(base::Clock& clock, Hlc last) : clock_(clock), last_(last) {}

  // A time greater than every one before it, whatever the wall clock does.
  Hlc next();
  // Follows another device's time, but at most one hour ahead of this device's own wall clock.
  void see(Hlc remote);
  Hlc last() const { return last_; }

 private:
  base::Clock& clock_;
  Hlc last_;
};

}  // namespace haki::changes
