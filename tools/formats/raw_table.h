// A table kept as it was read, for a form that is known only later (imported forms live in the sealed home).
#pragma once

#include "formats/table_reader.h"

namespace haki::formats {

struct RawRow {
  std::uint64_t row = 0;
  std::vector<std::string> cells;
};

struct RawTable {
  TableFacts facts;
  std::string line_ends;
  std::vector<std::string> header;
  std::vector<RawRow> rows;
  std::vector<RowProblem> refused;
};

// As read_recommendations(): by a child process, before a home is opened. Every row that can be read, whatever it says.
Result<RawTable> read_raw_table(const std::string& path, const ReadLimits& limits = {});

}  // namespace haki::formats
