// Bringing rows from a file into records: known again by identity, updated where the file changed, never duplicated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "haki/record.h"

namespace haki {

struct ImportRow {
  std::uint64_t row = 0;              // as the person sees it in the file
  std::string form;
  std::vector<std::string> identity;  // what makes the row the same row in another file; with the form, the record's id
  std::vector<FieldInput> fields;
  std::vector<std::vector<std::string>> earlier{};  // identities it may have had before: the first that is known here is taken
  std::optional<RecordId> record{};                 // the record itself, where the file names it; it must be here
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
struct ImportReport {
  std::uint64_t rows = 0, created = 0, updated = 0, unchanged = 0;
  std::vector<RowRefusal> refused;
  std::vector<KeptValue> kept;
};

}  // namespace haki
