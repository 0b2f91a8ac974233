#include "crypto/random.h"

#include <sodium.h>

#include "crypto/secret.h"

namespace haki::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  initialize();
  if (!out.empty()) randombytes_buf(out.data(), out.size());  // of no bytes, data() may be null, which it may not be given
}

}  // namespace haki::crypto
