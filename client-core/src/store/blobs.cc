#include "store/blobs.h"

#include <limits>

namespace haki::store {
namespace {

// A record that is not deleted names it: what somebody took back before it was sent stays here.
#define HAKI_BLOB_IS_NAMED \
  "EXISTS (SELECT 1 FROM attached JOIN record ON record.no = attached.record WHERE attached.blob = blob.id AND record.hidden = 0)"
#define HAKI_BLOB_COLUMNS \
  "no, id, compartment, sha256, content_bytes, sealed_bytes, rank, mine, here, wanted, moved, server_ms, receipt, over_quota, trouble"

BlobRow blob_in(const Statement& row) {
  BlobRow blob;
  blob.no = row.integer(0);
  blob.id = row.id<BlobId>(1);
  blob.compartment = row.id<CompartmentId>(2);
  blob.sha256 = row.id<Hash>(3);
  blob.content_bytes = static_cast<std::uint64_t>(row.integer(4));
  blob.sealed_bytes = static_cast<std::uint64_t>(row.integer(5));
  blob.rank = static_cast<BlobRank>(row.integer(6));
  blob.mine = row.integer(7) != 0;
  blob.here = row.integer(8) != 0;
  blob.wanted = row.integer(9) != 0;
  blob.moved = static_cast<std::uint64_t>(row.integer(10));
  blob.server_ms = row.integer(11);
  blob.receipt.assign(row.blob(12).begin(), row.blob(12).end());
  blob.over_quota = row.integer(13) != 0;
  blob.trouble = row.text(14);
  return blob;
}

std::int64_t bounded(std::uint64_t bytes) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

std::string write_blob_name(const BlobName& name) {
  Bytes bytes(name.id.bytes.begin(), name.id.bytes.end());
  bytes.insert(bytes.end(), name.key.view().begin(), name.key.view().end());
  std::string text = to_base64url(bytes);
  crypto::wipe(bytes);
  return text;
}

std::optional<BlobName> read_blob_name(std::string_view text) {
  std::optional<Bytes> bytes = from_base64url(text);
  if (!bytes || bytes->size() != BlobId::kSize + crypto::BlobKey::kSize) return std::nullopt;
  BlobName name{*BlobId::from(ByteView(*bytes).first(BlobId::kSize)), crypto::BlobKey(ByteView(*bytes).subspan(BlobId::kSize))};
  crypto::wipe(*bytes);
  return name;
}

Result<> Blobs::put(const BlobRow& row) {
  return database_.run(
      "INSERT INTO blob (id, compartment, sha256, content_bytes, sealed_bytes, rank, mine, here, wanted, moved, server_ms, "
      "receipt, over_quota, trouble) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      row.id.view(), row.compartment.view(), row.sha256.view(), bounded(row.content_bytes), bounded(row.sealed_bytes),
      static_cast<std::int64_t>(row.rank), row.mine ? 1 : 0, row.here ? 1 : 0, row.wanted ? 1 : 0, bounded(row.moved),
      row.server_ms, ByteView(row.receipt), row.over_quota ? 1 : 0, std::string_view(row.trouble));
}

Result<std::optional<BlobRow>> Blobs::find(const BlobId& id) {
  Statement row = database_.prepare("SELECT " HAKI_BLOB_COLUMNS " FROM blob WHERE id = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(id.view()).step());
  return found ? std::optional(blob_in(row)) : std::nullopt;
}

Result<std::optional<BlobRow>> Blobs::same_content(const CompartmentId& compartment, const Hash& sha256,
                                                   std::uint64_t content_bytes) {
  Statement row = database_.prepare("SELECT " HAKI_BLOB_COLUMNS
                                    " FROM blob WHERE sha256 = ? AND mine = 1 AND here = 1 AND compartment = ? AND content_bytes = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(sha256.view(), compartment.view(), bounded(content_bytes)).step());
  return found ? std::optional(blob_in(row)) : std::nullopt;
}

Result<std::vector<BlobRow>> Blobs::read(Statement& rows) {
  std::vector<BlobRow> blobs;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return blobs;
    blobs.push_back(blob_in(rows));
  }
}

Result<std::vector<BlobRow>> Blobs::to_send(std::uint64_t sealed_bytes_max, std::size_t at_most) {
  Statement rows = database_.prepare("SELECT " HAKI_BLOB_COLUMNS
                                     " FROM blob WHERE mine = 1 AND server_ms = 0 AND here = 1 AND sealed_bytes <= ? AND " HAKI_BLOB_IS_NAMED
                                     " ORDER BY rank, no LIMIT ?");
  rows.bind_all(bounded(sealed_bytes_max), at_most);
  return read(rows);
}

Result<std::vector<BlobRow>> Blobs::to_fetch(std::size_t at_most) {
  Statement rows = database_.prepare("SELECT " HAKI_BLOB_COLUMNS
                                     " FROM blob WHERE here = 0 AND (wanted = 1 OR over_quota = 0) "
                                     "AND " HAKI_BLOB_IS_NAMED " ORDER BY wanted DESC, asked_ms, rank, no LIMIT ?");
  rows.bind_all(at_most);
  return read(rows);
}

Result<std::vector<std::int64_t>> Blobs::records_of(const BlobId& id) {
  Statement rows = database_.prepare(
      "SELECT attached.record FROM attached JOIN record ON record.no = attached.record WHERE blob = ? AND hidden = 0 "
      "ORDER BY attached.record");
  rows.bind_all(id.view());
  std::vector<std::int64_t> records;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return records;
    records.push_back(rows.integer(0));
  }
}

Result<bool> Blobs::any_waiting() {
  HAKI_ASSIGN(const std::vector<BlobRow> sending, to_send(std::numeric_limits<std::int64_t>::max(), 1));
  if (!sending.empty()) return true;
  HAKI_ASSIGN(const std::vector<BlobRow> fetching, to_fetch(1));
  return !fetching.empty();
}

Result<std::int64_t> Blobs::record_of(const BlobId& id) {
  HAKI_ASSIGN(const std::vector<std::int64_t> records, records_of(id));
  return records.empty() ? std::int64_t{0} : records.front();
}

Result<std::vector<std::int64_t>> Blobs::records_without_row(std::int64_t after, std::size_t at_most) {
  Statement rows = database_.prepare(
      "SELECT attached.record FROM attached JOIN record ON record.no = attached.record LEFT JOIN blob ON blob.id = attached.blob "
      "WHERE attached.record > ? AND hidden = 0 AND attached.blob <> x'' AND blob.no IS NULL ORDER BY attached.record LIMIT ?");
  rows.bind_all(after, at_most);
  std::vector<std::int64_t> records;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return records;
    records.push_back(rows.integer(0));
  }
}

Result<std::set<BlobId>> Blobs::all() {
  Statement rows = database_.prepare("SELECT id FROM blob");
  std::set<BlobId> ids;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return ids;
    ids.insert(rows.id<BlobId>(0));
  }
}

Result<std::vector<std::int64_t>> Blobs::attached_records(Where where) {
  const std::string condition = where == Where::kUnsent ? "blob.mine = 1 AND blob.server_ms = 0" : "coalesce(blob.here, 0) = 0";
  Statement rows = database_.prepare(
      "SELECT attached.record FROM attached JOIN record ON record.no = attached.record LEFT JOIN blob ON blob.id = attached.blob "
      "WHERE hidden = 0 AND " + condition + " ORDER BY attached.record");
  std::vector<std::int64_t> records;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return records;
    records.push_back(rows.integer(0));
  }
}

Result<> Blobs::set_moved(const BlobId& id, std::uint64_t bytes) {
  return database_.run("UPDATE blob SET moved = ?, trouble = '' WHERE id = ?", bounded(bytes), id.view());
}

Result<> Blobs::set_at_server(const BlobId& id, std::int64_t time_ms, ByteView receipt) {
  return database_.run("UPDATE blob SET server_ms = ?, receipt = ?, moved = CASE mine WHEN 1 THEN sealed_bytes ELSE moved END, "
                       "trouble = '' WHERE id = ?", time_ms, receipt, id.view());
}

Result<> Blobs::set_here(const BlobId& id, bool here) {
  return database_.run("UPDATE blob SET here = ?, wanted = 0, trouble = '' WHERE id = ?", here ? 1 : 0, id.view());
}

Result<> Blobs::set_wanted(const BlobId& id) { return database_.run("UPDATE blob SET wanted = 1 WHERE id = ?", id.view()); }

Result<> Blobs::set_over_quota(const BlobId& id, bool over) {
  return database_.run("UPDATE blob SET over_quota = ? WHERE id = ?", over ? 1 : 0, id.view());
}

Result<> Blobs::set_not_at_server(const BlobId& id, std::int64_t now_ms) {
  return database_.run("UPDATE blob SET server_ms = 0, asked_ms = ? WHERE id = ?", now_ms, id.view());
}

Result<> Blobs::set_trouble(const BlobId& id, std::string_view trouble) {
  return database_.run("UPDATE blob SET trouble = ? WHERE id = ?", trouble, id.view());
}

Result<> Blobs::doubt_server() {
  return database_.run("UPDATE blob SET server_ms = 0, receipt = x'', moved = sealed_bytes WHERE mine = 1 AND here = 1 AND server_ms > 0");
}

Result<> Blobs::remove(const BlobId& id) { return database_.run("DELETE FROM blob WHERE id = ?", id.view()); }

Result<Blobs::Counts> Blobs::counts() {
  Statement row = database_.prepare(
      "SELECT count(*), coalesce(sum(sealed_bytes - moved), 0) FROM blob WHERE mine = 1 AND server_ms = 0 AND " HAKI_BLOB_IS_NAMED);
  HAKI_TRY(row.step());
  Counts counts;
  counts.unsent = static_cast<std::uint64_t>(row.integer(0));
  counts.unsent_bytes = static_cast<std::uint64_t>(row.integer(1));
  HAKI_ASSIGN(const std::int64_t here, database_.number("SELECT coalesce(sum(CASE here WHEN 1 THEN sealed_bytes ELSE moved * (1 - mine) END), 0) FROM blob"));
  counts.here_bytes = static_cast<std::uint64_t>(here);
  Statement missing = database_.prepare(
      "SELECT count(*), coalesce(sum(blob.wanted = 1), 0) FROM attached JOIN record ON record.no = attached.record "
      "LEFT JOIN blob ON blob.id = attached.blob WHERE hidden = 0 AND coalesce(blob.here, 0) = 0");
  HAKI_TRY(missing.step());
  counts.missing = static_cast<std::uint64_t>(missing.integer(0));
  counts.asked_for = static_cast<std::uint64_t>(missing.integer(1));
  return counts;
}

}  // namespace haki::store
