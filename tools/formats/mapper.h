// From a table of cells to recommendations: what all families of tables share, and the choice among them (spec
// 70-import, sections 4 and on). Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/recommendations.h"
#include "formats/table_reader.h"
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
  kPositionSource,
  kAction,
  kIssue,
  kSession,
  kNumber,
  kThemes,
  kThemeScheme,
  kSdgs,
  kAffected,
  kCycle,
  kSource,
  kMechanism,
  kDocumentSymbol,
  kCluster,
  kAssessment,
  kLanguage,
  kMark,            // what the source itself knows the row by
  kAnnotationType,  // recommendation, observation, response
  kIgnored
};

using Columns = std::vector<Column>;  // by position

// What one family of tables makes of a header.
struct HeaderMatch {
  Columns columns;
  std::string missing;  // what it needs and does not find, as a person would write it; empty: this is the family
};

struct HeaderNeed {
  Column column;
  std::string_view name;
};

bool has_column(const Columns& columns, Column column);
Columns without_repeats(Columns columns);  // the first of two columns with one meaning counts
std::string missing_of(const Columns& columns, const std::vector<HeaderNeed>& needs);

// A small whole number, with or without the ".0" that spreadsheets add; nothing where it is not from `low` to `high`.
std::optional<int> number_between(std::string_view text, int low, int high);

class RecommendationMapper {
 public:
  virtual ~RecommendationMapper() = default;

  // Adds the row to rows, to refused or to left_out.
  virtual void row(std::uint64_t row, const std::vector<std::string>& cells) = 0;
  void refuse(std::uint64_t row, std::size_t column, std::string reason);

  RecommendationTable& table() { return table_; }

 protected:
  RecommendationMapper(std::string format, std::vector<std::string> header, Columns columns);

  // What a column's cells become, for the person who wants to see it.
  virtual std::string_view meaning_of(Column column) const;

  bool has(Column column) const { return position_.contains(column); }
  std::string_view raw_cell(const std::vector<std::string>& cells, Column column) const;
  std::string cell(const std::vector<std::string>& cells, Column column) const;
  void refuse_cell(std::uint64_t row, Column column, std::string reason);
  bool refuse_by_shape(std::uint64_t row, const std::vector<std::string>& cells);
  bool is_header_again(const std::vector<std::string>& cells) const;

  std::string position_in(const std::string& label);  // counted, and reported where it is not known
  std::string state_named(std::string_view name);     // the name to keep; reported where it is no country
  void read_review(std::string_view session_text, std::string_view cycle_text, RecommendationRow& row);
  void note_unmapped(const std::string& label);
  void remark(const std::string& sentence);
  void note_understood(const std::vector<std::string>& cells);

  // Gives the row its identity (the parts, then how many equal ones came before) and adds it.
  void add_known_by(const std::vector<std::string>& parts, RecommendationRow row);

  const std::vector<std::string>& header() const { return header_; }
  void describe_columns();  // to be called by the constructors of the families

 private:
  RecommendationTable table_;
  std::vector<std::string> header_;
  Columns columns_;
  std::map<Column, std::size_t> position_;  // of the columns in use
  std::set<std::string, std::less<>> unmapped_;
  std::set<std::string, std::less<>> remarks_;
  std::map<std::string, std::uint32_t, std::less<>> equal_rows_;
};

// The mapper for the table, by its header and container; kInvalid, naming what is missing, where it is of no family.
Result<std::unique_ptr<RecommendationMapper>> choose_mapper(const std::string& subject, const TableFacts& facts,
                                                            std::vector<std::string> header);

}  // namespace haki::formats
