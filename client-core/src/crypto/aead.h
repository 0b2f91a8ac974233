// XChaCha20-Poly1305-IETF: confidentiality and integrity of `plain`, integrity of `aad`, under a key used by one purpose.
// Promised: whoever lacks the key learns the length only and cannot make bytes that open. Not promised: that a nonce met
// twice is harmless (random 24-byte nonces make that a non-event), or that an old ciphertext is noticed (chains do that).
#pragma once

#include <array>
#include <optional>

#include "crypto/secret.h"
#include "haki/bytes.h"

namespace haki::crypto {

inline constexpr std::size_t kNonceBytes = 24;
inline constexpr std::size_t kTagBytes = 16;
using Nonce = FixedBytes<struct NonceTag, kNonceBytes>;

Nonce random_nonce();

// plain.size() + 16 bytes. `key` is any SecretKey of 32 bytes, as its view.
Bytes aead_seal(ByteView key, const Nonce& nonce, ByteView aad, ByteView plain);
// Empty where key, nonce, aad or a single bit do not fit.
std::optional<Bytes> aead_open(ByteView key, const Nonce& nonce, ByteView aad, ByteView sealed);

// For pages: the tag apart, buffers the caller's. `out` and `in` may be the same memory.
void aead_seal_detached(ByteView key, const Nonce& nonce, ByteView aad, ByteView plain, std::uint8_t* out,
                        std::uint8_t tag[kTagBytes]);
bool aead_open_detached(ByteView key, const Nonce& nonce, ByteView aad, ByteView sealed, const std::uint8_t tag[kTagBytes],
                        std::uint8_t* out);

}  // namespace haki::crypto
