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
// `sheet` as in read_table().
Result<RawTable> read_raw_table(const std::string& path, const ReadLimits& limits = {}, const std::string& sheet = {});
// Of a workbook the sheet so named, which may have no rows. Precondition: facts.sheets has it.
Result<RawTable> read_raw_sheet(const std::string& path, const std::string& sheet, const ReadLimits& limits = {});

// Puts the texts of `sheet` together again that go on in the sheet "continued" of a workbook of ours (spec 81-export, section 2).
void join_continued(RawTable& table, const std::string& sheet, const RawTable& continued);

}  // namespace haki::formats
