// Brotli (RFC 7932) as this layer uses it: without a dictionary but the general one of the RFC, in a window that bounds memory.
#pragma once

#include <optional>

#include "haki/bytes.h"

namespace haki::payload {

// What is worth how much time, on 1 MB of records on one core of a desk computer.
enum class Effort {
  kSmallest,  // about 1 s: a few records on a slow link
  kSmaller,   // about 0.06 s: what is made seldom and read often
  kFast,      // about 0.04 s: thousands of records
};

// One Brotli stream, with a window of at most 2^20 bytes.
Bytes compress(ByteView content, Effort effort);

struct Decompressed {
  Bytes content;
  std::size_t read;  // bytes of the stream; what follows it is the caller's
};
// Empty where `bytes` do not begin with a whole stream, its window is larger, or its content has more than `content_max` bytes. Memory: the window
// and what was read so far.
std::optional<Decompressed> decompress(ByteView bytes, std::size_t content_max);

}  // namespace haki::payload
