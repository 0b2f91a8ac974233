// Signatures that the program minisign (https://jedisct1.github.io/minisign/) makes and checks: Ed25519 over BLAKE2b-512 of a
// file, with no domain before it. A key that signs these must sign nothing else, since nothing tells them from other messages.
#pragma once

#include "crypto/keypair.h"

namespace haki::crypto {

using FileDigest = FixedBytes<struct FileDigestTag, 64>;  // BLAKE2b-512

FileDigest minisign_digest(ByteView file);
// Over the bytes as they are: a digest, or the signature with its trusted comment. At most a few kilobytes.
Signature sign_bare(const SigningSecret& key, ByteView message);
bool verify_bare(const VerifyKey& key, ByteView message, const Signature& signature);

}  // namespace haki::crypto
