// The checksum of one piece on its way (tus, "Checksum"): whether the bytes came as they were sent, and nothing about who
// sent them.
#pragma once

#include <optional>
#include <string_view>

#include "haki/bytes.h"

namespace haki::blobs {

// sha1 is what tus asks every server for; blake2b is BLAKE2b-256.
enum class ChecksumKind { kSha1, kBlake2b };
struct Checksum {
  ChecksumKind kind = ChecksumKind::kSha1;
  Bytes value;
};
inline constexpr std::string_view kChecksumKinds = "sha1,blake2b";

// `Upload-Checksum`: the kind's name, a space, its bytes in base64. Empty for another kind or length.
std::optional<Checksum> parse_checksum(std::string_view header);
bool holds(const Checksum& checksum, ByteView bytes);

// Base64 with padding, as tus writes it; empty on anything else.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace haki::blobs
