#include "crypto/random.h"

#include <sodium.h>

#include "crypto/secret.h"

namespace haki::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  initialize();
  randombytes_buf(out.data(), out.size());
}

}  // namespace haki::crypto
