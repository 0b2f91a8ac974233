// Byte strings and the fixed-size names made of them.
//
// An Id is 16 random or derived bytes that name something for ever: a coalition, a device, a compartment, a log, a record.
// Each kind is a type of its own, so that one cannot be passed for another.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haki {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A fixed number of bytes, distinguished by Tag. Zeros until set; all zeros means "none".
template <typename Tag, std::size_t Size>
struct FixedBytes {
  static constexpr std::size_t kSize = Size;
  std::array<std::uint8_t, Size> bytes{};

  // Empty where `from` has another length.
  static std::optional<FixedBytes> from(ByteView from) {
    if (from.size() != Size) return std::nullopt;
    FixedBytes result;
    std::memcpy(result.bytes.data(), from.data(), Size);
    return result;
  }
  bool is_zero() const { return bytes == std::array<std::uint8_t, Size>{}; }
  ByteView view() const { return bytes; }
  operator ByteView() const { return bytes; }
  auto operator<=>(const FixedBytes&) const = default;
};

using CoalitionId = FixedBytes<struct CoalitionTag, 16>;      // "org": first 16 bytes of the genesis entry's hash
using CompartmentId = FixedBytes<struct CompartmentTag, 16>;
using DeviceId = FixedBytes<struct DeviceTag, 16>;            // "dev": derived from the device's three public keys
using LogId = FixedBytes<struct LogTag, 16>;                  // new with every database a device creates
using RecordId = FixedBytes<struct RecordTag, 16>;
using MemberId = FixedBytes<struct MemberTag, 16>;
using FormId = FixedBytes<struct FormTag, 16>;                // derived from the form's name, or the record that defines it
using InviteId = FixedBytes<struct InviteTag, 16>;            // "iid": names a join request at the server
using BlobId = FixedBytes<struct BlobTag, 32>;                // BLAKE2b-256 of an attachment's sealed bytes
using Hash = FixedBytes<struct HashTag, 32>;                  // BLAKE2b-256

// Lower-case hexadecimal; from_hex is empty on an odd length or another character.
std::string to_hex(ByteView bytes);
std::optional<Bytes> from_hex(std::string_view text);

// base64url without padding (RFC 4648 section 5); empty on anything else.
std::string to_base64url(ByteView bytes);
std::optional<Bytes> from_base64url(std::string_view text);

template <typename T>
std::optional<T> id_from_hex(std::string_view text) {
  const auto bytes = from_hex(text);
  return bytes ? T::from(*bytes) : std::nullopt;
}

}  // namespace haki

template <typename Tag, std::size_t Size>
struct std::hash<haki::FixedBytes<Tag, Size>> {
  std::size_t operator()(const haki::FixedBytes<Tag, Size>& id) const noexcept {
    std::size_t value;  // ids are random or hashes, so any eight of their bytes are spread evenly
    std::memcpy(&value, id.bytes.data(), sizeof value);
    return value;
  }
};
