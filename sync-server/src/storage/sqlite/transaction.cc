#include "storage/sqlite/transaction.h"

#include <algorithm>
#include <utility>

namespace haki::storage {
namespace {

using Kind = Outcome::Kind;

}  // namespace

Result<Outcome> Transaction::apply(const Write& write) {
  const auto numbers_before = server_seq_;
  HAKI_TRY(connection_.prepare("SAVEPOINT one").run());
  const auto kind = std::visit([&](const auto& one) { return store(one); }, write);
  if (!kind) return kind.error();
  if (*kind != Kind::kDone) {
    HAKI_TRY(connection_.prepare("ROLLBACK TO one").run());
    HAKI_TRY(connection_.prepare("RELEASE one").run());
    server_seq_ = numbers_before;
    return Outcome{.kind = *kind};
  }
  HAKI_TRY(connection_.prepare("RELEASE one").run());
  Outcome outcome{.kind = Kind::kDone, .items = std::exchange(items_let_go_, 0), .bytes = std::exchange(bytes_told_, 0)};
  if (const auto* exchange = std::get_if<ExchangeWrite>(&write)) {
    HAKI_ASSIGN(const std::uint64_t* after, numbers_of(exchange->coalition));
    outcome.after = *after;
    const auto before = numbers_before.find(exchange->coalition);
    outcome.before = before != numbers_before.end() ? before->second : server_seq_at_begin_[exchange->coalition];
  }
  return outcome;
}

Result<> Transaction::finish() {
  for (const auto& [coalition, server_seq] : server_seq_) {
    HAKI_TRY(connection_.prepare("UPDATE coalitions SET server_seq=? WHERE key=? AND server_seq<?")
                 .bind(server_seq)
                 .bind(coalition)
                 .bind(server_seq)
                 .run());
  }
  return {};
}

Result<std::uint64_t*> Transaction::numbers_of(CoalitionKey coalition) {
  const auto known = server_seq_.find(coalition);
  if (known != server_seq_.end()) return &known->second;
  Statement select = connection_.prepare("SELECT server_seq FROM coalitions WHERE key=?");
  select.bind(coalition).step();
  HAKI_TRY(select.result());
  server_seq_at_begin_[coalition] = select.u64(0);
  return &(server_seq_[coalition] = select.u64(0));
}

Result<std::int64_t> Transaction::next_id(CoalitionKey coalition) {
  HAKI_ASSIGN(std::uint64_t * numbers, numbers_of(coalition));
  return row_id(coalition, ++*numbers);
}

Result<Kind> Transaction::store(const ExchangeWrite& write) {
  HAKI_ASSIGN(const bool counted, take_counter(write));
  if (!counted) return Kind::kMoved;
  if (write.membership) {
    HAKI_ASSIGN(const bool appended, append(write.coalition, *write.membership));
    if (!appended) return Kind::kMoved;
  }
  for (const EpochKeyWrite& key : write.epoch_keys) {
    HAKI_ASSIGN(const bool stored, store_epoch_key(write.coalition, key));
    if (!stored) return Kind::kMoved;
  }
  for (const RunWrite& one : write.runs) {
    HAKI_ASSIGN(const bool stored, store_run(write, one));
    if (!stored) return Kind::kMoved;
  }
  HAKI_ASSIGN(const bool erased, store_erasures(write));
  if (!erased) return Kind::kMoved;
  HAKI_ASSIGN(const bool pieces_fit, store_snapshots(write));
  if (!pieces_fit) return Kind::kMoved;
  if (write.wiped) HAKI_TRY(store_wiped(write));
  return Kind::kDone;
}

// Whether it was new. A device is wiped once.
Result<bool> Transaction::store_wiped(const ExchangeWrite& write) {
  {
    Statement held = connection_.prepare("SELECT 1 FROM wiped WHERE coalition=? AND device=?");
    const bool there = held.bind(write.coalition).bind(write.device).step();
    HAKI_TRY(held.result());
    if (there) return false;
  }
  HAKI_ASSIGN(const auto id, next_id(write.coalition));
  HAKI_TRY(connection_.prepare("INSERT INTO wiped(id, coalition, device, frame) VALUES(?,?,?,?)")
               .bind(id)
               .bind(write.coalition)
               .bind(write.device)
               .bind(*write.wiped)
               .run());
  return true;
}

Result<Kind> Transaction::store(const AppendWrite& write) {
  HAKI_ASSIGN(const bool appended, append(write.coalition, write.membership));
  return appended ? Kind::kDone : Kind::kMoved;
}

Result<bool> Transaction::take_counter(const ExchangeWrite& write) {
  if (!write.state) return true;
  HAKI_TRY(connection_.prepare("UPDATE devices SET counter=?, beacon_ms=? WHERE coalition=? AND device=? AND counter<?")
               .bind(write.state->counter)
               .bind(write.state->beacon_ms)
               .bind(write.coalition)
               .bind(write.device)
               .bind(write.state->counter)
               .run());
  if (connection_.changes() == 1) return true;
  HAKI_TRY(connection_.prepare("INSERT OR IGNORE INTO devices(counter, beacon_ms, coalition, device) VALUES(?,?,?,?)")
               .bind(write.state->counter)
               .bind(write.state->beacon_ms)
               .bind(write.coalition)
               .bind(write.device)
               .run());
  return connection_.changes() == 1;
}

Result<bool> Transaction::append(CoalitionKey coalition, const MembershipWrite& write) {
  HAKI_TRY(connection_.prepare("UPDATE coalitions SET entries=? WHERE key=? AND entries=?")
               .bind(write.expected_count + write.entries.size())
               .bind(coalition)
               .bind(write.expected_count)
               .run());
  if (connection_.changes() != 1) return false;
  std::uint64_t seq = write.expected_count;
  for (const Bytes& entry : write.entries) {
    HAKI_TRY(connection_.prepare("INSERT INTO membership(coalition, seq, frame) VALUES(?,?,?)")
                 .bind(coalition)
                 .bind(seq++)
                 .bind(entry)
                 .run());
  }
  for (const auto& [device, frame] : write.grants) {
    HAKI_ASSIGN(const auto id, next_id(coalition));
    HAKI_TRY(connection_.prepare("INSERT INTO grants(id, coalition, device, frame) VALUES(?,?,?,?)")
                 .bind(id)
                 .bind(coalition)
                 .bind(device)
                 .bind(frame)
                 .run());
  }
  for (const DeviceId& device : write.admitted) {
    HAKI_TRY(
        connection_.prepare("DELETE FROM joins WHERE coalition=? AND device=?").bind(coalition).bind(device).run());
  }
  return true;
}

Result<bool> Transaction::store_epoch_key(CoalitionKey coalition, const EpochKeyWrite& write) {
  {
    Statement held =
        connection_.prepare("SELECT 1 FROM epoch_keys WHERE coalition=? AND compartment=? AND epoch=? LIMIT 1");
    const bool there = held.bind(coalition).bind(write.compartment).bind(write.held.epoch).step();
    HAKI_TRY(held.result());
    if (there) return false;
  }
  HAKI_ASSIGN(const auto id, next_id(coalition));
  HAKI_TRY(
      connection_
          .prepare(
              "INSERT INTO epoch_keys(id, coalition, compartment, epoch, key_id, m_seq, frame) VALUES(?,?,?,?,?,?,?)")
          .bind(id)
          .bind(coalition)
          .bind(write.compartment)
          .bind(write.held.epoch)
          .bind(write.held.key)
          .bind(write.held.m_seq)
          .bind(write.frame)
          .run());
  return true;
}

// The chain the run extends, made where it has none yet; `moved` if its head is not what the run was checked against.
Result<ChainKey> Transaction::chain_for(CoalitionKey coalition, const RunWrite& write, bool& moved) {
  Statement select =
      connection_.prepare("SELECT key, seq, hash FROM chains WHERE coalition=? AND log=? AND compartment=?");
  const bool there = select.bind(coalition).bind(write.log).bind(write.compartment).step();
  HAKI_TRY(select.result());
  if (there) {
    const bool same =
        select.u64(1) == write.expected.seq && std::ranges::equal(select.blob(2), write.expected.hash.view());
    moved = !same;
    return select.integer(0);
  }
  moved = write.expected.seq != 0;
  if (moved) return ChainKey{0};
  HAKI_TRY(connection_
               .prepare("INSERT INTO chains(coalition, log, compartment, seq, hash, epoch, m_seq, server_seq) "
                        "VALUES(?,?,?,0,x'',0,0,0)")
               .bind(coalition)
               .bind(write.log)
               .bind(write.compartment)
               .run());
  return connection_.last_row();
}

// False where the run was judged by another number than is held now.
Result<bool> Transaction::count_bytes(CoalitionKey coalition, const RunWrite& write) {
  std::uint64_t bytes = 0;
  for (const envelope::VerifiedItem& item : write.items) bytes += bytes_kept(*item.item);
  HAKI_TRY(connection_.prepare("UPDATE log_bytes SET bytes=bytes+? WHERE coalition=? AND log=? AND bytes=?")
               .bind(bytes)
               .bind(coalition)
               .bind(write.log)
               .bind(write.expected_bytes)
               .run());
  if (connection_.changes() == 1) return true;
  if (write.expected_bytes != 0) return false;
  HAKI_TRY(connection_.prepare("INSERT OR IGNORE INTO log_bytes(coalition, log, bytes) VALUES(?,?,?)")
               .bind(coalition)
               .bind(write.log)
               .bind(bytes)
               .run());
  return connection_.changes() == 1;
}

Result<bool> Transaction::store_run(const ExchangeWrite& exchange, const RunWrite& write) {
  bool moved = false;
  HAKI_ASSIGN(const ChainKey chain, chain_for(exchange.coalition, write, moved));
  if (moved) return false;
  HAKI_ASSIGN(const bool counted, count_bytes(exchange.coalition, write));
  if (!counted) return false;
  Hash prev = write.expected.hash;
  std::int64_t id = 0;
  for (const envelope::VerifiedItem& item : write.items) {
    HAKI_ASSIGN(id, next_id(exchange.coalition));
    HAKI_TRY(store_item(chain, write, item, prev.view().first(8), id, exchange.now_ms));
    prev = item.hash;
  }
  HAKI_TRY(connection_.prepare("UPDATE chains SET seq=?, hash=?, epoch=?, m_seq=?, server_seq=? WHERE key=?")
               .bind(write.items.back().last_seq)
               .bind(prev)
               .bind(write.run->epoch)
               .bind(write.run->m_seq)
               .bind(server_seq_of(id))
               .bind(chain)
               .run());
  return true;
}

Result<> Transaction::store_item(ChainKey chain, const RunWrite& write, const envelope::VerifiedItem& verified,
                                 ByteView prev8, std::int64_t id, std::int64_t now_ms) {
  const envelope::Item& item = *verified.item;
  Statement insert = connection_.prepare(
      "INSERT INTO items(id, chain, seq, first_seq, hash, received_ms, prev8, epoch, m_seq, kind, nonce, sealed, "
      "over_quota, beacon, grp, witness, signature, sealed_length, sealed_hash, remainder) "
      "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  const Bytes remainder = item.remainder ? envelope::encode_remainder(*item.remainder) : Bytes();
  insert.bind(id)
      .bind(chain)
      .bind(verified.last_seq)
      .bind(verified.first_seq)
      .bind(verified.hash)
      .bind(now_ms)
      .bind(prev8)
      .bind(write.run->epoch)
      .bind(write.run->m_seq)
      .bind(std::int64_t{item.kind})
      .bind(item.nonce)
      .bind(item.sealed)
      .bind(std::int64_t{write.over_quota});
  const auto bind_unless_zero = [&](const auto& id_or_hash) {
    if (id_or_hash.is_zero()) insert.bind_null();
    else insert.bind(id_or_hash);
  };
  bind_unless_zero(write.run->beacon);
  bind_unless_zero(item.group);
  bind_unless_zero(item.witness);
  if (item.signature) insert.bind(*item.signature);
  else insert.bind_null();
  if (item.remainder) insert.bind(item.sealed_length).bind(item.sealed_hash).bind(remainder);
  return insert.run();
}

Result<Kind> Transaction::store(const FoundWrite& write) {
  HAKI_TRY(connection_.prepare("UPDATE tokens SET used_by=? WHERE secret_hash=? AND used_by IS NULL")
               .bind(write.org)
               .bind(write.token)
               .run());
  if (connection_.changes() != 1) return Kind::kMoved;
  HAKI_TRY(
      connection_
          .prepare(
              "INSERT OR IGNORE INTO coalitions(org, founded_ms, founding_head, server_seq, entries) VALUES(?,?,?,0,0)")
          .bind(write.org)
          .bind(write.now_ms)
          .bind(write.founding_head)
          .run());
  if (connection_.changes() != 1) return Kind::kMoved;
  HAKI_ASSIGN(const bool appended, append(connection_.last_row(), write.membership));
  return appended ? Kind::kDone : Kind::kMoved;
}

Result<Kind> Transaction::store(const JoinWrite& write) {
  HAKI_TRY(connection_.prepare("DELETE FROM joins WHERE expires_ms<?").bind(write.now_ms).run());
  std::uint64_t of_invite = 0;
  {
    Statement held = connection_.prepare("SELECT frame FROM joins WHERE coalition=? AND invite=?");
    held.bind(write.coalition).bind(write.invite);
    while (held.step()) {
      if (std::ranges::equal(held.blob(0), write.frame)) return Kind::kDone;
      ++of_invite;
    }
    HAKI_TRY(held.result());
  }
  Statement count = connection_.prepare("SELECT count(*) FROM joins WHERE coalition=?");
  count.bind(write.coalition).step();
  HAKI_TRY(count.result());
  if (of_invite >= write.per_invite_max || count.u64(0) >= write.pending_max) return Kind::kTooMany;
  HAKI_ASSIGN(const auto id, next_id(write.coalition));
  HAKI_TRY(
      connection_.prepare("INSERT INTO joins(id, coalition, invite, device, expires_ms, frame) VALUES(?,?,?,?,?,?)")
          .bind(id)
          .bind(write.coalition)
          .bind(write.invite)
          .bind(write.device)
          .bind(write.expires_ms)
          .bind(write.frame)
          .run());
  return Kind::kDone;
}

Result<Kind> Transaction::store(const TokenWrite& write) {
  HAKI_TRY(connection_.prepare("INSERT INTO tokens(secret_hash, name_hint, expires_ms) VALUES(?,?,?)")
               .bind(write.secret_hash)
               .bind_text(write.name_hint)
               .bind(write.expires_ms)
               .run());
  return Kind::kDone;
}

}  // namespace haki::storage
