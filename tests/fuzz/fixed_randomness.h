// libsodium's randomness, replaced by a row of numbers that is the same every time. For this process only, and for ever: never
// linked into a program.
#pragma once

namespace haki::fuzz {

// Begins the row from its start.
void fix_randomness();

// What `make` makes, with the row at its start before and after: for what lives longer than one input.
template <typename Make>
auto made_alike(Make make) {
  struct Reset {
    ~Reset() { fix_randomness(); }
  } reset;
  fix_randomness();
  return make();
}

}  // namespace haki::fuzz
