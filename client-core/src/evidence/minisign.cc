#include "evidence/minisign.h"

#include <algorithm>
#include <array>

#include "crypto/hash.h"

namespace haki::evidence {
namespace {

constexpr std::string_view kKeyComment = "untrusted comment: public key of who signed this Haki dossier\n";
constexpr std::string_view kSignatureComment = "untrusted comment: signature of a Haki dossier, see HOW-TO-CHECK.txt\n";
constexpr std::string_view kTrustedComment = "trusted comment: ";
constexpr std::size_t kKeyIdBytes = 8;

// A name for the key that minisign compares before anything else.
Bytes key_id(const crypto::VerifyKey& key) {
  const Hash hash = crypto::hash32({key});
  return {hash.bytes.begin(), hash.bytes.begin() + kKeyIdBytes};
}

Bytes joined(std::string_view letters, ByteView first, ByteView second) {
  Bytes bytes(as_bytes(letters).begin(), as_bytes(letters).end());
  bytes.insert(bytes.end(), first.begin(), first.end());
  bytes.insert(bytes.end(), second.begin(), second.end());
  return bytes;
}

std::string file_text(const crypto::VerifyKey& key, const crypto::Signature& signature, std::string_view trusted_comment,
                      const crypto::Signature& over_all) {
  return std::string(kSignatureComment) + to_base64(joined("ED", key_id(key), signature)) + "\n" + std::string(kTrustedComment) +
         std::string(trusted_comment) + "\n" + to_base64(over_all) + "\n";
}

// The lines of a text that ends with a line end; empty where there are not exactly four.
std::optional<std::array<std::string_view, 4>> four_lines(std::string_view text) {
  std::array<std::string_view, 4> lines;
  for (std::string_view& line : lines) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  return text.empty() ? std::optional(lines) : std::nullopt;
}

}  // namespace

std::string to_base64(ByteView bytes) {
  std::string text = to_base64url(bytes);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  std::string other(text);
  while (other.ends_with('=')) other.pop_back();
  std::ranges::replace(other, '+', '-');
  std::ranges::replace(other, '/', '_');
  const auto bytes = from_base64url(other);
  return bytes && to_base64(*bytes) == text ? bytes : std::nullopt;
}

std::string minisign_key(const crypto::VerifyKey& key) { return to_base64(joined("Ed", key_id(key), key)); }

std::optional<crypto::VerifyKey> read_minisign_key(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != 2 + kKeyIdBytes + crypto::VerifyKey::kSize) return std::nullopt;
  const auto key = crypto::VerifyKey::from(ByteView(*bytes).subspan(2 + kKeyIdBytes));
  return minisign_key(*key) == text ? key : std::nullopt;
}

std::string minisign_key_file(const crypto::VerifyKey& key) { return std::string(kKeyComment) + minisign_key(key) + "\n"; }

std::optional<crypto::VerifyKey> read_minisign_key_file(std::string_view text) {
  if (!text.starts_with(kKeyComment) || !text.ends_with('\n')) return std::nullopt;
  text.remove_prefix(kKeyComment.size());
  text.remove_suffix(text.empty() ? 0 : 1);
  return read_minisign_key(text);
}

std::string minisign_file(const crypto::SigningPair& key, ByteView file, std::string_view trusted_comment) {
  const crypto::Signature signature = crypto::sign_bare(key.secret, crypto::minisign_digest(file));
  const Bytes all = joined("", signature, as_bytes(trusted_comment));
  return file_text(key.verify, signature, trusted_comment, crypto::sign_bare(key.secret, all));
}

bool check_minisign_file(std::string_view text, const crypto::VerifyKey& key, ByteView file, std::string_view trusted_comment) {
  const auto lines = four_lines(text);
  if (!lines) return false;
  const auto first = from_base64((*lines)[1]), second = from_base64((*lines)[3]);
  if (!first || first->size() != 2 + kKeyIdBytes + crypto::Signature::kSize || !second) return false;
  const auto signature = crypto::Signature::from(ByteView(*first).subspan(2 + kKeyIdBytes));
  const auto over_all = crypto::Signature::from(*second);
  if (!over_all || file_text(key, *signature, trusted_comment, *over_all) != text) return false;
  const Bytes all = joined("", *signature, as_bytes(trusted_comment));
  return crypto::verify_bare(key, crypto::minisign_digest(file), *signature) && crypto::verify_bare(key, all, *over_all);
}

std::optional<std::string> trusted_comment_of(std::string_view text) {
  const auto lines = four_lines(text);
  if (!lines || !(*lines)[2].starts_with(kTrustedComment)) return std::nullopt;
  return std::string((*lines)[2].substr(kTrustedComment.size()));
}

std::string fingerprint(const crypto::VerifyKey& key) {
  const Hash hash = crypto::hash32({key});
  const std::string digits = to_hex(hash.view().first(16));
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += 4) text += (at == 0 ? "" : " ") + digits.substr(at, 4);
  return text;
}

}  // namespace haki::evidence
