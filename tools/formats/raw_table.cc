#include "formats/raw_table.h"

#include <new>
#include <utility>

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

Result<RawTable> read_raw_table(const std::string& path, const ReadLimits& limits) {
  try {
    KeepingSink sink;
    HAKI_TRY(read_table(path, limits, sink));
    if (!sink.table.rows.empty() || !sink.table.refused.empty()) return std::move(sink.table);
    return Error{Code::kInvalid, path + " has a heading line but no rows under it. Perhaps its download or copy did not "
                                        "finish; fetch it again."};
  } catch (const std::bad_alloc&) {
    return Error{Code::kTooLarge, path + " holds more than fits into this computer's memory; nothing of it was used. "
                                         "Split it into smaller files, each with the heading line."};
  }
}

}  // namespace haki::formats
