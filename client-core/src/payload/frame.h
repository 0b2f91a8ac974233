// Bytes that a store keeps compressed: one zstd frame (RFC 8878) with its content size (spec 50-store-file, "What is kept compressed").
#pragma once

#include <memory>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::payload {

// Whether the bytes begin as a frame does. Neither an encoded change set nor a record state can.
bool is_frame(ByteView bytes);

// Keeps its working memory from one call to the next: for what a store writes, kilobytes at a time. One thread at a time.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  // The frame. kIo where there is not enough memory.
  Result<Bytes> compress(ByteView bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// What is in a frame. kDamaged: it is none, it is incomplete, something follows it, or it holds more than `bytes_max`. kIo where there
// is not enough memory.
Result<Bytes> expand(ByteView frame, std::size_t bytes_max);

}  // namespace haki::payload
