#include "payload/pack.h"

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"
#include "base/little_endian.h"
#include "base/padme.h"

namespace haki::payload {
namespace {

constexpr std::uint8_t kBrotli = 1;  // the first byte: how the rest is packed
constexpr std::size_t kHeadBytes = 1;
constexpr std::size_t kPackedBytesMin = 96;

std::size_t packed_size(std::size_t compressed) { return std::max<std::size_t>(kPackedBytesMin, base::padme(kHeadBytes + compressed)); }

Error malformed_item() {
  return {Code::kDamaged,
          "A sealed item opens, but what it holds is malformed. It is kept aside; tell a lead which device sent it."};
}

}  // namespace

Bytes pack(ByteView batch, Effort effort) {
  HAKI_ASSERT(batch.size() <= limits::kBatchBytesMax);
  Bytes packed{kBrotli};
  base::append(packed, compress(batch, effort));
  packed.resize(packed_size(packed.size() - kHeadBytes));  // the added bytes are zeros
  return packed;
}

Result<Bytes> unpack(ByteView plain) {
  if (plain.size() < kPackedBytesMin) return malformed_item();
  if (plain[0] != kBrotli) {
    return Error{Code::kHeld, "A newer version of Haki sent this. It is kept and opens once this app is updated."};
  }
  auto batch = decompress(plain.subspan(kHeadBytes), limits::kBatchBytesMax);
  if (!batch || plain.size() != packed_size(batch->read)) return malformed_item();
  const ByteView padding = plain.subspan(kHeadBytes + batch->read);
  if (std::ranges::any_of(padding, [](std::uint8_t byte) { return byte != 0; })) return malformed_item();
  return std::move(batch->content);
}

}  // namespace haki::payload
