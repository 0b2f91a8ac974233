// A snapshot over one SQLite connection: a read transaction that ends when the snapshot goes.
#pragma once

#include <functional>

#include "storage/sqlite/connection.h"
#include "storage/store.h"

namespace haki::storage {

class SqliteSnapshot final : public Snapshot {
 public:
  // `give_back` gets the connection when the snapshot goes.
  SqliteSnapshot(std::unique_ptr<Connection> connection, std::function<void(std::unique_ptr<Connection>)> give_back);
  ~SqliteSnapshot() override;
  Result<> begin();

  Result<std::optional<Coalition>> coalition(const CoalitionId& org) override;
  Result<std::vector<CoalitionId>> coalitions() override;
  Result<std::vector<Bytes>> entries(CoalitionKey coalition, std::uint64_t from, std::size_t at_most) override;
  Result<DeviceState> device(CoalitionKey coalition, const DeviceId& device) override;
  Result<std::vector<Chain>> chains_of_log(CoalitionKey coalition, const LogId& log) override;
  Result<std::vector<Chain>> chains_above(CoalitionKey coalition, std::uint64_t server_seq) override;
  Result<std::vector<HeldItem>> held(ChainKey chain, std::uint64_t after, std::size_t at_most) override;
  Result<std::optional<HeldItem>> held_at(ChainKey chain, std::uint64_t seq) override;
  // erasures.cc
  Result<std::vector<HeldTomb>> tombs_of(ChainKey chain, std::uint64_t seq) override;
  Result<std::vector<Erasure>> erasures(CoalitionKey coalition, const CompartmentId& compartment) override;
  Result<bool> any_let_go(CoalitionKey coalition, const CompartmentId& compartment) override;
  Result<std::uint64_t> newest_let_go(ChainKey chain, std::uint64_t up_to) override;
  Result<std::map<CompartmentId, std::int64_t>> erased_blob(CoalitionKey coalition, const BlobId& blob) override;
  Result<std::vector<BlobId>> all_erased_blobs(CoalitionKey coalition) override;
  Result<std::uint64_t> bytes_after(ChainKey chain, std::uint64_t after) override;
  Result<std::uint64_t> bytes_of_log(CoalitionKey coalition, const LogId& log) override;
  Result<std::optional<HeldEpochKey>> epoch_key(CoalitionKey coalition, const CompartmentId& compartment,
                                                std::uint32_t epoch) override;
  Result<std::optional<HeldEpochKey>> newest_epoch_key(CoalitionKey coalition,
                                                       const CompartmentId& compartment) override;
  Result<bool> items_above(CoalitionKey coalition, std::uint64_t server_seq, std::span<const ChainFrom> wanted,
                       const ItemVisitor& visit) override;
  Result<> items_of_chain(ChainKey chain, std::uint64_t after_seq, const ItemVisitor& visit) override;
  Result<std::vector<StoredFrame>> epoch_keys_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                    std::size_t at_most) override;
  Result<std::vector<StoredFrame>> joins_above(CoalitionKey coalition, std::uint64_t server_seq, std::int64_t now_ms,
                                               std::size_t at_most) override;
  Result<std::vector<StoredFrame>> wiped_above(CoalitionKey coalition, std::uint64_t server_seq,
                                               std::size_t at_most) override;
  Result<std::vector<StoredFrame>> grants_above(CoalitionKey coalition, const DeviceId& device,
                                                std::uint64_t server_seq, std::size_t at_most) override;
  Result<std::vector<HeldSnapshot>> held_snapshots(CoalitionKey coalition,
                                                   const std::optional<CompartmentId>& compartment) override;
  Result<Bytes> snapshot_bytes(SnapshotKey snapshot, std::uint64_t offset, std::size_t at_most) override;
  // blobs.cc
  Result<std::optional<Upload>> upload(CoalitionKey coalition, const BlobId& blob) override;
  Result<std::vector<HeldBlob>> held_blobs(CoalitionKey coalition, const BlobId& blob) override;
  Result<std::uint64_t> blob_bytes(CoalitionKey coalition) override;
  Result<std::vector<std::pair<BlobId, HeldBlob>>> all_held_blobs(CoalitionKey coalition) override;
  Result<std::vector<std::pair<BlobId, Upload>>> all_uploads(CoalitionKey coalition) override;
  Result<std::optional<Token>> token(const Hash& secret_hash) override;
  Result<Totals> totals() override;

 private:
  Result<std::vector<Chain>> chains(Statement& statement);
  Result<bool> few_chains_above(CoalitionKey coalition, std::uint64_t server_seq, std::span<const ChainFrom> wanted,
                            const ItemVisitor& visit);

  std::unique_ptr<Connection> connection_;
  std::function<void(std::unique_ptr<Connection>)> give_back_;
};

}  // namespace haki::storage
