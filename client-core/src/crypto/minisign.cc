#include "crypto/minisign.h"

#include <sodium.h>

namespace haki::crypto {

FileDigest minisign_digest(ByteView file) {
  FileDigest digest;
  crypto_generichash(digest.bytes.data(), digest.bytes.size(), file.data(), file.size(), nullptr, 0);
  return digest;
}

Signature sign_bare(const SigningSecret& key, ByteView message) {
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, message.data(), message.size(), key.data());
  return signature;
}

bool verify_bare(const VerifyKey& key, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(), key.bytes.data()) == 0;
}

}  // namespace haki::crypto
