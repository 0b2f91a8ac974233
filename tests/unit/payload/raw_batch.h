// Batches put together by hand, byte by byte, after proto/spec/10-change-set.md and without the code under test, so
// that a test can say any wrong thing.
#pragma once

#include <initializer_list>
#include <string_view>

#include "haki/bytes.h"

namespace haki::payload::raw {

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}
inline Bytes times(std::size_t count, const Bytes& part) {
  Bytes all;
  for (std::size_t i = 0; i < count; ++i) all.insert(all.end(), part.begin(), part.end());
  return all;
}
inline Bytes varint(std::uint64_t value) {
  Bytes bytes;
  do {
    bytes.push_back(static_cast<std::uint8_t>((value & 127) | (value > 127 ? 128 : 0)));
    value /= 128;
  } while (value > 0);
  return bytes;
}
inline Bytes counted(const Bytes& bytes) { return join({varint(bytes.size()), bytes}); }
inline Bytes text(std::string_view characters) { return counted(Bytes(characters.begin(), characters.end())); }
inline Bytes id(std::uint8_t fill) { return Bytes(16, fill); }

inline Bytes number_field(std::uint32_t field, std::uint64_t value) { return join({varint(field * 8), varint(value)}); }
inline Bytes bytes_field(std::uint32_t field, const Bytes& bytes) {
  return join({varint(field * 8 + 2), counted(bytes)});
}

inline Bytes versions() { return join({number_field(1, 1), number_field(2, 1)}); }
inline Bytes gone_versions() { return join({number_field(1, 2), number_field(2, 2)}); }
inline Bytes logs(const Bytes& ids) { return bytes_field(3, ids); }
inline Bytes records(const Bytes& ids) { return bytes_field(4, ids); }
inline Bytes forms(const Bytes& ids) { return bytes_field(5, ids); }
inline Bytes shapes(const Bytes& all) { return bytes_field(6, all); }
inline Bytes columns(const Bytes& all) { return bytes_field(8, all); }
inline Bytes cell(std::uint32_t field_step, std::uint32_t type) { return varint(field_step * 8 + type); }
// One set at 1 ms past 1970 with these operations.
inline Bytes set(std::initializer_list<Bytes> operations) {
  Bytes body = number_field(1, 2);
  for (const Bytes& operation : operations) body = join({body, bytes_field(3, operation)});
  return bytes_field(7, body);
}

// A batch of one set with one SetField (kind 1): record, field 10, `dots`, text "a".
inline Bytes one_write(const Bytes& dots, const Bytes& table_of_logs = {}) {
  return join({versions(), table_of_logs, records(id(1)), set({join({{1, 0, 10}, dots, {1}, text("a")})})});
}
// A batch of one set with one NewRecord of these shape bytes and columns.
inline Bytes one_record(const Bytes& shape, const Bytes& all_columns) {
  return join({versions(), records(id(1)), forms(id(2)), shapes(shape), set({{4, 0, 0, 0}}),
               all_columns.empty() ? Bytes{} : columns(all_columns)});
}
// A batch of one set with one NewRecord of one value.
inline Bytes one_value(std::uint32_t type, const Bytes& content) {
  return one_record(join({{1}, cell(10, type)}), content);
}

}  // namespace haki::payload::raw
