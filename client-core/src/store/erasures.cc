#include "store/erasures.h"

#include "store/chains.h"

namespace haki::store {
namespace {

// Not yet scrubbed, scrubbed, said: what `erasure.let_go` counts through.
constexpr std::int64_t kScrubbed = 1;
constexpr std::int64_t kSaid = 2;

// A record's row, and those of its parts.
#define HAKI_WITH_PARTS "(SELECT ?1 UNION SELECT no FROM record WHERE parent = ?1)"

template <typename T, typename Read>
Result<std::vector<T>> all_rows(Statement& rows, const Read& read) {
  std::vector<T> all;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return all;
    all.push_back(read(rows));
  }
}

std::uint64_t number_in(const Statement& row, int column) { return static_cast<std::uint64_t>(row.integer(column)); }

}  // namespace

Result<std::vector<ErasedChange>> Erasures::changes() {
  Statement rows = database_.prepare("SELECT change_set, record, log, seq FROM erased_change ORDER BY change_set");
  return all_rows<ErasedChange>(rows, [](const Statement& row) {
    return ErasedChange{row.integer(0) >> kSeqBits, seq_of(row.integer(0)), row.integer(1), row.id<LogId>(2), number_in(row, 3)};
  });
}

Result<> Erasures::done_with(const ErasedChange& change) {
  return database_.run("DELETE FROM erased_change WHERE change_set = ? AND record = ?",
                       change.chain << kSeqBits | static_cast<std::int64_t>(change.seq), change.record);
}

Result<bool> Erasures::any_change_of(std::int64_t record) {
  Statement row = database_.prepare("SELECT 1 FROM erased_change WHERE record = ? LIMIT 1");
  return row.bind_all(record).step();
}

// What stands in the item's place is another from now on, so it has to be given for every tombstone in it.
Result<> Erasures::put_item(const ErasedItem& item) {
  HAKI_TRY(database_.run("UPDATE erased_item SET server_ms = 0, wanted = 0 WHERE chain = ? AND last_seq = ?", item.chain, item.last_seq));
  return database_.run("INSERT OR REPLACE INTO erased_item (chain, last_seq, hash, record, log, seq) VALUES (?, ?, ?, ?, ?, ?)",
                       item.chain, item.last_seq, item.hash.view(), item.record, item.log.view(), item.tomb_seq);
}

Result<std::vector<ErasedItem>> Erasures::items_due() {
  Statement rows = database_.prepare(
      "SELECT chain, last_seq, hash, record, log, seq, wanted FROM erased_item WHERE server_ms = 0 ORDER BY chain, last_seq");
  return all_rows<ErasedItem>(rows, [](const Statement& row) {
    return ErasedItem{row.integer(0), number_in(row, 1), row.id<Hash>(2), row.integer(3), row.id<LogId>(4), number_in(row, 5),
                      row.integer(6) != 0};
  });
}

Result<std::optional<Hash>> Erasures::hash_of(std::int64_t chain, std::uint64_t last_seq) {
  Statement row = database_.prepare("SELECT hash FROM erased_item WHERE chain = ? AND last_seq = ? LIMIT 1");
  HAKI_ASSIGN(const bool found, row.bind_all(chain, last_seq).step());
  return found ? std::optional(row.id<Hash>(0)) : std::optional<Hash>();
}

Result<> Erasures::set_wanted(const ErasedItem& item) {
  return database_.run("UPDATE erased_item SET wanted = 1 WHERE chain = ? AND last_seq = ? AND log = ? AND seq = ? AND server_ms = 0",
                       item.chain, item.last_seq, item.log.view(), item.tomb_seq);
}

Result<> Erasures::set_item_gone(const ErasedItem& item, std::int64_t time_ms) {
  return database_.run("UPDATE erased_item SET server_ms = ?5, wanted = 0 WHERE chain = ?1 AND last_seq = ?2 AND log = ?3 AND seq = ?4",
                       item.chain, item.last_seq, item.log.view(), item.tomb_seq, time_ms);
}

Result<std::vector<ErasedBlob>> Erasures::blobs_due() {
  Statement rows = database_.prepare("SELECT id, compartment FROM erased_blob WHERE server_ms = 0");
  return all_rows<ErasedBlob>(rows, [](const Statement& row) { return ErasedBlob{row.id<BlobId>(0), row.id<CompartmentId>(1)}; });
}

Result<> Erasures::set_blob_gone(const ErasedBlob& blob, std::int64_t time_ms) {
  return database_.run("UPDATE erased_blob SET server_ms = ?3 WHERE id = ?1 AND compartment = ?2", blob.id.view(), blob.compartment.view(),
                       time_ms);
}

Result<> Erasures::doubt_server() {
  HAKI_TRY(database_.execute("UPDATE erased_item SET server_ms = 0, wanted = 0"));
  return database_.execute("UPDATE erased_blob SET server_ms = 0");
}

Result<std::vector<BlobId>> Erasures::files_left() {
  Statement rows = database_.prepare("SELECT DISTINCT id FROM erased_blob WHERE file_gone = 0");
  return all_rows<BlobId>(rows, [](const Statement& row) { return row.id<BlobId>(0); });
}

Result<> Erasures::set_file_gone(const BlobId& id) { return database_.run("UPDATE erased_blob SET file_gone = 1 WHERE id = ?", id.view()); }

Result<bool> Erasures::any_file_of(std::int64_t record) {
  Statement row = database_.prepare("SELECT 1 FROM erased_blob WHERE record = ? AND file_gone = 0 LIMIT 1");
  return row.bind_all(record).step();
}

Result<std::vector<OpenErasure>> Erasures::open() {
  Statement rows = database_.prepare(
      "SELECT erasure.record, record.id, compartment.id, erasure.log, erasure.seq, erasure.let_go FROM erasure "
      "JOIN record ON record.no = erasure.record JOIN compartment ON compartment.no = record.compartment WHERE erasure.let_go < ?");
  rows.bind_all(kSaid);
  return all_rows<OpenErasure>(rows, [](const Statement& row) {
    return OpenErasure{row.integer(0), row.id<RecordId>(1), row.id<CompartmentId>(2), row.id<LogId>(3), number_in(row, 4),
                       row.integer(5) >= kScrubbed};
  });
}

Result<std::vector<std::int64_t>> Erasures::records() {
  Statement rows = database_.prepare("SELECT DISTINCT record FROM erasure");
  return all_rows<std::int64_t>(rows, [](const Statement& row) { return row.integer(0); });
}

Result<std::vector<std::pair<LogId, std::uint64_t>>> Erasures::places(const CompartmentId& compartment) {
  Statement rows = database_.prepare(
      "SELECT erasure.log, max(erasure.seq) FROM erasure JOIN record ON record.no = erasure.record JOIN compartment ON "
      "compartment.no = record.compartment WHERE compartment.id = ? GROUP BY erasure.log");
  rows.bind_all(compartment.view());
  return all_rows<std::pair<LogId, std::uint64_t>>(rows, [](const Statement& row) { return std::pair(row.id<LogId>(0), number_in(row, 1)); });
}

Result<> Erasures::set_scrubbed() { return database_.run("UPDATE erasure SET let_go = ? WHERE let_go = 0", kScrubbed); }

Result<> Erasures::set_said(const OpenErasure& erasure) {
  return database_.run("UPDATE erasure SET let_go = ? WHERE record = ? AND log = ? AND seq = ?", kSaid, erasure.record, erasure.log.view(),
                       erasure.seq);
}

Result<std::vector<ErasedChild>> Erasures::children() {
  Statement rows = database_.prepare(
      "SELECT erasure.record, child.id, compartment.id FROM erasure CROSS JOIN record AS child ON child.parent = erasure.record "
      "JOIN compartment ON compartment.no = child.compartment "
      "WHERE child.state <> 'erased' GROUP BY child.no");
  return all_rows<ErasedChild>(rows, [](const Statement& row) {
    return ErasedChild{row.integer(0), row.id<RecordId>(1), row.id<CompartmentId>(2)};
  });
}

Result<> Erasures::put_let_go(const CompartmentId& compartment, const RecordId& record, const LogId& log, std::uint64_t seq,
                              const LetGoWord& word) {
  return database_.run("INSERT OR IGNORE INTO let_go (compartment, record, device, log, seq, time_ms) VALUES (?, ?, ?, ?, ?, ?)",
                       compartment.view(), record.view(), word.device.view(), log.view(), seq, word.time_ms);
}

Result<std::vector<LetGoWord>> Erasures::let_go_of(const CompartmentId& compartment, const RecordId& record) {
  Statement rows = database_.prepare("SELECT device, max(time_ms) FROM let_go WHERE compartment = ? AND record = ? GROUP BY device");
  rows.bind_all(compartment.view(), record.view());
  return all_rows<LetGoWord>(rows, [](const Statement& row) { return LetGoWord{row.id<DeviceId>(0), row.integer(1)}; });
}

Result<Erasures::AtServer> Erasures::at_server(std::int64_t record) {
  AtServer at;
  Statement items = database_.prepare("SELECT count(*), sum(server_ms > 0), max(server_ms) FROM "
                                      "(SELECT chain, last_seq, min(server_ms) AS server_ms FROM erased_item WHERE record IN " HAKI_WITH_PARTS
                                      " GROUP BY chain, last_seq)");
  HAKI_ASSIGN(const bool any_items, items.bind_all(record).step());
  if (any_items) at = {number_in(items, 0), number_in(items, 1), 0, 0, items.integer(2)};
  Statement blobs = database_.prepare("SELECT count(*), sum(server_ms > 0), max(server_ms) FROM erased_blob WHERE record IN " HAKI_WITH_PARTS);
  HAKI_ASSIGN(const bool any_blobs, blobs.bind_all(record).step());
  if (any_blobs) {
    at.blobs = number_in(blobs, 0);
    at.blobs_gone = number_in(blobs, 1);
    at.last_ms = std::max(at.last_ms, blobs.integer(2));
  }
  return at;
}

}  // namespace haki::store
