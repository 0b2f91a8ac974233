// The three key pairs of a device: it signs (Ed25519), receives sealed keys (X25519 sealed box) and proves itself to the
// server (X25519). One pair, one job.
#pragma once

#include <optional>

#include "crypto/secret.h"
#include "haki/bytes.h"

namespace haki::crypto {

using VerifyKey = FixedBytes<struct VerifyKeyTag, 32>;    // Ed25519 public
using BoxPublicKey = FixedBytes<struct BoxPublicTag, 32>;
using AuthPublicKey = FixedBytes<struct AuthPublicTag, 32>;
using Signature = FixedBytes<struct SignatureTag, 64>;

using SigningSecret = SecretKey<struct SigningSecretTag, 64>;
using BoxSecret = SecretKey<struct BoxSecretTag>;
using AuthSecret = SecretKey<struct AuthSecretTag>;

struct SigningPair {
  SigningSecret secret;
  VerifyKey verify;
  static SigningPair generate();
  static SigningPair from_seed(ByteView seed32);
};
struct BoxPair {
  BoxSecret secret;
  BoxPublicKey public_key;
  static BoxPair generate();
  static BoxPair from_seed(ByteView seed32);
};
struct AuthPair {
  AuthSecret secret;
  AuthPublicKey public_key;
  static AuthPair generate();
};

// Detached Ed25519 (RFC 8032) over domain || message. `domain` names what is signed and ends in NUL, e.g. "HAKI1.cs".
Signature sign(const SigningSecret& key, std::string_view domain, ByteView message);
// False on a wrong key, message, domain, or a key of small order.
bool verify(const VerifyKey& key, std::string_view domain, ByteView message, const Signature& signature);

// crypto_box_seal: anyone can seal to a public key; it says nothing of the sender, so callers sign what they seal.
Bytes seal_to(const BoxPublicKey& to, ByteView plain);
std::optional<SecretBytes> open_sealed(const BoxPair& pair, ByteView sealed);

// X25519 of our secret and their public key; empty where the other key is of small order.
std::optional<SecretBytes> shared_secret(const AuthSecret& ours, const AuthPublicKey& theirs);

}  // namespace haki::crypto
