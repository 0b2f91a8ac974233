// Stands in for libsodium's Argon2id in tests that make many homes and whose subject is not what a guess costs: the linker takes
// the test program's own function first. Programs are never linked with it (haki_test's CHEAP_PASSPHRASES alone adds it), and the
// real one is tested in keys_test and by every program in tests/e2e.
//
// Argon2id at the floor takes a fifth of a second of a processor and 64 MiB; a test of snapshots opens a dozen homes.
#include <algorithm>

#include "crypto/hash.h"

// As libsodium declares it, for keys of 32 bytes: other passphrases, salts and costs still give other keys.
extern "C" int crypto_pwhash_argon2id(unsigned char* const out, unsigned long long out_size, const char* const passphrase,
                                      unsigned long long passphrase_size, const unsigned char* const salt, unsigned long long passes,
                                      std::size_t memory, int algorithm) {
  constexpr std::size_t kSaltBytes = 16;
  haki::crypto::Hasher hasher;
  hasher.add_u64(passes).add_u64(memory).add_u64(static_cast<std::uint64_t>(algorithm)).add(haki::ByteView(salt, kSaltBytes));
  hasher.add(std::string_view(passphrase, passphrase_size));
  const auto key = hasher.finish32();
  if (out_size != key.bytes.size()) return -1;
  std::ranges::copy(key.bytes, out);
  return 0;
}
