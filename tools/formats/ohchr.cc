#include "formats/ohchr.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "formats/label_text.h"
#include "formats/labels.h"
#include "formats/lists.h"
#include "formats/ohchr_cell.h"

namespace haki::formats {

namespace {

struct OhchrName {
  std::string_view key;  // by name_key()
  Column column;
  std::string_view language;  // of the texts below; empty: the word does not tell
};

constexpr std::array<OhchrName, 33> kOhchrNames{{
    {"recommendation", Column::kText, "en"},
    {"recommendations", Column::kText, "en"},
    {"recommendationandrecommendingstate", Column::kText, "en"},
    {"recommendationandrecommendingstates", Column::kText, "en"},
    {"recommandation", Column::kText, "fr"},
    {"recommandations", Column::kText, "fr"},
    {"recomendacion", Column::kText, "es"},
    {"recomendaciones", Column::kText, "es"},
    {"position", Column::kResponse, ""},
    {"positionofthestateunderreview", Column::kResponse, ""},
    {"positiondeletatexamine", Column::kResponse, ""},
    {"posicion", Column::kResponse, ""},
    {"posiciondelestadoexaminado", Column::kResponse, ""},
    {"fulllistofthemes", Column::kThemes, ""},
    {"themes", Column::kThemes, ""},
    {"humanrightsthemes", Column::kThemes, ""},
    {"humanrightsthemesandgroupsofpersons", Column::kThemes, ""},
    {"listecompletedesthemes", Column::kThemes, ""},
    {"listacompletadetemas", Column::kThemes, ""},
    {"temas", Column::kThemes, ""},
    {"relevantsdgs", Column::kSdgs, ""},
    {"sdgs", Column::kSdgs, ""},
    {"odd", Column::kSdgs, ""},
    {"ods", Column::kSdgs, ""},
    {"assessmentcommentsonlevelofimplementation", Column::kAssessment, ""},
    {"assessment", Column::kAssessment, ""},
    {"commentsonlevelofimplementation", Column::kAssessment, ""},
    {"levelofimplementation", Column::kAssessment, ""},
    {"stateunderreview", Column::kState, ""},
    {"cycle", Column::kCycle, ""},
    {"session", Column::kSession, ""},
    {"documentsymbol", Column::kDocumentSymbol, ""},
    {"sourceofposition", Column::kPositionSource, ""},
}};

const OhchrName* ohchr_name(std::string_view cell) {
  const std::string key = name_key(cell);
  for (const OhchrName& name : kOhchrNames) {
    if (name.key == key) return &name;
  }
  return nullptr;
}

// "Theme: …" without the word; nothing for another text.
std::optional<std::string> cluster_in(std::string_view text) {
  for (const std::string_view word : {"Theme", "Th\u00e8me", "Tema"}) {
    std::string_view rest = trim(text);
    if (!rest.starts_with(word)) continue;
    rest = trim(rest.substr(word.size()));
    if (rest.starts_with(':')) return with_single_spaces(trim(rest.substr(1)));
  }
  return std::nullopt;
}

class OhchrMapper final : public RecommendationMapper {
 public:
  OhchrMapper(const TableFacts& facts, ReviewTitle title, std::vector<std::string> header, Columns columns)
      : RecommendationMapper("ohchr-" + facts.container, std::move(header), std::move(columns)),
        title_(std::move(title)) {
    describe_columns();
    for (const std::string& cell : this->header()) {
      const OhchrName* name = ohchr_name(cell);
      if (name != nullptr && !name->language.empty()) language_ = name->language;
    }
    if (facts.title.empty()) return;
    constexpr std::size_t kTitleBytes = 80;
    table().understood.push_back(
        {"(above the table)", "state_under_review, cycle, session", shortened(facts.title, kTitleBytes), 0});
  }

  void row(std::uint64_t number, const std::vector<std::string>& cells) override {
    if (is_header_again(cells) || passed_as_heading(cells) || refuse_by_shape(number, cells)) return;
    RecommendationRow row;
    row.row = number;
    row.source = "OHCHR";
    row.mechanism = "upr";
    row.language = language_;
    row.cluster = cluster_;
    row.assessment = cell(cells, Column::kAssessment);
    row.document_symbol = has(Column::kDocumentSymbol) ? cell(cells, Column::kDocumentSymbol) : title_.document_symbol;
    if (!read_recommendation(cells, row)) return refuse_cell(number, Column::kText, "is blank");
    read_themes(cells, row);
    row.position_label = with_single_spaces(cell(cells, Column::kResponse));
    row.position = position_in(row.position_label);
    row.state_under_review = state_named(has(Column::kState) ? cell(cells, Column::kState) : title_.state);
    read_review(has(Column::kSession) ? cell(cells, Column::kSession) : title_.session,
                has(Column::kCycle) ? cell(cells, Column::kCycle) : title_.cycle, row);
    note_understood(cells);
    if (table().understood.size() > header().size()) ++table().understood.back().values;
    const auto parts = parts_of(row);
    add_known_by(parts, std::move(row));
  }

 private:
  std::string_view meaning_of(Column column) const override {
    if (column == Column::kText) return "number, text, recommending_states, position_source";
    return column == Column::kThemes ? "themes, affected, sdgs" : RecommendationMapper::meaning_of(column);
  }

  // A row across the table, or with nothing but its first cell: a theme that opens a cluster, or a note.
  bool passed_as_heading(const std::vector<std::string>& cells) {
    const auto full = [](const std::string& text) { return !trim(text).empty(); };
    const auto first = std::find_if(cells.begin(), cells.end(), full);
    if (first == cells.end()) return true;
    if (std::find_if(first + 1, cells.end(), full) != cells.end()) return false;
    const auto cluster = cluster_in(plain_text(*first));
    if (cluster) cluster_ = *cluster;
    if (!cluster && cells.size() == 1) ++table().left_out["A line across the table that is no theme"];
    return cluster || cells.size() == 1;
  }

  bool read_recommendation(const std::vector<std::string>& cells, RecommendationRow& row) {
    RecommendationCell parsed = parse_recommendation_cell(cell(cells, Column::kText));
    row.number = std::move(parsed.number);
    row.text = std::move(parsed.text);
    row.recommending_states = std::move(parsed.states);
    row.position_source = std::move(parsed.position_source);
    if (has(Column::kPositionSource)) row.position_source = cell(cells, Column::kPositionSource);
    for (const std::string& state : parsed.unknown_states) note_unmapped(state);
    if (!parsed.closing_bracket.empty()) note_unmapped(parsed.closing_bracket);
    return !row.text.empty();
  }

  void read_themes(const std::vector<std::string>& cells, RecommendationRow& row) {
    ThemeCell themes = parse_theme_cell(cell(cells, Column::kThemes));
    for (const std::string& label : themes.unknown) note_unmapped(label);
    row.themes = std::move(themes.themes);
    row.affected = std::move(themes.affected);
    row.sdgs = std::move(themes.sdgs);
    row.theme_scheme = std::move(themes.scheme);
    for (const std::string& goal : goals_of(cell(cells, Column::kSdgs))) {
      if (goal_of(goal) != goal) note_unmapped(goal);
      add_once(row.sdgs, goal);
    }
  }

  // A corrected text must meet the same record, so it counts only where there is no number.
  static std::vector<std::string> parts_of(const RecommendationRow& row) {
    const Country* country = country_of(row.state_under_review);
    const std::string state(country == nullptr ? std::string_view(row.state_under_review) : country->code);
    const int review = row.cycle != 0 ? row.cycle : row.session;
    return {"ohchr", state, std::to_string(review), row.number, row.number.empty() ? row.text : ""};
  }

  const ReviewTitle title_;
  std::string language_;
  std::string cluster_;
};

}  // namespace

HeaderMatch match_ohchr(const std::vector<std::string>& header) {
  Columns columns;
  for (const std::string& cell : header) {
    const OhchrName* name = ohchr_name(cell);
    columns.push_back(name == nullptr ? Column::kIgnored : name->column);
  }
  columns = without_repeats(std::move(columns));
  std::string missing = missing_of(
      columns,
      {{Column::kText, "Recommendation"}, {Column::kResponse, "Position"}, {Column::kThemes, "Full list of themes"}});
  return {std::move(columns), std::move(missing)};
}

Result<std::unique_ptr<RecommendationMapper>> make_ohchr_mapper(const std::string& subject, const TableFacts& facts,
                                                                std::vector<std::string> header, Columns columns) {
  ReviewTitle title = parse_review_title(facts.title);
  if (title.state.empty() && !has_column(columns, Column::kState)) {
    return Error{
        Code::kInvalid,
        subject +
            " lists recommendations as OHCHR does, but does not say which State was reviewed: neither its page "
            "header (\"UPR of … (… Cycle - … Session)\") nor a column named State under review."};
  }
  return std::unique_ptr<RecommendationMapper>(
      std::make_unique<OhchrMapper>(facts, std::move(title), std::move(header), std::move(columns)));
}

}  // namespace haki::formats
