// Import: rows become records whose ids follow from what identifies the row, so that a second import, or another lead's,
// meets the same records. A newer file's correction is taken; what people did since is not overwritten (spec 70-import,
// section 10).
#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "client/editor.h"
#include "client/unmapped.h"
#include "crypto/hash.h"
#include "model/validate.h"

namespace haki::client {
namespace {

// Enough that what every commit writes again (index pages, mostly) is small beside the rows themselves.
// A country's lists, 8,000 rows, in two commits: at 500 a commit they took a quarter longer (tests/bench/import_bench.cc).
constexpr std::size_t kRowsPerTransaction = 4000, kRowsPerProgress = 500;

// What a row can be refused for; anything else is no row's fault.
bool is_of_the_row(Code code) {
  return code == Code::kInvalid || code == Code::kNotFound || code == Code::kExists || code == Code::kTooLarge || code == Code::kDenied ||
         code == Code::kUnsupported;
}
// New records are gathered into change sets of this size: each costs a table, an encoding and a row of its own, which rows that
// differ in a few values then share; but who asks for the history of one record reads the change set whole.
constexpr std::size_t kGatheredBytesMax = 32 * 1024;
constexpr std::string_view kFromFile = "file", kInWords = "_text", kWaiting = "draft";

RecordId id_of(const CoalitionId& org, const std::string& form, const std::vector<std::string>& identity) {
  crypto::Hasher hasher(16);
  hasher.add("HAKI1.imp").add(org).add(form);
  for (const std::string& part : identity) hasher.add_u64(part.size()).add(part);
  return {hasher.finish16()};
}

// What files and people have said of one record.
class Past {
 public:
  Past(std::vector<store::PastChange> changes, const store::RecordRow& row) : changes_(std::move(changes)), row_(row) {}

  // True where the field has held this value at any time: the file repeats itself.
  bool said(std::uint32_t field, const Value& value) const {
    const auto same = [&](std::uint32_t in, const Value& other) { return in == field && other == value; };
    for (const store::PastChange& change : changes_) {
      for (const changes::Operation& operation : change.set->operations) {
        if (const RecordId* about = changes::record_of(operation); about == nullptr || *about != row_.merged.id) continue;
        if (const auto* made = std::get_if<changes::NewRecord>(&operation)) {
          for (const changes::Cell& cell : made->cells) {
            if (same(cell.field, cell.value)) return true;
          }
        } else if (const auto* set = std::get_if<changes::SetField>(&operation)) {
          if (same(set->field, set->value)) return true;
        } else if (const auto* added = std::get_if<changes::SetAdd>(&operation)) {
          if (same(added->field, added->value)) return true;
        }
      }
    }
    return false;
  }

  bool is_of_file(const changes::Dot& dot) const {
    const auto change = std::ranges::find_if(changes_, [&](const auto& one) { return one.log == dot.log && one.set->seq == dot.seq; });
    return change != changes_.end() && is_from_file(*change->set, row_.merged.id);
  }

  bool is_made_by_file() const {
    return std::ranges::any_of(row_.merged.creations, [&](const auto& one) { return is_of_file(one.dot); });
  }

  bool is_all_of_file(const changes::FieldState& state) const {
    return std::ranges::all_of(state.siblings, [&](const changes::Sibling& one) { return is_of_file(one.dot); });
  }

  // A person wrote a standing value since a file had its say. A record that no file ever spoke of is nobody's but the
  // file's that names it; one that a file made takes nothing over what a person put there.
  bool is_of_person_since(const changes::FieldState& state) const {
    const changes::FieldState* source = row_.merged.field(changes::kSourceField);
    if (source == nullptr || source->siblings.empty()) return false;
    const bool made_by_file = is_made_by_file();
    return std::ranges::any_of(state.siblings, [&](const changes::Sibling& one) {
      return !is_of_file(one.dot) && (made_by_file || one.time > source->winner().time);
    });
  }

 private:
  std::vector<store::PastChange> changes_;
  const store::RecordRow& row_;
};

bool stands(const changes::FieldState* state, const Field& field, const Value& value) {
  if (state == nullptr || state->siblings.empty() || (!field.set && state->in_conflict())) return false;
  if (!field.set) return state->winner().value == value;
  return std::ranges::any_of(state->siblings, [&](const changes::Sibling& one) { return one.value == value; });
}

// The field that says in words what this one cannot, or the other way round; null where there is none.
const Field* pair_of(const Form& form, const Field& field) {
  if (const Field* words = form.field(field.name + std::string(kInWords))) return words;
  const bool is_words = field.name.ends_with(kInWords);
  return is_words ? form.field(std::string_view(field.name).substr(0, field.name.size() - kInWords.size())) : nullptr;
}

// At least what an operation that makes a record takes in an encoded change set, its names in the tables included.
std::size_t bytes_at_most(const changes::Operation& operation) {
  constexpr std::size_t kEach = 32;
  const auto with_text = [](const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return kEach + (text ? text->size() : 0);
  };
  std::size_t bytes = kEach;
  if (const auto* made = std::get_if<changes::NewRecord>(&operation)) {
    bytes += kEach;
    for (const changes::Cell& cell : made->cells) bytes += with_text(cell.value);
  } else if (const auto* added = std::get_if<changes::SetAdd>(&operation)) {
    bytes += with_text(added->value);
  }
  return bytes;
}

}  // namespace

bool is_from_file(const changes::ChangeSet& set, const RecordId& record) {
  return std::ranges::any_of(set.operations, [&](const changes::Operation& operation) {
    if (const auto* made = std::get_if<changes::NewRecord>(&operation); made && made->record == record) {
      return std::ranges::any_of(made->cells, [](const changes::Cell& cell) { return cell.field == changes::kSourceField; });
    }
    const auto* written = std::get_if<changes::SetField>(&operation);
    return written != nullptr && written->record == record && written->field == changes::kSourceField;
  });
}

void mark_as_of_file(changes::NewRecord& made) {
  changes::Cell& mark = made.cells.emplace_back();
  mark.field = changes::kSourceField;
  mark.value.emplace<std::string>(kFromFile);
  std::ranges::sort(made.cells, {}, &changes::Cell::field);
}

struct Editor::Planned {
  RecordId id;
  CompartmentId compartment;
  Operations operations;  // empty: the row changes nothing
  bool fresh = false;
  bool as_draft = false;
  std::vector<KeptValue> kept;
};

// The record that the row is about; none: it makes one, with the id given.
Result<std::optional<store::RecordRow>> Editor::find_imported(const ImportRow& row, RecordId& id) {
  if (row.record) {
    id = *row.record;
    HAKI_ASSIGN(std::optional<store::RecordRow> known, home_.records->load(id));
    HAKI_ASSIGN(const Form* form, home_.forms.require(row.form));
    if (known && known->merged.erased()) return was_erased(id);
    if (known && known->merged.form == form->id) return known;
    if (row.identity.empty()) return Error{Code::kNotFound, "There is no " + row.form + " with the id " + to_hex(id) + " on this device."};
  }
  id = id_of(home_.org, row.form, row.identity);
  HAKI_ASSIGN(std::optional<store::RecordRow> known, home_.records->load(id));
  for (std::size_t i = 0; i < row.earlier.size() && (!known || known->merged.form.is_zero()); ++i) {
    HAKI_ASSIGN(known, home_.records->load(id_of(home_.org, row.form, row.earlier[i])));
  }
  if (known && known->merged.erased()) return was_erased(known->merged.id);
  if (known && known->merged.form.is_zero()) known.reset();
  if (known) id = known->merged.id;
  return known;
}

Result<RecordId> Editor::find_imported(std::string_view form, const std::vector<std::string>& identity) {
  ImportRow row;
  row.form = form;
  row.identity = identity;
  RecordId id;
  HAKI_ASSIGN(const std::optional<store::RecordRow> known, find_imported(row, id));
  if (!known || known->hidden) return Error{Code::kNotFound, "No import made such a " + row.form + " here."};
  return id;
}

// What a row changes of the record it meets.
struct Editor::Correction {
  Edit edit;
  std::vector<FieldInput> unmapped;  // labels that no file has said before
  bool waits_for_meanings = false;   // a draft that an import made, of whose labels this file says nothing any more
};

// Which of the row's values are news, which are corrections that take others' places, and which are kept out.
Result<Editor::Correction> Editor::find_corrections(Planned& plan, const Form& form, const ImportRow& row, const store::RecordRow& known, bool take_file) {
  Correction correction{{plan.id, {}, {}, {}, {}}, {}};
  Edit& edit = correction.edit;
  std::optional<Past> past;
  const auto look_back = [&]() -> Result<> {
    if (past) return {};
    HAKI_ASSIGN(std::vector<store::PastChange> changes, home_.records->history(known.no));
    past.emplace(std::move(changes), known);
    return {};
  };
  for (const FieldInput& label : row.unmapped) {
    HAKI_TRY(look_back());
    if (!past->said(changes::kUnmappedField, unmapped_value(label))) correction.unmapped.push_back(label);
  }
  if (known.state == kWaiting && row.unmapped.empty() && !unmapped_of(known.merged).empty()) {
    HAKI_TRY(look_back());
    correction.waits_for_meanings = past->is_made_by_file();
  }
  std::map<std::string, std::vector<Value>> elements;
  for (const FieldInput& input : row.fields) {
    const Field* field = form.field(input.field);
    if (field == nullptr || input.text.empty()) {
      if (field == nullptr) edit.fields.push_back(input);  // said in words below
      continue;
    }
    HAKI_ASSIGN(const std::string typed, resolve_link(*field, input.text));
    const auto value = model::parse_value(*field, typed);
    if (!value) return value.error();
    if (field->set) elements[field->name].push_back(*value);
    const changes::FieldState* state = known.merged.field(field->id, field->set);
    if (stands(state, *field, *value)) continue;
    HAKI_TRY(look_back());
    const bool said = past->said(field->id, *value);
    if (field->set) {
      if (!said) edit.add.push_back(input);
      continue;
    }
    const bool empty = state == nullptr || state->siblings.empty();
    // What the record said before is no news beside what a person wrote since; beside what a later file said, it is told.
    if (said && (empty || !past->is_all_of_file(*state))) continue;
    if (!take_file && !empty && (said || past->is_of_person_since(*state))) {
      plan.kept.push_back({row.row, plan.id, field->name, to_text(*value), to_text(state->winner().value)});
      continue;
    }
    edit.fields.push_back(input);
  }
  // A set with something new in it is a correction: what only files had put there, and this one has no more, goes.
  for (const FieldInput& added : edit.add) {
    const Field* field = form.field(added.field);
    const changes::FieldState* state = known.merged.field(field->id, true);
    for (std::size_t i = 0; state != nullptr && i < state->siblings.size(); ++i) {
      const Value& value = state->siblings[i].value;
      const bool again = std::ranges::find(elements[field->name], value) != elements[field->name].end();
      const bool of_file = std::ranges::all_of(
          state->siblings, [&](const auto& one) { return one.value != value || past->is_of_file(one.dot); });
      if (!again && of_file) edit.remove.push_back({field->name, to_text(value)});
    }
  }
  // A day now, where a file had said it in words: the words go.
  for (std::size_t i = edit.fields.size(); i-- > 0;) {
    const Field* field = form.field(edit.fields[i].field);
    const Field* pair = field == nullptr ? nullptr : pair_of(form, *field);
    const changes::FieldState* state = pair == nullptr ? nullptr : known.merged.field(pair->id);
    const bool given = pair != nullptr && std::ranges::any_of(row.fields, [&](const auto& one) { return one.field == pair->name && !one.text.empty(); });
    if (state != nullptr && !given && !state->siblings.empty() && past->is_all_of_file(*state)) edit.fields.push_back({pair->name, ""});
  }
  return correction;
}

Result<> Editor::plan_correction(Planned& plan, const ImportRow& row, const store::RecordRow& known, bool take_file) {
  HAKI_ASSIGN(const Form* form, home_.forms.require(row.form));
  HAKI_ASSIGN(const Correction correction, find_corrections(plan, *form, row, known, take_file));
  const Edit& edit = correction.edit;
  Operations groups;
  HAKI_TRY(plan_groups(groups, *form, row, plan.id, &known));
  const bool of_fields = !edit.fields.empty() || !edit.add.empty();
  if (!of_fields && correction.unmapped.empty() && groups.empty()) return {};
  if (form->evidence_like) return Error{Code::kInvalid, "Evidence is never changed; the record stays as it is."};
  HAKI_TRY(may_write(known.compartment, *form));
  std::set<std::string> settled;
  for (const auto* inputs : {&edit.fields, &edit.add, &correction.unmapped}) {
    for (const FieldInput& input : *inputs) settled.insert(input.field.substr(0, input.field.find('[')));
  }
  for (std::size_t i = 0; !groups.empty() && i < row.groups.size(); ++i) settled.insert(row.groups[i].group);
  Operations settlements;
  settle_unmapped(settlements, known.merged, settled, row.unmapped);
  const bool completes = correction.waits_for_meanings && settlements.size() == unmapped_of(known.merged).size();
  if (of_fields) HAKI_TRY(plan_edit(plan.operations, known, *form, edit, completes));
  for (Operations* more : {&settlements, &groups}) std::ranges::move(*more, std::back_inserter(plan.operations));
  for (const FieldInput& label : correction.unmapped) plan.operations.push_back(changes::SetAdd{plan.id, changes::kUnmappedField, unmapped_value(label)});
  if (completes) plan.operations.push_back(changes::SetField{plan.id, changes::kStateField, std::string("submitted"), known.merged.dots_of(changes::kStateField)});
  if (plan.operations.empty()) return {};
  plan.operations.push_back(changes::SetField{plan.id, changes::kSourceField, std::string(kFromFile), known.merged.dots_of(changes::kSourceField)});
  back_into_queue(plan.operations, known, *form);
  return {};
}

Result<Editor::Planned> Editor::plan_import(const ImportRow& row, const RecordId& id, const std::optional<store::RecordRow>& known,
                                            bool take_file) {
  Planned plan;
  plan.id = id;
  plan.fresh = !known;
  if (known) {
    plan.compartment = known->compartment;
    if (!known->hidden) HAKI_TRY(plan_correction(plan, row, *known, take_file));  // what was deleted here stays so
    return plan;
  }
  const Draft draft{row.form, row.fields, {}, true, plan.id};
  HAKI_TRY(plan_create(plan.operations, plan.compartment, draft, row.unmapped, &plan.as_draft));
  mark_as_of_file(std::get<changes::NewRecord>(plan.operations.front()));
  for (const FieldInput& label : row.unmapped) plan.operations.push_back(changes::SetAdd{plan.id, changes::kUnmappedField, unmapped_value(label)});
  HAKI_ASSIGN(const Form* form, home_.forms.require(row.form));
  HAKI_TRY(plan_groups(plan.operations, *form, row, plan.id, nullptr));
  return plan;
}

Result<> Editor::gather(const CompartmentId& compartment, Operations operations) {
  std::size_t bytes = 0;
  for (const changes::Operation& operation : operations) bytes += bytes_at_most(operation);
  const bool fits = gathered_ && gathered_->set.chain->compartment == compartment && gathered_->bytes_at_most + bytes <= kGatheredBytesMax &&
                    gathered_->set.set.operations.size() + operations.size() <= limits::kOpsPerChangeSetMax;
  if (!fits) {
    HAKI_TRY(close_gathered());
    HAKI_ASSIGN(store::Chain * chain, home_.chains->open(compartment, home_.identity.log));
    gathered_.emplace(Gathered{{chain, {chain->applied_seq + 1, home_.hybrid_clock->next(), {}}}});
  }
  gathered_->bytes_at_most += bytes;
  return home_.records->add(gathered_->set, std::move(operations));
}

Result<> Editor::close_gathered() {
  if (!gathered_) return {};
  const Gathered gathered = *std::exchange(gathered_, std::nullopt);
  return home_.records->keep(gathered.set);
}

Result<> Editor::import_row(const ImportRow& row, bool dry_run, bool take_file, ImportReport& report) {
  const auto refuse = [&](const Error& error) -> Result<> {
    if (!is_of_the_row(error.code)) return error;  // the store failed: the rows before may be undone with it
    if (error.code == Code::kDenied && !row.record) return error;  // the same for every row
    const bool no_record = row.record && error.code == Code::kNotFound;
    report.refused.push_back({row.row, no_record ? "id" : "", error.message});
    return {};
  };
  RecordId id;
  const auto known = find_imported(row, id);
  if (!known) return refuse(known.error());
  // Made by an earlier row of this file: what is planned for it asks for its history.
  const bool gathered = gathered_ && *known && std::ranges::any_of((*known)->merged.creations, [&](const changes::Sibling& one) {
    return one.dot.log == gathered_->set.chain->log && one.dot.seq == gathered_->set.set.seq;
  });
  if (gathered) HAKI_TRY(close_gathered());
  auto planned = plan_import(row, id, *known, take_file);
  if (!planned) return refuse(planned.error());
  std::ranges::move(planned->kept, std::back_inserter(report.kept));
  if (planned->operations.empty()) {
    ++report.unchanged;
    return {};
  }
  ++(planned->fresh ? report.created : report.updated);
  if (planned->as_draft) report.drafts.push_back({row.row, planned->id});
  if (dry_run) return {};
  if (planned->fresh) return gather(planned->compartment, std::move(planned->operations));
  return keep(planned->compartment, std::move(planned->operations));
}

Result<ImportReport> Editor::import_rows(std::span<const ImportRow> rows, bool dry_run, const Progress& progress, bool take_file) {
  ImportReport report;
  report.rows = rows.size();
  for (std::size_t start = 0; start < rows.size(); start += kRowsPerTransaction) {
    const auto part = rows.subspan(start, std::min(kRowsPerTransaction, rows.size() - start));
    Result<> done;
    {
      store::Transaction transaction(*home_.database);
      done = transaction.started();
      for (std::size_t i = 0; i < part.size() && done; ++i) {
        if (progress && i > 0 && i % kRowsPerProgress == 0) progress(start + i, rows.size());
        done = import_row(part[i], dry_run, take_file, report);
      }
      if (done) done = close_gathered();
      if (done && !dry_run) done = transaction.commit();
    }
    if (!done) {
      gathered_.reset();
      HAKI_TRY(home_.reload());
      if (done.error().code == Code::kDenied) return done.error();
      return done.error().within("The import stopped before row " + std::to_string(part.front().row) +
                                 "; the rows before it are kept, and importing again goes on from there");
    }
    if (progress) progress(start + part.size(), rows.size());
  }
  return report;
}

}  // namespace haki::client
