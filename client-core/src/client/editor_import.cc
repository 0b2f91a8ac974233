// Import: rows become records whose ids follow from what identifies the row, so that a second import, or another lead's,
// meets the same records. A newer file's correction is taken; what people changed since is not overwritten by an old value.
#include <algorithm>

#include "client/editor.h"
#include "crypto/hash.h"
#include "model/validate.h"

namespace haki::client {
namespace {

// Enough that what every commit writes again (index pages, mostly) is small beside the rows themselves.
constexpr std::size_t kRowsPerTransaction = 500;

RecordId id_of(const CoalitionId& org, const ImportRow& row) {
  crypto::Hasher hasher(16);
  hasher.add("HAKI1.imp").add(org).add(row.form);
  for (const std::string& part : row.identity) hasher.add_u64(part.size()).add(part);
  return {hasher.finish16()};
}

// True where the field has held this value at any time: the file repeats itself, and what people wrote since stays.
bool said_before(const std::vector<store::PastChange>& past, const RecordId& id, const Field& field, const FieldInput& input) {
  const auto value = model::parse_value(field, input.text);
  if (!value) return false;
  for (const store::PastChange& change : past) {
    for (const changes::Operation& operation : change.set.operations) {
      if (const auto* made = std::get_if<changes::NewRecord>(&operation); made && made->record == id) {
        for (const changes::Cell& cell : made->cells) {
          if (cell.field == field.id && cell.value == *value) return true;
        }
      }
      if (const auto* set = std::get_if<changes::SetField>(&operation); set && set->record == id) {
        if (set->field == field.id && set->value == *value) return true;
      }
    }
  }
  return false;
}

}  // namespace

// What the row does to the record it names; true if it changes anything.
Result<bool> Editor::plan_import(const ImportRow& row, RecordId& id, Operations& operations, CompartmentId& compartment,
                                 bool& fresh) {
  id = id_of(home_.org, row);
  HAKI_ASSIGN(const std::optional<store::RecordRow> known, home_.records->load(id));
  fresh = !known || known->merged.form.is_zero();
  if (fresh) {
    Draft draft{row.form, row.fields, {}, true, id};
    HAKI_TRY(plan_create(operations, compartment, draft));
    return true;
  }
  compartment = known->compartment;
  HAKI_ASSIGN(const Form* form, home_.forms.require(row.form));
  HAKI_ASSIGN(const std::vector<store::PastChange> past, home_.records->history(known->no));
  Edit edit{id, {}, {}, {}, {}};
  for (const FieldInput& input : row.fields) {
    const Field* field = form->field(input.field);
    // A file adds to a set, it does not take away what people added; and what the record has said before is no news.
    if (field != nullptr && field->set) edit.add.push_back(input);
    if (field == nullptr || (!field->set && !said_before(past, id, *field, input))) edit.fields.push_back(input);
  }
  return plan_edit(operations, *known, *form, edit);
}

Result<ImportReport> Editor::import_rows(std::span<const ImportRow> rows, bool dry_run, const Progress& progress) {
  ImportReport report;
  report.rows = rows.size();
  for (std::size_t start = 0; start < rows.size(); start += kRowsPerTransaction) {
    const auto part = rows.subspan(start, std::min(kRowsPerTransaction, rows.size() - start));
    std::optional<Error> failed;
    {
      store::Transaction transaction(*home_.database);
      HAKI_TRY(transaction.started());
      for (const ImportRow& row : part) {
        Operations operations;
        CompartmentId compartment;
        RecordId id;
        bool fresh = false;
        const auto planned = plan_import(row, id, operations, compartment, fresh);
        if (!planned) {
          if (planned.error().code == Code::kDenied) return planned.error();  // the same for every row
          report.refused.push_back({row.row, "", planned.error().message});
          continue;
        }
        if (!*planned) {
          ++report.unchanged;
          continue;
        }
        ++(fresh ? report.created : report.updated);
        if (dry_run) continue;
        if (const auto kept = keep(compartment, std::move(operations)); !kept) {
          failed = kept.error();
          break;
        }
      }
      if (!failed && !dry_run) {
        if (const auto committed = transaction.commit(); !committed) failed = committed.error();
      }
    }
    if (failed) {
      HAKI_TRY(home_.reload());
      return failed->within("The import stopped before row " + std::to_string(part.front().row) +
                            "; the rows before it are kept, and importing again goes on from there");
    }
    if (progress) progress(start + part.size(), rows.size());
  }
  return report;
}

}  // namespace haki::client
