// What is held of which blob, in SQLite.
#include "storage/sqlite/reader.h"
#include "storage/sqlite/transaction.h"

namespace haki::storage {
namespace {

using Kind = Outcome::Kind;

// Of a row whose columns from `column` on are compartment, device, length, held, expires_ms, forgotten.
Result<Upload> upload_in(const Statement& row, int column) {
  Upload upload;
  if (!row.id(column, upload.compartment) || !row.id(column + 1, upload.device)) return damaged_database();
  upload.length = row.u64(column + 2);
  upload.held = row.u64(column + 3);
  upload.expires_ms = row.integer(column + 4);
  upload.forgotten = row.integer(column + 5) != 0;
  return upload;
}

// … compartment, device, length, whole_ms, bytes_then.
Result<HeldBlob> held_blob_in(const Statement& row, int column) {
  HeldBlob held;
  if (!row.id(column, held.compartment) || !row.id(column + 1, held.device)) return damaged_database();
  held.length = row.u64(column + 2);
  held.whole_ms = row.integer(column + 3);
  held.bytes_then = row.u64(column + 4);
  return held;
}

}  // namespace

Result<std::optional<Upload>> SqliteSnapshot::upload(CoalitionKey coalition, const BlobId& blob) {
  Statement select = connection_->prepare(
      "SELECT compartment, device, length, held, expires_ms, forgotten FROM uploads WHERE coalition=? AND blob=?");
  const bool there = select.bind(coalition).bind(blob).step();
  HAKI_TRY(select.result());
  if (!there) return std::optional<Upload>();
  HAKI_ASSIGN(const Upload upload, upload_in(select, 0));
  return std::optional(upload);
}

Result<std::vector<HeldBlob>> SqliteSnapshot::held_blobs(CoalitionKey coalition, const BlobId& blob) {
  Statement select = connection_->prepare(
      "SELECT compartment, device, length, whole_ms, bytes_then FROM blobs WHERE coalition=? AND blob=? ORDER BY compartment");
  select.bind(coalition).bind(blob);
  std::vector<HeldBlob> all;
  while (select.step()) {
    HAKI_ASSIGN(all.emplace_back(), held_blob_in(select, 0));
  }
  HAKI_TRY(select.result());
  return all;
}

Result<std::uint64_t> SqliteSnapshot::blob_bytes(CoalitionKey coalition) {
  Statement select = connection_->prepare("SELECT bytes FROM blob_bytes WHERE coalition=?");
  const bool there = select.bind(coalition).step();
  HAKI_TRY(select.result());
  return there ? select.u64(0) : 0;
}

Result<std::vector<std::pair<BlobId, HeldBlob>>> SqliteSnapshot::all_held_blobs(CoalitionKey coalition) {
  Statement select = connection_->prepare(
      "SELECT blob, compartment, device, length, whole_ms, bytes_then FROM blobs WHERE coalition=? ORDER BY blob, "
      "compartment");
  select.bind(coalition);
  std::vector<std::pair<BlobId, HeldBlob>> all;
  while (select.step()) {
    auto& [blob, held] = all.emplace_back();
    if (!select.id(0, blob)) return damaged_database();
    HAKI_ASSIGN(held, held_blob_in(select, 1));
  }
  HAKI_TRY(select.result());
  return all;
}

Result<std::vector<std::pair<BlobId, Upload>>> SqliteSnapshot::all_uploads(CoalitionKey coalition) {
  Statement select = connection_->prepare(
      "SELECT blob, compartment, device, length, held, expires_ms, forgotten FROM uploads WHERE coalition=? ORDER BY blob");
  select.bind(coalition);
  std::vector<std::pair<BlobId, Upload>> all;
  while (select.step()) {
    auto& [blob, upload] = all.emplace_back();
    if (!select.id(0, blob)) return damaged_database();
    HAKI_ASSIGN(upload, upload_in(select, 1));
  }
  HAKI_TRY(select.result());
  return all;
}

Result<Kind> Transaction::store(const BlobWrite& write) {
  if (write.upload || write.whole) {
    const CompartmentId& compartment = write.whole ? write.whole->compartment : write.upload->compartment;
    Statement erased = connection_.prepare("SELECT 1 FROM erased_blobs WHERE coalition=? AND blob=? AND compartment=?");
    const bool there = erased.bind(write.coalition).bind(write.blob).bind(compartment).step();
    HAKI_TRY(erased.result());
    if (there) return Kind::kErased;
  }
  std::uint64_t before = 0;
  {
    Statement select = connection_.prepare("SELECT held FROM uploads WHERE coalition=? AND blob=?");
    const bool there = select.bind(write.coalition).bind(write.blob).step();
    HAKI_TRY(select.result());
    if (there != write.held.has_value() || (there && select.u64(0) != *write.held)) return Kind::kMoved;
    before = write.held.value_or(0);
  }
  std::uint64_t total = 0;
  {
    Statement select = connection_.prepare("SELECT bytes FROM blob_bytes WHERE coalition=?");
    const bool there = select.bind(write.coalition).step();
    HAKI_TRY(select.result());
    total = there ? select.u64(0) : 0;
  }
  const std::uint64_t after = (write.upload ? write.upload->held : 0) + (write.whole ? write.whole->length : 0);
  total = total - before + after;
  if (after > before && write.bytes_max != 0 && total > write.bytes_max) return Kind::kTooMany;
  HAKI_TRY(store_upload(write));
  if (write.whole) {
    HAKI_TRY(connection_
                 .prepare("INSERT OR IGNORE INTO blobs(coalition, blob, compartment, device, length, whole_ms, bytes_then) "
                          "VALUES(?,?,?,?,?,?,?)")
                 .bind(write.coalition)
                 .bind(write.blob)
                 .bind(write.whole->compartment)
                 .bind(write.whole->device)
                 .bind(write.whole->length)
                 .bind(write.whole->whole_ms)
                 .bind(total)
                 .run());
    if (connection_.changes() != 1) return Kind::kMoved;
  }
  bytes_told_ = total;
  HAKI_TRY(connection_.prepare("INSERT OR REPLACE INTO blob_bytes(coalition, bytes) VALUES(?,?)")
               .bind(write.coalition)
               .bind(total)
               .run());
  return Kind::kDone;
}

Result<> Transaction::store_upload(const BlobWrite& write) {
  if (!write.upload) {
    if (!write.held) return {};
    return connection_.prepare("DELETE FROM uploads WHERE coalition=? AND blob=?").bind(write.coalition).bind(write.blob).run();
  }
  return connection_
      .prepare("INSERT OR REPLACE INTO uploads(coalition, blob, compartment, device, length, held, expires_ms, forgotten) "
               "VALUES(?,?,?,?,?,?,?,?)")
      .bind(write.coalition)
      .bind(write.blob)
      .bind(write.upload->compartment)
      .bind(write.upload->device)
      .bind(write.upload->length)
      .bind(write.upload->held)
      .bind(write.upload->expires_ms)
      .bind(std::int64_t{write.upload->forgotten})
      .run();
}

}  // namespace haki::storage
