#include "store/records.h"

#include <algorithm>

#include "base/assert.h"
#include "payload/batch.h"
#include "payload/record_state.h"

namespace haki::store {
namespace {

// Packing costs a few milliseconds: seldom where people record, and often where many chains come, each with little.
constexpr std::uint64_t kOwnRowsMax = 64;
constexpr std::uint64_t kOthersRowsMax = 16;

#define HAKI_RECORD_COLUMNS \
  "record.no, record.compartment, record.parent, record.author, record.state, record.hidden, record.body, " \
  "record.first_change, record.id"

// How a value stands in the cell index: text, integers and decimals as SQL's own, so that ranges and sums work.
void bind_cell(Statement& statement, int parameter, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) statement.bind(parameter, std::string_view(*text));
  if (const auto* integer = std::get_if<std::int64_t>(&value)) statement.bind(parameter, *integer);
  if (const auto* decimal = std::get_if<double>(&value)) statement.bind(parameter, *decimal);
  if (const auto* boolean = std::get_if<bool>(&value)) statement.bind(parameter, static_cast<std::int64_t>(*boolean));
  if (const auto* link = std::get_if<RecordId>(&value)) statement.bind(parameter, link->view());
}

// What the cell index answers, asked of the record itself.
bool holds(const changes::RecordState& merged, const Selection::Equal& wanted) {
  for (const bool set : {false, true}) {
    const changes::FieldState* state = merged.field(wanted.field, set);
    if (state == nullptr || state->siblings.empty()) continue;
    if (!set) return state->winner().value == wanted.value;
    return std::ranges::any_of(state->siblings, [&](const auto& one) { return one.value == wanted.value; });
  }
  return false;
}

}  // namespace

Result<> Records::apply(Chain& chain, const changes::ChangeSet& set) {
  HAKI_ASSERT(set.seq == chain.applied_seq + 1);
  HAKI_ASSIGN(Bytes body, payload::encode_change_set(set, chain.log));
  std::vector<Touched> touched;
  HAKI_TRY(merge(chain, set, touched, body.size() < kLargeChangeSet ? &set : nullptr));
  if (std::ranges::any_of(touched, [](const Touched& record) { return record.merged.erased(); })) {
    HAKI_ASSIGN(body, without_erased(chain, set, touched));
  }
  return keep(chain, set, body);
}

Result<> Records::add(GrowingChangeSet& growing, std::vector<changes::Operation> operations) {
  const std::size_t first = growing.set.operations.size();
  std::ranges::move(operations, std::back_inserter(growing.set.operations));
  std::vector<Touched> touched;
  HAKI_TRY(merge(*growing.chain, growing.set, touched, nullptr, first, growing.next_index));
  for (std::size_t i = first; i < growing.set.operations.size(); ++i) growing.next_index += changes::indexes_of(growing.set.operations[i]);
  return {};
}

Result<> Records::keep(const GrowingChangeSet& growing) {
  HAKI_ASSERT(growing.set.seq == growing.chain->applied_seq + 1);
  HAKI_ASSIGN(const Bytes body, payload::encode_change_set(growing.set, growing.chain->log));
  return keep(*growing.chain, growing.set, body);
}

Result<> Records::keep(Chain& chain, const changes::ChangeSet& set, ByteView body) {
  HAKI_TRY(past_.put(change_set_id(chain, set.seq), set.time, body));
  chain.applied_seq = set.seq;
  // An own chain's place is derived from its change sets when the store is opened; writing it here would cost a page a save.
  if (chain.log != chains_.own_log()) HAKI_TRY(chains_.save(chain));
  return pack_older(chain, set.seq, body.size());
}

Result<> Records::pack_older(const Chain& chain, std::uint64_t seq, std::size_t bytes) {
  const std::uint64_t rows_max = chain.log == chains_.own_log() ? kOwnRowsMax : kOthersRowsMax;
  const bool large = bytes >= kLargeChangeSet;
  if (!large && seq % rows_max != 1) return {};
  return past_.pack(change_set_id(chain, large ? seq : seq - 1));
}

Result<> Records::merge(Chain& chain, const changes::ChangeSet& set, std::vector<Touched>& touched,
                        const changes::ChangeSet* made_by, std::size_t first, std::uint32_t index) {
  const changes::AppliedSeq applied = [&](const LogId& log) -> std::uint64_t {
    if (log == chain.log) return set.seq - 1;
    const Chain* other = chains_.find(chain.compartment, log);
    return other ? other->applied_seq : 0;
  };
  changes::Dot dot{chain.log, set.seq, index};
  for (const changes::Operation& operation : std::span(set.operations).subspan(first)) {
    if (const RecordId* id = changes::record_of(operation)) {
      HAKI_ASSIGN(Touched * record, touch(touched, chain.compartment, *id));
      if (changes::too_far_ahead(record->merged, operation)) {
        return Error{Code::kHeld, "It cites more work that has not come yet than can be kept in mind; it waits for that."};
      }
      record->changed |= changes::apply(record->merged, operation, dot, set.time, applied);
    }
    dot.op += changes::indexes_of(operation);
  }
  const std::int64_t id = change_set_id(chain, set.seq);
  for (Touched& record : touched) {
    // One that has no body is looked at again also where nothing changed: there is one change set more behind it.
    const bool wanted = record.changed || record.bodiless;
    if (wanted) HAKI_TRY(write(chain.compartment, record, id, made_by, touched.size() == 1));
    const bool in_touch = record.no != 0 && !record.fresh && (record.changed || !record.merged.erased());
    if (in_touch) HAKI_TRY(database_.run("INSERT INTO touch (record, change_set) VALUES (?, ?)", record.no, id));
  }
  return {};
}

Result<Records::Touched*> Records::touch(std::vector<Touched>& touched, const CompartmentId& compartment,
                                         const RecordId& id) {
  for (Touched& known : touched) {
    if (known.merged.id == id) return &known;
  }
  Touched record;
  record.merged.id = id;
  HAKI_ASSIGN(const std::int64_t compartment_no, chains_.compartment_no(compartment));
  Statement row = database_.prepare("SELECT no, body FROM record WHERE id = ? AND compartment = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(id.view(), compartment_no).step());
  if (found) {
    record.no = row.integer(0);
    record.bodiless = row.blob(1).empty();
    HAKI_ASSIGN(record.merged, states_.read(record.no, compartment, id, row.blob(1)));
  }
  touched.push_back(std::move(record));
  return &touched.back();
}

// 0 where there is none.
Result<std::int64_t> Records::find_row(const RecordId& id, std::int64_t compartment_no) {
  Statement row = database_.prepare("SELECT no FROM record WHERE id = ? AND compartment = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(id.view(), compartment_no).step());
  return found ? row.integer(0) : std::int64_t{0};
}

// A child may come before its parent (they may be in two logs): an empty row then keeps the parent's place, out of every
// list until it comes.
Result<std::int64_t> Records::row_of(const RecordId& id, std::int64_t compartment_no) {
  HAKI_ASSIGN(const std::int64_t known, find_row(id, compartment_no));
  if (known != 0) return known;
  changes::RecordState empty;
  empty.id = id;
  HAKI_TRY(database_.run(
      "INSERT INTO record (compartment, id, state, created, changed, body) VALUES (?, ?, 'draft', 0, 0, ?)", compartment_no,
      id.view(), ByteView(payload::encode_record_state(empty))));
  return database_.last_insert_id();
}

Result<> Records::write(const CompartmentId& compartment, Touched& record, std::optional<std::int64_t> change_set,
                        const changes::ChangeSet* made_by, bool alone) {
  const changes::RecordState& merged = record.merged;
  if (merged.erased()) return write_erased(compartment, record, change_set);
  Bytes body;
  if (made_by) {
    HAKI_ASSIGN(body, states_.body_with(record.no, compartment, merged, *change_set, *made_by));
  } else {
    HAKI_ASSIGN(body, states_.body_of(merged));
  }
  HAKI_ASSIGN(const std::int64_t compartment_no, chains_.compartment_no(compartment));
  std::optional<std::int64_t> form_no, author_no, parent_no;
  if (!merged.form.is_zero()) {
    HAKI_ASSIGN(form_no, chains_.form_no(merged.form));
  }
  if (!merged.creations.empty()) {
    HAKI_ASSIGN(author_no, chains_.log_no(merged.creations.front().dot.log));
  }
  const Value* parent = merged.value(changes::kParentField);
  // A child that stands before its parent in the set has made the parent's row; so has a record that names itself.
  const bool may_have_row = parent != nullptr || !alone;
  if (const auto* link = parent ? std::get_if<RecordId>(parent) : nullptr) {
    HAKI_ASSIGN(parent_no, row_of(*link, compartment_no));
  }
  if (record.no == 0 && may_have_row) {
    HAKI_ASSIGN(record.no, find_row(merged.id, compartment_no));
  }
  const std::string state = changes::shown_state(merged);
  const auto conflicts = static_cast<std::int64_t>(merged.conflicts().size());
  const std::int64_t hidden = merged.hidden() ? 1 : 0;
  if (record.no == 0) {
    HAKI_TRY(database_.run(
        "INSERT INTO record (compartment, id, form, parent, author, state, created, changed, hidden, conflicts, body, "
        "first_change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        compartment_no, merged.id.view(), form_no, parent_no, author_no, std::string_view(state), merged.created().value,
        merged.changed().value, hidden, conflicts, ByteView(body), change_set));
    record.no = database_.last_insert_id();
    record.fresh = true;
    return write_attached(record.no, merged);
  }
  HAKI_TRY(database_.run(
      "UPDATE record SET form = ?2, parent = ?3, author = ?4, state = ?5, created = ?6, changed = ?7, hidden = ?8, "
      "conflicts = ?9, body = ?10 WHERE no = ?1",
      record.no, form_no, parent_no, author_no, std::string_view(state), merged.created().value, merged.changed().value,
      hidden, conflicts, ByteView(body)));
  HAKI_TRY(write_attached(record.no, merged));
  return indexing_.mark(record.no);
}

// A record that names a blob is known as an attachment from the same moment on.
Result<> Records::write_attached(std::int64_t no, const changes::RecordState& merged) {
  const Value* blob = merged.value(changes::kBlobField);
  if (blob == nullptr) return {};
  const auto* text = std::get_if<std::string>(blob);
  const std::optional<BlobName> name = text ? read_blob_name(*text) : std::nullopt;
  return database_.run("INSERT OR REPLACE INTO attached (record, blob) VALUES (?, ?)", no,
                       name ? name->id.view() : ByteView());
}

Result<> Records::index_cells() {
  return indexing_.catch_up(Indexing::Kind::kCells, [this](std::int64_t no) -> Result<> {
    HAKI_TRY(database_.run("DELETE FROM cell WHERE record = ?", no));
    HAKI_ASSIGN(const std::optional<RecordRow> row, load_row(no));
    if (!row || row->hidden || row->merged.form.is_zero()) return {};
    HAKI_ASSIGN(const std::int64_t form_no, chains_.form_no(row->merged.form));
    return write_cells(no, form_no, row->merged);
  });
}

Result<> Records::write_cells(std::int64_t no, std::int64_t form_no, const changes::RecordState& merged) {
  const std::vector<Field>* fields = forms_.find(merged.form).fields();
  if (fields == nullptr) return {};
  for (const Field& field : *fields) {
    if (!field.indexed) continue;
    const changes::FieldState* state = merged.field(field.id, field.set);
    if (state == nullptr || state->siblings.empty()) continue;
    for (const changes::Sibling& sibling : state->siblings) {
      if (!field.set && &sibling != &state->winner()) continue;
      Statement insert = database_.prepare("INSERT OR IGNORE INTO cell (form, field, value, record) VALUES (?, ?, ?, ?)");
      insert.bind(1, form_no).bind(2, field.id).bind(4, no);
      bind_cell(insert, 3, sibling.value);
      HAKI_TRY(insert.run());
    }
  }
  return {};
}

Result<RecordRow> Records::read_row(const Statement& row) {
  RecordRow record;
  record.no = row.integer(0);
  record.compartment = chains_.compartment_id(row.integer(1));
  record.parent = row.integer(2);
  if (!row.is_null(3)) record.author = chains_.log_id(row.integer(3));
  record.state = row.text(4);
  record.hidden = row.integer(5) != 0;
  record.first_change = row.integer(7);
  HAKI_ASSIGN(record.merged, states_.read(record.no, record.compartment, row.id<RecordId>(8), row.blob(6)));
  return record;
}

Result<std::optional<RecordRow>> Records::read_one(Statement& row) {
  HAKI_ASSIGN(const bool found, row.step());
  if (!found) return std::optional<RecordRow>();
  HAKI_ASSIGN(RecordRow record, read_row(row));
  return std::optional(std::move(record));
}

Result<std::optional<RecordRow>> Records::load(const CompartmentId& compartment, const RecordId& id) {
  HAKI_ASSIGN(const std::int64_t compartment_no, chains_.compartment_no(compartment));
  Statement row = database_.prepare("SELECT " HAKI_RECORD_COLUMNS " FROM record WHERE id = ? AND compartment = ?");
  row.bind_all(id.view(), compartment_no);
  return read_one(row);
}

Result<std::optional<RecordRow>> Records::load(const RecordId& id) {
  // The least `no` is read off the index of ids; ORDER BY would make SQLite open a sorter each time.
  Statement row = database_.prepare("SELECT " HAKI_RECORD_COLUMNS
                                    " FROM record WHERE no = (SELECT min(no) FROM record WHERE id = ?)");
  row.bind_all(id.view());
  return read_one(row);
}

Result<std::optional<RecordRow>> Records::load_row(std::int64_t no) {
  Statement row = database_.prepare("SELECT " HAKI_RECORD_COLUMNS " FROM record WHERE no = ?");
  row.bind_all(no);
  return read_one(row);
}

Result<std::vector<RecordId>> Records::beginning_with(std::string_view hex_digits, std::size_t limit, bool parts_too) {
  std::string low(hex_digits), high(hex_digits);
  low.resize(32, '0');
  high.resize(32, 'f');
  const auto from = from_hex(low), to = from_hex(high);
  std::vector<RecordId> ids;
  if (!from || !to) return ids;
  Statement rows = database_.prepare(
      "SELECT DISTINCT id FROM record WHERE id BETWEEN ? AND ? AND (?4 OR parent IS NULL) ORDER BY id LIMIT ?3");
  rows.bind_all(ByteView(*from), ByteView(*to), limit, parts_too);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return ids;
    ids.push_back(rows.id<RecordId>(0));
  }
}

Result<> Records::for_each(const Selection& selection, const std::function<Result<bool>(RecordRow&&)>& visit) {
  bool by_index = !selection.equal.empty();
  if (by_index) {
    const auto caught_up = index_cells();
    // A disk that takes nothing more must not keep people from reading: then every record is looked at.
    const Code failed = caught_up ? Code::kDiskFull : caught_up.error().code;
    if (failed != Code::kDiskFull && failed != Code::kReadOnly) return caught_up;
    by_index = caught_up.has_value();
  }
  // By indexes alone it is found which records have the values, in their order: `place`. The rows, each a third of a page that may have to be
  // opened, are read of those only; a CROSS JOIN keeps SQLite from reading them before. Of cells the primary key is asked, where those of one value
  // lie together, and not the index by record.
  std::string sql = "SELECT " HAKI_RECORD_COLUMNS " FROM record";
  if (by_index) sql += " AS place";
  std::int64_t form_no = 0;
  if (selection.form) {
    HAKI_ASSIGN(form_no, chains_.form_no(*selection.form));
  }
  for (std::size_t i = 0; by_index && i < selection.equal.size(); ++i) {
    const std::string alias = "c" + std::to_string(i);
    sql += " JOIN cell " + alias + " INDEXED BY sqlite_autoindex_cell_1 ON " + alias + ".record = place.no AND " + alias + ".form = ?1 AND " + alias +
           ".field = ?" + std::to_string(10 + 2 * i) + " AND " + alias + ".value = ?" + std::to_string(11 + 2 * i);
  }
  const std::string place = by_index ? "place" : "record";
  if (by_index) sql += " CROSS JOIN record ON record.no = place.no";
  sql += " WHERE " + place + ".parent IS NULL AND " + place + ".form IS NOT NULL";
  if (!selection.hidden_too) sql += " AND record.hidden = 0";
  if (selection.form) sql += " AND " + place + ".form = ?1";
  if (!selection.state.empty()) sql += " AND record.state = ?2";
  if (selection.in_review) sql += " AND record.state IN ('submitted', 'edited')";
  if (selection.in_conflict) sql += " AND record.conflicts > 0";
  sql += selection.in_review ? " ORDER BY record.changed, record.no" : " ORDER BY " + place + ".created, " + place + ".no";
  Statement rows = database_.prepare(sql);
  if (selection.form) rows.bind(1, form_no);
  if (!selection.state.empty()) rows.bind(2, std::string_view(selection.state));
  for (std::size_t i = 0; by_index && i < selection.equal.size(); ++i) {
    rows.bind(static_cast<int>(10 + 2 * i), selection.equal[i].field);
    bind_cell(rows, static_cast<int>(11 + 2 * i), selection.equal[i].value);
  }
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    HAKI_ASSIGN(RecordRow record, read_row(rows));
    const bool wanted = by_index || std::ranges::all_of(selection.equal, [&](const auto& one) {
      return holds(record.merged, one);
    });
    if (!wanted) continue;
    HAKI_ASSIGN(const bool more, visit(std::move(record)));
    if (!more) return {};
  }
}

Result<std::vector<RecordRow>> Records::children(std::int64_t parent, bool hidden_too) {
  std::vector<RecordRow> children;
  Statement rows =
      database_.prepare("SELECT " HAKI_RECORD_COLUMNS " FROM record WHERE parent = ? AND hidden <= ? ORDER BY created, no");
  rows.bind_all(parent, hidden_too);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return children;
    HAKI_ASSIGN(RecordRow child, read_row(rows));
    children.push_back(std::move(child));
  }
}

Result<std::vector<PastChange>> Records::history(std::int64_t no) {
  std::vector<PastChange> past;
  HAKI_ASSIGN(const std::vector<std::int64_t> ids, states_.behind(no));
  for (const std::int64_t id : ids) {
    HAKI_ASSIGN(auto set, states_.change_set(id));
    if (set) past.push_back({chains_.find(id >> kSeqBits)->log, std::move(set)});
  }
  std::ranges::stable_sort(past, {}, [](const PastChange& one) { return one.set->time; });
  return past;
}

Result<std::optional<changes::Hlc>> Records::time_of(const Chain& chain, std::uint64_t seq) {
  HAKI_ASSIGN(const auto set, states_.change_set(change_set_id(chain, seq)));
  return set ? std::optional(set->time) : std::nullopt;
}

Result<std::optional<Records::Place>> Records::newest_own_change(const RecordRow& record) {
  const auto own_place = [&](std::int64_t change_set) -> std::optional<Place> {
    const Chain* chain = chains_.find(change_set >> kSeqBits);
    if (chain == nullptr || chain->log != chains_.own_log()) return std::nullopt;
    return Place{chain, seq_of(change_set)};
  };
  Statement rows = database_.prepare("SELECT change_set FROM touch WHERE record = ? ORDER BY change_set DESC");
  rows.bind_all(record.no);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return own_place(record.first_change);
    if (auto place = own_place(rows.integer(0))) return place;
  }
}

Result<std::vector<changes::ChangeSet>> Records::change_sets(const Chain& chain, std::uint64_t after_seq, std::size_t limit,
                                                             std::size_t bytes_max) {
  std::vector<changes::ChangeSet> sets;
  if (limit == 0) return sets;
  std::size_t bytes = 0;
  const auto visit = [&](std::int64_t id, ByteView body) -> Result<bool> {
    bytes += body.size();
    if (bytes > bytes_max && !sets.empty()) return false;
    const auto seq = seq_of(id);
    HAKI_ASSIGN(changes::ChangeSet set, payload::decode_change_set(body, chain.log, seq));
    sets.push_back(std::move(set));
    return sets.size() < limit;
  };
  HAKI_TRY(past_.for_each(change_set_id(chain, after_seq + 1), change_set_id(chain, kSeqMax), visit));
  return sets;
}

Result<std::int64_t> Records::change_set_bytes(const Chain& chain, std::uint64_t after_seq) {
  return past_.bytes_from(change_set_id(chain, after_seq + 1));
}

}  // namespace haki::store
