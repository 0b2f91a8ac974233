#include "formats/recommendations.h"

#include <new>
#include <utility>

#include "formats/labels.h"
#include "formats/table_reader.h"
#include "formats/upr_info.h"

namespace haki::formats {

namespace {

class MappingSink final : public TableSink {
 public:
  MappingSink(const std::string& path, RecommendationMapper& mapper) : path_(path), mapper_(mapper) {}

  Result<> facts(TableFacts facts) override {
    mapper_.table().encoding = std::move(facts.encoding);
    mapper_.table().encoding_reason = std::move(facts.encoding_reason);
    mapper_.table().delimiter = std::move(facts.delimiter);
    return Unit{};
  }

  Result<> header(std::vector<std::string> cells) override { return mapper_.header(path_, std::move(cells)); }

  Result<> row(std::uint64_t row, std::vector<std::string> cells) override {
    mapper_.row(row, cells);
    return Unit{};
  }

  Result<> refused(std::uint64_t row, std::uint32_t column, std::string reason) override {
    mapper_.refuse(row, column, std::move(reason));
    return Unit{};
  }

  Result<> done(std::string line_ends) override {
    mapper_.table().line_ends = std::move(line_ends);
    if (!mapper_.table().rows.empty() || !mapper_.table().refused.empty()) return Unit{};
    return Error{Code::kInvalid, path_ +
                                     " has a heading line but no recommendations under it. Perhaps its download or "
                                     "copy did not finish; fetch it again."};
  }

 private:
  const std::string& path_;
  RecommendationMapper& mapper_;
};

}  // namespace

Result<RecommendationTable> read_recommendations(const std::string& path, const ReadLimits& limits) {
  try {
    RecommendationMapper mapper;
    MappingSink sink(path, mapper);
    HAKI_TRY(read_table(path, limits, sink));
    return std::move(mapper.table());
  } catch (const std::bad_alloc&) {
    return Error{Code::kTooLarge, path +
                                      " holds more than fits into this computer's memory; nothing of it was used. "
                                      "Split it into smaller files, each with the heading line."};
  }
}

// The ordinal stands last, so that what comes before it names the rows equal to this one.
std::string identity_of(const RecommendationRow& row) {
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
