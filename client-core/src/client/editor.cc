#include "client/editor.h"

#include <algorithm>
#include <set>

#include "base/limits.h"
#include "client/circles.h"
#include "client/unmapped.h"
#include "crypto/hash.h"
#include "model/validate.h"

namespace haki::client {
namespace {

using changes::NewRecord;
using changes::SetAdd;
using changes::SetField;
using changes::SetRemove;

constexpr std::string_view kDraft = "draft", kSubmitted = "submitted", kHasIssues = "has_issues", kEdited = "edited",
                           kApproved = "approved", kRejected = "rejected";

// All problems in one error, a line each, so that a person mends a form once and not field by field.
Result<> as_error(const std::vector<model::Problem>& problems) {
  if (problems.empty()) return {};
  std::string message;
  for (const model::Problem& problem : problems) {
    if (!message.empty()) message += "\n";
    message += problem.message;  // names its field
  }
  return Error{Code::kInvalid, message};
}

const Field* find_field(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

model::FieldValues by_name(std::vector<std::pair<const Field*, Value>> values) {
  model::FieldValues named;
  for (auto& [field, value] : values) named.emplace(field->name, std::move(value));
  return named;
}

bool is_for_any(std::string_view field, std::span<const FieldInput> inputs) {
  return std::ranges::any_of(inputs, [&](const FieldInput& one) { return one.field == field; });
}

// The group of a label "visits[2].kind" whose row needs the field; null for any other.
const Group* needed_by_row(const Form& form, const FieldInput& label) {
  const Group* group = form.group(label.field.substr(0, label.field.find('[')));
  const Field* field = group == nullptr ? nullptr : find_field(group->fields, label.field.substr(label.field.find('.') + 1));
  return field != nullptr && field->required ? group : nullptr;
}

Error no_such_field(std::string_view name, const std::vector<Field>& fields, std::string_view form) {
  std::string names;
  for (const Field& field : fields) names += (names.empty() ? "" : ", ") + field.name;
  return {Code::kInvalid, "The form '" + std::string(form) + "' has no field '" + std::string(name) + "'. Its fields are: " +
                              names + "."};
}

}  // namespace

model::FieldValues field_values(const changes::RecordState& merged, const std::vector<Field>& fields) {
  model::FieldValues values;
  for (const Field& field : fields) {
    const changes::FieldState* state = merged.field(field.id, field.set);
    if (state == nullptr || state->siblings.empty()) continue;
    if (!field.set) {
      // A field that was cleared holds the empty text.
      const Value& winner = state->winner().value;
      if (winner != Value(std::string())) values.emplace(field.name, winner);
      continue;
    }
    for (const changes::Sibling& sibling : state->siblings) {
      const auto [first, last] = values.equal_range(field.name);
      const bool known = std::any_of(first, last, [&](const auto& entry) { return entry.second == sibling.value; });
      if (!known) values.emplace(field.name, sibling.value);
    }
  }
  return values;
}

Error was_erased(const RecordId& record) {
  const std::string name = to_hex(record).substr(0, 12);
  return {Code::kNotFound, "The record " + name + " was erased: nothing of it is left. haki show " + name + " tells by whom, when and why."};
}

Result<store::RecordRow> Editor::require(const RecordId& record) {
  HAKI_ASSIGN(std::optional<store::RecordRow> row, home_.records->load(record));
  if (row && row->merged.erased()) return was_erased(record);
  if (!row || row->merged.form.is_zero()) {
    return Error{Code::kNotFound, "There is no record " + to_hex(record).substr(0, 12) + " on this device."};
  }
  return std::move(*row);
}

Result<> Editor::may_write(const CompartmentId& compartment, const Form& form) {
  if (compartment == home_.own_compartment()) return {};  // also before admission: it is sealed only then
  if (home_.admitted() && home_.membership.may_write(home_.device, compartment, home_.membership.newest())) {
    HAKI_ASSIGN(const bool closed, Circles(home_).is_closed(compartment));
    if (!closed || form.name == "circle") return {};
    const std::string name = Circles(home_).name_of(compartment);
    return Error{Code::kDenied, name + " is closed. Who writes in it may open it again: haki compartment close " + name + " --reopen."};
  }
  return Error{Code::kDenied, "Only leads and editors of the coalition may change a " + form.name +
                                  ". Ask a lead, or record an observation instead."};
}

Result<CompartmentId> Editor::home_of(const Form& form, const Draft& draft) {
  if (!draft.compartment.empty()) return Circles(home_).find(draft.compartment);
  switch (form.home) {
    case haki::Home::kNotebook: return home_.own_compartment();
    case haki::Home::kShared:
    case haki::Home::kLeads: {
      const auto kind =
          form.home == haki::Home::kShared ? envelope::CompartmentKind::kShared : envelope::CompartmentKind::kLeads;
      const auto compartment = home_.compartment(kind);
      if (!compartment) {
        return Error{Code::kDenied, "Only leads and editors of the coalition may make a " + form.name +
                                        ", and this device has not been let in yet."};
      }
      return *compartment;
    }
    case haki::Home::kWithLinked: break;
  }
  for (const FieldInput& input : draft.fields) {
    const Field* field = form.field(input.field);
    if (field == nullptr || field->type != FieldType::kLink) continue;
    HAKI_ASSIGN(const std::string link, resolve_link(*field, input.text));
    HAKI_ASSIGN(const store::RecordRow row, require(id_from_hex<RecordId>(link).value_or(RecordId{})));
    return row.compartment;
  }
  return Error{Code::kInvalid, "A " + form.name + " must name the record it belongs to."};
}

// A link may be typed as any unique beginning of the record's id.
Result<std::string> Editor::resolve_link(const Field& field, const std::string& typed) {
  if (field.type != FieldType::kLink || typed.empty() || typed.size() >= 32) return typed;
  HAKI_ASSIGN(const std::vector<RecordId> ids, home_.records->beginning_with(typed, 2));
  if (ids.empty()) {
    return Error{Code::kNotFound, field.name + ": there is no record whose id begins with what was given."};
  }
  if (ids.size() > 1) {
    return Error{Code::kInvalid, field.name + ": several records have ids that begin so; give more of the id."};
  }
  return to_hex(ids.front());
}

Result<std::vector<std::pair<const Field*, Value>>> Editor::read_values(const std::vector<Field>& fields,
                                                                        std::span<const FieldInput> inputs,
                                                                        std::string_view form_name) {
  std::vector<std::pair<const Field*, Value>> values;
  std::vector<model::Problem> problems;
  for (const FieldInput& input : inputs) {
    const Field* field = find_field(fields, input.field);
    if (field == nullptr) return no_such_field(input.field, fields, form_name);
    if (input.text.empty()) continue;
    HAKI_ASSIGN(const std::string typed, resolve_link(*field, input.text));
    auto value = model::parse_value(*field, typed);
    if (!value) {
      problems.push_back({field->name, value.error().message});
      continue;
    }
    const bool twice = std::ranges::any_of(values, [&](const auto& known) {
      return known.first == field && (!field->set || known.second == *value);
    });
    if (twice && !field->set) problems.push_back({field->name, "It is given twice, but holds one value."});
    if (!twice) values.emplace_back(field, std::move(*value));
  }
  HAKI_TRY(as_error(problems));
  return values;
}

void Editor::add_record(Operations& operations, const RecordId& id, const FormId& form, const std::vector<Field>& fields,
                        model::FieldValues values, const RecordId* parent, bool submitted) {
  NewRecord made{id, form, {}};
  made.cells.reserve(values.size() + 3);  // an import adds its own
  if (submitted) made.cells.push_back({changes::kStateField, std::string(kSubmitted)});
  if (parent) made.cells.push_back({changes::kParentField, *parent});
  const std::size_t at = operations.size();
  operations.reserve(at + 1 + values.size());
  operations.emplace_back();  // the record stands before its elements
  for (const Field& field : fields) {
    const auto [first, last] = values.equal_range(field.name);
    for (auto entry = first; entry != last; ++entry) {
      if (field.set) operations.emplace_back(std::in_place_type<SetAdd>, id, field.id, std::move(entry->second));
      else made.cells.push_back({field.id, std::move(entry->second)});
    }
  }
  std::ranges::sort(made.cells, {}, &changes::Cell::field);
  operations[at] = std::move(made);
}

Result<> Editor::add_groups(Operations& operations, const Form& form, const RecordId& parent,
                            std::span<const GroupInput> groups) {
  for (const GroupInput& input : groups) {
    const Group* group = form.group(input.group);
    if (group == nullptr) {
      return Error{Code::kInvalid, "The form '" + form.name + "' has no repeated group '" + input.group + "'."};
    }
    for (std::size_t i = 0; i < input.rows.size(); ++i) {
      const std::string where = input.group + " row " + std::to_string(i + 1);
      auto values = read_values(group->fields, input.rows[i], form.name + "/" + group->name);
      if (!values) return values.error().within(where);
      model::FieldValues named = by_name(std::move(*values));
      const auto right = as_error(model::validate(*group, named, true, home_.today()));
      if (!right) return right.error().within(where);
      add_record(operations, crypto::random_id<RecordId>(home_.random), group->form_id, group->fields, std::move(named), &parent, false);
    }
  }
  return {};
}

Result<RecordId> Editor::plan_create(Operations& operations, CompartmentId& compartment, const Draft& draft,
                                     std::span<const FieldInput> unmapped, bool* as_draft) {
  HAKI_ASSIGN(const Form* form, home_.forms.require(draft.form));
  if (form->name == "attachment") {
    return Error{Code::kInvalid, "A file is attached to a record: make that one, with --attach FILE."};
  }
  HAKI_ASSIGN(compartment, home_of(*form, draft));
  HAKI_TRY(may_write(compartment, *form));
  HAKI_ASSIGN(auto values, read_values(form->fields, draft.fields, form->name));
  model::FieldValues named = by_name(std::move(values));
  const std::string today = home_.today();
  for (const Field& field : form->fields) {
    // Of a field for which something was said a default would be a guess.
    if (field.default_value.empty() || named.contains(field.name) || is_for_any(field.name, unmapped)) continue;
    HAKI_ASSIGN(std::optional<Value> value, model::default_value(field, model::RecordNames(named, today)));
    if (value) named.emplace(field.name, std::move(*value));
  }
  const bool complete = draft.submit || !form->reviewed;
  std::vector<model::Problem> problems = model::validate(*form, named, complete, today);
  const bool lacking = std::erase_if(problems, [&](const model::Problem& problem) { return is_for_any(problem.field, unmapped); }) > 0;
  HAKI_TRY(as_error(problems));
  const bool row_lacking = std::ranges::any_of(unmapped, [&](const FieldInput& label) { return needed_by_row(*form, label) != nullptr; });
  const bool submitted = complete && !lacking && !row_lacking;
  if (as_draft != nullptr) *as_draft = complete && !submitted;
  const RecordId id = draft.id ? *draft.id : crypto::random_id<RecordId>(home_.random);
  add_record(operations, id, form->id, form->fields, std::move(named), nullptr, submitted);
  HAKI_TRY(add_groups(operations, *form, id, draft.groups));
  return id;
}

Result<RecordId> Editor::create(const Draft& draft) {
  Operations operations;
  CompartmentId compartment;
  HAKI_ASSIGN(const RecordId id, plan_create(operations, compartment, draft));
  HAKI_TRY(commit(compartment, std::move(operations)));
  return id;
}

Result<> Editor::create_in_transaction(const Draft& draft) {
  Operations operations;
  CompartmentId compartment;
  HAKI_ASSIGN(const RecordId id, plan_create(operations, compartment, draft));
  static_cast<void>(id);
  return keep(compartment, std::move(operations));
}

// Fills `operations` with what differs from the record as it stands; true if anything does.
Result<bool> Editor::plan_edit(Operations& operations, const store::RecordRow& row, const Form& form, const Edit& edit, bool complete) {
  const RecordId& id = row.merged.id;
  model::FieldValues named = field_values(row.merged, form.fields);
  const auto elements = [&](const Field& field) {
    const changes::FieldState* state = row.merged.field(field.id, true);
    return state ? state->siblings : std::vector<changes::Sibling>();
  };
  const auto remove_element = [&](const Field& field, const Value& value) {
    SetRemove removal{id, field.id, {}};
    for (const changes::Sibling& sibling : elements(field)) {
      if (sibling.value == value) removal.over.push_back(sibling.dot);
    }
    if (removal.over.empty()) return;
    const auto [first, last] = named.equal_range(field.name);
    const auto at = std::find_if(first, last, [&](const auto& entry) { return entry.second == value; });
    if (at != last) named.erase(at);
    operations.push_back(std::move(removal));
  };
  const auto add_element = [&](const Field& field, const Value& value) {
    const auto [first, last] = named.equal_range(field.name);
    if (std::any_of(first, last, [&](const auto& entry) { return entry.second == value; })) return;
    named.emplace(field.name, value);
    operations.push_back(SetAdd{id, field.id, value});
  };

  HAKI_ASSIGN(const auto values, read_values(form.fields, edit.fields, form.name));
  for (const FieldInput& input : edit.fields) {
    const Field* field = form.field(input.field);
    if (field->set) {
      for (const changes::Sibling& sibling : elements(*field)) {
        const bool stays = std::ranges::any_of(
            values, [&](const auto& wanted) { return wanted.first == field && wanted.second == sibling.value; });
        if (!stays) remove_element(*field, sibling.value);
      }
    } else if (input.text.empty() && named.contains(field->name)) {
      operations.push_back(SetField{id, field->id, std::string(), row.merged.dots_of(field->id)});
      named.erase(field->name);
    }
  }
  for (const auto& [field, value] : values) {
    if (field->set) {
      add_element(*field, value);
      continue;
    }
    const changes::FieldState* state = row.merged.field(field->id);
    if (state && !state->siblings.empty() && !state->in_conflict() && state->winner().value == value) continue;
    operations.push_back(SetField{id, field->id, value, row.merged.dots_of(field->id)});
    named.erase(field->name);
    named.emplace(field->name, value);
  }
  HAKI_ASSIGN(const auto removed, read_values(form.fields, edit.remove, form.name));
  for (const auto& [field, value] : removed) remove_element(*field, value);
  HAKI_ASSIGN(const auto added, read_values(form.fields, edit.add, form.name));
  for (const auto& [field, value] : added) {
    if (!field->set) return Error{Code::kInvalid, field->name + ": it holds one value; set it instead of adding to it."};
    add_element(*field, value);
  }
  HAKI_TRY(as_error(model::validate(form, named, complete || row.state != kDraft, home_.today())));

  for (const GroupInput& group : edit.groups) {
    HAKI_ASSIGN(const std::vector<store::RecordRow> children, home_.records->children(row.no));
    const Group* of = form.group(group.group);
    for (const store::RecordRow& child : children) {
      if (of != nullptr && child.merged.form == of->form_id) operations.push_back(child.merged.tomb());
    }
  }
  HAKI_TRY(add_groups(operations, form, id, edit.groups));
  return !operations.empty();
}

Result<> Editor::edit(const Edit& edit) {
  HAKI_ASSIGN(const store::RecordRow row, require(edit.record));
  const store::FormRef ref = home_.forms.find(row.merged.form);
  if (ref.form == nullptr || ref.group != nullptr) {
    return Error{Code::kUnsupported, "This record's form is not known to this version of Haki, so it cannot be edited here."};
  }
  if (ref.form->evidence_like) {
    return Error{Code::kDenied, "Evidence is never changed. Record new evidence that names this one in 'supersedes'."};
  }
  HAKI_TRY(may_write(row.compartment, *ref.form));
  Operations operations;
  HAKI_TRY(plan_edit(operations, row, *ref.form, edit));
  std::set<std::string> settled;
  for (const auto* inputs : {&edit.fields, &edit.add, &edit.remove}) {
    for (const FieldInput& input : *inputs) settled.insert(input.field);
  }
  for (const GroupInput& group : edit.groups) settled.insert(group.group);
  settle_unmapped(operations, row.merged, settled);
  if (operations.empty()) return {};
  back_into_queue(operations, row, *ref.form);
  return commit(row.compartment, std::move(operations));
}

// What a lead approved is not what stands now.
void Editor::back_into_queue(Operations& operations, const store::RecordRow& row, const Form& form) {
  const bool by_author = row.author == home_.identity.log;
  const bool judged = row.state == kApproved || row.state == kRejected;
  if (!form.reviewed || !by_author || !judged) return;
  operations.push_back(SetField{row.merged.id, changes::kStateField, std::string(kEdited), row.merged.dots_of(changes::kStateField)});
}

Result<> Editor::check_complete(const store::RecordRow& row, const Form& form) {
  auto right = as_error(model::validate(form, field_values(row.merged, form.fields), true, home_.today()));
  for (const FieldInput& label : unmapped_of(row.merged)) {
    const Group* group = needed_by_row(form, label);
    if (right && group != nullptr) {
      right = Error{Code::kInvalid, label.field + ": \"" + label.text + "\" is none of its choices; give the rows of " + group->name + " again."};
    }
  }
  if (right) return {};
  return right.error().within(to_hex(row.merged.id).substr(0, 12) + " cannot be submitted yet");
}

Result<> Editor::submit(std::span<const RecordId> records) {
  std::map<CompartmentId, Operations> planned;
  for (const RecordId& id : records) {
    HAKI_ASSIGN(const store::RecordRow row, require(id));
    const store::FormRef ref = home_.forms.find(row.merged.form);
    if (ref.form == nullptr || ref.group != nullptr) {
      return Error{Code::kUnsupported, "This record's form is not known to this version of Haki."};
    }
    HAKI_TRY(may_write(row.compartment, *ref.form));
    HAKI_TRY(check_complete(row, *ref.form));
    if (row.state == kSubmitted || row.state == kEdited || row.state == kApproved) continue;
    const std::string_view next = row.state == kDraft ? kSubmitted : kEdited;
    planned[row.compartment].push_back(SetField{id, changes::kStateField, std::string(next),
                                                row.merged.dots_of(changes::kStateField)});
  }
  if (planned.empty()) return {};
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    for (auto& [compartment, operations] : planned) {
      if (done) done = keep(compartment, std::move(operations));
    }
    if (done) done = transaction.commit();
  }
  return done ? done : after_failure(done.error());
}

Result<> Editor::remove(const RecordId& record) {
  HAKI_ASSIGN(const store::RecordRow row, require(record));
  if (row.hidden) return {};
  const store::FormRef ref = home_.forms.find(row.merged.form);
  if (ref.form != nullptr) HAKI_TRY(may_write(row.compartment, *ref.form));
  Operations operations;
  operations.push_back(row.merged.tomb());
  HAKI_ASSIGN(const std::vector<store::RecordRow> children, home_.records->children(row.no));
  for (const store::RecordRow& child : children) operations.push_back(child.merged.tomb());
  return commit(row.compartment, std::move(operations));
}

Result<> Editor::resolve(const RecordId& record, std::string_view field_name, std::string_view value) {
  HAKI_ASSIGN(const store::RecordRow row, require(record));
  const store::FormRef ref = home_.forms.find(row.merged.form);
  const Field* field = ref.form ? ref.form->field(field_name) : nullptr;
  if (field == nullptr) return no_such_field(field_name, ref.form ? ref.form->fields : std::vector<Field>(), "record");
  const changes::FieldState* state = row.merged.field(field->id);
  if (state == nullptr || !state->in_conflict()) {
    return Error{Code::kInvalid, "The field '" + field->name + "' of this record is not in conflict; 'haki edit' changes it."};
  }
  HAKI_TRY(may_write(row.compartment, *ref.form));
  HAKI_ASSIGN(const std::string typed, resolve_link(*field, std::string(value)));
  HAKI_ASSIGN(Value settled, model::parse_value(*field, typed));
  Operations operations;
  operations.push_back(SetField{record, field->id, std::move(settled), row.merged.dots_of(field->id)});
  return commit(row.compartment, std::move(operations));
}

Result<> Editor::review(const RecordId& record, std::string_view verdict, std::string_view reason) {
  if (!home_.is_lead()) return Error{Code::kDenied, "Only a lead reviews records."};
  if (verdict != kApproved && verdict != kHasIssues && verdict != kRejected) {
    return Error{Code::kInvalid, "A review approves, returns or rejects a record."};
  }
  if (verdict != kApproved && reason.empty()) {
    return Error{Code::kInvalid, "Say why, with --reason: its author will read it and knows what to mend."};
  }
  HAKI_ASSIGN(const store::RecordRow row, require(record));
  const store::FormRef ref = home_.forms.find(row.merged.form);
  if (ref.form == nullptr || !ref.form->reviewed) {
    return Error{Code::kInvalid, "Records of this form are not reviewed."};
  }
  if (row.state == kDraft) {
    return Error{Code::kInvalid, "This record is still a draft of its author; it can be reviewed once it is submitted."};
  }
  Draft draft;
  draft.form = "review";
  draft.fields = {{"record", to_hex(record)}, {"verdict", std::string(verdict)}};
  if (!reason.empty()) draft.fields.push_back({"reason", std::string(reason)});
  Operations operations;
  CompartmentId compartment;
  HAKI_ASSIGN(const RecordId review_id, plan_create(operations, compartment, draft));
  static_cast<void>(review_id);
  operations.push_back(SetField{record, changes::kStateField, std::string(verdict),
                                row.merged.dots_of(changes::kStateField)});
  return commit(row.compartment, std::move(operations));
}

Result<> Editor::keep(const CompartmentId& compartment, Operations operations) {
  HAKI_TRY(close_gathered());
  HAKI_ASSIGN(store::Chain * chain, home_.chains->open(compartment, home_.identity.log));
  changes::ChangeSet set;
  set.seq = chain->applied_seq + 1;
  set.time = home_.hybrid_clock->next();
  set.operations = std::move(operations);
  return home_.records->apply(*chain, set);
}

Result<> Editor::commit(const CompartmentId& compartment, Operations operations) {
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    if (done) done = keep(compartment, std::move(operations));
    if (done) done = transaction.commit();
  }
  return done ? done : after_failure(done.error());
}

// What is kept in memory may be ahead of what was rolled back.
Result<> Editor::after_failure(Error error) {
  HAKI_TRY(home_.reload());
  return error;
}

}  // namespace haki::client
