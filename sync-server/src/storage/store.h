// What the server keeps, and how the relay reads and writes it: the one seam towards a database.
//
// Reads go through snapshots, any number at a time. Writes are values that carry their own conditions: a store applies
// a Write wholly or not at all, in some order one after another, and calls back after it is durable. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>

#include "haki/result.h"
#include "storage/writes.h"

namespace haki::storage {

using ItemVisitor = std::function<bool(StoredItem&&)>;  // false: no more

// One consistent view of what is committed. Belongs to one thread; short-lived.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  virtual Result<std::optional<Coalition>> coalition(const CoalitionId& org) = 0;
  virtual Result<std::vector<CoalitionId>> coalitions() = 0;
  // Encoded MembershipEntry frames from position `from` on.
  virtual Result<std::vector<Bytes>> entries(CoalitionKey coalition, std::uint64_t from, std::size_t at_most) = 0;
  virtual Result<DeviceState> device(CoalitionKey coalition, const DeviceId& device) = 0;
  virtual Result<std::vector<Chain>> chains_of_log(CoalitionKey coalition, const LogId& log) = 0;
  virtual Result<std::vector<Chain>> chains_above(CoalitionKey coalition, std::uint64_t server_seq) = 0;
  // Held items of a chain with seq above `after`, oldest first; item(): the one that ends at `seq`.
  virtual Result<std::vector<HeldItem>> held(ChainKey chain, std::uint64_t after, std::size_t at_most) = 0;
  virtual Result<std::optional<HeldItem>> held_at(ChainKey chain, std::uint64_t seq) = 0;
  // What an item was erased for.
  virtual Result<std::vector<HeldTomb>> tombs_of(ChainKey chain, std::uint64_t seq) = 0;
  virtual Result<std::vector<Erasure>> erasures(CoalitionKey coalition, const CompartmentId& compartment) = 0;
  // Whether an item of the compartment is without content and has nothing in its place.
  virtual Result<bool> any_let_go(CoalitionKey coalition, const CompartmentId& compartment) = 0;
  // The newest item of a chain, not above `up_to`, whose content was let go of with nothing in its place; 0: none.
  virtual Result<std::uint64_t> newest_let_go(ChainKey chain, std::uint64_t up_to) = 0;
  // Bytes of ciphertext held of a chain above `after`.
  virtual Result<std::uint64_t> bytes_after(ChainKey chain, std::uint64_t after) = 0;
  // Bytes of ciphertext held of a log in all compartments, without what was let go of: a number that is kept, not a sum.
  virtual Result<std::uint64_t> bytes_of_log(CoalitionKey coalition, const LogId& log) = 0;
  virtual Result<std::optional<HeldEpochKey>> epoch_key(CoalitionKey coalition, const CompartmentId& compartment,
                                                        std::uint32_t epoch) = 0;
  virtual Result<std::optional<HeldEpochKey>> newest_epoch_key(CoalitionKey coalition,
                                                               const CompartmentId& compartment) = 0;
  // Items above server_seq of the chains in `wanted` (sorted by key), in order of server_seq. False: there are more, beyond
  // the last one visited.
  virtual Result<bool> items_above(CoalitionKey coalition, std::uint64_t server_seq, std::span<const ChainFrom> wanted,
                               const ItemVisitor& visit) = 0;
  virtual Result<> items_of_chain(ChainKey chain, std::uint64_t after_seq, const ItemVisitor& visit) = 0;
  // In order of server_seq.
  virtual Result<std::vector<StoredFrame>> epoch_keys_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                            std::size_t at_most) = 0;
  virtual Result<std::vector<StoredFrame>> joins_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                       std::int64_t now_ms, std::size_t at_most) = 0;
  virtual Result<std::vector<StoredFrame>> wiped_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                       std::size_t at_most) = 0;
  virtual Result<std::vector<StoredFrame>> grants_above(CoalitionKey coalition, const DeviceId& device,
                                                        std::uint64_t server_seq, std::size_t at_most) = 0;
  // Of one compartment, or of all.
  virtual Result<std::vector<HeldSnapshot>> held_snapshots(CoalitionKey coalition,
                                                           const std::optional<CompartmentId>& compartment) = 0;
  // At most `at_most` of its bytes from `offset` on.
  virtual Result<Bytes> snapshot_bytes(SnapshotKey snapshot, std::uint64_t offset, std::size_t at_most) = 0;
  virtual Result<std::optional<Upload>> upload(CoalitionKey coalition, const BlobId& blob) = 0;
  // One for each compartment it is whole in.
  virtual Result<std::vector<HeldBlob>> held_blobs(CoalitionKey coalition, const BlobId& blob) = 0;
  // Where it was erased, and when.
  virtual Result<std::map<CompartmentId, std::int64_t>> erased_blob(CoalitionKey coalition, const BlobId& blob) = 0;
  virtual Result<std::vector<BlobId>> all_erased_blobs(CoalitionKey coalition) = 0;
  // Whole and under way.
  virtual Result<std::uint64_t> blob_bytes(CoalitionKey coalition) = 0;
  // All of a coalition, in order of their ids.
  virtual Result<std::vector<std::pair<BlobId, HeldBlob>>> all_held_blobs(CoalitionKey coalition) = 0;
  virtual Result<std::vector<std::pair<BlobId, Upload>>> all_uploads(CoalitionKey coalition) = 0;
  virtual Result<std::optional<Token>> token(const Hash& secret_hash) = 0;
  virtual Result<Totals> totals() = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::unique_ptr<Snapshot>> read() = 0;
  // `done` may be called on a thread of the store, or before commit() returns. `write`, and what it points into, must
  // live until then. False, and `done` is never called, where too many writes wait.
  virtual bool commit(const Write& write, std::function<void(Outcome)> done) = 0;
  // False after a write failed for want of space or because the place is read-only, until one succeeds.
  virtual bool writable() = 0;
};

}  // namespace haki::storage
