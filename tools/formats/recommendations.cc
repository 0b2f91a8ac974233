#include "formats/recommendations.h"

#include <memory>
#include <new>
#include <utility>

#include "formats/labels.h"
#include "formats/mapper.h"
#include "formats/table_reader.h"

namespace haki::formats {

namespace {

class MappingSink final : public TableSink {
 public:
  explicit MappingSink(const std::string& path) : path_(path) {}

  Result<> facts(TableFacts facts) override {
    facts_ = std::move(facts);
    return Unit{};
  }

  Result<> header(std::vector<std::string> cells) override {
    HAKI_ASSIGN(mapper_, choose_mapper(path_, facts_, std::move(cells)));
    RecommendationTable& table = mapper_->table();
    table.encoding = std::move(facts_.encoding);
    table.encoding_reason = std::move(facts_.encoding_reason);
    table.delimiter = std::move(facts_.delimiter);
    return Unit{};
  }

  Result<> row(std::uint64_t row, std::vector<std::string> cells) override {
    if (mapper_ != nullptr) mapper_->row(row, cells);
    return Unit{};
  }

  Result<> refused(std::uint64_t row, std::uint32_t column, std::string reason) override {
    if (mapper_ != nullptr) mapper_->refuse(row, column, std::move(reason));
    return Unit{};
  }

  Result<> done(std::string line_ends) override {
    line_ends_ = std::move(line_ends);
    return Unit{};
  }

  Result<RecommendationTable> table() {
    if (mapper_ != nullptr) {
      RecommendationTable& table = mapper_->table();
      table.line_ends = std::move(line_ends_);
      if (!table.rows.empty() || !table.refused.empty() || !table.left_out.empty()) return std::move(table);
    }
    return Error{Code::kInvalid, path_ +
                                     " has a heading line but no recommendations under it. Perhaps its download or "
                                     "copy did not finish; fetch it again."};
  }

 private:
  const std::string& path_;
  TableFacts facts_;
  std::unique_ptr<RecommendationMapper> mapper_;
  std::string line_ends_;
};

}  // namespace

Result<RecommendationTable> read_recommendations(const std::string& path, const ReadLimits& limits) {
  try {
    MappingSink sink(path);
    HAKI_TRY(read_table(path, limits, sink));
    return sink.table();
  } catch (const std::bad_alloc&) {
    return Error{Code::kTooLarge, path +
                                      " holds more than fits into this computer's memory; nothing of it was used. "
                                      "Split it into smaller files, each with the heading line."};
  }
}

// The ordinal stands last, so that what comes before it names the rows equal to this one.
std::string identity_of(const RecommendationRow& row) {
  if (!row.identity.empty()) return row.identity;
  std::string identity = "recommendation";
  const auto add = [&](std::string_view part) {
    const std::string text = with_single_spaces(part);
    identity += "|" + std::to_string(text.size()) + ":" + text;
  };
  add(row.state_under_review);
  add(std::to_string(row.session));
  add(row.text);
  for (const std::string& state : row.recommending_states) add(state);
  add("#" + std::to_string(row.source_ordinal));
  return identity;
}

}  // namespace haki::formats
