// Random nonces, several with one call of the system.
#pragma once

#include <span>

#include "crypto/aead.h"

namespace haki::crypto {

void random_nonces(std::span<Nonce> nonces);

}  // namespace haki::crypto
