// Between protobuf strings and our fixed-size types. Only this folder's sources include it.
#pragma once

#include <google/protobuf/message_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <string>

#include "haki/bytes.h"

namespace haki::envelope {

// What is malformed is said by who asked for it. The library would say it on stderr as well, which strangers' bytes must not fill.
inline bool parse(google::protobuf::MessageLite& message, ByteView bytes) {
  static const bool silenced = (google::protobuf::SetLogHandler(nullptr), true);
  return silenced && message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

inline std::string to_wire(ByteView bytes) { return std::string(as_text(bytes)); }
template <typename T>
std::string to_wire_unless_zero(const T& id) {
  return id.is_zero() ? std::string() : to_wire(id);
}

// False where the length is not the type's.
template <typename T>
bool from_wire(const std::string& from, T& to) {
  const auto id = T::from(as_bytes(from));
  if (!id) return false;
  to = *id;
  return true;
}
// Absent means zeros.
template <typename T>
bool from_wire_or_zero(const std::string& from, T& to) {
  if (from.empty()) return to = T{}, true;
  return from_wire(from, to);
}
inline bool from_wire8(const std::string& from, std::array<std::uint8_t, 8>& to) {
  if (from.empty()) return to = {}, true;
  if (from.size() != 8) return false;
  std::memcpy(to.data(), from.data(), 8);
  return true;
}
inline Bytes bytes_of(const std::string& from) { return Bytes(as_bytes(from).begin(), as_bytes(from).end()); }

}  // namespace haki::envelope
