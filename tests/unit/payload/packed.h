// Packed bytes put together by hand, for what pack() never writes.
#pragma once

#include <algorithm>

#include "base/padme.h"
#include "payload/pack.h"

namespace haki::payload {

// A byte that says how | the stream | zeros to max(96, Padmé(1 + n)).
inline Bytes packed_stream(const Bytes& stream, std::uint8_t how = 1) {
  Bytes plain{how};
  plain.insert(plain.end(), stream.begin(), stream.end());
  plain.resize(std::max<std::size_t>(96, base::padme(plain.size())));
  return plain;
}

// A stream that holds "hi" as it is (RFC 7932, section 9): WBITS 18 to 24; a meta-block that is not the last, of two bytes that are not
// compressed; a last one that is empty.
inline Bytes hi_in_window_of(unsigned bits) {
  const unsigned wbits = (bits - 17) << 1 | 1, not_last_two_bytes_as_they_are = 0b1'0000000000000001'00'0;
  const unsigned head = wbits | not_last_two_bytes_as_they_are << 4;  // 4 + 20 bits
  return {static_cast<std::uint8_t>(head), static_cast<std::uint8_t>(head >> 8), static_cast<std::uint8_t>(head >> 16), 'h', 'i', 3};
}

}  // namespace haki::payload
