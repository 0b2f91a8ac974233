// What is left of a record that was erased (spec 14-erasure, "In the store"): its row as a tombstone, its places in the change
// sets that are kept, and what is still to be done about its blobs and sealed copies.
#include <algorithm>

#include "payload/batch.h"
#include "payload/record_state.h"
#include "store/records.h"
#include "store/search_entries.h"

namespace haki::store {
namespace {

bool erases(const changes::ChangeSet& set, const RecordId& id) {
  return std::ranges::any_of(set.operations, [&](const changes::Operation& operation) {
    const auto* erase = std::get_if<changes::Erase>(&operation);
    return erase != nullptr && erase->record == id;
  });
}

// Whether something was there to take out.
bool take_out_of(changes::ChangeSet& set, const RecordId& id) {
  bool any = false;
  for (changes::Operation& operation : set.operations) {
    const RecordId* about = changes::record_of(operation);
    if (about == nullptr || *about != id || std::holds_alternative<changes::Erase>(operation)) continue;
    operation = changes::Gone{changes::indexes_of(operation)};
    any = true;
  }
  return any;
}

}  // namespace

// Every later operation but Erase means nothing to the record, so none of them is kept either.
Result<Bytes> Records::without_erased(const Chain& chain, const changes::ChangeSet& set, const std::vector<Touched>& touched) {
  changes::ChangeSet left = set;
  for (const Touched& record : touched) {
    if (!record.merged.erased() || !take_out_of(left, record.merged.id)) continue;
    HAKI_TRY(note_erased(change_set_id(chain, set.seq), record.no, record.merged));
  }
  return payload::encode_change_set(left, chain.log);
}

Result<> Records::note_erased(std::int64_t change_set, std::int64_t no, const changes::RecordState& merged) {
  const changes::Dot& tomb = merged.erasures.front().dot;
  return database_.run("INSERT OR IGNORE INTO erased_change (change_set, record, log, seq) VALUES (?, ?, ?, ?)", change_set, no,
                       tomb.log.view(), tomb.seq);
}

Result<> Records::write_erased(const CompartmentId& compartment, Touched& record, std::optional<std::int64_t> change_set) {
  const changes::RecordState& merged = record.merged;
  const Bytes body = payload::encode_record_state(merged);
  HAKI_ASSIGN(const std::int64_t compartment_no, chains_.compartment_no(compartment));
  if (record.no == 0) {
    HAKI_ASSIGN(record.no, find_row(merged.id, compartment_no));
  }
  if (record.no == 0) {
    HAKI_TRY(database_.run("INSERT INTO record (compartment, id, state, created, changed, hidden, body, first_change) "
                           "VALUES (?, ?, ?, 0, ?, 1, ?, ?)",
                           compartment_no, merged.id.view(), changes::kErasedState, merged.changed().value, ByteView(body), change_set));
    record.no = database_.last_insert_id();
    record.fresh = true;
  } else {  // what it was part of stays known here: of that, people are told how far it is gone
    // As it stands before: that is what it was most likely indexed with.
    HAKI_ASSIGN(const std::optional<RecordRow> before, load_row(record.no));
    const std::vector<Field>* fields = before && !before->hidden ? forms_.find(before->merged.form).fields() : nullptr;
    const std::string text = fields != nullptr ? searched_text(before->merged, *fields) : std::string();
    HAKI_TRY(SearchEntries(database_).erase(record.no, text));
    HAKI_TRY(take_out_of_past(record.no, merged));
    HAKI_TRY(let_go_of_blob(compartment, record.no));
    HAKI_TRY(database_.run("UPDATE record SET form = NULL, author = NULL, state = ?2, created = 0, changed = ?3, "
                           "hidden = 1, conflicts = 0, body = ?4 WHERE no = ?1",
                           record.no, changes::kErasedState, merged.changed().value, ByteView(body)));
    HAKI_TRY(database_.run("DELETE FROM cell WHERE record = ?", record.no));
    HAKI_TRY(database_.run("UPDATE rated SET value = NULL, stakeholder = '', weight = 0 WHERE record = ?", record.no));
    HAKI_TRY(indexing_.mark(record.no));
  }
  for (const changes::Erasure& erasure : merged.erasures) {
    HAKI_TRY(database_.run("INSERT OR IGNORE INTO erasure (record, log, seq) VALUES (?, ?, ?)", record.no, erasure.dot.log.view(),
                           erasure.dot.seq));
  }
  return ask_by(merged.erasures.front().dot, record.no);
}

// Of several who erased a record without hearing of each other, every lead asks the server by the same one's tombstone: the least.
Result<> Records::ask_by(const changes::Dot& tomb, std::int64_t no) {
  HAKI_TRY(database_.run("UPDATE erased_change SET log = ?2, seq = ?3 WHERE record = ?1", no, tomb.log.view(), tomb.seq));
  return database_.run("UPDATE erased_item SET log = ?2, seq = ?3, wanted = 0, server_ms = 0 WHERE record = ?1 AND (log <> ?2 OR seq <> ?3)",
                       no, tomb.log.view(), tomb.seq);
}

// Its history is the erasures alone.
Result<> Records::take_out_of_past(std::int64_t no, const changes::RecordState& merged) {
  HAKI_ASSIGN(const std::vector<std::int64_t> ids, states_.behind(no));
  for (const std::int64_t id : ids) {
    HAKI_ASSIGN(const auto kept, states_.change_set(id));
    if (!kept) continue;
    changes::ChangeSet set = *kept;
    if (take_out_of(set, merged.id)) {
      HAKI_ASSIGN(const Bytes body, payload::encode_change_set(set, chains_.find(id >> kSeqBits)->log));
      HAKI_TRY(past_.replace(id, body));
      HAKI_TRY(note_erased(id, no, merged));
    }
    if (erases(set, merged.id)) continue;
    HAKI_TRY(database_.run("DELETE FROM touch WHERE record = ? AND change_set = ?", no, id));
    HAKI_TRY(database_.run("UPDATE record SET first_change = NULL WHERE no = ? AND first_change = ?", no, id));
  }
  states_.forget();
  return {};
}

// The key went with the record; the bytes go with the last record that names them.
Result<> Records::let_go_of_blob(const CompartmentId& compartment, std::int64_t no) {
  Statement row = database_.prepare(
      "SELECT blob FROM attached AS this WHERE record = ?1 AND length(blob) > 0 AND NOT EXISTS "
      "(SELECT 1 FROM attached AS other WHERE other.blob = this.blob AND other.record <> ?1)");
  HAKI_ASSIGN(const bool found, row.bind_all(no).step());
  if (found) {
    const Bytes blob(row.blob(0).begin(), row.blob(0).end());
    HAKI_TRY(database_.run("INSERT OR IGNORE INTO erased_blob (id, compartment, record) VALUES (?, ?, ?)", ByteView(blob),
                           compartment.view(), no));
    HAKI_TRY(database_.run("DELETE FROM blob WHERE id = ?", ByteView(blob)));
  }
  return database_.run("DELETE FROM attached WHERE record = ?", no);
}

}  // namespace haki::store
