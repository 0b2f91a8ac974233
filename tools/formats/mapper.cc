#include "formats/mapper.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "formats/label_text.h"
#include "formats/labels.h"
#include "formats/lists.h"
#include "formats/ohchr.h"
#include "formats/uhri.h"
#include "formats/upr_info.h"

namespace haki::formats {

namespace {

constexpr std::size_t kExampleBytes = 80;

constexpr std::array<std::pair<Column, std::string_view>, 26> kMeanings{{
    {Column::kState, "state_under_review"},
    {Column::kStateGroup, "state_groups"},
    {Column::kStateOrganisations, "state_groups"},
    {Column::kText, "text"},
    {Column::kFrom, "recommending_states"},
    {Column::kFromGroup, "recommending_groups"},
    {Column::kFromOrganisations, "recommending_groups"},
    {Column::kResponse, "position"},
    {Column::kPositionSource, "position_source"},
    {Column::kAction, "action_category"},
    {Column::kIssue, "issues"},
    {Column::kSession, "session"},
    {Column::kNumber, "number"},
    {Column::kThemes, "themes"},
    {Column::kThemeScheme, "theme_scheme"},
    {Column::kSdgs, "sdgs"},
    {Column::kAffected, "affected"},
    {Column::kCycle, "cycle"},
    {Column::kSource, "source"},
    {Column::kMechanism, "mechanism"},
    {Column::kDocumentSymbol, "document_symbol"},
    {Column::kCluster, "cluster"},
    {Column::kAssessment, "assessment"},
    {Column::kLanguage, "language"},
    {Column::kMark, "what the row is known by"},
    {Column::kAnnotationType, "whether it is a recommendation"},
}};

// A column that may end early without harm: users fill it in.
bool may_be_missing(Column column) { return column == Column::kIgnored || column == Column::kAssessment; }

std::size_t used_columns(const HeaderMatch& match) {
  return static_cast<std::size_t>(std::count_if(match.columns.begin(), match.columns.end(),
                                                [](Column column) { return column != Column::kIgnored; }));
}

Error no_family(const std::string& subject, const std::vector<HeaderMatch>& matches) {
  const HeaderMatch* closest = &matches.front();
  for (const HeaderMatch& match : matches) {
    if (used_columns(match) > used_columns(*closest)) closest = &match;
  }
  return {
      Code::kInvalid,
      subject + " is a table, but not a list of recommendations: it has no column " + closest->missing +
          ". A UPR Info export begins with To, To-Rgrp, To-Org, Text, From, From-Rgrp, From-Org, Response, Action, "
          "Issue, Session; a thematic list of OHCHR has Recommendation, Position and Full list of themes; an export "
          "of UHRI has Text, Countries and Symbol; a table of your own needs state_under_review and text."};
}

}  // namespace

bool has_column(const Columns& columns, Column column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

Columns without_repeats(Columns columns) {
  for (auto column = columns.begin(); column != columns.end(); ++column) {
    if (std::find(columns.begin(), column, *column) != column) *column = Column::kIgnored;
  }
  return columns;
}

std::string missing_of(const Columns& columns, const std::vector<HeaderNeed>& needs) {
  std::string missing;
  for (const auto& [column, name] : needs) {
    if (has_column(columns, column)) continue;
    if (!missing.empty()) missing += ", ";
    missing += name;
  }
  return missing;
}

std::optional<int> number_between(std::string_view text, int low, int high) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc() || (!rest.empty() && rest != ".0") || number < low || number > high) return std::nullopt;
  return number;
}

RecommendationMapper::RecommendationMapper(std::string format, std::vector<std::string> header, Columns columns)
    : header_(std::move(header)), columns_(std::move(columns)) {
  table_.format = std::move(format);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i] != Column::kIgnored) position_[columns_[i]] = i;
  }
}

void RecommendationMapper::describe_columns() {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    table_.understood.push_back({header_[i], std::string(meaning_of(columns_[i])), "", 0});
    if (columns_[i] == Column::kIgnored && !header_[i].empty()) table_.ignored_columns.push_back(header_[i]);
  }
}

std::string_view RecommendationMapper::meaning_of(Column column) const {
  for (const auto& [known, meaning] : kMeanings) {
    if (known == column) return meaning;
  }
  return {};
}

void RecommendationMapper::refuse(std::uint64_t row, std::size_t column, std::string reason) {
  table_.refused.push_back({row, column < header_.size() ? header_[column] : "", std::move(reason)});
}

void RecommendationMapper::refuse_cell(std::uint64_t row, Column column, std::string reason) {
  const auto position = position_.find(column);
  refuse(row, position == position_.end() ? header_.size() : position->second, std::move(reason));
}

std::string_view RecommendationMapper::raw_cell(const std::vector<std::string>& cells, Column column) const {
  const auto position = position_.find(column);
  return position == position_.end() || position->second >= cells.size() ? std::string_view() : cells[position->second];
}

std::string RecommendationMapper::cell(const std::vector<std::string>& cells, Column column) const {
  return plain_text(raw_cell(cells, column));
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
    if (may_be_missing(columns_[i])) continue;
    refuse(row, i,
           "is missing: the row ends after " + std::to_string(cells.size()) + " of " + std::to_string(header_.size()) +
               " cells");
    return true;
  }
  for (const Column needed : {Column::kState, Column::kText}) {
    if (!has(needed) || !cell(cells, needed).empty()) continue;
    refuse_cell(row, needed, needed == Column::kState ? "is blank: which State is meant?" : "is blank");
    return true;
  }
  return false;
}

bool RecommendationMapper::is_header_again(const std::vector<std::string>& cells) const {
  if (cells.size() < 2 || cells.size() > header_.size()) return false;
  for (std::size_t i = 0; i < header_.size(); ++i) {
    const std::string key = i < cells.size() ? name_key(cells[i]) : "";
    if (key != name_key(header_[i])) return false;
  }
  return true;
}

std::string RecommendationMapper::position_in(const std::string& label) {
  const auto position = position_of(label);
  if (!position) note_unmapped(label);
  if (has(Column::kResponse)) ++table_.position_counts[label];
  return position.value_or("");
}

std::string RecommendationMapper::state_named(std::string_view name) {
  const std::string kept = country_name_or(name);
  if (!kept.empty() && country_of(name) == nullptr) note_unmapped(kept);
  return kept;
}

// The session is a fact of the review, the cycle a count of it: where they disagree, the session decides.
void RecommendationMapper::read_review(std::string_view session_text, std::string_view cycle_text,
                                       RecommendationRow& row) {
  constexpr int kCycleMax = 9;
  row.session = first_number(session_text);
  if (row.session == 0 && !trim(session_text).empty()) note_unmapped(std::string(trim(session_text)));
  const int stated = first_number(cycle_text);
  const bool readable = stated >= 1 && stated <= kCycleMax;
  if (!readable && !trim(cycle_text).empty()) note_unmapped(std::string(trim(cycle_text)));
  row.cycle = cycle_of(row.session);
  if (row.cycle == 0 && readable) row.cycle = stated;
  if (readable && row.cycle != stated) {
    remark("Session " + std::to_string(row.session) + " belongs to cycle " + std::to_string(row.cycle) +
           ", but the file says cycle " + std::to_string(stated) + "; the session was taken.");
  }
}

void RecommendationMapper::note_unmapped(const std::string& label) {
  if (unmapped_.insert(label).second) table_.unmapped.push_back(label);
}

void RecommendationMapper::remark(const std::string& sentence) {
  constexpr std::size_t kRemarksMax = 50;
  if (remarks_.size() < kRemarksMax && remarks_.insert(sentence).second) table_.remarks.push_back(sentence);
}

void RecommendationMapper::note_understood(const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < header_.size() && i < cells.size(); ++i) {
    if (trim(cells[i]).empty()) continue;
    UnderstoodColumn& column = table_.understood[i];
    if (column.values++ == 0) column.example = shortened(plain_text(cells[i]), kExampleBytes);
  }
}

void RecommendationMapper::add_known_by(const std::vector<std::string>& parts, RecommendationRow row) {
  if (!parts.empty()) {
    row.identity = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
      const std::string part = with_single_spaces(parts[i]);
      row.identity += "|" + std::to_string(part.size()) + ":" + part;
    }
  }
  const std::string equal = row.identity.empty() ? identity_of(row) : row.identity;
  row.source_ordinal = equal_rows_[equal]++;
  if (!row.identity.empty()) row.identity += "|#" + std::to_string(row.source_ordinal);
  if (!row.identity.empty() && row.source_ordinal > 0 && !row.number.empty()) {
    remark("Number " + row.number + " occurs more than once; each was kept, in the order of the file.");
  }
  table_.rows.push_back(std::move(row));
}

Result<std::unique_ptr<RecommendationMapper>> choose_mapper(const std::string& subject, const TableFacts& facts,
                                                            std::vector<std::string> header) {
  for (std::string& cell : header) cell = plain_text(cell);
  std::vector<HeaderMatch> matches{match_upr_info(header), match_own_table(header), match_uhri(header),
                                   match_ohchr(header)};
  const auto found =
      std::find_if(matches.begin(), matches.end(), [](const HeaderMatch& match) { return match.missing.empty(); });
  switch (found - matches.begin()) {
    case 0:
      return make_upr_info_mapper(facts.container, std::move(header), std::move(found->columns));
    case 1:
      return make_own_table_mapper(facts.container, std::move(header), std::move(found->columns));
    case 2:
      return make_uhri_mapper(facts.container, std::move(header), std::move(found->columns));
    case 3:
      return make_ohchr_mapper(subject, facts, std::move(header), std::move(found->columns));
    default:
      return no_family(subject, matches);
  }
}

}  // namespace haki::formats
