#include "formats/upr_info.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "formats/labels.h"

namespace haki::formats {

namespace {

using Names = std::pair<std::string_view, Column>;

// By header_key(). "rgrp" and "org" alone belong to the State named before them.
constexpr std::array<Names, 16> kUprInfoNames{{
    {"to", Column::kState},
    {"sur", Column::kState},
    {"stateunderreview", Column::kState},
    {"torgrp", Column::kStateGroup},
    {"toorg", Column::kStateOrganisations},
    {"text", Column::kText},
    {"recommendation", Column::kText},
    {"from", Column::kFrom},
    {"rs", Column::kFrom},
    {"recommendingstate", Column::kFrom},
    {"fromrgrp", Column::kFromGroup},
    {"fromorg", Column::kFromOrganisations},
    {"response", Column::kResponse},
    {"action", Column::kAction},
    {"issue", Column::kIssue},
    {"session", Column::kSession},
}};

constexpr std::array<Names, 20> kOwnNames{{
    {"stateunderreview", Column::kState},
    {"text", Column::kText},
    {"recommendingstates", Column::kFrom},
    {"position", Column::kResponse},
    {"actioncategory", Column::kAction},
    {"issues", Column::kIssue},
    {"session", Column::kSession},
    {"number", Column::kNumber},
    {"themes", Column::kThemes},
    {"sdgs", Column::kSdgs},
    {"affected", Column::kAffected},
    {"cycle", Column::kCycle},
    {"source", Column::kSource},
    {"mechanism", Column::kMechanism},
    {"documentsymbol", Column::kDocumentSymbol},
    {"positionsource", Column::kPositionSource},
    {"cluster", Column::kCluster},
    {"themescheme", Column::kThemeScheme},
    {"language", Column::kLanguage},
    {"assessment", Column::kAssessment},
}};

template <std::size_t kCount>
Column column_of(const std::array<Names, kCount>& names, std::string_view key) {
  for (const auto& [name, column] : names) {
    if (name == key) return column;
  }
  return Column::kIgnored;
}

class UprInfoMapper final : public RecommendationMapper {
 public:
  // `own`: our table, where several values of a cell stand apart by semicolons.
  UprInfoMapper(std::string format, std::vector<std::string> header, Columns columns, bool own)
      : RecommendationMapper(std::move(format), std::move(header), std::move(columns)),
        own_(own),
        separator_(own ? ';' : ',') {
    describe_columns();
  }

  void row(std::uint64_t number, const std::vector<std::string>& cells) override;

 private:
  void read_labels(const std::vector<std::string>& cells, RecommendationRow& row);
  void read_numbers(const std::vector<std::string>& cells, RecommendationRow& row);
  void read_own_fields(const std::vector<std::string>& cells, RecommendationRow& row);

  const bool own_;
  const char separator_;  // between labels of one cell
};

void UprInfoMapper::read_labels(const std::vector<std::string>& cells, RecommendationRow& row) {
  row.position_label = cell(cells, Column::kResponse);
  row.position = position_in(row.position_label);

  row.state_regional_group = cell(cells, Column::kStateGroup);
  row.recommending_regional_group = cell(cells, Column::kFromGroup);
  for (const std::string& group : {row.state_regional_group, row.recommending_regional_group}) {
    if (!group.empty() && !is_known_regional_group(group)) note_unmapped(group);
  }
  row.state_organisations = split_labels(cell(cells, Column::kStateOrganisations), ',');
  row.recommending_organisations = split_labels(cell(cells, Column::kFromOrganisations), ',');
  for (const auto* organisations : {&row.state_organisations, &row.recommending_organisations}) {
    for (const std::string& organisation : *organisations) {
      if (!is_known_organisation(organisation)) note_unmapped(organisation);
    }
  }
  row.issues = split_labels(cell(cells, Column::kIssue), separator_);
  for (const std::string& issue : row.issues) {
    if (!is_known_issue(issue)) note_unmapped(issue);
  }
  row.themes = split_labels(cell(cells, Column::kThemes), ';');
  row.sdgs = split_labels(cell(cells, Column::kSdgs), ';');
  row.affected = split_labels(cell(cells, Column::kAffected), ';');
}

void UprInfoMapper::read_numbers(const std::vector<std::string>& cells, RecommendationRow& row) {
  const std::string session = cell(cells, Column::kSession);
  row.session = session_of(session).value_or(0);
  if (row.session == 0 && !session.empty()) note_unmapped(session);
  row.cycle = cycle_of(row.session);

  const std::string cycle = cell(cells, Column::kCycle);
  const auto stated_cycle = number_between(cycle, 1, 9);
  if (stated_cycle) row.cycle = *stated_cycle;
  if (!stated_cycle && !cycle.empty()) note_unmapped(cycle);

  const std::string action = cell(cells, Column::kAction);
  row.action_category = number_between(action, 1, 5).value_or(0);
  if (row.action_category == 0 && !action.empty()) note_unmapped(action);
}

void UprInfoMapper::read_own_fields(const std::vector<std::string>& cells, RecommendationRow& row) {
  row.source = cell(cells, Column::kSource);
  const std::string mechanism = cell(cells, Column::kMechanism);
  row.mechanism = mechanism_of(mechanism);
  if (row.mechanism == "other" && header_key(mechanism) != "other") note_unmapped(mechanism);
  row.document_symbol = cell(cells, Column::kDocumentSymbol);
  row.position_source = cell(cells, Column::kPositionSource);
  row.cluster = cell(cells, Column::kCluster);
  row.theme_scheme = cell(cells, Column::kThemeScheme);
  row.language = cell(cells, Column::kLanguage);
  row.assessment = cell(cells, Column::kAssessment);
}

void UprInfoMapper::row(std::uint64_t number, const std::vector<std::string>& cells) {
  if (refuse_by_shape(number, cells)) return;
  RecommendationRow row;
  row.row = number;
  row.number = cell(cells, Column::kNumber);
  row.state_under_review = cell(cells, Column::kState);
  row.text = cell(cells, Column::kText);
  const std::string from = cell(cells, Column::kFrom);
  if (own_) {
    row.recommending_states = split_labels(from, separator_);
    read_own_fields(cells, row);
  } else {
    // One recommending State a row, and a State's name may hold a comma.
    if (!from.empty()) row.recommending_states.push_back(from);
    row.source = "UPR Info";
    row.mechanism = "upr";
  }
  read_labels(cells, row);
  read_numbers(cells, row);
  note_understood(cells);
  add_known_by({}, std::move(row));
}

}  // namespace

HeaderMatch match_upr_info(const std::vector<std::string>& header) {
  Columns columns;
  Column last_state = Column::kIgnored;
  for (const std::string& cell : header) {
    const std::string key = header_key(cell);
    Column column = column_of(kUprInfoNames, key);
    if (column == Column::kState || column == Column::kFrom) last_state = column;
    if (key == "rgrp" && last_state == Column::kState) column = Column::kStateGroup;
    if (key == "rgrp" && last_state == Column::kFrom) column = Column::kFromGroup;
    if (key == "org" && last_state == Column::kState) column = Column::kStateOrganisations;
    if (key == "org" && last_state == Column::kFrom) column = Column::kFromOrganisations;
    columns.push_back(column);
  }
  columns = without_repeats(std::move(columns));
  std::string missing = missing_of(columns, {{Column::kState, "To (or SuR)"},
                                             {Column::kText, "Text (or Recommendation)"},
                                             {Column::kFrom, "From (or RS)"},
                                             {Column::kResponse, "Response"},
                                             {Column::kSession, "Session"}});
  return {std::move(columns), std::move(missing)};
}

HeaderMatch match_own_table(const std::vector<std::string>& header) {
  Columns columns;
  for (const std::string& cell : header) columns.push_back(column_of(kOwnNames, header_key(cell)));
  columns = without_repeats(std::move(columns));
  std::string missing = missing_of(columns, {{Column::kState, "state_under_review"}, {Column::kText, "text"}});
  return {std::move(columns), std::move(missing)};
}

std::unique_ptr<RecommendationMapper> make_upr_info_mapper(const std::string& container,
                                                           std::vector<std::string> header, Columns columns) {
  return std::make_unique<UprInfoMapper>("upr-info-" + container, std::move(header), std::move(columns), false);
}

std::unique_ptr<RecommendationMapper> make_own_table_mapper(const std::string& container,
                                                            std::vector<std::string> header, Columns columns) {
  return std::make_unique<UprInfoMapper>("haki-" + container, std::move(header), std::move(columns), true);
}

}  // namespace haki::formats
