#include "chance.h"

#include <sodium.h>

#include <bit>
#include <cstring>

namespace haki::simulation {
namespace {

Chance* the_chance = nullptr;  // libsodium's interface has no place for a context

std::uint64_t splitmix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

void sodium_fill(void* const out, const std::size_t size) { the_chance->fill({static_cast<std::uint8_t*>(out), size}); }
std::uint32_t sodium_random() { return static_cast<std::uint32_t>(the_chance->next()); }
const char* sodium_name() { return "simulation"; }

}  // namespace

void Chance::reseed(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = splitmix(seed);
}

std::uint64_t Chance::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

void Chance::fill(std::span<std::uint8_t> out) {
  for (std::size_t at = 0; at < out.size(); at += 8) {
    const std::uint64_t word = next();
    std::memcpy(out.data() + at, &word, std::min<std::size_t>(8, out.size() - at));
  }
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t state = a ^ (b * 0xd6e8feb86659fd93);
  return splitmix(state);
}

void feed_sodium(Chance& chance) {
  the_chance = &chance;
  static randombytes_implementation implementation = {sodium_name, sodium_random, nullptr, nullptr, sodium_fill, nullptr};
  static const bool once = [] { return randombytes_set_implementation(&implementation) == 0; }();
  static_cast<void>(once);
}

}  // namespace haki::simulation
