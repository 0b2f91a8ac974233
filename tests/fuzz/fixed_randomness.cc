#include "fixed_randomness.h"

#include <sodium.h>

#include "crypto/secret.h"

namespace haki::fuzz {

namespace {

std::uint64_t position = 0;

// SplitMix64 (Steele, Lea, Flood, 2014).
std::uint64_t next_number() {
  std::uint64_t z = (position += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::uint32_t next_word() { return static_cast<std::uint32_t>(next_number()); }

void fill(void* const to, const std::size_t size) {
  auto* const bytes = static_cast<unsigned char*>(to);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<unsigned char>(next_number());
}

}  // namespace

void fix_randomness() {
  static const bool installed = [] {
    static randombytes_implementation fixed{[] { return "fixed"; }, next_word, nullptr, nullptr, fill, nullptr};
    randombytes_set_implementation(&fixed);
    crypto::initialize();
    return true;
  }();
  static_cast<void>(installed);
  position = 0;
}

}  // namespace haki::fuzz
