#include "formats/upr_info.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
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

constexpr std::array<Names, 13> kOwnNames{{
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
}};

constexpr std::array<std::pair<Column, std::string_view>, 5> kUprInfoNeeds{{{Column::kState, "To (or SuR)"},
                                                                            {Column::kText, "Text (or Recommendation)"},
                                                                            {Column::kFrom, "From (or RS)"},
                                                                            {Column::kResponse, "Response"},
                                                                            {Column::kSession, "Session"}}};

template <std::size_t kCount>
Column column_of(const std::array<Names, kCount>& names, std::string_view key) {
  for (const auto& [name, column] : names) {
    if (name == key) return column;
  }
  return Column::kIgnored;
}

// The first of two columns with one meaning counts, the second is ignored and reported.
std::vector<Column> without_repeats(std::vector<Column> columns) {
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (std::find(columns.begin(), column, *column) != column) *column = Column::kIgnored;
  }
  return columns;
}

std::vector<Column> columns_of_upr_info(const std::vector<std::string>& header) {
  std::vector<Column> columns;
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
  return without_repeats(std::move(columns));
}

std::vector<Column> columns_of_own_table(const std::vector<std::string>& header) {
  std::vector<Column> columns;
  for (const std::string& cell : header) columns.push_back(column_of(kOwnNames, header_key(cell)));
  return without_repeats(std::move(columns));
}

bool has(const std::vector<Column>& columns, Column column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

std::string missing_columns(const std::vector<Column>& columns) {
  std::string missing;
  for (const auto& [column, name] : kUprInfoNeeds) {
    if (has(columns, column)) continue;
    if (!missing.empty()) missing += ", ";
    missing += name;
  }
  return missing;
}

// A small whole number, with or without the ".0" that spreadsheets add; nothing where it is not from `low` to `high`.
std::optional<int> number_between(std::string_view text, int low, int high) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc() || (!rest.empty() && rest != ".0") || number < low || number > high) return std::nullopt;
  return number;
}

}  // namespace

Result<> RecommendationMapper::header(const std::string& subject, std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = plain_text(cell);
  header_ = std::move(cells);
  columns_ = columns_of_upr_info(header_);
  const std::string missing = missing_columns(columns_);
  table_.format = "upr-info-csv";
  if (!missing.empty()) {
    columns_ = columns_of_own_table(header_);
    table_.format = "haki-csv";
    separator_ = ';';
    if (!has(columns_, Column::kState) || !has(columns_, Column::kText)) {
      return Error{
          Code::kInvalid,
          subject + " is a table, but not a list of recommendations: it has no column " + missing +
              ". A UPR Info export begins with To, To-Rgrp, To-Org, Text, From, From-Rgrp, From-Org, Response, "
              "Action, Issue, Session; a table of your own needs state_under_review and text."};
    }
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i] != Column::kIgnored) {
      position_[columns_[i]] = i;
    } else if (!header_[i].empty()) {
      table_.ignored_columns.push_back(header_[i]);
    }
  }
  return Unit{};
}

void RecommendationMapper::refuse(std::uint64_t row, std::size_t column, std::string reason) {
  table_.refused.push_back({row, column < header_.size() ? header_[column] : "", std::move(reason)});
}

std::string RecommendationMapper::cell(const std::vector<std::string>& cells, Column column) const {
  const auto position = position_.find(column);
  return position == position_.end() || position->second >= cells.size() ? "" : plain_text(cells[position->second]);
}

void RecommendationMapper::note_unmapped(const std::string& label) {
  if (unmapped_.insert(label).second) table_.unmapped.push_back(label);
}

// A row whose cells may stand under the wrong heading is not guessed at.
bool RecommendationMapper::refuse_by_shape(std::uint64_t row, const std::vector<std::string>& cells) {
  for (std::size_t i = header_.size(); i < cells.size(); ++i) {
    if (plain_text(cells[i]).empty()) continue;
    refuse(row, header_.size(),
           "has " + std::to_string(cells.size()) + " cells where the heading has " + std::to_string(header_.size()) +
               "; a text with the separator in it must stand in quotation marks");
    return true;
  }
  for (std::size_t i = cells.size(); i < columns_.size(); ++i) {
    if (columns_[i] == Column::kIgnored) continue;
    refuse(row, i,
           "is missing: the row ends after " + std::to_string(cells.size()) + " of " + std::to_string(header_.size()) +
               " cells");
    return true;
  }
  for (const Column needed : {Column::kState, Column::kText}) {
    if (!cell(cells, needed).empty()) continue;
    refuse(row, position_.at(needed), needed == Column::kState ? "is blank: which State is meant?" : "is blank");
    return true;
  }
  return false;
}

void RecommendationMapper::read_labels(const std::vector<std::string>& cells, RecommendationRow& row) {
  row.position_label = cell(cells, Column::kResponse);
  const auto position = position_of(row.position_label);
  row.position = position.value_or("");
  if (!position) note_unmapped(row.position_label);
  if (position_.contains(Column::kResponse)) ++table_.position_counts[row.position_label];

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

void RecommendationMapper::read_numbers(const std::vector<std::string>& cells, RecommendationRow& row) {
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

void RecommendationMapper::row(std::uint64_t number, const std::vector<std::string>& cells) {
  if (refuse_by_shape(number, cells)) return;
  RecommendationRow row;
  row.row = number;
  row.number = cell(cells, Column::kNumber);
  row.state_under_review = cell(cells, Column::kState);
  row.text = cell(cells, Column::kText);
  const std::string from = cell(cells, Column::kFrom);
  // UPR Info has one recommending State a row, and a State's name may hold a comma.
  if (separator_ == ';') row.recommending_states = split_labels(from, separator_);
  else if (!from.empty()) row.recommending_states.push_back(from);
  row.source = separator_ == ';' ? cell(cells, Column::kSource) : "UPR Info";
  read_labels(cells, row);
  read_numbers(cells, row);
  row.source_ordinal = equal_rows_[identity_of(row)]++;
  table_.rows.push_back(std::move(row));
}

}  // namespace haki::formats
