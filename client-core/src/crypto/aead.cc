#include "crypto/aead.h"

#include <sodium.h>

#include "crypto/nonces.h"

namespace haki::crypto {

static_assert(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES == kNonceBytes);
static_assert(crypto_aead_xchacha20poly1305_ietf_ABYTES == kTagBytes);

Nonce random_nonce() {
  Nonce nonce;
  randombytes_buf(nonce.bytes.data(), kNonceBytes);
  return nonce;
}

void random_nonces(std::span<Nonce> nonces) {
  static_assert(sizeof(Nonce) == kNonceBytes);
  randombytes_buf(nonces.data(), nonces.size_bytes());
}

Bytes aead_seal(ByteView key, const Nonce& nonce, ByteView aad, ByteView plain) {
  Bytes sealed(plain.size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plain.data(), plain.size(), aad.data(), aad.size(),
                                             nullptr, nonce.bytes.data(), key.data());
  return sealed;
}

std::optional<Bytes> aead_open(ByteView key, const Nonce& nonce, ByteView aad, ByteView sealed) {
  if (sealed.size() < kTagBytes) return std::nullopt;
  Bytes plain(sealed.size() - kTagBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(), sealed.size(), aad.data(),
                                                 aad.size(), nonce.bytes.data(), key.data()) != 0) {
    return std::nullopt;
  }
  return plain;
}

void aead_seal_detached(ByteView key, const Nonce& nonce, ByteView aad, ByteView plain, std::uint8_t* out,
                        std::uint8_t tag[kTagBytes]) {
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached(out, tag, nullptr, plain.data(), plain.size(), aad.data(), aad.size(),
                                                      nullptr, nonce.bytes.data(), key.data());
}

bool aead_open_detached(ByteView key, const Nonce& nonce, ByteView aad, ByteView sealed, const std::uint8_t tag[kTagBytes],
                        std::uint8_t* out) {
  return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(out, nullptr, sealed.data(), sealed.size(), tag, aad.data(),
                                                             aad.size(), nonce.bytes.data(), key.data()) == 0;
}

}  // namespace haki::crypto
