// Records made again from the change sets that are kept: what snapshots, their audit and their makers need.
#include <algorithm>

#include "crypto/hash.h"
#include "payload/batch.h"
#include "payload/record_state.h"
#include "store/records.h"

namespace haki::store {
namespace {

bool alive(const changes::RecordState& state) {
  return !state.creations.empty() || !state.fields.empty() || !state.tombs.empty() || !state.dead_ahead.empty() ||
         state.erased();
}

const std::vector<changes::Dot>* over_of(const changes::Operation& operation) {
  if (const auto* write = std::get_if<changes::SetField>(&operation)) return &write->over;
  if (const auto* removal = std::get_if<changes::SetRemove>(&operation)) return &removal->over;
  if (const auto* tomb = std::get_if<changes::Tomb>(&operation)) return &tomb->over;
  return nullptr;
}

}  // namespace

changes::AppliedSeq Records::applied_in(const CompartmentId& compartment) {
  return [this, compartment](const LogId& log) -> std::uint64_t {
    const Chain* chain = chains_.find(compartment, log);
    return chain != nullptr ? chain->applied_seq : 0;
  };
}

Result<std::vector<std::int64_t>> Records::rows_of(const CompartmentId& compartment) {
  HAKI_ASSIGN(const std::int64_t compartment_no, chains_.compartment_no(compartment));
  std::vector<std::int64_t> numbers;
  Statement rows = database_.prepare("SELECT no FROM record WHERE compartment = ? ORDER BY changed DESC, no DESC");
  rows.bind_all(compartment_no);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return numbers;
    numbers.push_back(rows.integer(0));
  }
}

Result<std::optional<Bytes>> Records::state_at(std::int64_t no, const changes::AppliedSeq& marks, bool from_changes) {
  HAKI_ASSIGN(std::optional<RecordRow> row, load_row(no));
  if (!row) return std::optional<Bytes>();
  changes::RecordState state = std::move(row->merged);
  if (from_changes) {
    const RecordId id = state.id;
    state = {};
    state.id = id;
    HAKI_TRY(states_.merge_past(state, no, row->compartment, [](const LogId&) { return std::uint64_t{0}; }, marks));
  }
  changes::drop_spent_notes(state, marks);
  if (!alive(state)) return std::optional<Bytes>();
  return std::optional(payload::encode_record_state(state));
}

Result<> Records::adopt(const CompartmentId& compartment, changes::RecordState state, const changes::AppliedSeq& marks) {
  std::vector<Touched> touched;
  HAKI_ASSIGN(Touched * record, touch(touched, compartment, state.id));
  if (record->no != 0) {
    HAKI_TRY(states_.merge_past(state, record->no, compartment, marks, applied_in(compartment)));
  }
  changes::keep_erased(state, record->merged.erasures);
  record->merged = std::move(state);
  return write(compartment, *record, std::nullopt, nullptr, false);
}

Result<> Records::keep_past(const Chain& chain, const changes::ChangeSet& set) {
  std::vector<Touched> touched;
  for (const changes::Operation& operation : set.operations) {
    if (const RecordId* id = changes::record_of(operation)) HAKI_TRY(touch(touched, chain.compartment, *id));
  }
  std::erase_if(touched, [](const Touched& record) { return !record.merged.erased(); });
  HAKI_ASSIGN(const Bytes body, without_erased(chain, set, touched));
  HAKI_ASSIGN(const std::int64_t compartment_no, chains_.compartment_no(chain.compartment));
  const std::int64_t id = change_set_id(chain, set.seq);
  HAKI_ASSIGN(const std::optional<Bytes> kept, past_.find(id));
  if (!kept) HAKI_TRY(past_.put(id, set.time, body));
  for (const changes::Operation& operation : set.operations) {
    const RecordId* record = changes::record_of(operation);
    if (record == nullptr) continue;
    const bool erased = std::ranges::any_of(touched, [&](const Touched& one) { return one.merged.id == *record; });
    if (erased && !std::holds_alternative<changes::Erase>(operation)) continue;
    HAKI_ASSIGN(const std::int64_t no, row_of(*record, compartment_no));
    HAKI_TRY(states_.write_out(no));
    HAKI_TRY(database_.run("INSERT OR IGNORE INTO touch (record, change_set) VALUES (?, ?)", no, id));
  }
  return pack_older(chain, set.seq, body.size());
}

Result<std::vector<std::int64_t>> Records::touched_after(const Chain& chain, std::uint64_t after_seq) {
  Statement rows = database_.prepare(
      "SELECT record FROM touch WHERE change_set BETWEEN ?1 AND ?2 UNION SELECT no FROM record WHERE first_change BETWEEN ?1 AND ?2");
  rows.bind_all(change_set_id(chain, after_seq + 1), change_set_id(chain, kSeqMax));
  std::vector<std::int64_t> numbers;
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return numbers;
    numbers.push_back(rows.integer(0));
  }
}

// Merging makes no note of what lies below where a chain has got to (law M2), and a chain goes on over what waits for a person.
// So the notes are made now, from the change sets that are kept, and used up by the set itself (law M3).
Result<> Records::note_covered(const Chain& chain, const changes::ChangeSet& set) {
  std::vector<Touched> touched;
  std::uint32_t indexes = 0;
  for (const changes::Operation& operation : set.operations) {
    indexes += changes::indexes_of(operation);
    if (const RecordId* id = changes::record_of(operation)) HAKI_TRY(touch(touched, chain.compartment, *id));
  }
  for (Touched& record : touched) {
    if (record.no == 0) continue;
    std::vector<changes::Dot>& notes = record.merged.dead_ahead;
    const std::size_t before = notes.size();
    HAKI_ASSIGN(const std::vector<PastChange> past, history(record.no));
    for (const PastChange& later : past) {
      for (const changes::Operation& operation : later.set->operations) {
        const RecordId* id = changes::record_of(operation);
        const std::vector<changes::Dot>* over = over_of(operation);
        if (id == nullptr || *id != record.merged.id || over == nullptr) continue;
        std::ranges::copy_if(*over, std::back_inserter(notes),
                             [&](const changes::Dot& dot) { return dot.log == chain.log && dot.seq == set.seq && dot.op < indexes; });
      }
    }
    if (notes.size() == before) continue;
    std::ranges::sort(notes);
    const auto repeated = std::ranges::unique(notes);
    notes.erase(repeated.begin(), repeated.end());
    HAKI_TRY(write(chain.compartment, record, std::nullopt, nullptr, false));
  }
  return {};
}

Result<> Records::forget_past(const Chain& chain, std::uint64_t after_seq) {
  const std::int64_t first = change_set_id(chain, after_seq + 1), last = change_set_id(chain, kSeqMax);
  HAKI_TRY(states_.write_out_from(first));
  states_.forget();
  HAKI_TRY(database_.run("DELETE FROM touch WHERE change_set BETWEEN ? AND ?", first, last));
  HAKI_TRY(database_.run("UPDATE record SET first_change = NULL WHERE first_change BETWEEN ? AND ?", first, last));
  return past_.remove_from(first);
}

Result<std::uint64_t> Records::remake(const CompartmentId& compartment) {
  const changes::AppliedSeq applied = applied_in(compartment);
  HAKI_ASSIGN(const std::vector<std::int64_t> numbers, rows_of(compartment));
  std::uint64_t differed = 0;
  for (const std::int64_t no : numbers) {
    HAKI_ASSIGN(std::optional<RecordRow> row, load_row(no));
    if (!row) continue;
    Touched again;
    again.no = no;
    again.merged.id = row->merged.id;
    HAKI_TRY(states_.merge_past(again.merged, no, compartment, [](const LogId&) { return std::uint64_t{0}; }, applied));
    changes::keep_erased(again.merged, row->merged.erasures);
    changes::drop_spent_notes(again.merged, applied);
    changes::drop_spent_notes(row->merged, applied);
    if (again.merged == row->merged) continue;
    ++differed;
    // One that nothing speaks of any more keeps its row, out of every list: others may be its parts.
    HAKI_TRY(write(compartment, again, std::nullopt, nullptr, false));
    if (again.merged.value(changes::kBlobField) == nullptr) HAKI_TRY(database_.run("DELETE FROM attached WHERE record = ?", no));
  }
  return differed;
}

}  // namespace haki::store
