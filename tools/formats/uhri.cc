#include "formats/uhri.h"

#include <algorithm>
#include <array>
#include <utility>

#include "formats/label_text.h"
#include "formats/labels.h"
#include "formats/lists.h"
#include "formats/ohchr_cell.h"

namespace haki::formats {

namespace {

// By header_key(); "reccomending" is how the export spells it.
constexpr std::array<std::pair<std::string_view, Column>, 30> kUhriNames{{
    {"text", Column::kText},
    {"annotationid", Column::kMark},
    {"id", Column::kMark},
    {"annotationtype", Column::kAnnotationType},
    {"type", Column::kAnnotationType},
    {"body", Column::kMechanism},
    {"reccomendingbody", Column::kMechanism},
    {"recommendingbody", Column::kMechanism},
    {"countries", Column::kState},
    {"countriesconcerned", Column::kState},
    {"country", Column::kState},
    {"countryconcerned", Column::kState},
    {"regions", Column::kStateGroup},
    {"symbol", Column::kDocumentSymbol},
    {"documentsymbol", Column::kDocumentSymbol},
    {"themes", Column::kThemes},
    {"affectedpersons", Column::kAffected},
    {"personsaffected", Column::kAffected},
    {"groupsofpersons", Column::kAffected},
    {"sdgs", Column::kSdgs},
    {"sdg", Column::kSdgs},
    {"sustainabledevelopmentgoals", Column::kSdgs},
    {"uprcycle", Column::kCycle},
    {"uprposition", Column::kResponse},
    {"uprpositions", Column::kResponse},
    {"uprrecommendingcountry", Column::kFrom},
    {"uprrecommendingcountries", Column::kFrom},
    {"uprreccomendingstates", Column::kFrom},
    {"uprrecommendingstates", Column::kFrom},
    {"uprsession", Column::kSession},
}};

// A crawler's own columns begin with a low line; of them only the id of the annotation is UHRI's.
Column uhri_column(const std::string& cell) {
  const std::string key = header_key(cell);
  if (cell.starts_with('_') && key != "id") return Column::kIgnored;
  for (const auto& [name, column] : kUhriNames) {
    if (name == key) return column;
  }
  return Column::kIgnored;
}

bool is_country(std::string_view name) { return country_of(name) != nullptr; }
bool is_position(std::string_view label) { return position_of(label).has_value(); }

// Rows that UHRI keeps beside recommendations.
bool is_other_annotation(std::string_view type) {
  const std::string key = header_key(type);
  return key.starts_with("concern") || key.starts_with("observation") || key.starts_with("response") ||
         key.starts_with("positive");
}

bool is_recommendation_type(std::string_view type) {
  const std::string key = header_key(type);
  return key.empty() || key == "recommendation" || key == "recommendations";
}

std::string_view first_line(std::string_view cell) {
  const auto lines = lines_of(cell);
  return lines.empty() ? std::string_view() : without_bullet(lines.front());
}

class UhriMapper final : public RecommendationMapper {
 public:
  UhriMapper(const std::string& container, std::vector<std::string> header, Columns columns)
      : RecommendationMapper("uhri-" + container, std::move(header), std::move(columns)) {
    describe_columns();
  }

  void row(std::uint64_t number, const std::vector<std::string>& cells) override {
    if (left_out(cells) || refuse_by_shape(number, cells)) return;
    RecommendationRow row;
    row.row = number;
    row.source = "UHRI";
    row.text = text_of_html(raw_cell(cells, Column::kText));
    row.number = take_paragraph_number(row.text);
    row.document_symbol = first_line(cell(cells, Column::kDocumentSymbol));
    read_review(first_line(cell(cells, Column::kSession)), first_line(cell(cells, Column::kCycle)), row);
    read_mechanism(cells, row);
    read_label_lists(cells, row);

    const auto states = joined_labels(cell(cells, Column::kState), is_country);
    if (row.text.empty()) return refuse_cell(number, Column::kText, "is blank");
    if (states.empty()) return refuse_cell(number, Column::kState, "is blank: which State is meant?");
    if (states.size() == 1) row.state_regional_group = first_line(cell(cells, Column::kStateGroup));
    note_understood(cells);
    const std::string mark(first_line(cell(cells, Column::kMark)));
    for (const std::string& state : states) add_for_state(state, mark, row);
  }

 private:
  std::string_view meaning_of(Column column) const override {
    return column == Column::kText ? "text, number" : RecommendationMapper::meaning_of(column);
  }

  // What is no recommendation is counted by the name it has, and is no fault of the file.
  bool left_out(const std::vector<std::string>& cells) {
    for (const Column column : {Column::kAnnotationType, Column::kResponse}) {
      const std::string label(first_line(cell(cells, column)));
      if (is_other_annotation(label)) return ++table().left_out[label], true;
      if (column == Column::kAnnotationType && !is_recommendation_type(label)) note_unmapped(label);
    }
    return false;
  }

  void read_mechanism(const std::vector<std::string>& cells, RecommendationRow& row) {
    const std::string body(first_line(cell(cells, Column::kMechanism)));
    row.mechanism = mechanism_of(body);
    if (row.mechanism.empty() && (row.session != 0 || row.cycle != 0)) row.mechanism = "upr";
    if (row.mechanism == "other") note_unmapped(body);
    // Only a review of peers ends in a position; for the others a blank says nothing.
    const auto positions = joined_labels(cell(cells, Column::kResponse), is_position);
    for (const std::string& label : positions) row.position_label += (row.position_label.empty() ? "" : "/") + label;
    if (row.mechanism == "upr" || !positions.empty()) row.position = position_in(row.position_label);
  }

  void read_label_lists(const std::vector<std::string>& cells, RecommendationRow& row) {
    row.themes = joined_labels(cell(cells, Column::kThemes), is_known_theme);
    row.affected = joined_labels(cell(cells, Column::kAffected), is_known_affected);
    row.sdgs = goals_of(cell(cells, Column::kSdgs));
    if (!row.themes.empty()) row.theme_scheme = scheme_of_theme(row.themes.front());
    for (const std::string& label : row.themes) {
      if (!is_known_theme(label)) note_unmapped(label);
    }
    for (const std::string& label : row.affected) {
      if (!is_known_affected(label)) note_unmapped(label);
    }
    for (const std::string& goal : row.sdgs) {
      if (goal_of(goal) != goal) note_unmapped(goal);
    }
    for (const std::string& state : joined_labels(cell(cells, Column::kFrom), is_country)) {
      add_once(row.recommending_states, state_named(state));
    }
  }

  // A row on several States is one recommendation to each.
  void add_for_state(const std::string& state, const std::string& mark, RecommendationRow row) {
    const Country* country = country_of(state);
    row.state_under_review = state_named(state);
    const std::string known_by(country == nullptr ? std::string_view(row.state_under_review) : country->code);
    std::vector<std::string> parts{"uhri", mark, known_by};
    if (mark.empty()) parts = {"uhri", row.document_symbol, row.number, known_by, row.text};
    add_known_by(parts, std::move(row));
  }
};

bool is_numeral_at(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// "(a)" or "(iv)" at the beginning; empty where it is something else.
std::string_view leading_letter(std::string_view text) {
  constexpr std::size_t kLettersMax = 4;
  if (!text.starts_with('(')) return {};
  std::size_t end = 1;
  while (end < text.size() && text[end] >= 'a' && text[end] <= 'z') ++end;
  const bool closed = end > 1 && end <= kLettersMax + 1 && end < text.size() && text[end] == ')';
  return closed ? text.substr(0, end + 1) : std::string_view();
}

// Takes "CO", "Para", "Para.", "Paragraph" or "§" off the beginning.
bool take_paragraph_word(std::string_view& text) {
  for (const std::string_view word :
       {"CO ", "Paragraph ", "Para. ", "Para.", "Para ", "para. ", "para ", "\u00a7 ", "\u00a7"}) {
    if (!text.starts_with(word) || !is_numeral_at(text, word.size())) continue;
    text.remove_prefix(word.size());
    return true;
  }
  return false;
}

// The number at the beginning of `line`, which is left without it; "2.5 per cent" and "12 States" begin with none.
std::string take_leading_number(std::string_view& line) {
  constexpr std::size_t kFiguresMax = 3;
  std::string_view rest = line;
  const bool bracketed = rest.starts_with('[') && is_numeral_at(rest, 1);
  if (bracketed) rest.remove_prefix(1);
  const bool worded = take_paragraph_word(rest);
  std::size_t end = 0;
  while (is_numeral_at(rest, end)) ++end;
  if (end > kFiguresMax) return "";
  bool decimal = false;
  if (end > 0 && end + 1 < rest.size() && rest[end] == '.' && is_numeral_at(rest, end + 1)) {
    decimal = true;
    ++end;
    while (is_numeral_at(rest, end)) ++end;
  }
  std::string number(rest.substr(0, end));
  if (end > 0) {
    rest.remove_prefix(end);
    const bool signed_off =
        rest.starts_with('.') || rest.starts_with(')') || rest.starts_with(':') || rest.starts_with(']');
    if (signed_off) rest.remove_prefix(1);
    if (bracketed && (rest.starts_with('.') || rest.starts_with(':'))) rest.remove_prefix(1);
    rest = trim(rest);
    const bool begins_sentence = !rest.empty() && ((rest[0] >= 'A' && rest[0] <= 'Z') || rest[0] == '(');
    if (!signed_off && !worded && !(decimal && begins_sentence)) return "";
    if (decimal && !worded && !begins_sentence && !bracketed) return "";
  }
  const std::string_view letter = leading_letter(rest);
  if (!letter.empty()) {
    number += (number.empty() ? "" : " ") + std::string(letter);
    rest = trim(rest.substr(letter.size()));
  }
  if (number.empty() || rest.empty()) return "";
  line = rest;
  return number;
}

}  // namespace

std::string take_paragraph_number(std::string& text) {
  constexpr std::size_t kHeadingBytesMax = 150;
  std::string_view rest = text;
  std::string number = take_leading_number(rest);
  if (!number.empty()) {
    text = std::string(rest);
    return number;
  }
  const std::size_t end = text.find('\n');
  if (end == std::string::npos || end > kHeadingBytesMax) return "";
  rest = std::string_view(text).substr(end + 1);
  number = take_leading_number(rest);
  if (!number.empty()) text = text.substr(0, end + 1) + std::string(rest);
  return number;
}

HeaderMatch match_uhri(const std::vector<std::string>& header) {
  Columns columns;
  for (const std::string& cell : header) columns.push_back(uhri_column(cell));
  columns = without_repeats(std::move(columns));
  std::string missing = missing_of(columns, {{Column::kText, "Text"}, {Column::kState, "Countries"}});
  const bool of_uhri = has_column(columns, Column::kAnnotationType) || has_column(columns, Column::kMechanism) ||
                       has_column(columns, Column::kDocumentSymbol);
  if (!of_uhri) missing += std::string(missing.empty() ? "" : ", ") + "Symbol (or Document Symbol)";
  return {std::move(columns), std::move(missing)};
}

std::unique_ptr<RecommendationMapper> make_uhri_mapper(const std::string& container, std::vector<std::string> header,
                                                       Columns columns) {
  return std::make_unique<UhriMapper>(container, std::move(header), std::move(columns));
}

}  // namespace haki::formats
