// A world's only source of chance: the same seed gives the same world, byte for byte.
#pragma once

#include <string_view>
#include <vector>

#include "base/clock.h"

namespace haki::simulation {

// xoshiro256**, seeded with splitmix64: fit for worlds, not for keys that protect anybody.
class Chance final : public base::Random {
 public:
  explicit Chance(std::uint64_t seed) { reseed(seed); }
  void reseed(std::uint64_t seed);
  std::uint64_t next();
  void fill(std::span<std::uint8_t> out) override;

  // Of 0 .. n-1; 0 where n is 0.
  std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : next() % n; }
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
  bool percent(unsigned of_100) { return below(100) < of_100; }
  // Precondition: there is one.
  template <typename T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

 private:
  std::uint64_t state_[4];
};

// One number of several, so that steps of a world have chances of their own.
std::uint64_t mix(std::uint64_t a, std::uint64_t b);

// libsodium takes what it needs at random from `chance` from here on; before the first use of libsodium. One at a time.
void feed_sodium(Chance& chance);

}  // namespace haki::simulation
