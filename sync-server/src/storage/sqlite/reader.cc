#include "storage/sqlite/reader.h"

#include <algorithm>

#include "storage/sqlite/transaction.h"

namespace haki::storage {
namespace {

// Up to so many chains are read one by one along their own index and put in order; beyond, the coalition's rows are
// read in order and those of other chains passed over.
constexpr std::size_t kFewChains = 32;
// So many of a chain at a time: one with a long history costs no more than its part of the reply.
constexpr std::size_t kIdsPerChainMax = 4096;

constexpr const char* kItemColumns =
    "SELECT id, chain, first_seq, seq, prev8, epoch, m_seq, beacon, kind, grp, witness, nonce, signature, sealed_length, sealed_hash, sealed, over_quota, remainder "
    "FROM items ";

template <typename T>
bool id_or_zero(const Statement& row, int column, T& out) {
  return row.blob(column).empty() || row.id(column, out);
}

Result<StoredItem> item_of(const Statement& row) {
  StoredItem out;
  out.server_seq = server_seq_of(row.integer(0));
  out.chain = row.integer(1);
  out.first_seq = row.u64(2);
  out.item.sets = static_cast<std::uint32_t>(row.u64(3) - out.first_seq + 1);
  const ByteView prev8 = row.blob(4);
  if (prev8.size() != out.prev8.size()) return damaged_database();
  std::ranges::copy(prev8, out.prev8.begin());
  out.epoch = row.u32(5);
  out.m_seq = row.u32(6);
  out.item.kind = static_cast<std::uint8_t>(row.integer(8));
  const bool whole = id_or_zero(row, 7, out.beacon) && id_or_zero(row, 9, out.item.group) &&
                     id_or_zero(row, 10, out.item.witness) && row.id(11, out.item.nonce);
  if (!whole) return damaged_database();
  if (!row.blob(12).empty() && !row.id(12, out.item.signature.emplace())) return damaged_database();
  out.over_quota = row.integer(16) != 0;
  const ByteView sealed = row.blob(15);
  out.item.sealed.assign(sealed.begin(), sealed.end());
  if (sealed.empty()) {  // let go: what its header needs is here
    out.item.sealed_length = row.u32(13);
    if (!row.id(14, out.item.sealed_hash)) return damaged_database();
    if (!row.blob(17).empty()) {  // something was erased
      out.item.remainder = envelope::decode_remainder(row.blob(17));
      if (!out.item.remainder) return damaged_database();
    }
  }
  return out;
}

Bytes copy(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }

Result<std::vector<StoredFrame>> frames(Statement& statement, bool with_compartment) {
  std::vector<StoredFrame> out;
  while (statement.step()) {
    StoredFrame& frame = out.emplace_back();
    frame.server_seq = server_seq_of(statement.integer(0));
    frame.frame = copy(statement.blob(1));
    if (with_compartment && !statement.id(2, frame.compartment)) return damaged_database();
  }
  HAKI_TRY(statement.result());
  return out;
}

Result<std::optional<HeldEpochKey>> held_epoch_key(Statement& statement) {
  const bool there = statement.step();
  HAKI_TRY(statement.result());
  if (!there) return std::optional<HeldEpochKey>();
  HeldEpochKey held{statement.u32(0), {}, statement.u32(2)};
  if (!statement.id(1, held.key)) return damaged_database();
  return std::optional(held);
}

}  // namespace

SqliteSnapshot::SqliteSnapshot(std::unique_ptr<Connection> connection,
                               std::function<void(std::unique_ptr<Connection>)> give_back)
    : connection_(std::move(connection)), give_back_(std::move(give_back)) {}

SqliteSnapshot::~SqliteSnapshot() {
  (void)connection_->prepare("COMMIT").run();
  give_back_(std::move(connection_));
}

Result<> SqliteSnapshot::begin() { return connection_->prepare("BEGIN").run(); }

Result<std::optional<Coalition>> SqliteSnapshot::coalition(const CoalitionId& org) {
  Statement select =
      connection_->prepare("SELECT key, founded_ms, founding_head, server_seq, entries FROM coalitions WHERE org=?");
  const bool there = select.bind(org).step();
  HAKI_TRY(select.result());
  if (!there) return std::optional<Coalition>();
  Coalition out{select.integer(0), select.integer(1), {}, select.u64(3), select.u64(4)};
  if (!select.id(2, out.founding_head)) return damaged_database();
  return std::optional(out);
}

Result<std::vector<CoalitionId>> SqliteSnapshot::coalitions() {
  Statement select = connection_->prepare("SELECT org FROM coalitions ORDER BY key");
  std::vector<CoalitionId> out;
  while (select.step()) {
    if (!select.id(0, out.emplace_back())) return damaged_database();
  }
  HAKI_TRY(select.result());
  return out;
}

Result<std::vector<Bytes>> SqliteSnapshot::entries(CoalitionKey coalition, std::uint64_t from, std::size_t at_most) {
  Statement select =
      connection_->prepare("SELECT frame FROM membership WHERE coalition=? AND seq>=? ORDER BY seq LIMIT ?");
  select.bind(coalition).bind(from).bind(static_cast<std::int64_t>(at_most));
  std::vector<Bytes> out;
  while (select.step()) out.push_back(copy(select.blob(0)));
  HAKI_TRY(select.result());
  return out;
}

Result<DeviceState> SqliteSnapshot::device(CoalitionKey coalition, const DeviceId& device) {
  Statement select = connection_->prepare("SELECT counter, beacon_ms FROM devices WHERE coalition=? AND device=?");
  const bool there = select.bind(coalition).bind(device).step();
  HAKI_TRY(select.result());
  if (!there) return DeviceState{};
  return DeviceState{select.u64(0), select.integer(1)};
}

Result<std::vector<Chain>> SqliteSnapshot::chains(Statement& statement) {
  std::vector<Chain> out;
  while (statement.step()) {
    Chain& chain = out.emplace_back();
    chain.key = statement.integer(0);
    chain.head.seq = statement.u64(3);
    chain.epoch = statement.u32(5);
    chain.m_seq = statement.u32(6);
    chain.server_seq = statement.u64(7);
    if (!statement.id(1, chain.compartment) || !statement.id(2, chain.log) || !statement.id(4, chain.head.hash)) {
      return damaged_database();
    }
  }
  HAKI_TRY(statement.result());
  return out;
}

Result<std::vector<Chain>> SqliteSnapshot::chains_of_log(CoalitionKey coalition, const LogId& log) {
  Statement select = connection_->prepare(
      "SELECT key, compartment, log, seq, hash, epoch, m_seq, server_seq FROM chains WHERE coalition=? AND log=?");
  return chains(select.bind(coalition).bind(log));
}

Result<std::vector<Chain>> SqliteSnapshot::chains_above(CoalitionKey coalition, std::uint64_t server_seq) {
  Statement select = connection_->prepare(
      "SELECT key, compartment, log, seq, hash, epoch, m_seq, server_seq FROM chains WHERE coalition=? AND "
      "server_seq>?");
  return chains(select.bind(coalition).bind(server_seq));
}

Result<std::vector<HeldItem>> SqliteSnapshot::held(ChainKey chain, std::uint64_t after, std::size_t at_most) {
  Statement select =
      connection_->prepare("SELECT seq, hash, received_ms, over_quota FROM items WHERE chain=? AND seq>? ORDER BY seq LIMIT ?");
  select.bind(chain).bind(after).bind(static_cast<std::int64_t>(at_most));
  std::vector<HeldItem> out;
  while (select.step()) {
    HeldItem& item = out.emplace_back();
    item.seq = select.u64(0);
    item.received_ms = select.integer(2);
    item.over_quota = select.integer(3) != 0;
    if (!select.id(1, item.hash)) return damaged_database();
  }
  HAKI_TRY(select.result());
  return out;
}

Result<std::optional<HeldItem>> SqliteSnapshot::held_at(ChainKey chain, std::uint64_t seq) {
  Statement select = connection_->prepare("SELECT seq, hash, received_ms, over_quota, length(sealed), remainder FROM items WHERE chain=? AND seq=?");
  const bool there = select.bind(chain).bind(seq).step();
  HAKI_TRY(select.result());
  if (!there) return std::optional<HeldItem>();
  HeldItem item{select.u64(0), {}, select.integer(2), select.integer(3) != 0};
  item.remainder = copy(select.blob(5));
  if (select.u64(4) == 0) item.content = item.remainder.empty() ? HeldItem::Content::kNone : HeldItem::Content::kRemainder;
  if (!select.id(1, item.hash)) return damaged_database();
  return std::optional(item);
}

Result<std::uint64_t> SqliteSnapshot::bytes_after(ChainKey chain, std::uint64_t after) {
  Statement select =
      connection_->prepare("SELECT ifnull(sum(ifnull(sealed_length, length(sealed))), 0) FROM items WHERE chain=? AND seq>?");
  select.bind(chain).bind(after).step();
  HAKI_TRY(select.result());
  return select.u64(0);
}

Result<std::uint64_t> SqliteSnapshot::bytes_of_log(CoalitionKey coalition, const LogId& log) {
  Statement select = connection_->prepare("SELECT bytes FROM log_bytes WHERE coalition=? AND log=?");
  const bool there = select.bind(coalition).bind(log).step();
  HAKI_TRY(select.result());
  return there ? select.u64(0) : 0;
}

Result<std::optional<HeldEpochKey>> SqliteSnapshot::epoch_key(CoalitionKey coalition, const CompartmentId& compartment,
                                                              std::uint32_t epoch) {
  Statement select = connection_->prepare(
      "SELECT epoch, key_id, m_seq FROM epoch_keys WHERE coalition=? AND compartment=? AND epoch=?");
  return held_epoch_key(select.bind(coalition).bind(compartment).bind(epoch));
}

Result<std::optional<HeldEpochKey>> SqliteSnapshot::newest_epoch_key(CoalitionKey coalition,
                                                                     const CompartmentId& compartment) {
  Statement select = connection_->prepare(
      "SELECT epoch, key_id, m_seq FROM epoch_keys WHERE coalition=? AND compartment=? ORDER BY epoch DESC LIMIT 1");
  return held_epoch_key(select.bind(coalition).bind(compartment));
}

Result<bool> SqliteSnapshot::items_above(CoalitionKey coalition, std::uint64_t server_seq, std::span<const ChainFrom> wanted,
                                         const ItemVisitor& visit) {
  if (wanted.size() <= kFewChains) return few_chains_above(coalition, server_seq, wanted, visit);
  static const std::string sql = std::string(kItemColumns) + "WHERE id>? AND id<? ORDER BY id";
  Statement select = connection_->prepare(sql.c_str());
  select.bind(row_id(coalition, server_seq)).bind(row_id(coalition + 1, 0));
  while (select.step()) {
    const auto chain = std::ranges::lower_bound(wanted, select.integer(1), {}, &ChainFrom::key);
    if (chain == wanted.end() || chain->key != select.integer(1) || select.u64(3) <= chain->after_seq) continue;
    HAKI_ASSIGN(StoredItem item, item_of(select));
    if (!visit(std::move(item))) return false;
  }
  HAKI_TRY(select.result());
  return true;
}

Result<bool> SqliteSnapshot::few_chains_above(CoalitionKey coalition, std::uint64_t server_seq,
                                              std::span<const ChainFrom> wanted, const ItemVisitor& visit) {
  const std::int64_t after = row_id(coalition, server_seq);
  std::vector<std::int64_t> ids;
  std::int64_t reach = INT64_MAX;  // how far all chains are known
  for (const auto& [chain, after_seq] : wanted) {
    // Along a chain seq and id rise together, so the first new item is found from the chain's end, over new items only.
    std::uint64_t seq = 0;
    {
      Statement known = connection_->prepare(
          "SELECT seq FROM items INDEXED BY items_of_chain WHERE chain=? AND id<=? ORDER BY seq DESC LIMIT 1");
      if (known.bind(chain).bind(after).step()) seq = known.u64(0);
      HAKI_TRY(known.result());
    }
    Statement fresh = connection_->prepare(
        "SELECT id FROM items INDEXED BY items_of_chain WHERE chain=? AND seq>? ORDER BY seq LIMIT ?");
    fresh.bind(chain).bind(std::max(seq, after_seq)).bind(std::uint64_t{kIdsPerChainMax});
    const std::size_t before = ids.size();
    while (fresh.step()) ids.push_back(fresh.integer(0));
    HAKI_TRY(fresh.result());
    if (ids.size() - before == kIdsPerChainMax) reach = std::min(reach, ids.back());
  }
  std::erase_if(ids, [&](std::int64_t id) { return id > reach; });
  std::ranges::sort(ids);
  static const std::string sql = std::string(kItemColumns) + "WHERE id=?";
  for (const std::int64_t id : ids) {
    Statement select = connection_->prepare(sql.c_str());
    if (!select.bind(id).step()) {
      HAKI_TRY(select.result());
      return damaged_database();
    }
    HAKI_ASSIGN(StoredItem item, item_of(select));
    if (!visit(std::move(item))) return false;
  }
  return reach == INT64_MAX;
}

Result<> SqliteSnapshot::items_of_chain(ChainKey chain, std::uint64_t after_seq, const ItemVisitor& visit) {
  static const std::string sql = std::string(kItemColumns) + "WHERE chain=? AND seq>? ORDER BY seq";
  Statement select = connection_->prepare(sql.c_str());
  select.bind(chain).bind(after_seq);
  while (select.step()) {
    HAKI_ASSIGN(StoredItem item, item_of(select));
    if (!visit(std::move(item))) return {};
  }
  return select.result();
}

Result<std::vector<StoredFrame>> SqliteSnapshot::epoch_keys_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                                  std::size_t at_most) {
  Statement select =
      connection_->prepare("SELECT id, frame, compartment FROM epoch_keys WHERE id>? AND id<? ORDER BY id LIMIT ?");
  select.bind(row_id(coalition, server_seq)).bind(row_id(coalition + 1, 0)).bind(static_cast<std::int64_t>(at_most));
  return frames(select, true);
}

Result<std::vector<StoredFrame>> SqliteSnapshot::joins_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                             std::int64_t now_ms, std::size_t at_most) {
  Statement select =
      connection_->prepare("SELECT id, frame FROM joins WHERE id>? AND id<? AND expires_ms>=? ORDER BY id LIMIT ?");
  select.bind(row_id(coalition, server_seq))
      .bind(row_id(coalition + 1, 0))
      .bind(now_ms)
      .bind(static_cast<std::int64_t>(at_most));
  return frames(select, false);
}

Result<std::vector<StoredFrame>> SqliteSnapshot::wiped_above(CoalitionKey coalition, std::uint64_t server_seq,
                                                             std::size_t at_most) {
  Statement select = connection_->prepare("SELECT id, frame FROM wiped WHERE id>? AND id<? ORDER BY id LIMIT ?");
  select.bind(row_id(coalition, server_seq)).bind(row_id(coalition + 1, 0)).bind(static_cast<std::int64_t>(at_most));
  return frames(select, false);
}

Result<std::vector<StoredFrame>> SqliteSnapshot::grants_above(CoalitionKey coalition, const DeviceId& device,
                                                              std::uint64_t server_seq, std::size_t at_most) {
  Statement select =
      connection_->prepare("SELECT id, frame FROM grants WHERE coalition=? AND device=? AND id>? ORDER BY id LIMIT ?");
  select.bind(coalition).bind(device).bind(row_id(coalition, server_seq)).bind(static_cast<std::int64_t>(at_most));
  return frames(select, false);
}

Result<std::optional<Token>> SqliteSnapshot::token(const Hash& secret_hash) {
  Statement select = connection_->prepare("SELECT expires_ms, used_by FROM tokens WHERE secret_hash=?");
  const bool there = select.bind(secret_hash).step();
  HAKI_TRY(select.result());
  if (!there) return std::optional<Token>();
  Token token{select.integer(0), std::nullopt};
  if (!select.blob(1).empty() && !select.id(1, token.used_by.emplace())) return damaged_database();
  return std::optional(token);
}

Result<Totals> SqliteSnapshot::totals() {
  Statement select = connection_->prepare(
      "SELECT (SELECT count(*) FROM coalitions), (SELECT count(*) FROM membership), (SELECT count(*) FROM chains), "
      "(SELECT count(*) FROM items), (SELECT ifnull(sum(length(sealed) + ifnull(length(remainder), 0)), 0) FROM items), "
      "(SELECT count(*) FROM epoch_keys), (SELECT count(*) FROM joins), "
      "(SELECT count(DISTINCT chain) FROM items WHERE over_quota=1), "
      "(SELECT count(*) FROM blobs), (SELECT ifnull(sum(length), 0) FROM blobs), "
      "(SELECT count(*) FROM uploads WHERE forgotten=0), (SELECT ifnull(sum(held), 0) FROM uploads)");
  select.step();
  HAKI_TRY(select.result());
  return Totals{select.u64(0), select.u64(1), select.u64(2), select.u64(3), select.u64(4),  select.u64(5),
                select.u64(6), select.u64(7), select.u64(8), select.u64(9), select.u64(10), select.u64(11)};
}

}  // namespace haki::storage
