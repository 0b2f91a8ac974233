#include "formats/raw_table.h"

#include <algorithm>
#include <charconv>
#include <new>
#include <utility>

#include "formats/injection.h"
#include "formats/labels.h"

namespace haki::formats {

namespace {

class KeepingSink final : public TableSink {
 public:
  Result<> facts(TableFacts facts) override {
    table.facts = std::move(facts);
    return Unit{};
  }
  Result<> header(std::vector<std::string> cells) override {
    for (std::string& cell : cells) cell = plain_text(cell);
    table.header = std::move(cells);
    return Unit{};
  }
  Result<> row(std::uint64_t row, std::vector<std::string> cells) override {
    table.rows.push_back({row, std::move(cells)});
    return Unit{};
  }
  Result<> refused(std::uint64_t row, std::uint32_t column, std::string reason) override {
    table.refused.push_back({row, column < table.header.size() ? table.header[column] : "", std::move(reason)});
    return Unit{};
  }
  Result<> done(std::string line_ends) override {
    table.line_ends = std::move(line_ends);
    return Unit{};
  }

  RawTable table;
};

}  // namespace

Result<RawTable> read_raw_table(const std::string& path, const ReadLimits& limits, const std::string& sheet) {
  HAKI_ASSIGN(RawTable table, read_raw_sheet(path, sheet, limits));
  if (!table.rows.empty() || !table.refused.empty()) return table;
  return Error{Code::kInvalid, path + " has a heading line but no rows under it. Perhaps its download or copy did not "
                                      "finish; fetch it again."};
}

Result<RawTable> read_raw_sheet(const std::string& path, const std::string& sheet, const ReadLimits& limits) {
  try {
    KeepingSink sink;
    HAKI_TRY(read_table(path, limits, sink, sheet));
    return std::move(sink.table);
  } catch (const std::bad_alloc&) {
    return Error{Code::kTooLarge, path + " holds more than fits into this computer's memory; nothing of it was used. "
                                         "Split it into smaller files, each with the heading line."};
  }
}

void join_continued(RawTable& table, const std::string& sheet, const RawTable& continued) {
  constexpr std::size_t kSheet = 0, kRow = 1, kColumn = 2, kText = 3;
  if (continued.header != std::vector<std::string>{"sheet", "row", "column", "text"}) return;
  for (const RawRow& part : continued.rows) {
    if (part.cells.size() <= kText || part.cells[kSheet] != sheet) continue;
    std::uint64_t number = 0;
    std::from_chars(part.cells[kRow].data(), part.cells[kRow].data() + part.cells[kRow].size(), number);
    const auto row = std::ranges::lower_bound(table.rows, number, {}, &RawRow::row);
    const auto column = static_cast<std::size_t>(std::ranges::find(table.header, part.cells[kColumn]) - table.header.begin());
    if (row != table.rows.end() && row->row == number && column < row->cells.size()) row->cells[column] += original(part.cells[kText]);
  }
}

}  // namespace haki::formats
