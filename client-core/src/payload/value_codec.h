// What a value's bytes are, without its type: shared by cells, operations and record states (spec 10-change-set,
// "Values").
#pragma once

#include "haki/value.h"
#include "payload/byte_reader.h"

namespace haki::payload {

// 1 text, 2 integer, 3 decimal, 4 boolean, 5 link.
inline std::uint8_t type_of(const Value& value) { return static_cast<std::uint8_t>(value.index() + 1); }
inline constexpr std::uint8_t kValueTypeMax = 5;

// The content says where it ends. A text longer than limits::kValueBytesMax and a decimal that is no number are
// written, but not read: check with is_storable() first.
void append_content(Bytes& to, const Value& value);
// Fails the reader on an unknown type and on any content that append_content does not write.
Value read_content(ByteReader& reader, std::uint8_t type);

// Why a value cannot be kept: too long, not a number, not text.
enum class Storable { kYes, kTooLong, kNotANumber, kNotUtf8 };
Storable is_storable(const Value& value);

bool is_utf8(ByteView bytes);

}  // namespace haki::payload
