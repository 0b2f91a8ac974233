#include "crypto/hash.h"

#include <sodium.h>

#include "base/little_endian.h"

namespace haki::crypto {
namespace {
static_assert(sizeof(crypto_generichash_state) <= 384);
crypto_generichash_state* as_state(std::array<std::uint8_t, 384>& bytes) {
  return reinterpret_cast<crypto_generichash_state*>(bytes.data());
}
}  // namespace

Hasher::Hasher(std::size_t size, ByteView key) : size_(size) {
  crypto_generichash_init(as_state(state_), key.empty() ? nullptr : key.data(), key.size(), size);
}

Hasher& Hasher::add(ByteView bytes) {
  crypto_generichash_update(as_state(state_), bytes.data(), bytes.size());
  return *this;
}

Hasher& Hasher::add_u32(std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes;
  base::store_le(bytes.data(), value);
  return add(bytes);
}

Hasher& Hasher::add_u64(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes;
  base::store_le(bytes.data(), value);
  return add(bytes);
}

Hash Hasher::finish32() {
  Hash hash;
  if (size_ != 32 || crypto_generichash_final(as_state(state_), hash.bytes.data(), 32) != 0) std::abort();
  wipe(state_);
  return hash;
}

std::array<std::uint8_t, 16> Hasher::finish16() {
  std::array<std::uint8_t, 16> hash;
  if (size_ != 16 || crypto_generichash_final(as_state(state_), hash.data(), 16) != 0) std::abort();
  wipe(state_);
  return hash;
}

Hash hash32(std::initializer_list<ByteView> parts) { return keyed_hash32({}, parts); }
std::array<std::uint8_t, 16> hash16(std::initializer_list<ByteView> parts) { return keyed_hash16({}, parts); }

Hash keyed_hash32(ByteView key, std::initializer_list<ByteView> parts) {
  Hasher hasher(32, key);
  for (const ByteView part : parts) hasher.add(part);
  return hasher.finish32();
}

std::array<std::uint8_t, 16> keyed_hash16(ByteView key, std::initializer_list<ByteView> parts) {
  Hasher hasher(16, key);
  for (const ByteView part : parts) hasher.add(part);
  return hasher.finish16();
}

bool same(ByteView a, ByteView b) { return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace haki::crypto
