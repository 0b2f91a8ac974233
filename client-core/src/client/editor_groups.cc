// Import of repeated groups: a row that stands already, by its values, changes nothing; what a person took away stays away;
// rows that are new take the place of those that only files had put there (spec 70-import, section 10).
#include <algorithm>

#include "client/editor.h"
#include "crypto/hash.h"

namespace haki::client {
namespace {

// A row as it is compared: its values by name, in order.
using RowValues = std::vector<std::pair<std::string, Value>>;

RowValues in_order(const model::FieldValues& values) {
  RowValues ordered(values.begin(), values.end());
  std::ranges::sort(ordered);
  return ordered;
}

// A row's id follows from its record and what it says, so that every device that reads the file makes the same row.
RecordId id_of_group_row(const RecordId& record, const FormId& form, const RowValues& values, std::uint64_t equal_before) {
  crypto::Hasher hasher(16);
  hasher.add("HAKI1.row").add(record).add(form);
  for (const auto& [field, value] : values) {
    const std::string text = to_text(value);
    hasher.add_u64(field.size()).add(field).add_u64(text.size()).add(text);
  }
  hasher.add_u64(equal_before);
  return {hasher.finish16()};
}

struct StandingRow {
  const store::RecordRow* row;
  RowValues values;
  bool met = false;  // the file has it
};

StandingRow* find_standing(std::vector<StandingRow>& standing, const std::function<bool(const StandingRow&)>& is) {
  const auto found = std::ranges::find_if(standing, [&](const StandingRow& one) { return !one.met && is(one); });
  return found == standing.end() ? nullptr : &*found;
}

}  // namespace

// One row of a group on its way: its values, and whether the record already has it.
struct Editor::GroupRow {
  const ImportGroupRow* from;
  model::FieldValues values;
  RowValues ordered;
  bool stands = false;
};

Result<std::vector<Editor::GroupRow>> Editor::read_group_rows(const Form& form, const Group& group, const ImportRow& row) {
  std::vector<GroupRow> rows;
  for (const ImportGroupRow& from : row.groups) {
    if (from.group != group.name) continue;
    const std::string where = group.name + " row " + std::to_string(rows.size() + 1), label = group.name + "[" + std::to_string(rows.size() + 1) + "].";
    auto values = read_values(group.fields, from.fields, form.name + "/" + group.name);
    if (!values) return values.error().within(where);
    model::FieldValues named;
    for (const auto& [field, value] : *values) named.emplace(field->name, value);
    std::vector<model::Problem> problems = model::validate(group, named, true, home_.today());
    std::erase_if(problems, [&](const model::Problem& problem) {
      return std::ranges::any_of(row.unmapped, [&](const FieldInput& one) { return one.field == label + problem.field; });
    });
    if (!problems.empty()) return Error{Code::kInvalid, problems.front().message}.within(where);
    RowValues ordered = in_order(named);
    rows.push_back({&from, std::move(named), std::move(ordered)});
  }
  return rows;
}

Result<> Editor::plan_groups(Operations& operations, const Form& form, const ImportRow& row, const RecordId& record,
                             const store::RecordRow* known) {
  if (row.groups.empty()) return {};
  for (const ImportGroupRow& one : row.groups) {
    if (form.group(one.group) == nullptr) return Error{Code::kInvalid, "The form '" + form.name + "' has no repeated group '" + one.group + "'."};
  }
  std::vector<store::RecordRow> children;
  if (known != nullptr) {
    HAKI_ASSIGN(children, home_.records->children(known->no));
  }
  for (const Group& group : form.groups) {
    HAKI_ASSIGN(std::vector<GroupRow> rows, read_group_rows(form, group, row));
    if (rows.empty()) continue;
    std::vector<StandingRow> standing;
    for (const store::RecordRow& child : children) {
      if (child.merged.form == group.form_id) standing.push_back({&child, in_order(field_values(child.merged, group.fields))});
    }
    for (GroupRow& one : rows) {
      StandingRow* same = find_standing(standing, [&](const StandingRow& other) { return other.values == one.ordered; });
      one.stands = same != nullptr;
      if (same != nullptr) same->met = true;
    }
    bool added = false;
    std::map<RowValues, std::uint64_t> equal;
    for (GroupRow& one : rows) {
      const RecordId id = id_of_group_row(record, group.form_id, one.ordered, equal[one.ordered]++);
      if (one.stands) continue;
      HAKI_ASSIGN(const std::optional<store::RecordRow> before, home_.records->load(id));
      if (before && !before->merged.form.is_zero()) continue;  // somebody took it away
      StandingRow* corrected = find_standing(standing, [&](const StandingRow& other) { return one.from->record && other.row->merged.id == *one.from->record; });
      if (corrected != nullptr) {
        corrected->met = true;
        operations.push_back(corrected->row->merged.tomb());
      }
      const std::size_t at = operations.size();
      add_record(operations, id, group.form_id, group.fields, std::move(one.values), &record, false);
      mark_as_of_file(std::get<changes::NewRecord>(operations[at]));
      added = true;
    }
    for (const StandingRow& old : standing) {
      const changes::FieldState* source = old.row->merged.field(changes::kSourceField);
      if (added && !old.met && source != nullptr && !source->siblings.empty()) operations.push_back(old.row->merged.tomb());
    }
  }
  return {};
}

}  // namespace haki::client
