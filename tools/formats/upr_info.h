// What the columns of a recommendation table mean: UPR Info's names or our own (spec 70-import, sections 4 and 5).
// Pure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "formats/recommendations.h"
#include "haki/result.h"

namespace haki::formats {

enum class Column {
  kState,
  kStateGroup,
  kStateOrganisations,
  kText,
  kFrom,
  kFromGroup,
  kFromOrganisations,
  kResponse,
  kAction,
  kIssue,
  kSession,
  kNumber,
  kThemes,
  kSdgs,
  kAffected,
  kCycle,
  kSource,
  kIgnored
};

// Turns a header and its rows into a RecommendationTable, one row at a time.
class RecommendationMapper {
 public:
  // Decides which of the two formats it is; kInvalid, naming the missing columns, where it is neither.
  Result<> header(const std::string& subject, std::vector<std::string> cells);

  // Adds the row to rows or to refused. Precondition: header() succeeded.
  void row(std::uint64_t row, const std::vector<std::string>& cells);
  void refuse(std::uint64_t row, std::size_t column, std::string reason);

  RecommendationTable& table() { return table_; }

 private:
  std::string cell(const std::vector<std::string>& cells, Column column) const;
  bool refuse_by_shape(std::uint64_t row, const std::vector<std::string>& cells);
  void read_labels(const std::vector<std::string>& cells, RecommendationRow& row);
  void read_numbers(const std::vector<std::string>& cells, RecommendationRow& row);
  void note_unmapped(const std::string& label);

  RecommendationTable table_;
  std::vector<std::string> header_;
  std::vector<Column> columns_;             // by position
  std::map<Column, std::size_t> position_;  // of the columns in use
  char separator_ = ',';                    // between labels of one cell
  std::set<std::string, std::less<>> unmapped_;
  std::map<std::string, std::uint32_t, std::less<>> equal_rows_;
};

}  // namespace haki::formats
