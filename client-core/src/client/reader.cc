#include "client/reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>

#include "client/editor.h"
#include "client/sealer.h"
#include "client/unmapped.h"
#include "model/expression.h"
#include "store/snapshots.h"

namespace haki {

const FieldView* RecordView::field(std::string_view name) const {
  for (const FieldView& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

}  // namespace haki

namespace haki::client {
namespace {

const Field* field_by_id(const std::vector<Field>* fields, std::uint32_t id) {
  if (fields == nullptr) return nullptr;
  for (const Field& field : *fields) {
    if (field.id == id) return &field;
  }
  return nullptr;
}

std::string field_name(const std::vector<Field>* fields, std::uint32_t id) {
  if (id == changes::kStateField) return "state";
  if (id == changes::kParentField) return "parent";
  if (id == changes::kSourceField) return "source";
  if (id == changes::kUnmappedField) return "unmapped";
  const Field* field = field_by_id(fields, id);
  return field ? field->name : "#" + std::to_string(id);
}

std::string rfc3339(std::int64_t ms) {
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc));
}

// What an expression of --where reads of one record.
class ViewNames final : public model::Names {
 public:
  ViewNames(const RecordView& view, std::string_view today) : view_(view), today_(today) {}
  std::vector<Value> values(std::string_view name) const override {
    if (const FieldView* field = view_.field(name)) return field->values;
    if (name == "id") return {to_hex(view_.id)};
    if (name == "form") return {view_.form};
    if (name == "state") return {view_.state};
    if (name == "by") return {view_.by};
    if (name == "organisation") return {view_.organisation};
    if (name == "at") return {rfc3339(view_.at_ms)};
    return {};
  }
  std::string today() const override { return std::string(today_); }

 private:
  const RecordView& view_;
  std::string_view today_;
};

constexpr std::size_t kChangeSetsAtOnce = 256;

constexpr std::string_view kCommonNames[] = {"id", "form", "state", "by", "organisation", "at"};

Result<> check_names(const model::Expression& where, const Form* form) {
  if (form == nullptr) return {};
  for (const std::string& name : where.names_used()) {
    if (form->field(name) || std::ranges::find(kCommonNames, name) != std::end(kCommonNames)) continue;
    std::string names;
    for (const Field& field : form->fields) names += field.name + ", ";
    return Error{Code::kInvalid, "The form '" + form->name + "' has no field '" + name + "' to ask for. It has: " + names +
                                     "and id, state, by, organisation, at."};
  }
  return {};
}

// The parts of a condition that an index can answer; the whole is checked on each record all the same.
std::vector<store::Selection::Equal> indexed_parts(const model::Expression& where, const Form& form) {
  std::vector<store::Selection::Equal> parts;
  for (const auto& equality : where.required_equalities()) {
    const Field* field = form.field(equality.name);
    const auto* text = std::get_if<std::string>(&equality.constant);
    const bool textual = field && (field->type == FieldType::kText || field->type == FieldType::kChoice ||
                                   field->type == FieldType::kDate);
    if (textual && field->indexed && text && !text->empty() && parts.size() < 3) parts.push_back({field->id, *text});
  }
  return parts;
}

}  // namespace

Result<Whereabouts> Reader::whereabouts(const store::RecordRow& row) {
  HAKI_ASSIGN(const auto place, home_.records->newest_own_change(row));
  if (row.author != home_.identity.log && home_.is_lead()) return Whereabouts::kSeenByLead;  // this very one
  if (!place) return Whereabouts::kAtServer;  // it came from there
  if (place->chain->acked_seq >= place->seq) return Whereabouts::kSeenByLead;
  return place->chain->receipted_seq >= place->seq ? Whereabouts::kAtServer : Whereabouts::kOnThisDevice;
}

Result<RecordView> Reader::view(const store::RecordRow& row) {
  RecordView view;
  const store::FormRef ref = home_.forms.find(row.merged.form);
  const std::vector<Field>* fields = ref.fields();
  view.id = row.merged.id;
  view.form = ref.group ? ref.form->name + "/" + ref.group->name : ref.form ? ref.form->name : to_hex(row.merged.form);
  view.state = row.state;
  view.device = home_.device_of(row.author);
  view.by = home_.name_of(view.device);
  view.organisation = home_.organisation_of(view.device);
  view.at_ms = row.merged.changed().ms();
  view.created_ms = row.merged.created().ms();
  view.mine = row.author == home_.identity.log;
  view.deleted = row.hidden;
  view.deleted_and_changed = row.merged.deleted_and_changed();
  for (const std::uint32_t field : row.merged.conflicts()) view.conflicts.push_back(field_name(fields, field));
  view.unmapped = unmapped_of(row.merged);
  for (const changes::FieldState& state : row.merged.fields) {
    if (state.field < changes::kFirstFormField || state.siblings.empty()) continue;
    FieldView field{field_name(fields, state.field), state.set, {}};
    if (!state.set) {
      field.values.push_back(state.winner().value);
      if (field.values.front() == Value(std::string())) continue;  // cleared
    } else {
      for (const auto& sibling : state.siblings) field.values.push_back(sibling.value);
      std::ranges::sort(field.values);
      const auto rest = std::ranges::unique(field.values);
      field.values.erase(rest.begin(), rest.end());
    }
    view.fields.push_back(std::move(field));
  }
  if (ref.form != nullptr && ref.group == nullptr && !ref.form->groups.empty()) {
    HAKI_ASSIGN(const std::vector<store::RecordRow> children, home_.records->children(row.no));
    for (const Group& group : ref.form->groups) {
      GroupView rows{group.name, {}};
      for (const store::RecordRow& child : children) {
        if (child.merged.form != group.form_id) continue;
        HAKI_ASSIGN(RecordView child_view, this->view(child));
        rows.rows.push_back(std::move(child_view));
      }
      if (!rows.rows.empty()) view.groups.push_back(std::move(rows));
    }
  }
  HAKI_ASSIGN(view.whereabouts, whereabouts(row));
  return view;
}

Result<RecordView> Reader::record(const RecordId& record) {
  HAKI_ASSIGN(const store::RecordRow row, Editor(home_).require(record));
  return view(row);
}

Result<std::vector<RecordView>> Reader::list(const Query& query) {
  std::vector<RecordView> views;
  HAKI_TRY(visit(query, [&](RecordView&& view) -> Result<bool> {
    views.push_back(std::move(view));
    return true;
  }));
  return views;
}

Result<> Reader::visit(const Query& query, const std::function<Result<bool>(RecordView&&)>& visit) {
  store::Selection selection;
  const Form* form = nullptr;
  if (!query.form.empty()) {
    HAKI_ASSIGN(form, home_.forms.require(query.form));
    selection.form = form->id;
  }
  std::optional<model::Expression> where;
  if (!query.where.empty()) {
    auto parsed = model::Expression::parse(query.where);
    if (!parsed) return parsed.error().within("--where");
    where = std::move(*parsed);
    HAKI_TRY(check_names(*where, form));
    if (form != nullptr) selection.equal = indexed_parts(*where, *form);
  }
  selection.state = query.state;
  selection.in_review = query.review_queue;
  selection.in_conflict = query.conflicts;
  const std::string today = home_.today();
  std::size_t visited = 0;
  return home_.records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
    const bool mine = row.author == home_.identity.log;
    if (row.state == "draft" && !mine && !query.drafts) return true;
    if (query.review_queue && mine) return true;
    const store::FormRef ref = home_.forms.find(row.merged.form);
    if (query.review_queue && (ref.form == nullptr || !ref.form->reviewed)) return true;
    HAKI_ASSIGN(RecordView one, view(row));
    if (where && !where->holds(ViewNames(one, today))) return true;
    HAKI_ASSIGN(const bool more, visit(std::move(one)));
    return more && (query.limit == 0 || ++visited < query.limit);
  });
}

Result<std::vector<RecordView>> Reader::search(std::string_view text, std::size_t limit) {
  // The first rows may be others' drafts, which are left out: ask for all and stop when there are enough.
  HAKI_ASSIGN(const std::vector<std::int64_t> found, home_.search->find(text, 0));
  std::vector<RecordView> views;
  for (const std::int64_t no : found) {
    HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load_row(no));
    if (!row || row->hidden || (row->state == "draft" && row->author != home_.identity.log)) continue;
    HAKI_ASSIGN(RecordView one, view(*row));
    views.push_back(std::move(one));
    if (limit != 0 && views.size() == limit) break;
  }
  return views;
}

Result<RecordId> Reader::find_record(std::string_view text, bool parts_too) {
  std::string digits(text);
  std::ranges::transform(digits, digits.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (digits.empty() || digits.size() > 32 || digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return Error{Code::kInvalid, "'" + std::string(text) + "' is not a record's id: ids are made of 0-9 and a-f."};
  }
  HAKI_ASSIGN(const std::vector<RecordId> ids, home_.records->beginning_with(digits, 2, parts_too));
  if (ids.empty()) return Error{Code::kNotFound, "There is no record whose id begins with " + digits + " on this device."};
  if (ids.size() > 1) {
    return Error{Code::kInvalid, "Several records have ids that begin with " + digits + "; give more of the id."};
  }
  return ids.front();
}

Result<> Reader::add_history(const store::RecordRow& row, const store::FormRef& form, std::vector<HistoryEntry>& entries) {
  HAKI_ASSIGN(const std::vector<store::PastChange> past, home_.records->history(row.no));
  const auto stands = [&](std::uint32_t field, bool set, const changes::Dot& dot) {
    const changes::FieldState* state = row.merged.field(field, set);
    return state != nullptr && std::ranges::any_of(state->siblings, [&](const auto& one) { return one.dot == dot; });
  };
  for (const store::PastChange& change : past) {
    const DeviceId device = home_.device_of(change.log);
    changes::Dot dot{change.log, change.set->seq, 0};
    const bool from_file = is_from_file(*change.set, row.merged.id);
    const auto add = [&](std::string act, std::uint32_t field, std::optional<Value> value, bool standing) {
      if (field == changes::kSourceField) return;  // said beside what the file did
      if (field == changes::kBlobField || field == changes::kCustodyField) return;  // a key; and a log of its own
      entries.push_back({change.set->time.ms(), home_.name_of(device), home_.organisation_of(device), std::move(act),
                         field == 0 ? std::string() : field_name(form.fields(), field), std::move(value), standing, from_file});
    };
    for (const changes::Operation& operation : change.set->operations) {
      const RecordId* about = changes::record_of(operation);
      if (about != nullptr && *about == row.merged.id) {
        if (const auto* made = std::get_if<changes::NewRecord>(&operation)) {
          add("created", 0, std::nullopt, true);
          for (std::uint32_t i = 0; i < made->cells.size(); ++i) {
            const changes::Dot cell{dot.log, dot.seq, dot.op + 1 + i};
            add("set", made->cells[i].field, made->cells[i].value, stands(made->cells[i].field, false, cell));
          }
        } else if (const auto* set = std::get_if<changes::SetField>(&operation)) {
          add("set", set->field, set->value, stands(set->field, false, dot));
        } else if (const auto* added = std::get_if<changes::SetAdd>(&operation)) {
          add("added", added->field, added->value, stands(added->field, true, dot));
        } else if (const auto* removed = std::get_if<changes::SetRemove>(&operation)) {
          add("removed", removed->field, std::nullopt, false);
        } else if (std::holds_alternative<changes::Tomb>(operation)) {
          add("deleted", 0, std::nullopt, row.hidden);
        }
      }
      dot.op += changes::indexes_of(operation);
    }
  }
  return {};
}

Result<std::vector<HistoryEntry>> Reader::history(const RecordId& record) {
  HAKI_ASSIGN(const store::RecordRow row, Editor(home_).require(record));
  std::vector<HistoryEntry> entries;
  HAKI_TRY(add_history(row, home_.forms.find(row.merged.form), entries));
  const Form& review = *model::built_in_form("review");
  store::Selection selection;
  selection.form = review.id;
  selection.equal = {{review.field("record")->id, record}};
  HAKI_TRY(home_.records->for_each(selection, [&](store::RecordRow&& of) -> Result<bool> {
    const DeviceId device = home_.device_of(of.author);
    const Value* verdict = of.merged.value(review.field("verdict")->id);
    const Value* reason = of.merged.value(review.field("reason")->id);
    entries.push_back({of.merged.created().ms(), home_.name_of(device), home_.organisation_of(device), "reviewed",
                       verdict ? to_text(*verdict) : std::string(), reason ? std::optional(*reason) : std::nullopt, true, false});
    return true;
  }));
  std::ranges::stable_sort(entries, {}, &HistoryEntry::at_ms);
  return entries;
}

Result<std::string> Reader::review_reason(const RecordId& record) {
  HAKI_ASSIGN(const std::vector<HistoryEntry> entries, history(record));
  std::string reason;
  for (const HistoryEntry& entry : entries) {
    if (entry.act == "reviewed") reason = entry.value ? to_text(*entry.value) : std::string();
  }
  return reason;
}

Result<std::vector<Conflict>> Reader::conflicts() {
  std::vector<Conflict> conflicts;
  store::Selection selection;
  selection.in_conflict = true;
  HAKI_TRY(home_.records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
    const store::FormRef ref = home_.forms.find(row.merged.form);
    for (const std::uint32_t id : row.merged.conflicts()) {
      const changes::FieldState* state = row.merged.field(id);
      Conflict conflict{row.merged.id, ref.form ? ref.form->name : to_hex(row.merged.form), field_name(ref.fields(), id), {}};
      const changes::Dot shown = state->winner().dot;
      for (const changes::Sibling& sibling : state->siblings) {
        conflict.values.push_back({sibling.value, home_.name_of(home_.device_of(sibling.dot.log)), sibling.time.ms(),
                                   sibling.dot == shown});
      }
      std::ranges::stable_partition(conflict.values, &ConflictValue::shown);
      conflicts.push_back(std::move(conflict));
    }
    return true;
  }));
  return conflicts;
}

Result<std::uint64_t> Reader::count(std::string_view sql) {
  HAKI_ASSIGN(const std::int64_t number, home_.database->number(sql));
  return static_cast<std::uint64_t>(number);
}

Result<Status> Reader::status() {
  Status status;
  HAKI_ASSIGN(status.coalition, home_.settings->text(setting::kCoalition));
  HAKI_ASSIGN(status.server, home_.settings->text(setting::kServer));
  status.member = home_.name_of(home_.device);
  status.admitted = home_.admitted();
  status.removed = home_.removed();
  status.suspended = home_.me() != nullptr && home_.me()->now().suspended;
  const Person* self = home_.person(home_.device);
  status.role = home_.me() ? std::string(keys::role_name(home_.me()->now().role)) : self ? self->role : std::string();
  for (const store::Chain* chain : home_.chains->own()) {
    status.unsent += chain->applied_seq - chain->receipted_seq;
    status.barred += barred_changes(home_, *chain);
  }
  HAKI_ASSIGN(const std::vector<OutboxEntry> waiting, outbox());
  status.unsent_records = waiting.size();
  HAKI_ASSIGN(status.conflicts, count("SELECT coalesce(sum(conflicts), 0) FROM record WHERE conflicts > 0 AND hidden = 0"));
  HAKI_ASSIGN(status.quarantine, home_.ledger->quarantine_count());
  HAKI_ASSIGN(status.held, home_.ledger->held_count());
  HAKI_ASSIGN(const store::Blobs::Counts blobs, home_.blobs->counts());
  status.blobs_unsent = blobs.unsent;
  status.blobs_missing = home_.is_lead() ? blobs.missing : blobs.asked_for;
  HAKI_ASSIGN(const std::vector<store::KeptSnapshot> snapshots, store::Snapshots(*home_.database).all());
  for (const store::KeptSnapshot& one : snapshots) {
    if (one.state == store::SnapshotState::kAudited) continue;
    ++status.unaudited;
    if (one.confirmed == 0) ++status.unconfirmed;
  }
  store::Selection selection;
  selection.state = "has_issues";
  HAKI_TRY(home_.records->for_each(selection, [&](store::RecordRow&& row) -> Result<bool> {
    if (row.author == home_.identity.log) ++status.returned;
    return true;
  }));
  if (home_.is_lead()) {
    Query queue;
    queue.review_queue = true;
    HAKI_ASSIGN(const auto waiting_review, list(queue));
    status.review = waiting_review.size();
    HAKI_ASSIGN(const auto joins, home_.ledger->joins());
    status.pending_joins = joins.size();
  }
  HAKI_ASSIGN(status.last_exchange_ms, home_.settings->number(setting::kLastWelcome));
  HAKI_ASSIGN(const std::int64_t join_delivered, home_.settings->number(setting::kJoinDelivered));
  status.join_delivered = join_delivered != 0;
  status.bytes_used = blobs.here_bytes;
  for (const char* file : {"/store.db", "/store.db-wal", "/key", "/key.2"}) {
    struct stat seen;
    if (::stat((home_.path + file).c_str(), &seen) == 0) status.bytes_used += static_cast<std::uint64_t>(seen.st_size);
  }
  return status;
}

// Row numbers of the records a change set is about; rows of a repeated group stand for their parent.
Result<std::set<std::int64_t>> Reader::records_in(const changes::ChangeSet& set, const store::Chain& chain) {
  std::set<std::int64_t> numbers;
  for (const changes::Operation& operation : set.operations) {
    const RecordId* id = changes::record_of(operation);
    if (id == nullptr) continue;
    HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load(chain.compartment, *id));
    if (row) numbers.insert(row->parent != 0 ? row->parent : row->no);
  }
  return numbers;
}

Result<std::vector<OutboxEntry>> Reader::outbox() {
  std::vector<OutboxEntry> entries;
  std::map<std::int64_t, std::size_t> by_record;
  for (const store::Chain* chain : home_.chains->own()) {
    for (std::uint64_t seq = chain->receipted_seq; seq < chain->applied_seq; seq += kChangeSetsAtOnce) {
      HAKI_ASSIGN(const auto sets, home_.records->change_sets(*chain, seq, kChangeSetsAtOnce));
      for (const changes::ChangeSet& set : sets) {
        HAKI_ASSIGN(const std::set<std::int64_t> records, records_in(set, *chain));
        for (const std::int64_t no : records) {
          const auto [at, fresh] = by_record.emplace(no, entries.size());
          if (fresh) entries.push_back({{}, {}, {}, {}, 0, true, false, set.time.ms()});
          OutboxEntry& entry = entries[at->second];
          ++entry.changes;
          if (set.seq > chain->head_seq) entry.sealed = false;
          entry.barred |= set.seq > chain->head_seq && barred_changes(home_, *chain) > 0;
        }
      }
    }
  }
  for (const auto& [no, at] : by_record) {
    HAKI_ASSIGN(const std::optional<store::RecordRow> row, home_.records->load_row(no));
    if (!row) continue;
    OutboxEntry& entry = entries[at];
    const store::FormRef ref = home_.forms.find(row->merged.form);
    entry.record = row->merged.id;
    entry.form = ref.form ? ref.form->name : to_hex(row->merged.form);
    entry.state = row->state;
    const Field* title = ref.form ? ref.form->field(ref.form->title_field) : nullptr;
    const Value* value = title ? row->merged.value(title->id) : nullptr;
    if (value) entry.title = to_text(*value);
  }
  return entries;
}

}  // namespace haki::client
