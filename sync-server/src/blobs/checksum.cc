#include "blobs/checksum.h"

#include <openssl/evp.h>

#include <algorithm>
#include <string>

#include "crypto/hash.h"

namespace haki::blobs {
namespace {

constexpr std::size_t kSha1Bytes = 20;

Bytes sha1(ByteView bytes) {
  Bytes digest(kSha1Bytes);
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1) digest.clear();
  return digest;
}

}  // namespace

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0 || text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  std::string url(text.substr(0, text.size() - (text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0)));
  std::ranges::replace(url, '+', '-');
  std::ranges::replace(url, '/', '_');
  return from_base64url(url);
}

std::optional<Checksum> parse_checksum(std::string_view header) {
  const auto space = header.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const std::string_view name = header.substr(0, space);
  if (name != "sha1" && name != "blake2b") return std::nullopt;
  auto value = from_base64(header.substr(space + 1));
  const ChecksumKind kind = name == "sha1" ? ChecksumKind::kSha1 : ChecksumKind::kBlake2b;
  if (!value || value->size() != (kind == ChecksumKind::kSha1 ? kSha1Bytes : Hash::kSize)) return std::nullopt;
  return Checksum{kind, std::move(*value)};
}

bool holds(const Checksum& checksum, ByteView bytes) {
  if (checksum.kind == ChecksumKind::kSha1) return sha1(bytes) == checksum.value;
  return std::ranges::equal(crypto::hash32({bytes}).view(), checksum.value);
}

}  // namespace haki::blobs
