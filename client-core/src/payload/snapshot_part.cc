#include "payload/snapshot_part.h"

#include "base/assert.h"
#include "base/limits.h"
#include "base/little_endian.h"
#include "payload/compression.h"
#include "payload/record_state.h"

namespace haki::payload {
namespace {

Error malformed_part() { return {Code::kDamaged, "A part of a snapshot opens, but what it holds is malformed."}; }

}  // namespace

Bytes pack_states(std::span<const Bytes> states) {
  Bytes plain;
  for (const Bytes& state : states) {
    base::append_le(plain, static_cast<std::uint32_t>(state.size()));
    base::append(plain, state);
  }
  HAKI_ASSERT(!plain.empty() && plain.size() <= limits::kSnapshotPartPlainBytesMax);
  return compress(plain, Effort::kSmaller);
}

Result<std::vector<changes::RecordState>> unpack_states(ByteView part) {
  const auto plain = decompress(part, limits::kSnapshotPartPlainBytesMax);
  if (!plain || plain->read != part.size() || plain->content.empty()) return malformed_part();
  std::vector<changes::RecordState> states;
  for (ByteView rest = plain->content; !rest.empty();) {
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
