// Sealed frames on their way: stored before the first byte leaves, sent byte for byte until the server's receipt, and kept
// until they are safe. All writes are part of the caller's transaction.
#pragma once

#include <vector>

#include "store/chains.h"

namespace haki::store {

enum class SealedKind : std::int64_t { kRun = 1, kEpochKey = 2 };

struct SealedFrame {
  std::int64_t no = 0;
  std::int64_t chain = 0;
  std::uint64_t last_seq = 0;  // of an epoch key: its epoch
  SealedKind kind = SealedKind::kRun;
  Hash hash;
  Bytes frame;
};

class Outbox {
 public:
  explicit Outbox(Database& database) : database_(database) {}

  Result<> put(const SealedFrame& sealed);
  // Those without a receipt, oldest first, until `bytes_max` is reached (at least one).
  Result<std::vector<SealedFrame>> waiting(std::size_t bytes_max);
  Result<bool> any_waiting();
  // Header hash of the item that ends a chain at `last_seq`; empty where this outbox does not hold it.
  Result<std::optional<Hash>> hash_at(std::int64_t chain, std::uint64_t last_seq);
  // The run, of one item, that holds `seq`.
  Result<std::optional<SealedFrame>> with(std::int64_t chain, std::uint64_t seq);
  // Takes the place of what is kept; no bytes: the hash alone stays, for what proves the chain, and nothing is sent of it any more.
  Result<> replace(std::int64_t no, ByteView frame);
  // Its sealed frame, a Run; no bytes where this outbox does not hold it.
  Result<Bytes> frame_at(std::int64_t chain, std::uint64_t last_seq);
  // The server has everything of the chain up to seq (a receipt covers what is before it).
  Result<> mark_receipted(std::int64_t chain, std::uint64_t last_seq, std::int64_t time_ms);
  Result<> mark_epoch_key_receipted(std::int64_t no, std::int64_t time_ms);
  // The server lost what came after `last_seq` (it was restored): it is sent again.
  Result<> requeue_after(std::int64_t chain, std::uint64_t last_seq);
  // Nobody waits for what has no receipt any more: the device has another name.
  Result<> drop_unconfirmed();
  // What a lead has read need not be kept for refilling a server that lost it; the last such item stays as the chain's proof,
  // and what is left of an erased one for a server that asks for it: nobody else may have that (spec 14-erasure, "Remainder").
  Result<> drop_safe(std::int64_t chain, std::uint64_t acked_seq);

 private:
  Database& database_;
};

}  // namespace haki::store
