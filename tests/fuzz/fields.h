// An input taken apart into small numbers and pieces, and the way back for seeds. Total: what is not there any more reads as
// zeros and empty pieces, so that every input means something.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "haki/bytes.h"

namespace haki::fuzz {

class Fields {
 public:
  explicit Fields(ByteView input) : rest_(input) {}

  bool done() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t first = rest_[0];
    rest_ = rest_.subspan(1);
    return first;
  }
  bool flag() { return (byte() & 1) != 0; }
  // 0 to count - 1.
  std::size_t choice(std::size_t count) { return byte() % count; }
  // Of so many bytes, least first.
  std::uint64_t number(unsigned bytes) {
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value |= std::uint64_t{byte()} << (8 * i);
    return value;
  }
  // A length of two bytes, then as many; what is left where that is less.
  ByteView piece() {
    const auto said = static_cast<std::size_t>(number(2));  // first: compilers differ in which argument they look at first
    const std::size_t length = std::min(said, rest_.size());
    const ByteView taken = rest_.first(length);
    rest_ = rest_.subspan(length);
    return taken;
  }
  ByteView rest() { return std::exchange(rest_, ByteView{}); }
  template <typename Id>
  Id id() {
    Id made;
    for (auto& one : made.bytes) one = byte();
    return made;
  }

 private:
  ByteView rest_;
};

inline Bytes joined(std::initializer_list<ByteView> parts) {
  Bytes all;
  for (const ByteView part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
// An input for a door.
inline Bytes through(std::uint8_t door, ByteView bytes) { return joined({ByteView(&door, 1), bytes}); }
inline Bytes through(std::uint8_t door, std::string_view text) { return through(door, as_bytes(text)); }
// As Fields::piece() reads it. Precondition: less than 64 KiB.
inline Bytes as_piece(ByteView bytes) {
  const std::uint8_t length[] = {static_cast<std::uint8_t>(bytes.size()), static_cast<std::uint8_t>(bytes.size() >> 8)};
  return joined({length, bytes});
}

}  // namespace haki::fuzz
