// Bringing rows from a file into records: known again by identity, updated where the file changed, never duplicated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "haki/record.h"

namespace haki {

// A row of a repeated group, as a file gives it.
struct ImportGroupRow {
  std::string group;
  std::vector<FieldInput> fields;
  std::optional<RecordId> record{};  // the row of the record that it corrects, where the file names it
};
struct ImportRow {
  std::uint64_t row = 0;              // as the person sees it in the file
  std::string form;
  std::vector<std::string> identity;  // what makes the row the same row in another file; with the form, the record's id
  std::vector<FieldInput> fields;
  std::vector<std::vector<std::string>> earlier{};  // identities it may have had before: the first that is known here is taken
  // The record itself, where the file names it. It must be here, unless `identity` says what it is known by where it is not.
  std::optional<RecordId> record{};
  std::vector<ImportGroupRow> groups{};
  // Labels that are no choice of the form, by the field they were given for ("referrals[2].kind" in a group's row): kept with
  // the record (RecordView::unmapped). Where a required field has nothing else, the record comes in as a draft.
  std::vector<FieldInput> unmapped{};
};
struct RowRefusal {
  std::uint64_t row = 0;
  std::string column;
  std::string reason;
};
// A value of the file that was not taken, because a person changed the field since a file said anything of it, or because
// a file has said another value since.
struct KeptValue {
  std::uint64_t row = 0;
  RecordId record;
  std::string field;
  std::string file_value;
  std::string here;  // what the record says; empty where a person cleared it
};
// A record that came in as a draft, because a label for a field it needs is no choice of the form.
struct ImportedDraft {
  std::uint64_t row = 0;
  RecordId record;
};
struct ImportReport {
  std::uint64_t rows = 0, created = 0, updated = 0, unchanged = 0;
  std::vector<RowRefusal> refused;
  std::vector<ImportedDraft> drafts;
  std::vector<KeptValue> kept;
};

}  // namespace haki
