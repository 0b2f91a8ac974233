// Reading and writing the varint layouts of this folder. The reader is strict (every number has one spelling) and
// sticky: after the first wrong byte it stays failed and every read gives zero, so callers check once where it matters.
#pragma once

#include <cstdint>

#include "haki/bytes.h"

namespace haki::payload {

// Seven bits a byte, least first, the high bit says more: as protobuf writes them.
inline void append_varint(Bytes& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) to.push_back(static_cast<std::uint8_t>(value | 0x80));
  to.push_back(static_cast<std::uint8_t>(value));
}
inline void append_bytes(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
inline void append_with_length(Bytes& to, ByteView bytes) {
  append_varint(to, bytes.size());
  append_bytes(to, bytes);
}

// Small numbers of either sign as small numbers: 0, -1, 1, -2 … become 0, 1, 2, 3 …
inline std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
}

class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  // True iff all was read and nothing was wrong.
  bool finished() const { return ok_ && rest_.empty(); }
  std::size_t rest() const { return rest_.size(); }
  const std::uint8_t* position() const { return rest_.data(); }
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  // The failure was a bound of limits.h passed, in bytes that may be well formed.
  bool over_limit() const { return over_limit_; }
  bool require_within_limit(bool condition) {
    if (ok_ && !condition) {
      over_limit_ = true;
      fail();
    }
    return ok_;
  }
  // Fails unless `condition`; returns ok().
  bool require(bool condition) {
    if (!condition) fail();
    return ok_;
  }

  std::uint8_t byte() {
    const ByteView one = take(1);
    return ok_ ? one[0] : 0;
  }
  // Ten bytes at most; a longer spelling than needed is refused.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
      if (next < 0x80) return require((next != 0 || shift == 0) && (shift < 63 || next == 1)) ? value : 0;
    }
    fail();
    return 0;
  }
  std::uint32_t varint32() {
    const std::uint64_t value = varint();
    return require(value <= UINT32_MAX) ? static_cast<std::uint32_t>(value) : 0;
  }
  ByteView take(std::size_t count) {
    if (!require(count <= rest_.size())) return {};
    const ByteView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  ByteView take_with_length() {
    const std::uint64_t length = varint();
    return require(length <= rest_.size()) ? take(static_cast<std::size_t>(length)) : ByteView{};
  }
  // Zeros where the bytes end before.
  template <typename Id>
  Id id() {
    return Id::from(take(Id::kSize)).value_or(Id{});
  }

 private:
  ByteView rest_;
  bool ok_ = true;
  bool over_limit_ = false;
};

}  // namespace haki::payload
