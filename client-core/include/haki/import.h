// Bringing rows from a file into records: known again by identity, updated where the file changed, never duplicated.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "haki/record.h"

namespace haki {

struct ImportRow {
  std::uint64_t row = 0;              // as the person sees it in the file
  std::string form;
  std::vector<std::string> identity;  // what makes the row the same row in another file; with the form, the record's id
  std::vector<FieldInput> fields;
};
struct RowRefusal {
  std::uint64_t row = 0;
  std::string column;
  std::string reason;
};
struct ImportReport {
  std::uint64_t rows = 0, created = 0, updated = 0, unchanged = 0;
  std::vector<RowRefusal> refused;
};

}  // namespace haki
