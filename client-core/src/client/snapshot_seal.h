// Sealing and opening the parts of a snapshot (spec 61-snapshots, "Bytes").
#pragma once

#include <optional>

#include "crypto/secret.h"
#include "envelope/snapshot_frames.h"

namespace haki::client {

struct SnapshotPlace {
  CoalitionId org;
  CompartmentId compartment;
  envelope::SnapshotId id;
};
Bytes seal_part(const crypto::EpochKey& key, const SnapshotPlace& place, std::uint32_t number, ByteView packed);
// Empty where it does not open there.
std::optional<Bytes> open_part(const crypto::EpochKey& key, const SnapshotPlace& place, std::uint32_t number, ByteView sealed);
// BLAKE2b-256 over the leaves. Precondition: sorted.
Hash state_root(const std::vector<Hash>& leaves);

}  // namespace haki::client
