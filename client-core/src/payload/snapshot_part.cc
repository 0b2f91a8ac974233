#include "payload/snapshot_part.h"

#include <zstd.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/little_endian.h"
#include "payload/record_state.h"

namespace haki::payload {
namespace {

constexpr int kLevel = 9;  // thousands of records: time counts as well

Error malformed_part() { return {Code::kDamaged, "A part of a snapshot opens, but what it holds is malformed."}; }

}  // namespace

Bytes pack_states(std::span<const Bytes> states) {
  Bytes plain;
  for (const Bytes& state : states) {
    base::append_le(plain, static_cast<std::uint32_t>(state.size()));
    base::append(plain, state);
  }
  HAKI_ASSERT(!plain.empty() && plain.size() <= limits::kSnapshotPartPlainBytesMax);
  Bytes packed(ZSTD_compressBound(plain.size()));
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), kLevel);
  HAKI_ASSERT(!ZSTD_isError(size));
  packed.resize(size);
  return packed;
}

Result<std::vector<changes::RecordState>> unpack_states(ByteView part) {
  if (ZSTD_findFrameCompressedSize(part.data(), part.size()) != part.size()) return malformed_part();
  const auto content = ZSTD_getFrameContentSize(part.data(), part.size());
  // "Unknown" and "error" are the two greatest numbers, so they are refused here as well.
  if (content == 0 || content > limits::kSnapshotPartPlainBytesMax) return malformed_part();
  Bytes plain(static_cast<std::size_t>(content));
  if (ZSTD_decompress(plain.data(), plain.size(), part.data(), part.size()) != plain.size()) return malformed_part();
  std::vector<changes::RecordState> states;
  for (ByteView rest = plain; !rest.empty();) {
    if (rest.size() < 4) return malformed_part();
    const std::size_t length = base::load_le<std::uint32_t>(rest.data());
    if (length > rest.size() - 4) return malformed_part();
    auto state = decode_record_state(rest.subspan(4, length));
    if (!state) return malformed_part();
    states.push_back(std::move(*state));
    rest = rest.subspan(4 + length);
  }
  return states;
}

}  // namespace haki::payload
