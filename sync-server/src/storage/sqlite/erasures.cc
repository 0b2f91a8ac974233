// Erasures in SQLite (spec 14-erasure, "At the server"): what is left of items, and which blobs are taken from nobody any more.
#include "crypto/hash.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/snapshots.h"
#include "storage/sqlite/transaction.h"

namespace haki::storage {
namespace {

Result<bool> let_go_in(Connection& connection, CoalitionKey coalition, const CompartmentId& compartment) {
  Statement select = connection.prepare(
      "SELECT 1 FROM chains JOIN items INDEXED BY items_let_go ON items.chain=chains.key WHERE chains.coalition=? AND "
      "chains.compartment=? AND sealed_length IS NOT NULL AND remainder IS NULL LIMIT 1");
  const bool there = select.bind(coalition).bind(compartment).step();
  HAKI_TRY(select.result());
  return there;
}

struct ErasedRow {
  std::int64_t id = 0;
  ChainKey chain = 0;
  Bytes sealed, remainder;
};

Result<std::optional<ErasedRow>> row_to_erase(Connection& connection, CoalitionKey coalition, const EraseItemWrite& one) {
  Statement select = connection.prepare(
      "SELECT items.id, items.chain, items.sealed, items.remainder FROM chains JOIN items ON items.chain=chains.key WHERE "
      "chains.coalition=? AND chains.log=? AND chains.compartment=? AND items.seq=?");
  const bool there = select.bind(coalition).bind(one.log).bind(one.compartment).bind(one.seq).step();
  HAKI_TRY(select.result());
  if (!there) return std::optional<ErasedRow>();
  ErasedRow row{select.integer(0), select.integer(1), {}, {}};
  row.sealed.assign(select.blob(2).begin(), select.blob(2).end());
  row.remainder.assign(select.blob(3).begin(), select.blob(3).end());
  return std::optional(std::move(row));
}

}  // namespace

Result<std::vector<HeldTomb>> SqliteSnapshot::tombs_of(ChainKey chain, std::uint64_t seq) {
  Statement select = connection_->prepare("SELECT tomb_log, tomb_seq, time_ms, holds FROM erased_items WHERE chain=? AND seq=?");
  select.bind(chain).bind(seq);
  std::vector<HeldTomb> all;
  while (select.step()) {
    HeldTomb& held = all.emplace_back();
    if (!select.id(0, held.tomb.log)) return damaged_database();
    held.tomb.seq = select.u64(1);
    held.time_ms = select.integer(2);
    held.holds = select.integer(3) != 0;
  }
  HAKI_TRY(select.result());
  return all;
}

Result<std::vector<Erasure>> SqliteSnapshot::erasures(CoalitionKey coalition, const CompartmentId& compartment) {
  Statement select = connection_->prepare(
      "SELECT chains.log, erased_items.seq, tomb_log, tomb_seq FROM chains JOIN erased_items ON erased_items.chain=chains.key WHERE "
      "chains.coalition=? AND chains.compartment=?");
  select.bind(coalition).bind(compartment);
  std::vector<Erasure> all;
  while (select.step()) {
    Erasure& one = all.emplace_back();
    if (!select.id(0, one.log) || !select.id(2, one.tomb.log)) return damaged_database();
    one.seq = select.u64(1);
    one.tomb.seq = select.u64(3);
  }
  HAKI_TRY(select.result());
  return all;
}

Result<bool> SqliteSnapshot::any_let_go(CoalitionKey coalition, const CompartmentId& compartment) {
  return let_go_in(*connection_, coalition, compartment);
}

Result<std::uint64_t> SqliteSnapshot::newest_let_go(ChainKey chain, std::uint64_t up_to) {
  Statement select = connection_->prepare(
      "SELECT seq FROM items INDEXED BY items_let_go WHERE chain=? AND seq<=? AND sealed_length IS NOT NULL AND remainder IS NULL "
      "ORDER BY seq DESC LIMIT 1");
  const bool there = select.bind(chain).bind(up_to).step();
  HAKI_TRY(select.result());
  return there ? select.u64(0) : 0;
}

Result<std::map<CompartmentId, std::int64_t>> SqliteSnapshot::erased_blob(CoalitionKey coalition, const BlobId& blob) {
  Statement select = connection_->prepare("SELECT compartment, time_ms FROM erased_blobs WHERE coalition=? AND blob=?");
  select.bind(coalition).bind(blob);
  std::map<CompartmentId, std::int64_t> all;
  while (select.step()) {
    CompartmentId compartment;
    if (!select.id(0, compartment)) return damaged_database();
    all[compartment] = select.integer(1);
  }
  HAKI_TRY(select.result());
  return all;
}

Result<std::vector<BlobId>> SqliteSnapshot::all_erased_blobs(CoalitionKey coalition) {
  Statement select = connection_->prepare("SELECT DISTINCT blob FROM erased_blobs WHERE coalition=?");
  select.bind(coalition);
  std::vector<BlobId> all;
  while (select.step()) {
    if (!select.id(0, all.emplace_back())) return damaged_database();
  }
  HAKI_TRY(select.result());
  return all;
}

// False where something was judged by what is not so any more.
Result<bool> Transaction::store_erasures(const ExchangeWrite& write) {
  for (const EraseItemWrite& one : write.erased_items) {
    HAKI_ASSIGN(const bool erased, erase_item(write, one));
    if (!erased) return false;
  }
  for (const EraseBlobWrite& one : write.erased_blobs) {
    HAKI_ASSIGN(const bool erased, erase_blob(write, one));
    if (!erased) return false;
  }
  for (const EraseSnapshotWrite& one : write.erased_snapshots) {
    if (one.nothing_let_go) {
      HAKI_ASSIGN(const bool let_go, let_go_in(connection_, write.coalition, one.compartment));
      if (let_go) return false;
    }
    HAKI_TRY(remove_snapshot(connection_, one.snapshot));
  }
  return true;
}

// What was given for other tombstones counts for them only as long as it stands there.
Result<bool> Transaction::erase_item(const ExchangeWrite& exchange, const EraseItemWrite& one) {
  HAKI_ASSIGN(const auto row, row_to_erase(connection_, exchange.coalition, one));
  if (!row) return false;
  const bool content = !row->sealed.empty() || !row->remainder.empty();
  if (content != (one.remainder != nullptr)) return false;
  HAKI_TRY(connection_
               .prepare("INSERT INTO erased_items(chain, seq, tomb_log, tomb_seq, time_ms, holds) VALUES(?,?,?,?,?,1) "
                        "ON CONFLICT DO UPDATE SET holds=1 WHERE holds=0")
               .bind(row->chain)
               .bind(one.seq)
               .bind(one.tomb.log)
               .bind(one.tomb.seq)
               .bind(exchange.now_ms)
               .run());
  if (connection_.changes() != 1) return false;
  if (one.remainder == nullptr) return true;
  const Bytes remainder = envelope::encode_remainder(*one.remainder);
  if (remainder == row->remainder) return true;
  HAKI_TRY(connection_.prepare("UPDATE erased_items SET holds=0 WHERE chain=? AND seq=? AND NOT (tomb_log=? AND tomb_seq=?)")
               .bind(row->chain)
               .bind(one.seq)
               .bind(one.tomb.log)
               .bind(one.tomb.seq)
               .run());
  if (!row->sealed.empty()) {
    const Hash hash = crypto::hash32({row->sealed});
    HAKI_TRY(connection_.prepare("UPDATE items SET sealed=x'', sealed_length=?, sealed_hash=? WHERE id=?")
                 .bind(std::uint64_t{row->sealed.size()})
                 .bind(hash)
                 .bind(row->id)
                 .run());
  }
  HAKI_TRY(connection_.prepare("UPDATE items SET remainder=? WHERE id=?").bind(remainder).bind(row->id).run());
  const auto more = static_cast<std::int64_t>(remainder.size()) - static_cast<std::int64_t>(row->sealed.size() + row->remainder.size());
  HAKI_TRY(connection_.prepare("UPDATE log_bytes SET bytes=bytes+? WHERE coalition=? AND log=?")
               .bind(more)
               .bind(exchange.coalition)
               .bind(one.log)
               .run());
  return true;
}

Result<bool> Transaction::erase_blob(const ExchangeWrite& exchange, const EraseBlobWrite& one) {
  HAKI_TRY(connection_.prepare("INSERT OR IGNORE INTO erased_blobs(coalition, blob, compartment, time_ms) VALUES(?,?,?,?)")
               .bind(exchange.coalition)
               .bind(one.blob)
               .bind(one.compartment)
               .bind(exchange.now_ms)
               .run());
  if (connection_.changes() != 1) return false;
  std::uint64_t bytes = 0;
  {
    Statement held = connection_.prepare(
        "SELECT (SELECT ifnull(sum(length), 0) FROM blobs WHERE coalition=?1 AND blob=?2 AND compartment=?3) + "
        "(SELECT ifnull(sum(held), 0) FROM uploads WHERE coalition=?1 AND blob=?2 AND compartment=?3)");
    held.bind(exchange.coalition).bind(one.blob).bind(one.compartment).step();
    HAKI_TRY(held.result());
    bytes = held.u64(0);
  }
  HAKI_TRY(connection_.prepare("DELETE FROM blobs WHERE coalition=? AND blob=? AND compartment=?")
               .bind(exchange.coalition)
               .bind(one.blob)
               .bind(one.compartment)
               .run());
  HAKI_TRY(connection_.prepare("DELETE FROM uploads WHERE coalition=? AND blob=? AND compartment=?")
               .bind(exchange.coalition)
               .bind(one.blob)
               .bind(one.compartment)
               .run());
  HAKI_TRY(connection_.prepare("UPDATE blob_bytes SET bytes=bytes-? WHERE coalition=?").bind(bytes).bind(exchange.coalition).run());
  return true;
}

}  // namespace haki::storage
