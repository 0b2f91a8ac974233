#include "store/outbox.h"

namespace haki::store {

Result<> Outbox::put(const SealedFrame& sealed) {
  return database_.run("INSERT INTO outbox (chain, last_seq, kind, hash, frame) VALUES (?, ?, ?, ?, ?)", sealed.chain,
                       sealed.last_seq, static_cast<std::int64_t>(sealed.kind), sealed.hash.view(), ByteView(sealed.frame));
}

Result<std::vector<SealedFrame>> Outbox::waiting(std::size_t bytes_max) {
  std::vector<SealedFrame> frames;
  std::size_t bytes = 0;
  Statement rows =
      database_.prepare("SELECT no, chain, last_seq, kind, hash, frame FROM outbox WHERE receipted = 0 AND length(frame) > 0 ORDER BY no");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return frames;
    const ByteView frame = rows.blob(5);
    bytes += frame.size();
    if (!frames.empty() && bytes > bytes_max) return frames;
    frames.push_back({rows.integer(0), rows.integer(1), static_cast<std::uint64_t>(rows.integer(2)),
                      static_cast<SealedKind>(rows.integer(3)), rows.id<Hash>(4), Bytes(frame.begin(), frame.end())});
  }
}

Result<bool> Outbox::any_waiting() {
  HAKI_ASSIGN(const std::int64_t any, database_.number("SELECT EXISTS (SELECT 1 FROM outbox WHERE receipted = 0 AND length(frame) > 0)"));
  return any != 0;
}

Result<std::optional<Hash>> Outbox::hash_at(std::int64_t chain, std::uint64_t last_seq) {
  Statement row = database_.prepare("SELECT hash FROM outbox WHERE chain = ? AND last_seq = ? AND kind = 1");
  HAKI_ASSIGN(const bool found, row.bind_all(chain, last_seq).step());
  return found ? std::optional(row.id<Hash>(0)) : std::optional<Hash>();
}

Result<std::optional<SealedFrame>> Outbox::with(std::int64_t chain, std::uint64_t seq) {
  // An item has its own frame, and follows the one before it: the first that reaches `seq` holds it, unless it was let go of.
  Statement row = database_.prepare(
      "SELECT no, last_seq, hash, frame FROM outbox WHERE chain = ? AND last_seq >= ? AND kind = 1 ORDER BY last_seq LIMIT 1");
  HAKI_ASSIGN(const bool found, row.bind_all(chain, seq).step());
  if (!found) return std::optional<SealedFrame>();
  return std::optional(SealedFrame{row.integer(0), chain, static_cast<std::uint64_t>(row.integer(1)), SealedKind::kRun, row.id<Hash>(2),
                                   Bytes(row.blob(3).begin(), row.blob(3).end())});
}

Result<> Outbox::replace(std::int64_t no, ByteView frame) {
  return database_.run("UPDATE outbox SET frame = ?2 WHERE no = ?1", no, frame);
}

Result<Bytes> Outbox::frame_at(std::int64_t chain, std::uint64_t last_seq) {
  Statement row = database_.prepare("SELECT frame FROM outbox WHERE chain = ? AND last_seq = ? AND kind = 1");
  HAKI_ASSIGN(const bool found, row.bind_all(chain, last_seq).step());
  return found ? Bytes(row.blob(0).begin(), row.blob(0).end()) : Bytes();
}

// 0 stands for "not yet", so a clock that stands at 1970 must not say it.
static std::int64_t receipt_time(std::int64_t time_ms) { return time_ms == 0 ? 1 : time_ms; }

Result<> Outbox::mark_receipted(std::int64_t chain, std::uint64_t last_seq, std::int64_t time_ms) {
  return database_.run("UPDATE outbox SET receipted = ?3 WHERE chain = ?1 AND last_seq <= ?2 AND receipted = 0", chain,
                       last_seq, receipt_time(time_ms));
}

Result<> Outbox::mark_epoch_key_receipted(std::int64_t no, std::int64_t time_ms) {
  return database_.run("UPDATE outbox SET receipted = ?2 WHERE no = ?1 AND kind = 2", no, receipt_time(time_ms));
}

Result<> Outbox::requeue_after(std::int64_t chain, std::uint64_t last_seq) {
  return database_.run("UPDATE outbox SET receipted = 0 WHERE chain = ? AND (last_seq > ? OR kind = 2)", chain, last_seq);
}

Result<> Outbox::drop_unconfirmed() { return database_.run("DELETE FROM outbox WHERE receipted = 0"); }

Result<> Outbox::drop_safe(std::int64_t chain, std::uint64_t acked_seq) {
  return database_.run("DELETE FROM outbox WHERE chain = ? AND last_seq < ? AND kind = 1 AND receipted > 0 AND NOT EXISTS "
                       "(SELECT 1 FROM erased_item WHERE erased_item.chain = outbox.chain AND erased_item.last_seq = outbox.last_seq)",
                       chain, acked_seq);
}

}  // namespace haki::store
