// What is kept of erasures (spec 14-erasure, "At the server"), and how they are written.
#pragma once

#include <compare>

#include "storage/records.h"

namespace haki::storage {

// Bytes of an item's content: its ciphertext, or what a lead sealed anew in its place.
inline std::uint64_t bytes_kept(const envelope::Item& item) {
  return item.sealed.size() + (item.remainder ? envelope::encode_remainder(*item.remainder).size() : 0);
}

// The change set whose operation erased something.
struct Tomb {
  LogId log;
  std::uint64_t seq = 0;
  auto operator<=>(const Tomb&) const = default;
};
// What one item was erased for.
struct HeldTomb {
  Tomb tomb;
  std::int64_t time_ms = 0;  // when that was first so
  bool holds = false;        // what is kept of the item now was given for it
};
// An item by its last change set, in a compartment that whoever asks has named.
struct Erasure {
  LogId log;
  std::uint64_t seq = 0;
  Tomb tomb;
};

// Drops an item's ciphertext, or what stood in its place, for the sake of a tombstone.
struct EraseItemWrite {  // conditions: content is there exactly where `remainder` is, and was not given for `tomb`
  CompartmentId compartment;
  LogId log;
  std::uint64_t seq = 0;
  Tomb tomb;
  const envelope::Remainder* remainder = nullptr;  // in the request, which outlives the write
};
// Drops a blob as far as it is this compartment's, whole or under way, for ever. Its file is for somebody else to remove.
struct EraseBlobWrite {  // condition: it is not erased there
  CompartmentId compartment;
  BlobId blob;
};
// Drops a snapshot that may hold what was erased.
struct EraseSnapshotWrite {
  SnapshotKey snapshot = 0;
  CompartmentId compartment;
  bool nothing_let_go = false;  // condition, where set: no item of the compartment is without content
};

}  // namespace haki::storage
