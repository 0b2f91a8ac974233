#include "target.h"

#include "fixed_randomness.h"

namespace haki::fuzz {

bool run(const Target& target, ByteView input) {
  fix_randomness();
  return target.take(input);
}

}  // namespace haki::fuzz
