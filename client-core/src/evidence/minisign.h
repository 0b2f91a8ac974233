// The two text files of minisign, in the one spelling that a dossier has them in (spec 82-dossier): fixed comments, base64 with
// its padding and no spare bit. What reads them compares with what would be written, so no byte can differ.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/minisign.h"

namespace haki::evidence {

std::string to_base64(ByteView bytes);  // RFC 4648 section 4
std::optional<Bytes> from_base64(std::string_view text);

// The key alone, as minisign's -P takes it: "RW…".
std::string minisign_key(const crypto::VerifyKey& key);
std::optional<crypto::VerifyKey> read_minisign_key(std::string_view text);

std::string minisign_key_file(const crypto::VerifyKey& key);
std::optional<crypto::VerifyKey> read_minisign_key_file(std::string_view text);

// The signature file of `file`.
std::string minisign_file(const crypto::SigningPair& key, ByteView file, std::string_view trusted_comment);
bool check_minisign_file(std::string_view text, const crypto::VerifyKey& key, ByteView file, std::string_view trusted_comment);
// What a well-formed signature file says; not checked yet.
std::optional<std::string> trusted_comment_of(std::string_view text);

// Eight groups of four hexadecimal digits: the first 16 bytes of BLAKE2b-256 of the key.
std::string fingerprint(const crypto::VerifyKey& key);

}  // namespace haki::evidence
