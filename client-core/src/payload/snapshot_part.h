// Record states as one part of a snapshot, before it is sealed (spec 61-snapshots, "Bytes").
#pragma once

#include <span>
#include <vector>

#include "changes/merge.h"
#include "haki/result.h"

namespace haki::payload {

// Precondition: encoded record states, at least one, within limits::kSnapshotPartPlainBytesMax together with 4 bytes each.
Bytes pack_states(std::span<const Bytes> states);
// kDamaged on anything that pack_states would not write; memory is bounded by the same limit.
Result<std::vector<changes::RecordState>> unpack_states(ByteView part);

}  // namespace haki::payload
