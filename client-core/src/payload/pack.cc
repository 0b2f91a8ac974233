#include "payload/pack.h"

#include <zstd.h>

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"
#include "base/little_endian.h"
#include "base/padme.h"

namespace haki::payload {
namespace {

constexpr std::size_t kHeadBytes = 8;  // u32 n | u32 dict_id
constexpr std::size_t kPackedBytesMin = 96;

std::size_t packed_size(std::size_t compressed) { return std::max<std::size_t>(kPackedBytesMin, base::padme(kHeadBytes + compressed)); }

Error malformed_item() {
  return {Code::kDamaged,
          "A sealed item opens, but what it holds is malformed. It is kept aside; tell a lead which device sent it."};
}

// The frame header of RFC 8878 section 3.1.1.1, as far as it bounds memory: only what pack() writes passes. The
// one-pass decoder takes no heed of the window by itself.
bool frame_is_ours(ByteView frame) {
  if (frame.size() < 6 || base::load_le<std::uint32_t>(frame.data()) != ZSTD_MAGICNUMBER) return false;
  const unsigned descriptor = frame[4];
  const bool single_segment = (descriptor & 0x20) != 0;
  if ((descriptor & 0x1f) != 0) return false;  // bits 0-1 a dictionary, 2 a checksum, 3 reserved, 4 unused
  if (single_segment) return true;             // the window is the content, whose size is checked
  const std::uint64_t base = std::uint64_t{1} << (10 + (frame[5] >> 3));
  return base + base / 8 * (frame[5] & 7) <= std::uint64_t{1} << limits::kZstdWindowLogMax;
}

}  // namespace

Bytes pack(ByteView batch, Effort effort) {
  HAKI_ASSERT(batch.size() <= limits::kBatchBytesMax);
  const int level = effort == Effort::kSmallest ? 19 : 9;
  Bytes packed(kHeadBytes + ZSTD_compressBound(batch.size()));
  const std::size_t size =
      ZSTD_compress(packed.data() + kHeadBytes, packed.size() - kHeadBytes, batch.data(), batch.size(), level);
  HAKI_ASSERT(!ZSTD_isError(size));
  base::store_le(packed.data(), static_cast<std::uint32_t>(size));
  packed.resize(kHeadBytes + size);
  packed.resize(packed_size(size));  // the added bytes are zeros
  return packed;
}

Result<Bytes> unpack(ByteView plain) {
  if (plain.size() < kPackedBytesMin) return malformed_item();
  const std::size_t size = base::load_le<std::uint32_t>(plain.data());
  if (size > plain.size() - kHeadBytes || plain.size() != packed_size(size)) return malformed_item();
  if (base::load_le<std::uint32_t>(plain.data() + 4) != 0) {
    return Error{Code::kHeld, "A newer version of Haki sent this. It is kept and opens once this app is updated."};
  }
  const ByteView frame = plain.subspan(kHeadBytes, size);
  const ByteView padding = plain.subspan(kHeadBytes + size);
  if (std::ranges::any_of(padding, [](std::uint8_t byte) { return byte != 0; })) return malformed_item();

  if (!frame_is_ours(frame) || ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
    return malformed_item();
  }
  const auto content = ZSTD_getFrameContentSize(frame.data(), frame.size());
  // "Unknown" and "error" are the two greatest numbers, so they are refused here as well.
  if (content > limits::kBatchBytesMax) return malformed_item();
  Bytes batch(static_cast<std::size_t>(content));
  if (ZSTD_decompress(batch.data(), batch.size(), frame.data(), frame.size()) != batch.size()) return malformed_item();
  return batch;
}

}  // namespace haki::payload
