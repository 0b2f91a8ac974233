// Snapshots in SQLite: their frame, their bytes in pieces, their words.
#include "storage/sqlite/snapshots.h"

#include "base/little_endian.h"
#include "crypto/hash.h"
#include "storage/sqlite/reader.h"
#include "storage/sqlite/transaction.h"

namespace haki::storage {
namespace {

}  // namespace

Result<> remove_snapshot(Connection& connection, SnapshotKey snapshot) {
  HAKI_TRY(connection.prepare("DELETE FROM snapshot_pieces WHERE snapshot=?").bind(snapshot).run());
  HAKI_TRY(connection.prepare("DELETE FROM snapshot_words WHERE snapshot=?").bind(snapshot).run());
  return connection.prepare("DELETE FROM snapshots WHERE key=?").bind(snapshot).run();
}

Result<std::vector<HeldSnapshot>> SqliteSnapshot::held_snapshots(CoalitionKey coalition,
                                                                 const std::optional<CompartmentId>& compartment) {
  std::vector<HeldSnapshot> all;
  Statement select = compartment ? connection_->prepare("SELECT key, held, begun_ms, frame, superseded_ms FROM snapshots WHERE coalition=? "
                                                        "AND compartment=? ORDER BY key")
                                 : connection_->prepare("SELECT key, held, begun_ms, frame, superseded_ms FROM snapshots WHERE coalition=? ORDER BY key");
  select.bind(coalition);
  if (compartment) select.bind(*compartment);
  while (select.step()) {
    HeldSnapshot& held = all.emplace_back();
    held.key = select.integer(0);
    held.held = select.u64(1);
    held.begun_ms = select.integer(2);
    if (!select.blob(4).empty()) held.superseded_ms = select.integer(4);
    auto frame = envelope::FrameReader(select.blob(3)).next();
    auto* offer = frame ? std::get_if<envelope::Snapshot>(&*frame) : nullptr;
    if (offer == nullptr) return damaged_database();
    held.offer = std::move(*offer);
  }
  HAKI_TRY(select.result());
  for (HeldSnapshot& held : all) {
    Statement words = connection_->prepare("SELECT by, signature FROM snapshot_words WHERE snapshot=? LIMIT 16");
    words.bind(held.key);
    while (words.step()) {
      envelope::SnapshotSignature& word = held.offer.words.emplace_back();
      if (!words.id(0, word.by) || !words.id(1, word.signature)) return damaged_database();
    }
    HAKI_TRY(words.result());
  }
  return all;
}

Result<Bytes> SqliteSnapshot::snapshot_bytes(SnapshotKey snapshot, std::uint64_t offset, std::size_t at_most) {
  Bytes bytes;
  Statement select = connection_->prepare(
      "SELECT at, bytes FROM snapshot_pieces WHERE snapshot=?1 AND at >= ifnull((SELECT max(at) FROM snapshot_pieces WHERE "
      "snapshot=?1 AND at<=?2), 0) ORDER BY at");
  select.bind(snapshot).bind(offset);
  std::uint64_t next = offset;
  while (bytes.size() < at_most && select.step()) {
    const std::uint64_t at = select.u64(0);
    const ByteView piece = select.blob(1);
    if (at > next) return damaged_database();
    if (at + piece.size() <= next) continue;
    const ByteView rest = piece.subspan(static_cast<std::size_t>(next - at));
    const ByteView taken = rest.first(std::min(rest.size(), at_most - bytes.size()));
    base::append(bytes, taken);
    next += taken.size();
  }
  HAKI_TRY(select.result());
  return bytes;
}

Result<> Transaction::store_snapshot(const ExchangeWrite& write, const SnapshotWrite& one) {
  {
    Statement held = connection_.prepare("SELECT 1 FROM snapshots WHERE coalition=? AND compartment=? AND id=?");
    const bool there = held.bind(write.coalition).bind(one.compartment).bind(one.offer->id).step();
    HAKI_TRY(held.result());
    if (there) return {};
  }
  std::vector<SnapshotKey> unfinished;
  {
    Statement of_maker =
        connection_.prepare("SELECT key FROM snapshots WHERE coalition=? AND compartment=? AND by=? AND held<total");
    of_maker.bind(write.coalition).bind(one.compartment).bind(write.device);
    while (of_maker.step()) unfinished.push_back(of_maker.integer(0));
    HAKI_TRY(of_maker.result());
  }
  for (const SnapshotKey key : unfinished) HAKI_TRY(remove_snapshot(connection_, key));
  const Bytes frame = envelope::encode_frame(*one.offer);
  return connection_
      .prepare("INSERT INTO snapshots(coalition, compartment, id, by, covers, total, held, begun_ms, frame) "
               "VALUES(?,?,?,?,?,?,0,?,?)")
      .bind(write.coalition)
      .bind(one.compartment)
      .bind(one.offer->id)
      .bind(write.device)
      .bind(one.offer->covers())
      .bind(one.offer->bytes())
      .bind(write.now_ms)
      .bind(frame)
      .run();
}

Result<Outcome::Kind> Transaction::store(const LetGoWrite& write) {
  {
    Statement told = connection_.prepare("SELECT 1 FROM snapshots WHERE key=?");
    const bool there = told.bind(write.snapshot).step();
    HAKI_TRY(told.result());
    if (!there) return Outcome::Kind::kMoved;
  }
  std::vector<std::int64_t> ids;
  {
    Statement select = connection_.prepare(
        "SELECT id, length(sealed) + ifnull(length(remainder), 0) FROM items WHERE chain=? AND seq<=? AND received_ms<? AND "
        "(length(sealed)>0 OR remainder IS NOT NULL) ORDER BY seq LIMIT ?");
    select.bind(write.chain).bind(write.up_to_seq).bind(write.received_before_ms).bind(static_cast<std::int64_t>(write.at_most));
    while (select.step()) {
      ids.push_back(select.integer(0));
      bytes_told_ += select.u64(1);
    }
    HAKI_TRY(select.result());
  }
  items_let_go_ += ids.size();
  for (const std::int64_t id : ids) {
    if (write.only_count) break;
    Hash hash;
    std::uint64_t length = 0;
    {
      Statement sealed = connection_.prepare("SELECT sealed FROM items WHERE id=?");
      if (!sealed.bind(id).step()) return damaged_database();
      hash = crypto::hash32({sealed.blob(0)});
      length = sealed.blob(0).size();
    }
    if (length == 0) {  // erased before: what its header needs is there
      HAKI_TRY(connection_.prepare("UPDATE items SET remainder=NULL WHERE id=?").bind(id).run());
      continue;
    }
    HAKI_TRY(connection_.prepare("UPDATE items SET sealed=x'', sealed_length=?, sealed_hash=? WHERE id=?")
                 .bind(length)
                 .bind(hash)
                 .bind(id)
                 .run());
  }
  if (!write.only_count) {
    HAKI_TRY(connection_
                 .prepare("UPDATE log_bytes SET bytes=bytes-? WHERE (coalition, log)=(SELECT coalition, log FROM chains WHERE key=?)")
                 .bind(bytes_told_)
                 .bind(write.chain)
                 .run());
  }
  return Outcome::Kind::kDone;
}

// False where a piece does not continue what is held any more.
Result<bool> Transaction::store_snapshots(const ExchangeWrite& write) {
  for (const SnapshotWrite& one : write.snapshots) HAKI_TRY(store_snapshot(write, one));
  for (const SnapshotPieceWrite& piece : write.snapshot_pieces) {
    HAKI_TRY(connection_.prepare("UPDATE snapshots SET held=held+? WHERE key=? AND held=?")
                 .bind(std::uint64_t{piece.bytes.size()})
                 .bind(piece.snapshot)
                 .bind(piece.offset)
                 .run());
    if (connection_.changes() != 1) return false;
    HAKI_TRY(connection_.prepare("INSERT INTO snapshot_pieces(snapshot, at, bytes) VALUES(?,?,?)")
                 .bind(piece.snapshot)
                 .bind(piece.offset)
                 .bind(piece.bytes)
                 .run());
  }
  for (const SnapshotWordWrite& one : write.snapshot_words) {
    HAKI_TRY(connection_.prepare("INSERT OR IGNORE INTO snapshot_words(snapshot, by, signature) SELECT key, ?, ? FROM snapshots WHERE key=?")
                 .bind(one.word.by)
                 .bind(one.word.signature)
                 .bind(one.snapshot)
                 .run());
  }
  for (const auto& [key, since_ms] : write.snapshots_superseded) {
    Statement update = connection_.prepare("UPDATE snapshots SET superseded_ms=? WHERE key=?");
    if (since_ms) update.bind(*since_ms);
    else update.bind_null();
    HAKI_TRY(update.bind(key).run());
  }
  for (const SnapshotKey gone : write.snapshots_gone) HAKI_TRY(remove_snapshot(connection_, gone));
  return true;
}

}  // namespace haki::storage
