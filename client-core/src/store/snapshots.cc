#include "store/snapshots.h"

#include "base/little_endian.h"

namespace haki::store {

Result<std::vector<KeptSnapshot>> Snapshots::all() {
  std::vector<KeptSnapshot> all;
  Statement rows = database_.prepare("SELECT compartment, frame, state, parts, confirmed, at_once, complete FROM snapshot");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return all;
    const ByteView frame = rows.blob(1);
    all.push_back({rows.id<CompartmentId>(0), Bytes(frame.begin(), frame.end()), static_cast<SnapshotState>(rows.integer(2)),
                   static_cast<std::uint32_t>(rows.integer(3)), static_cast<std::uint32_t>(rows.integer(4)),
                   rows.integer(5) != 0, rows.integer(6) != 0});
  }
}

Result<> Snapshots::put(const KeptSnapshot& snapshot) {
  return database_.run(
      "INSERT OR REPLACE INTO snapshot (compartment, frame, state, parts, confirmed, at_once, complete) VALUES (?, ?, ?, ?, ?, ?, ?)",
      snapshot.compartment.view(), ByteView(snapshot.frame), static_cast<std::int64_t>(snapshot.state), snapshot.parts,
      snapshot.confirmed, snapshot.at_once, snapshot.complete);
}

Result<> Snapshots::remove(const CompartmentId& compartment) {
  HAKI_TRY(drop_pieces(compartment));
  HAKI_TRY(drop_leaves(compartment));
  HAKI_TRY(database_.run("DELETE FROM snapshot_chain WHERE compartment = ?", compartment.view()));
  return database_.run("DELETE FROM snapshot WHERE compartment = ?", compartment.view());
}

Result<> Snapshots::add_piece(const CompartmentId& compartment, ByteView bytes) {
  return database_.run("INSERT INTO snapshot_piece (compartment, bytes) VALUES (?, ?)", compartment.view(), bytes);
}

Result<Bytes> Snapshots::pieces(const CompartmentId& compartment) {
  Bytes joined;
  Statement rows = database_.prepare("SELECT bytes FROM snapshot_piece WHERE compartment = ? ORDER BY no");
  rows.bind_all(compartment.view());
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return joined;
    base::append(joined, rows.blob(0));
  }
}

Result<> Snapshots::drop_pieces(const CompartmentId& compartment) {
  return database_.run("DELETE FROM snapshot_piece WHERE compartment = ?", compartment.view());
}

Result<> Snapshots::add_leaf(const CompartmentId& compartment, const Hash& leaf) {
  return database_.run("INSERT INTO snapshot_leaf (compartment, hash) VALUES (?, ?)", compartment.view(), leaf.view());
}

Result<std::vector<Hash>> Snapshots::leaves(const CompartmentId& compartment) {
  std::vector<Hash> leaves;
  Statement rows = database_.prepare("SELECT hash FROM snapshot_leaf WHERE compartment = ? ORDER BY hash");
  rows.bind_all(compartment.view());
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return leaves;
    leaves.push_back(rows.id<Hash>(0));
  }
}

Result<> Snapshots::drop_leaves(const CompartmentId& compartment) {
  return database_.run("DELETE FROM snapshot_leaf WHERE compartment = ?", compartment.view());
}

Result<> Snapshots::put_moved(const CompartmentId& compartment, const MovedChain& moved) {
  const Chain& before = moved.before;
  return database_.run(
      "INSERT OR REPLACE INTO snapshot_chain (chain, compartment, applied_seq, head_seq, head, m_seq, epoch, audit_seq, audit_head, "
      "audit_epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      before.no, compartment.view(), before.applied_seq, before.head_seq, before.head.view(), before.m_seq, before.epoch,
      moved.audit_seq, moved.audit_head.view(), moved.audit_epoch);
}

Result<std::vector<MovedChain>> Snapshots::moved(const CompartmentId& compartment) {
  std::vector<MovedChain> all;
  Statement rows = database_.prepare(
      "SELECT chain, applied_seq, head_seq, head, m_seq, epoch, audit_seq, audit_head, audit_epoch FROM snapshot_chain "
      "WHERE compartment = ? ORDER BY chain");
  rows.bind_all(compartment.view());
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return all;
    MovedChain& moved = all.emplace_back();
    moved.before.no = rows.integer(0);
    moved.before.applied_seq = static_cast<std::uint64_t>(rows.integer(1));
    moved.before.head_seq = static_cast<std::uint64_t>(rows.integer(2));
    moved.before.head = rows.id<Hash>(3);
    moved.before.m_seq = static_cast<std::uint32_t>(rows.integer(4));
    moved.before.epoch = static_cast<std::uint32_t>(rows.integer(5));
    moved.audit_seq = static_cast<std::uint64_t>(rows.integer(6));
    moved.audit_head = rows.id<Hash>(7);
    moved.audit_epoch = static_cast<std::uint32_t>(rows.integer(8));
  }
}

Result<> Snapshots::put_made(const CompartmentId& compartment, ByteView frame) {
  return database_.run("INSERT INTO snapshot_made (compartment, frame) VALUES (?, ?)", compartment.view(), frame);
}

Result<> Snapshots::put_made_part(const CompartmentId& compartment, std::uint32_t number, ByteView bytes) {
  return database_.run("INSERT INTO snapshot_made_part (compartment, number, bytes) VALUES (?, ?, ?)", compartment.view(), number,
                       bytes);
}

Result<std::optional<Snapshots::Made>> Snapshots::made() {
  Statement row = database_.prepare("SELECT compartment, frame FROM snapshot_made LIMIT 1");
  HAKI_ASSIGN(const bool found, row.step());
  if (!found) return std::optional<Made>();
  const ByteView frame = row.blob(1);
  return std::optional(Made{row.id<CompartmentId>(0), Bytes(frame.begin(), frame.end())});
}

Result<Bytes> Snapshots::made_part(const CompartmentId& compartment, std::uint32_t number) {
  Statement row = database_.prepare("SELECT bytes FROM snapshot_made_part WHERE compartment = ? AND number = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(compartment.view(), number).step());
  if (!found) return Error{Code::kDamaged, "A part of a snapshot that was being sent is missing in this home's store."};
  const ByteView bytes = row.blob(0);
  return Bytes(bytes.begin(), bytes.end());
}

Result<> Snapshots::remove_made(const CompartmentId& compartment) {
  HAKI_TRY(database_.run("DELETE FROM snapshot_made_part WHERE compartment = ?", compartment.view()));
  return database_.run("DELETE FROM snapshot_made WHERE compartment = ?", compartment.view());
}

}  // namespace haki::store
