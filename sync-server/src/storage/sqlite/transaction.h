// One Write inside an open transaction: checks its conditions, then stores it, in a savepoint of its own.
#pragma once

#include <map>

#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace haki::storage {

inline constexpr int kServerSeqBits = 40;
inline constexpr std::int64_t row_id(CoalitionKey coalition, std::uint64_t server_seq) {
  return coalition << kServerSeqBits | static_cast<std::int64_t>(server_seq);
}
inline constexpr std::uint64_t server_seq_of(std::int64_t id) {
  return static_cast<std::uint64_t>(id) & ((std::uint64_t{1} << kServerSeqBits) - 1);
}

// The writes of one commit. The numbers given out are written back once, by finish(), before the commit.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  // An error means that the database refused: the whole transaction must be rolled back.
  Result<Outcome> apply(const Write& write);
  Result<> finish();

 private:
  Result<Outcome::Kind> store(const ExchangeWrite& write);
  Result<Outcome::Kind> store(const AppendWrite& write);
  Result<Outcome::Kind> store(const FoundWrite& write);
  Result<Outcome::Kind> store(const JoinWrite& write);
  Result<Outcome::Kind> store(const TokenWrite& write);
  Result<Outcome::Kind> store(const LetGoWrite& write);  // snapshots.cc
  Result<Outcome::Kind> store(const BlobWrite& write);   // blobs.cc
  Result<> store_upload(const BlobWrite& write);

  Result<bool> take_counter(const ExchangeWrite& write);
  Result<bool> append(CoalitionKey coalition, const MembershipWrite& write);
  Result<bool> store_epoch_key(CoalitionKey coalition, const EpochKeyWrite& write);
  Result<bool> store_wiped(const ExchangeWrite& write);
  // erasures.cc
  Result<bool> store_erasures(const ExchangeWrite& write);
  Result<bool> erase_item(const ExchangeWrite& exchange, const EraseItemWrite& one);
  Result<bool> erase_blob(const ExchangeWrite& exchange, const EraseBlobWrite& one);
  // snapshots.cc
  Result<bool> store_snapshots(const ExchangeWrite& write);
  Result<> store_snapshot(const ExchangeWrite& write, const SnapshotWrite& one);
  Result<bool> store_run(const ExchangeWrite& exchange, const RunWrite& write);
  Result<ChainKey> chain_for(CoalitionKey coalition, const RunWrite& write, bool& moved);
  Result<bool> count_bytes(CoalitionKey coalition, const RunWrite& write);
  Result<> store_item(ChainKey chain, const RunWrite& write, const envelope::VerifiedItem& verified, ByteView prev8,
                      std::int64_t id, std::int64_t now_ms);
  // The coalition's greatest number given out so far, changeable.
  Result<std::uint64_t*> numbers_of(CoalitionKey coalition);
  Result<std::int64_t> next_id(CoalitionKey coalition);

  Connection& connection_;
  std::uint64_t items_let_go_ = 0, bytes_told_ = 0;  // by the write under way
  std::map<CoalitionKey, std::uint64_t> server_seq_;
  std::map<CoalitionKey, std::uint64_t> server_seq_at_begin_;  // of this transaction
};

}  // namespace haki::storage
