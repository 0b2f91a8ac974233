#include "crypto/keypair.h"

#include <sodium.h>

#include "base/assert.h"

namespace haki::crypto {
namespace {

// libsodium 1.0.18 signs one buffer, so domain and message are joined; messages here are hashes and short bodies.
Bytes join(std::string_view domain, ByteView message) {
  Bytes joined(as_bytes(domain).begin(), as_bytes(domain).end());
  joined.push_back(0);
  joined.insert(joined.end(), message.begin(), message.end());
  return joined;
}

}  // namespace

SigningPair SigningPair::generate() {
  initialize();
  SigningPair pair;
  crypto_sign_keypair(pair.verify.bytes.data(), pair.secret.data());
  return pair;
}

SigningPair SigningPair::from_seed(ByteView seed32) {
  HAKI_ASSERT(seed32.size() == crypto_sign_SEEDBYTES);
  SigningPair pair;
  crypto_sign_seed_keypair(pair.verify.bytes.data(), pair.secret.data(), seed32.data());
  return pair;
}

BoxPair BoxPair::generate() {
  initialize();
  BoxPair pair;
  crypto_box_keypair(pair.public_key.bytes.data(), pair.secret.data());
  return pair;
}

BoxPair BoxPair::from_seed(ByteView seed32) {
  HAKI_ASSERT(seed32.size() == crypto_box_SEEDBYTES);
  BoxPair pair;
  crypto_box_seed_keypair(pair.public_key.bytes.data(), pair.secret.data(), seed32.data());
  return pair;
}

AuthPair AuthPair::generate() {
  initialize();
  AuthPair pair;
  crypto_box_keypair(pair.public_key.bytes.data(), pair.secret.data());
  return pair;
}

Signature sign(const SigningSecret& key, std::string_view domain, ByteView message) {
  const Bytes joined = join(domain, message);
  Signature signature;
  crypto_sign_detached(signature.bytes.data(), nullptr, joined.data(), joined.size(), key.data());
  return signature;
}

bool verify(const VerifyKey& key, std::string_view domain, ByteView message, const Signature& signature) {
  const Bytes joined = join(domain, message);
  return crypto_sign_verify_detached(signature.bytes.data(), joined.data(), joined.size(), key.bytes.data()) == 0;
}

Bytes seal_to(const BoxPublicKey& to, ByteView plain) {
  Bytes sealed(plain.size() + crypto_box_SEALBYTES);
  const int failed = crypto_box_seal(sealed.data(), plain.data(), plain.size(), to.bytes.data());
  // Fails only for a key of small order, which membership never admits; a sealed box nobody opens is then the safe answer.
  if (failed != 0) randombytes_buf(sealed.data(), sealed.size());
  return sealed;
}

std::optional<SecretBytes> open_sealed(const BoxPair& pair, ByteView sealed) {
  if (sealed.size() < crypto_box_SEALBYTES) return std::nullopt;
  SecretBytes plain(sealed.size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), pair.public_key.bytes.data(), pair.secret.data()) != 0) {
    return std::nullopt;
  }
  return plain;
}

std::optional<SecretBytes> shared_secret(const AuthSecret& ours, const AuthPublicKey& theirs) {
  SecretBytes shared(crypto_scalarmult_BYTES);
  if (crypto_scalarmult(shared.data(), ours.data(), theirs.bytes.data()) != 0) return std::nullopt;
  return shared;
}

}  // namespace haki::crypto
