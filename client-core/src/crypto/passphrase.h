// From a passphrase to a key: Argon2id (RFC 9106), slow and memory-hard on purpose.
#pragma once

#include <array>
#include <cstdint>

#include "crypto/secret.h"
#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::crypto {

struct ArgonCost {
  std::uint32_t memory_kib;
  std::uint32_t passes;
};

// 32 bytes from the passphrase. kInvalid if there is not enough memory for the cost. Takes about 0.1 s at the floor.
Result<SecretBytes> stretch_passphrase(const SecretBytes& passphrase, const std::array<std::uint8_t, 16>& salt,
                                       ArgonCost cost);

// crypto_kdf with the context "HAKI1dmk": the subkeys of the master key, by number (spec 40-keys).
SecretBytes subkey(const MasterKey& master, std::uint64_t number);

}  // namespace haki::crypto
