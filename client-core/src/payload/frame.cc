#include "payload/frame.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "base/little_endian.h"

namespace haki::payload {
namespace {

constexpr int kFrameLevel = 1;  // 3 saves 5 % of a pack and nothing of a state alone, and takes half as long again (decision 0018)

Error frame_failed(std::size_t outcome) {
  if (ZSTD_getErrorCode(outcome) == ZSTD_error_memory_allocation) {
    return {Code::kIo, "There is not enough memory for this. Close other programs and try again."};
  }
  return {Code::kDamaged, "Something in this home's store is damaged: what was kept compressed does not open."};
}

}  // namespace

struct Compressor::Context {
  ZSTD_CCtx* zstd = nullptr;
};

Compressor::Compressor() : context_(std::make_unique<Context>()) {}
Compressor::~Compressor() { ZSTD_freeCCtx(context_->zstd); }

bool is_frame(ByteView bytes) { return bytes.size() >= 4 && base::load_le<std::uint32_t>(bytes.data()) == ZSTD_MAGICNUMBER; }

Result<Bytes> Compressor::compress(ByteView bytes) {
  if (context_->zstd == nullptr) context_->zstd = ZSTD_createCCtx();
  if (context_->zstd == nullptr) return frame_failed(static_cast<std::size_t>(-ZSTD_error_memory_allocation));
  Bytes frame(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compressCCtx(context_->zstd, frame.data(), frame.size(), bytes.data(), bytes.size(), kFrameLevel);
  if (ZSTD_isError(size)) return frame_failed(size);
  frame.resize(size);
  return frame;
}

Result<Bytes> expand(ByteView frame, std::size_t bytes_max) {
  const auto damaged = [] { return frame_failed(static_cast<std::size_t>(-ZSTD_error_corruption_detected)); };
  if (!is_frame(frame) || ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return damaged();
  const auto content = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (content > bytes_max) return damaged();  // "unknown" and "error" are the two greatest numbers
  Bytes bytes(static_cast<std::size_t>(content));
  const std::size_t size = ZSTD_decompress(bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(size)) return frame_failed(size);
  if (size != bytes.size()) return damaged();
  return bytes;
}

}  // namespace haki::payload
