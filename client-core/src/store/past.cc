#include "store/past.h"

#include <algorithm>

#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/hash.h"
#include "payload/batch.h"
#include "payload/byte_reader.h"
#include "payload/frame.h"
#include "store/chains.h"

namespace haki::store {
namespace {

// A pack is opened whole to read one of its change sets: twice the size saves 6 % and takes twice as long (decision 0018).
constexpr std::size_t kSetsPerPackMax = 64;
constexpr std::size_t kPackBytes = 48 * 1024;          // more only where one change set alone is larger
constexpr std::size_t kOpenedBytes = 4 * 1024 * 1024;  // some ninety packs

constexpr std::size_t kRowsPackedAtOnce = 256;
constexpr std::size_t kBytesPackedAtOnce = 1024 * 1024;

std::int64_t chain_begin(std::int64_t id) { return id >> kSeqBits << kSeqBits; }
std::int64_t chain_end(std::int64_t id) { return id | static_cast<std::int64_t>(kSeqMax); }

Error damaged_pack() {
  return {Code::kDamaged,
          "A part of this home's history is damaged and cannot be read: some fifty changes that are kept together. Restore this home from a "
          "backup, or join again and sync."};
}

std::int64_t stamp_of(ByteView frame) {
  return static_cast<std::int64_t>(base::load_le<std::uint64_t>(crypto::hash32({frame}).view().data()));
}

}  // namespace

Past::Past(Database& database) : database_(database), compressor_(std::make_unique<payload::Compressor>()) {}
Past::~Past() = default;

Result<Bytes> Past::compressed(Bytes bytes) {
  HAKI_ASSIGN(Bytes frame, compressor_->compress(bytes));
  return frame.size() < bytes.size() ? std::move(frame) : std::move(bytes);
}

Result<> Past::put(std::int64_t id, changes::Hlc time, ByteView body) {
  return database_.run("INSERT INTO change_set (id, time, body) VALUES (?, ?, ?)", id, time.value, body);
}

Result<std::optional<Bytes>> Past::find(std::int64_t id) {
  Statement row = database_.prepare("SELECT body FROM change_set WHERE id = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(id).step());
  if (found) return std::optional(Bytes(row.blob(0).begin(), row.blob(0).end()));
  HAKI_ASSIGN(const OpenPack pack, covering(id));
  if (!pack) return std::optional<Bytes>();
  const auto place = std::ranges::lower_bound(pack->places, id, {}, &Pack::Place::id);
  if (place == pack->places.end() || place->id != id) return std::optional<Bytes>();
  const ByteView body = pack->body(*place);
  return std::optional(Bytes(body.begin(), body.end()));
}

Result<> Past::replace(std::int64_t id, ByteView body) {
  HAKI_TRY(database_.run("UPDATE change_set SET body = ?2 WHERE id = ?1", id, body));
  if (database_.changes() > 0) return {};
  HAKI_ASSIGN(const OpenPack pack, covering(id));
  if (!pack) return damaged_pack();
  std::vector<Kept> sets;
  for (const Pack::Place& place : pack->places) {
    const ByteView kept = place.id == id ? body : pack->body(place);
    sets.push_back({place.id, Bytes(kept.begin(), kept.end())});
  }
  return write(std::move(sets));
}

Result<> Past::for_each(std::int64_t first, std::int64_t last,
                        const std::function<Result<bool>(std::int64_t id, ByteView body)>& visit) {
  Statement rows = database_.prepare("SELECT id, body FROM change_set WHERE id BETWEEN ? AND ? ORDER BY id");
  HAKI_ASSIGN(bool row, rows.bind_all(first, last).step());
  // The rows before `id`; false where that was enough.
  const auto rows_before = [&](std::int64_t id) -> Result<bool> {
    while (row && rows.integer(0) < id) {
      HAKI_ASSIGN(const bool more, visit(rows.integer(0), rows.blob(1)));
      if (!more) return false;
      HAKI_ASSIGN(row, rows.step());
    }
    return true;
  };
  HAKI_ASSIGN(OpenPack pack, covering(first));
  if (!pack) {
    HAKI_ASSIGN(pack, next_from(first, last));
  }
  while (pack) {
    for (const Pack::Place& place : pack->places) {
      if (place.id < first || place.id > last) continue;
      HAKI_ASSIGN(bool more, rows_before(place.id));
      if (more) {
        HAKI_ASSIGN(more, visit(place.id, pack->body(place)));
      }
      if (!more) return {};
    }
    HAKI_ASSIGN(pack, next_from(pack->first + 1, last));
  }
  HAKI_TRY(rows_before(last + 1));
  return {};
}

Result<> Past::remove_from(std::int64_t first) {
  const std::int64_t last = chain_end(first);
  HAKI_TRY(database_.run("DELETE FROM change_set WHERE id BETWEEN ? AND ?", first, last));
  HAKI_TRY(database_.run("DELETE FROM change_pack WHERE first BETWEEN ? AND ?", first, last));
  opened_.clear();
  HAKI_ASSIGN(const OpenPack pack, covering(first));
  if (!pack || pack->places.back().id < first) return {};
  std::vector<Kept> left;
  for (const Pack::Place& place : pack->places) {
    const ByteView body = pack->body(place);
    if (place.id < first) left.push_back({place.id, Bytes(body.begin(), body.end())});
  }
  return write(std::move(left));
}

Result<std::int64_t> Past::bytes_from(std::int64_t first) {
  const std::int64_t last = chain_end(first);
  HAKI_ASSIGN(std::int64_t bytes,
              database_.number("SELECT (SELECT total(length(body)) FROM change_set WHERE id BETWEEN ?1 AND ?2) + "
                               "(SELECT total(bytes) FROM change_pack WHERE first BETWEEN ?1 AND ?2)",
                               first, last));
  HAKI_ASSIGN(const OpenPack pack, covering(first - 1));
  if (!pack) return bytes;
  for (const Pack::Place& place : pack->places) {
    if (place.id >= first) bytes += static_cast<std::int64_t>(place.size);
  }
  return bytes;
}

Result<std::optional<Past::Newest>> Past::newest(std::int64_t chain_no) {
  const std::int64_t first = chain_no << kSeqBits, last = chain_end(first);
  Statement pack = database_.prepare("SELECT last FROM change_pack WHERE first BETWEEN ? AND ? ORDER BY first DESC LIMIT 1");
  HAKI_ASSIGN(const bool packed, pack.bind_all(first, last).step());
  Statement row = database_.prepare("SELECT id, time FROM change_set WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1");
  HAKI_ASSIGN(const bool any, row.bind_all(first, last).step());
  if (any && (!packed || row.integer(0) > pack.integer(0))) {
    return std::optional(Newest{row.integer(0), {static_cast<std::uint64_t>(row.integer(1))}});
  }
  if (!packed) return std::optional<Newest>();
  const std::int64_t id = pack.integer(0);
  HAKI_ASSIGN(const std::optional<Bytes> body, find(id));
  if (!body) return damaged_pack();
  HAKI_ASSIGN(const changes::ChangeSet set, payload::decode_change_set(*body, {}, seq_of(id)));
  return std::optional(Newest{id, set.time});
}

Result<> Past::pack(std::int64_t last) {
  std::vector<Kept> rows;
  {
    std::size_t bytes = 0;
    Statement waiting = database_.prepare("SELECT id, body FROM change_set WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?");
    waiting.bind_all(chain_begin(last), last, kRowsPackedAtOnce);
    while (bytes < kBytesPackedAtOnce) {
      HAKI_ASSIGN(const bool row, waiting.step());
      if (!row) break;
      rows.push_back({waiting.integer(0), Bytes(waiting.blob(1).begin(), waiting.blob(1).end())});
      bytes += rows.back().body.size();
    }
  }
  if (rows.empty()) return {};
  HAKI_TRY(database_.run("DELETE FROM change_set WHERE id BETWEEN ? AND ?", rows.front().id, rows.back().id));
  // Those of one pack's range go in together. A pack that is full is not opened for what only follows it.
  for (std::size_t at = 0; at < rows.size();) {
    HAKI_ASSIGN(const bool full, is_full_before(rows[at].id, rows[at].body.size()));
    HAKI_ASSIGN(const OpenPack pack, full ? Result<OpenPack>(OpenPack()) : covering(rows[at].id));
    HAKI_ASSIGN(const OpenPack next, next_from(rows[at].id + 1, rows.back().id));
    std::vector<Kept> sets;
    const bool holds_most = pack && pack->places.back().id < rows[at].id && pack->places.size() >= kSetsPerPackMax;
    for (std::size_t i = 0; pack && !holds_most && i < pack->places.size(); ++i) {
      const ByteView body = pack->body(pack->places[i]);
      sets.push_back({pack->places[i].id, Bytes(body.begin(), body.end())});
    }
    for (; at < rows.size() && (!next || rows[at].id < next->first); ++at) sets.push_back(std::move(rows[at]));
    HAKI_TRY(write(std::move(sets)));
  }
  return {};
}

// Whether `id` comes after all that is in the pack before it, and that has no room for so many bytes more.
Result<bool> Past::is_full_before(std::int64_t id, std::size_t bytes) {
  Statement row = database_.prepare("SELECT last, bytes FROM change_pack WHERE first BETWEEN ? AND ? ORDER BY first DESC LIMIT 1");
  HAKI_ASSIGN(const bool found, row.bind_all(chain_begin(id), id).step());
  return found && row.integer(0) < id && static_cast<std::size_t>(row.integer(1)) + bytes > kPackBytes;
}

Result<Past::OpenPack> Past::covering(std::int64_t id) {
  Statement row =
      database_.prepare("SELECT first, stamp, body FROM change_pack WHERE first BETWEEN ? AND ? ORDER BY first DESC LIMIT 1");
  HAKI_ASSIGN(const bool found, row.bind_all(chain_begin(id), id).step());
  return found ? open(row) : Result<OpenPack>(OpenPack());
}

Result<Past::OpenPack> Past::next_from(std::int64_t first, std::int64_t last) {
  Statement row = database_.prepare("SELECT first, stamp, body FROM change_pack WHERE first BETWEEN ? AND ? ORDER BY first LIMIT 1");
  HAKI_ASSIGN(const bool found, row.bind_all(first, last).step());
  return found ? open(row) : Result<OpenPack>(OpenPack());
}

// Known by its stamp, so that nothing that happens to a pack can make what is remembered of it wrong.
Result<Past::OpenPack> Past::open(const Statement& row) {
  const std::int64_t first = row.integer(0), stamp = row.integer(1);
  const auto known = std::ranges::find(opened_, first, &Pack::first);
  if (known != opened_.end() && (*known)->stamp == stamp) {
    std::rotate(known, known + 1, opened_.end());
    return opened_.back();
  }
  const ByteView frame = row.blob(2);
  if (stamp_of(frame) != stamp) return damaged_pack();
  auto bytes = payload::expand(frame, limits::kChangeSetBytesMax + kPackBytes);
  if (!bytes) return bytes.error().code == Code::kIo ? bytes.error() : damaged_pack();
  auto pack = std::make_shared<Pack>(Pack{first, stamp, {}, std::move(*bytes)});
  payload::ByteReader reader(pack->bytes);
  std::int64_t id = first;
  while (!reader.at_end()) {
    id += static_cast<std::int64_t>(reader.varint());
    const ByteView body = reader.take_with_length();
    pack->places.push_back({id, static_cast<std::size_t>(body.data() - pack->bytes.data()), body.size()});
  }
  if (!reader.ok() || pack->places.empty()) return damaged_pack();
  forget(first);
  opened_.push_back(std::move(pack));
  std::size_t held = 0;
  for (const OpenPack& one : opened_) held += one->bytes.size();
  while (held > kOpenedBytes) {
    held -= opened_.front()->bytes.size();
    opened_.erase(opened_.begin());
  }
  return opened_.back();
}

// In as many packs as they need. One that begins where one of these begins goes.
Result<> Past::write(std::vector<Kept> sets) {
  std::ranges::sort(sets, {}, &Kept::id);
  for (std::size_t at = 0; at < sets.size();) {
    const std::int64_t first = sets[at].id;
    std::int64_t last = first, count = 0, kept_bytes = 0;
    Bytes bytes;
    for (; at < sets.size(); ++at, ++count) {
      if (count > 0 && (count == kSetsPerPackMax || bytes.size() + sets[at].body.size() > kPackBytes)) break;
      payload::append_varint(bytes, static_cast<std::uint64_t>(sets[at].id - last));
      payload::append_with_length(bytes, sets[at].body);
      last = sets[at].id;
      kept_bytes += static_cast<std::int64_t>(sets[at].body.size());
    }
    forget(first);
    HAKI_ASSIGN(const Bytes frame, compressor_->compress(bytes));
    HAKI_TRY(database_.run("INSERT OR REPLACE INTO change_pack (first, last, bytes, stamp, body) VALUES (?, ?, ?, ?, ?)", first, last,
                           kept_bytes, stamp_of(frame), ByteView(frame)));
  }
  return {};
}

void Past::forget(std::int64_t first) {
  std::erase_if(opened_, [&](const OpenPack& pack) { return pack->first == first; });
}

}  // namespace haki::store
