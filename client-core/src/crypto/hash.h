// BLAKE2b (RFC 7693), the only hash of Haki. Every use starts with a domain string of its own, so that a hash made for one
// purpose never stands for another.
#pragma once

#include <array>
#include <initializer_list>
#include <memory>

#include "crypto/secret.h"
#include "haki/bytes.h"

namespace haki::crypto {

// Feeds bytes piece by piece; `finish` may be called once. size: 16 or 32.
class Hasher {
 public:
  explicit Hasher(std::size_t size = 32, ByteView key = {});
  Hasher& add(ByteView bytes);
  Hasher& add(std::string_view text) { return add(as_bytes(text)); }
  Hasher& add_u32(std::uint32_t value);
  Hasher& add_u64(std::uint64_t value);
  Hash finish32();
  std::array<std::uint8_t, 16> finish16();

 private:
  alignas(64) std::array<std::uint8_t, 384> state_;  // crypto_generichash_state, kept out of this header
  std::size_t size_;
};

// BLAKE2b-256 and BLAKE2b-128 over the parts joined.
Hash hash32(std::initializer_list<ByteView> parts);
std::array<std::uint8_t, 16> hash16(std::initializer_list<ByteView> parts);
// Keyed: a MAC, or a key derived from `key`.
Hash keyed_hash32(ByteView key, std::initializer_list<ByteView> parts);
std::array<std::uint8_t, 16> keyed_hash16(ByteView key, std::initializer_list<ByteView> parts);

// Derives a key of type K from another by keyed BLAKE2b; `domain` and what follows bind its purpose.
template <typename K>
K derive(ByteView key, std::initializer_list<ByteView> parts) {
  Hash hash = keyed_hash32(key, parts);
  K derived(hash.view());
  wipe(hash.bytes);
  return derived;
}

// Equal in constant time. For MACs.
bool same(ByteView a, ByteView b);

}  // namespace haki::crypto
