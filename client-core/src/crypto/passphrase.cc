#include "crypto/passphrase.h"

#include <sodium.h>

namespace haki::crypto {

Result<SecretBytes> stretch_passphrase(const SecretBytes& passphrase, const std::array<std::uint8_t, 16>& salt,
                                       ArgonCost cost) {
  initialize();
  SecretBytes key(32);
  static_assert(crypto_pwhash_argon2id_SALTBYTES == 16);
  const int failed = crypto_pwhash_argon2id(key.data(), key.size(), reinterpret_cast<const char*>(passphrase.data()),
                                            passphrase.size(), salt.data(), cost.passes,
                                            static_cast<std::size_t>(cost.memory_kib) * 1024,
                                            crypto_pwhash_argon2id_ALG_ARGON2ID13);
  if (failed != 0) {
    return Error{Code::kBusy, "There is not enough free memory to open this home (" + std::to_string(cost.memory_kib / 1024) +
                                  " MiB are needed for a moment). Close other programs and try again."};
  }
  return key;
}

SecretBytes subkey(const MasterKey& master, std::uint64_t number) {
  SecretBytes key(32);
  crypto_kdf_derive_from_key(key.data(), key.size(), number, "HAKI1dmk", master.data());
  return key;
}

}  // namespace haki::crypto
