#include "payload/compression.h"

#include <brotli/decode.h>
#include <brotli/encode.h>

#include <algorithm>
#include <memory>

#include "base/assert.h"

namespace haki::payload {
namespace {

constexpr int kWindowBits = 20;

int quality(Effort effort) {
  switch (effort) {
    case Effort::kSmallest: return 11;
    case Effort::kSmaller: return 6;  // 9 saves 3 % more, and takes 32 MB of memory
    case Effort::kFast: break;
  }
  return 5;
}

// RFC 7932, section 9.1: WBITS in the first bits of a stream, the lowest first. 0: 16; 1 and three bits that are not 0: 17 and those;
// four bits 0001 and three more: 10 to 15, or 17.
bool window_is_ours(std::uint8_t first) {
  const int above_17 = first >> 1 & 7;
  return (first & 1) == 0 || 17 + above_17 <= kWindowBits;
}

bool wants_memory(BrotliDecoderErrorCode code) {
  return code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES;
}

}  // namespace

Bytes compress(ByteView content, Effort effort) {
  Bytes stream(std::max<std::size_t>(BrotliEncoderMaxCompressedSize(content.size()), 16));
  std::size_t size = stream.size();
  const auto made =
      BrotliEncoderCompress(quality(effort), kWindowBits, BROTLI_MODE_GENERIC, content.size(), content.data(), &size, stream.data());
  HAKI_ASSERT(made == BROTLI_TRUE);  // it fails for want of room or memory alone
  stream.resize(size);
  return stream;
}

std::optional<Decompressed> decompress(ByteView bytes, std::size_t content_max) {
  if (bytes.empty() || !window_is_ours(bytes[0])) return std::nullopt;
  const std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)> decoder(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), &BrotliDecoderDestroyInstance);
  HAKI_ASSERT(decoder != nullptr);
  Decompressed done;
  const std::uint8_t* next = bytes.data();
  for (std::size_t left = bytes.size();;) {
    std::size_t room = 0;  // none: what is decoded is taken out of the window
    const BrotliDecoderResult result = BrotliDecoderDecompressStream(decoder.get(), &left, &next, &room, nullptr, nullptr);
    std::size_t ready = 0;  // all there is
    const std::uint8_t* const some = BrotliDecoderTakeOutput(decoder.get(), &ready);
    if (ready > content_max - done.content.size()) return std::nullopt;
    done.content.insert(done.content.end(), some, some + ready);
    done.read = bytes.size() - left;
    if (result == BROTLI_DECODER_RESULT_SUCCESS && BrotliDecoderHasMoreOutput(decoder.get()) == BROTLI_FALSE) return done;
    if (result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT || result == BROTLI_DECODER_RESULT_SUCCESS) continue;
    HAKI_ASSERT(!wants_memory(BrotliDecoderGetErrorCode(decoder.get())));  // or sound work would count as damaged
    return std::nullopt;
  }
}

}  // namespace haki::payload
