// What the server keeps, and how the relay reads and writes it: the one seam towards a database.
//
// Reads go through snapshots, any number at a time. Writes are values that carry their own conditions: a store applies a
// Write wholly or not at all, in some order one after another, and calls back after it is durable. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "envelope/frames.h"
#include "haki/result.h"

namespace haki::storage {

using CoalitionKey = std::int64_t;  // the store's own short name of a coalition
using ChainKey = std::int64_t;

struct Coalition {
  CoalitionKey key = 0;
  std::int64_t founded_ms = 0;
  Hash founding_head;
  std::uint64_t server_seq = 0;  // the greatest given out
  std::uint64_t entries = 0;     // of its membership log
};
struct DeviceState {
  std::uint64_t counter = 0;    // last accepted; 0 before the first
  std::int64_t beacon_ms = 0;   // time of the last beacon given to it
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
  std::uint64_t seq = 0;
  Hash hash;
  std::int64_t received_ms = 0;
};
struct HeldEpochKey {
  std::uint32_t epoch = 0;
  envelope::KeyId key;
  std::uint32_t m_seq = 0;
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
};

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
  virtual Result<std::optional<HeldEpochKey>> epoch_key(CoalitionKey coalition, const CompartmentId& compartment,
                                                        std::uint32_t epoch) = 0;
  virtual Result<std::optional<HeldEpochKey>> newest_epoch_key(CoalitionKey coalition, const CompartmentId& compartment) = 0;
  // Items above server_seq of the chains in `wanted` (sorted), in order of server_seq.
  virtual Result<> items_above(CoalitionKey coalition, std::uint64_t server_seq, std::span<const ChainKey> wanted,
                               const ItemVisitor& visit) = 0;
  virtual Result<> items_of_chain(ChainKey chain, std::uint64_t after_seq, const ItemVisitor& visit) = 0;
  // In order of server_seq.
  virtual Result<std::vector<StoredFrame>> epoch_keys_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                            std::size_t at_most) = 0;
  virtual Result<std::vector<StoredFrame>> joins_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                       std::int64_t now_ms, std::size_t at_most) = 0;
  virtual Result<std::vector<StoredFrame>> grants_above(CoalitionKey coalition, const DeviceId& device,
                                                        std::uint64_t server_seq, std::size_t at_most) = 0;
  virtual Result<std::optional<Token>> token(const Hash& secret_hash) = 0;
  virtual Result<Totals> totals() = 0;
};

struct MembershipWrite {
  std::uint64_t expected_count = 0;  // condition: so many entries are held
  std::vector<Bytes> entries;        // encoded frames
  std::vector<std::pair<DeviceId, Bytes>> grants;
  std::vector<DeviceId> admitted;  // whose join requests are done with
};
struct EpochKeyWrite {  // condition: none held for (compartment, epoch)
  CompartmentId compartment;
  HeldEpochKey held;
  Bytes frame;
};
// A piece of a run whose items are new. Points into the request, which outlives the write.
struct RunWrite {  // condition: the chain's head is `expected`
  CompartmentId compartment;
  LogId log;
  envelope::ChainHead expected;
  const envelope::Run* run = nullptr;
  std::span<const envelope::VerifiedItem> items;
};
struct ExchangeWrite {
  CoalitionKey coalition = 0;
  DeviceId device;
  DeviceState state;  // condition: the counter held is below state.counter
  std::int64_t now_ms = 0;
  std::optional<MembershipWrite> membership;
  std::vector<EpochKeyWrite> epoch_keys;
  std::vector<RunWrite> runs;
};
struct FoundWrite {  // condition: the token is there and unused, the coalition is not
  Hash token;
  CoalitionId org;
  std::int64_t now_ms = 0;
  Hash founding_head;
  MembershipWrite membership;
};
struct JoinWrite {
  CoalitionKey coalition = 0;
  InviteId invite;
  DeviceId device;
  Bytes frame;
  std::int64_t now_ms = 0;
  std::int64_t expires_ms = 0;
  std::size_t per_invite_max = 0;
  std::size_t pending_max = 0;
};
struct TokenWrite {
  Hash secret_hash;
  std::string name_hint;
  std::int64_t expires_ms = 0;
};
using Write = std::variant<ExchangeWrite, FoundWrite, JoinWrite, TokenWrite>;

struct Outcome {
  enum class Kind { kDone, kMoved /* a condition does not hold any more */, kTooMany, kFull, kFailed };
  Kind kind = Kind::kFailed;
  std::uint64_t before = 0;  // the coalition's greatest server_seq before and after an ExchangeWrite
  std::uint64_t after = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::unique_ptr<Snapshot>> read() = 0;
  // `done` may be called on a thread of the store, or before commit() returns. `write`, and what it points into, must live
  // until then. False, and `done` is never called, where too many writes wait.
  virtual bool commit(const Write& write, std::function<void(Outcome)> done) = 0;
  // False after a write failed for want of space or because the place is read-only, until one succeeds.
  virtual bool writable() = 0;
};

}  // namespace haki::storage
