#include "store/ledger.h"

#include "base/little_endian.h"

namespace haki::store {
namespace {

Bytes copy_of(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }

}  // namespace

Result<> Ledger::put_entry(std::uint32_t seq, ByteView frame) {
  return database_.run("INSERT INTO membership_entry (seq, frame) VALUES (?, ?)", seq, frame);
}

Result<std::vector<Bytes>> Ledger::entries() {
  std::vector<Bytes> entries;
  Statement rows = database_.prepare("SELECT frame FROM membership_entry ORDER BY seq");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return entries;
    entries.push_back(copy_of(rows.blob(0)));
  }
}

Result<> Ledger::put_key(const KeptEpochKey& key) {
  return database_.run(
      "INSERT OR IGNORE INTO epoch_key (compartment, epoch, key, made_ms, readers) VALUES (?, ?, ?, ?, ?)",
      key.compartment.view(), key.epoch, key.key.view(), key.made_ms, key.readers.view());
}

Result<std::vector<KeptEpochKey>> Ledger::keys() {
  std::vector<KeptEpochKey> keys;
  Statement rows = database_.prepare("SELECT compartment, epoch, key, made_ms, readers FROM epoch_key");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return keys;
    if (rows.blob(2).size() != crypto::EpochKey::kSize) {
      return Error{Code::kDamaged, "A key in this home's store is damaged."};
    }
    keys.push_back({rows.id<CompartmentId>(0), static_cast<std::uint32_t>(rows.integer(1)), crypto::EpochKey(rows.blob(2)),
                    rows.integer(3), rows.id<Hash>(4)});
  }
}

Result<> Ledger::put_invite(const KeptInvite& invite) {
  return database_.run("INSERT INTO invite (id, body, districts, expires_ms) VALUES (?, ?, ?, ?)",
                       invite.id.view(), as_bytes(invite.text), std::string_view(invite.districts), invite.expires_ms);
}

Result<std::optional<KeptInvite>> Ledger::invite(const InviteId& id) {
  Statement row = database_.prepare("SELECT body, districts, expires_ms, used_by FROM invite WHERE id = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(id.view()).step());
  if (!found) return std::optional<KeptInvite>();
  KeptInvite invite{id, std::string(as_text(row.blob(0))), std::string(row.text(1)), row.integer(2), {}};
  if (!row.is_null(3)) invite.used_by = row.id<DeviceId>(3);
  return std::optional(std::move(invite));
}

Result<> Ledger::use_invite(const InviteId& id, const DeviceId& by) {
  return database_.run("UPDATE invite SET used_by = ?2 WHERE id = ?1", id.view(), by.view());
}

Result<> Ledger::put_join(const KeptJoin& join) {
  return database_.run(
      "INSERT INTO join_request (invite, device, frame, reason, approved) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (invite, device) DO UPDATE SET reason = excluded.reason, approved = max(approved, excluded.approved)",
      join.invite.view(), join.device.view(), ByteView(join.frame), std::string_view(join.reason), join.approved);
}

Result<std::vector<KeptJoin>> Ledger::joins() {
  std::vector<KeptJoin> joins;
  Statement rows = database_.prepare("SELECT invite, device, frame, reason, approved FROM join_request");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return joins;
    joins.push_back({rows.id<InviteId>(0), rows.id<DeviceId>(1), copy_of(rows.blob(2)), std::string(rows.text(3)),
                     rows.integer(4) != 0});
  }
}

Result<> Ledger::remove_join(const InviteId& invite, const DeviceId& device) {
  return database_.run("DELETE FROM join_request WHERE invite = ? AND device = ?", invite.view(), device.view());
}

Result<> Ledger::hold(const KeptItem& item) {
  return database_.run(
      "INSERT OR IGNORE INTO held (chain, first_seq, last_seq, epoch, header, sealed, reason, over_quota, remainder) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      item.chain, item.first_seq, item.last_seq, item.epoch, ByteView(item.header), ByteView(item.sealed),
      std::string_view(item.reason), item.over_quota, ByteView(item.remainder));
}

namespace {
Result<std::vector<KeptItem>> read_items(Statement& rows) {
  std::vector<KeptItem> items;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return items;
    items.push_back({rows.integer(0), rows.integer(1), static_cast<std::uint64_t>(rows.integer(2)),
                     static_cast<std::uint64_t>(rows.integer(3)), static_cast<std::uint32_t>(rows.integer(4)),
                     copy_of(rows.blob(5)), copy_of(rows.blob(6)), std::string(rows.text(7)), rows.integer(8) != 0,
                     copy_of(rows.blob(9))});
  }
}
}  // namespace

Result<> Ledger::fill_held(std::int64_t no, ByteView sealed, ByteView remainder) {
  return database_.run("UPDATE held SET sealed = ?, remainder = ? WHERE no = ?", sealed, remainder, no);
}

Result<std::vector<KeptItem>> Ledger::held(std::int64_t chain) {
  Statement rows = database_.prepare(
      "SELECT no, chain, first_seq, last_seq, epoch, header, sealed, reason, over_quota, remainder FROM held WHERE chain = ? ORDER BY last_seq");
  rows.bind_all(chain);
  return read_items(rows);
}

Result<> Ledger::release(std::int64_t no) { return database_.run("DELETE FROM held WHERE no = ?", no); }

Result<> Ledger::forget_after(std::int64_t chain, std::uint64_t seq) {
  HAKI_TRY(database_.run("DELETE FROM held WHERE chain = ? AND last_seq > ?", chain, seq));
  HAKI_TRY(database_.run("DELETE FROM quarantine WHERE chain = ? AND last_seq > ?", chain, seq));
  return database_.run("DELETE FROM kept_run WHERE chain = ? AND after_seq >= ?", chain, seq);
}

Result<> Ledger::forget_list() {
  HAKI_TRY(database_.execute("DELETE FROM membership_entry"));
  HAKI_TRY(database_.execute("DELETE FROM epoch_key"));
  return database_.execute("DELETE FROM intent");
}

Result<std::uint64_t> Ledger::held_count() {
  HAKI_ASSIGN(const std::int64_t count, database_.number("SELECT count(*) FROM held"));
  return static_cast<std::uint64_t>(count);
}

Result<> Ledger::quarantine(const KeptItem& item, std::int64_t time_ms) {
  return database_.run(
      "INSERT INTO quarantine (chain, first_seq, last_seq, reason, header, sealed, remainder, time_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      item.chain, item.first_seq, item.last_seq, std::string_view(item.reason), ByteView(item.header), ByteView(item.sealed),
      ByteView(item.remainder), time_ms);
}

Result<std::uint64_t> Ledger::quarantine_count() {
  HAKI_ASSIGN(const std::int64_t count, database_.number("SELECT count(*) FROM quarantine"));
  return static_cast<std::uint64_t>(count);
}

// The epoch of a quarantined item is read from its header (spec 30-envelope: bytes 92 to 95).
#define HAKI_QUARANTINE "SELECT no, chain, first_seq, last_seq, 0, header, sealed, reason, 0, remainder FROM quarantine"
namespace {
constexpr std::size_t kEpochOffset = 92;

Result<std::vector<KeptItem>> read_quarantine(Statement& rows) {
  HAKI_ASSIGN(std::vector<KeptItem> items, read_items(rows));
  for (KeptItem& item : items) item.epoch = base::load_le<std::uint32_t>(item.header.data() + kEpochOffset);
  return items;
}
}  // namespace

Result<std::vector<KeptItem>> Ledger::quarantined() {
  Statement rows = database_.prepare(HAKI_QUARANTINE " ORDER BY no");
  return read_quarantine(rows);
}

namespace {
Result<std::optional<KeptItem>> read_one_of_quarantine(Statement& rows) {
  HAKI_ASSIGN(std::vector<KeptItem> items, read_quarantine(rows));
  if (items.empty()) return std::optional<KeptItem>();
  return std::optional(std::move(items.front()));
}
}  // namespace

Result<std::optional<KeptItem>> Ledger::quarantined(std::int64_t chain, std::uint64_t last_seq) {
  Statement rows = database_.prepare(HAKI_QUARANTINE " WHERE chain = ? AND last_seq = ?");
  rows.bind_all(chain, last_seq);
  return read_one_of_quarantine(rows);
}

Result<std::optional<KeptItem>> Ledger::first_quarantined(std::int64_t chain) {
  Statement rows = database_.prepare(HAKI_QUARANTINE " WHERE chain = ? ORDER BY last_seq LIMIT 1");
  rows.bind_all(chain);
  return read_one_of_quarantine(rows);
}

Result<> Ledger::settle_quarantined(std::int64_t no) { return database_.run("DELETE FROM quarantine WHERE no = ?", no); }

Result<> Ledger::put_verdict(const Verdict& verdict) {
  return database_.run(
      "INSERT OR REPLACE INTO verdict (compartment, log, seq, hash, accepted) VALUES (?, ?, ?, ?, ?)",
      verdict.compartment.view(), verdict.log.view(), verdict.seq, verdict.hash.view(), verdict.accepted);
}

Result<std::optional<Verdict>> Ledger::verdict(const CompartmentId& compartment, const LogId& log, std::uint64_t seq) {
  Statement row = database_.prepare("SELECT hash, accepted FROM verdict WHERE compartment = ? AND log = ? AND seq = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(compartment.view(), log.view(), seq).step());
  if (!found) return std::optional<Verdict>();
  return std::optional(Verdict{compartment, log, seq, row.id<Hash>(0), row.integer(1) != 0});
}

Result<> Ledger::put_intent(const Intent& intent) {
  Bytes body, about;
  for (const DeviceId& device : intent.about) base::append(about, device.view());
  for (const Bytes& act : intent.acts) {
    base::append_le(body, static_cast<std::uint32_t>(act.size()));
    base::append(body, act);
  }
  return database_.run("INSERT INTO intent (acts, name, district, about) VALUES (?, ?, ?, ?)", ByteView(body), std::string_view(intent.name),
                       std::string_view(intent.district), ByteView(about));
}

Result<std::vector<Intent>> Ledger::intents() {
  std::vector<Intent> intents;
  Statement rows = database_.prepare("SELECT no, acts, name, district, about FROM intent ORDER BY no");
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return intents;
    Intent& intent = intents.emplace_back(Intent{rows.integer(0), {}, std::string(rows.text(2)), std::string(rows.text(3)), {}});
    for (ByteView ids = rows.blob(4); ids.size() >= sizeof(DeviceId); ids = ids.subspan(sizeof(DeviceId))) {
      intent.about.push_back(*DeviceId::from(ids.first(sizeof(DeviceId))));
    }
    ByteView rest = rows.blob(1);
    while (rest.size() > sizeof(std::uint32_t)) {
      const std::size_t size = base::load_le<std::uint32_t>(rest.data());
      rest = rest.subspan(sizeof(std::uint32_t));
      if (size > rest.size()) return Error{Code::kDamaged, "A change of the member list that waits in this home is damaged."};
      intent.acts.push_back(copy_of(rest.first(size)));
      rest = rest.subspan(size);
    }
  }
}

Result<> Ledger::remove_intent(std::int64_t no) { return database_.run("DELETE FROM intent WHERE no = ?", no); }

Result<> Ledger::put_wiped(const DeviceId& device, ByteView frame) {
  return database_.run("INSERT OR IGNORE INTO wiped (device, frame) VALUES (?, ?)", device.view(), frame);
}

Result<bool> Ledger::is_wiped(const DeviceId& device) {
  Statement row = database_.prepare("SELECT 1 FROM wiped WHERE device = ?");
  return row.bind_all(device.view()).step();
}

Result<> Ledger::keep_run(std::int64_t chain, std::uint64_t after_seq, std::uint64_t last_seq, const Hash& prev,
                          ByteView frame) {
  return database_.run("INSERT OR IGNORE INTO kept_run (chain, last_seq, after_seq, prev, frame) VALUES (?, ?, ?, ?, ?)", chain,
                       last_seq, after_seq, prev.view(), frame);
}

Result<std::optional<KeptRun>> Ledger::kept_run_with(std::int64_t chain, std::uint64_t seq) {
  Statement row = database_.prepare(
      "SELECT last_seq, frame, prev, after_seq FROM kept_run WHERE chain = ? AND last_seq >= ? ORDER BY last_seq LIMIT 1");
  HAKI_ASSIGN(const bool found, row.bind_all(chain, seq).step());
  if (!found || static_cast<std::uint64_t>(row.integer(3)) >= seq) return std::optional<KeptRun>();
  return std::optional(KeptRun{static_cast<std::uint64_t>(row.integer(0)), copy_of(row.blob(1)), Hash::from(row.blob(2)).value_or(Hash{})});
}

Result<> Ledger::replace_kept_run(std::int64_t chain, std::uint64_t last_seq, ByteView frame) {
  return database_.run("UPDATE kept_run SET frame = ?3 WHERE chain = ?1 AND last_seq = ?2", chain, last_seq, frame);
}

Result<std::vector<KeptRun>> Ledger::kept_runs(std::int64_t chain, std::uint64_t after_seq, std::size_t bytes_max) {
  std::vector<KeptRun> runs;
  std::size_t bytes = 0;
  // The first may begin before after_seq: the server passes over what it has.
  Statement rows = database_.prepare("SELECT last_seq, frame FROM kept_run WHERE chain = ? AND last_seq > ? ORDER BY last_seq");
  rows.bind_all(chain, after_seq);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return runs;
    bytes += rows.blob(1).size();
    if (!runs.empty() && bytes > bytes_max) return runs;
    runs.push_back({static_cast<std::uint64_t>(rows.integer(0)), copy_of(rows.blob(1))});
  }
}

Result<> Ledger::drop_kept_run(std::int64_t chain, std::uint64_t last_seq) {
  return database_.run("DELETE FROM kept_run WHERE chain = ? AND last_seq = ?", chain, last_seq);
}

Result<> Ledger::keep_epoch_key(const CompartmentId& compartment, std::uint32_t epoch, ByteView frame) {
  return database_.run("INSERT OR IGNORE INTO kept_epoch_key (compartment, epoch, frame) VALUES (?, ?, ?)",
                       compartment.view(), epoch, frame);
}

Result<std::vector<Bytes>> Ledger::kept_epoch_keys(const CompartmentId& compartment) {
  std::vector<Bytes> frames;
  Statement rows = database_.prepare("SELECT frame FROM kept_epoch_key WHERE compartment = ? ORDER BY epoch");
  rows.bind_all(compartment.view());
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return frames;
    frames.push_back(copy_of(rows.blob(0)));
  }
}

}  // namespace haki::store
