// What a store is asked to keep: values that carry their own conditions. A Write is applied wholly or not at all.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "storage/erasures.h"

namespace haki::storage {

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
struct RunWrite {  // conditions: the chain's head is `expected`, and `expected_bytes` are held of the log
  CompartmentId compartment;
  LogId log;
  envelope::ChainHead expected;
  std::uint64_t expected_bytes = 0;
  bool over_quota = false;
  const envelope::Run* run = nullptr;
  std::span<const envelope::VerifiedItem> items;
};
struct SnapshotWrite {  // takes the place of an unfinished one of the same device
  CompartmentId compartment;
  const envelope::Snapshot* offer = nullptr;  // in the request, which outlives the write
};
struct SnapshotPieceWrite {  // condition: `offset` bytes are held
  SnapshotKey snapshot = 0;
  std::uint64_t offset = 0;
  ByteView bytes;  // in the request
};
struct SnapshotWordWrite {
  SnapshotKey snapshot = 0;
  envelope::SnapshotSignature word;
};
struct ExchangeWrite {
  CoalitionKey coalition = 0;
  DeviceId device;
  std::optional<DeviceState> state;  // condition: the counter held is below state.counter; none: nothing is counted
  std::int64_t now_ms = 0;
  std::optional<MembershipWrite> membership;
  std::vector<EpochKeyWrite> epoch_keys;
  std::vector<RunWrite> runs;
  std::vector<EraseItemWrite> erased_items;  // may be items of `runs`
  std::vector<EraseBlobWrite> erased_blobs;
  std::vector<EraseSnapshotWrite> erased_snapshots;
  std::vector<SnapshotWrite> snapshots;
  std::vector<SnapshotPieceWrite> snapshot_pieces;
  std::vector<SnapshotWordWrite> snapshot_words;
  std::vector<std::pair<SnapshotKey, std::optional<std::int64_t>>> snapshots_superseded;  // since when; none: not any more
  std::vector<SnapshotKey> snapshots_gone;  // that nobody needs any more
  std::optional<Bytes> wiped;  // the sender's word that it is wiped, as a frame; kept once
};
struct AppendWrite {  // entries that come without an exchange: the recovery authority's
  CoalitionKey coalition = 0;
  MembershipWrite membership;
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
// Lets go of the ciphertext of a chain's items, oldest first: what a vouched snapshot tells as well. Headers stay.
struct LetGoWrite {  // condition: the snapshot is there
  SnapshotKey snapshot = 0;
  ChainKey chain = 0;
  std::uint64_t up_to_seq = 0;
  std::int64_t received_before_ms = 0;
  std::size_t at_most = 0;  // items
  bool only_count = false;
};
// What is held of a blob, from one moment to the next. Its bytes lie elsewhere, and are durable before.
struct BlobWrite {
  CoalitionKey coalition = 0;
  BlobId blob;
  std::optional<std::uint64_t> held{};  // condition: bytes of the upload under way; empty: there is none
  std::optional<Upload> upload{};       // what is under way afterwards
  std::optional<HeldBlob> whole{};      // what is whole then, beside what was; bytes_then is the store's to say
  std::uint64_t bytes_max = 0;          // condition where more is held afterwards: no more in all; 0: no limit
};
using Write = std::variant<ExchangeWrite, AppendWrite, FoundWrite, JoinWrite, TokenWrite, LetGoWrite, BlobWrite>;

struct Outcome {
  enum class Kind { kDone, kMoved /* a condition does not hold any more */, kErased /* the blob */, kTooMany, kFull, kFailed };
  Kind kind = Kind::kFailed;
  std::uint64_t before = 0;  // the coalition's greatest server_seq before and after an ExchangeWrite
  std::uint64_t after = 0;
  std::uint64_t items = 0;  // let go of by a LetGoWrite, and their bytes
  std::uint64_t bytes = 0;  // or, after a BlobWrite, those of all blobs of the coalition
};

}  // namespace haki::storage
