// What a store gives back, as plain values.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "envelope/frames.h"

namespace haki::storage {

using CoalitionKey = std::int64_t;  // the store's own short name of a coalition
using ChainKey = std::int64_t;
// A chain from a change set on.
struct ChainFrom {
  ChainKey key = 0;
  std::uint64_t after_seq = 0;
};

struct Coalition {
  CoalitionKey key = 0;
  std::int64_t founded_ms = 0;
  Hash founding_head;
  std::uint64_t server_seq = 0;  // the greatest given out
  std::uint64_t entries = 0;     // of its membership log
};
struct DeviceState {
  std::uint64_t counter = 0;   // last accepted; 0 before the first
  std::int64_t beacon_ms = 0;  // time of the last beacon given to it
};
struct Chain {
  ChainKey key = 0;
  CompartmentId compartment;
  LogId log;
  envelope::ChainHead head;
  std::uint32_t epoch = 0;  // of the newest item
  std::uint32_t m_seq = 0;
  std::uint64_t server_seq = 0;
};
struct HeldItem {
  enum class Content { kSealed, kRemainder, kNone };
  std::uint64_t seq = 0;
  Hash hash;
  std::int64_t received_ms = 0;
  bool over_quota = false;
  Content content = Content::kSealed;  // this and the next of held_at(); held() does not look
  Bytes remainder{};                   // encoded
};
struct HeldEpochKey {
  std::uint32_t epoch = 0;
  envelope::KeyId key;
  std::uint32_t m_seq = 0;
};
// A snapshot that devices take instead of the work behind it.
using SnapshotKey = std::int64_t;
struct HeldSnapshot {
  SnapshotKey key = 0;
  envelope::Snapshot offer;  // with the words held
  std::uint64_t held = 0;    // bytes
  std::int64_t begun_ms = 0;
  std::optional<std::int64_t> superseded_ms{};  // since when others stand before it
  bool whole() const { return held == offer.bytes(); }
};
// A blob that is being brought (spec 62-blobs).
struct Upload {
  CompartmentId compartment;
  DeviceId device;                // whose it is
  std::uint64_t length = 0;       // bytes, in all
  std::uint64_t held = 0;         // of them, durably
  std::int64_t expires_ms = 0;
  bool forgotten = false;         // it expired and nothing of it is held; only that it was is still known
};
// A blob that is whole, for the readers of this compartment.
struct HeldBlob {
  CompartmentId compartment;
  DeviceId device;                // who brought it
  std::uint64_t length = 0;
  std::int64_t whole_ms = 0;
  std::uint64_t bytes_then = 0;   // of all blobs of the coalition, with it: beyond the quota it is marked
};
struct Token {
  std::int64_t expires_ms = 0;
  std::optional<CoalitionId> used_by;
};
// An item with what its run said for all.
struct StoredItem {
  std::uint64_t server_seq = 0;
  ChainKey chain = 0;
  std::uint64_t first_seq = 0;
  std::array<std::uint8_t, 8> prev8{};
  std::uint32_t epoch = 0;
  std::uint32_t m_seq = 0;
  Hash beacon;
  bool over_quota = false;
  envelope::Item item;
};
// A frame kept as it was encoded, with its length, ready to be put into a reply.
struct StoredFrame {
  std::uint64_t server_seq = 0;
  CompartmentId compartment;  // of an EpochKey
  Bytes frame;
};
struct Totals {
  std::uint64_t coalitions = 0, entries = 0, chains = 0, items = 0, item_bytes = 0, epoch_keys = 0, joins = 0;
  std::uint64_t over_quota = 0;  // devices with work here that is marked so
  std::uint64_t blobs = 0, blob_bytes = 0, uploads = 0, upload_bytes = 0;
};

}  // namespace haki::storage
