#include "formats/matrix.h"

#include <algorithm>
#include <map>

namespace haki::formats {
namespace {

constexpr std::string_view kPositions[] = {"supported", "pledge", "partly_supported", "noted", "pending"};

const std::string kNoTheme = "(no theme)";

struct MatrixCluster {
  std::string theme;
  std::vector<const MatrixRow*> rows;
};

std::size_t rank(const MatrixRow& row) {
  const auto* found = std::ranges::find(kPositions, row.position);
  return static_cast<std::size_t>(found - std::begin(kPositions));
}

std::string theme_above(const MatrixRow& row) {
  if (!row.under.empty()) return row.under;
  return row.themes.empty() ? std::string() : row.themes.front();
}

std::vector<MatrixCluster> clusters(const std::vector<MatrixRow>& rows) {
  std::map<std::string, std::size_t> order;  // of themes
  for (const MatrixRow& row : rows) order.emplace(theme_above(row), order.size());
  order[""] = order.size();  // what has none comes last
  std::map<std::pair<std::size_t, std::size_t>, MatrixCluster> sorted;
  for (const MatrixRow& row : rows) {
    const std::string theme = theme_above(row);
    MatrixCluster& cluster = sorted[{rank(row), order[theme]}];
    cluster.theme = theme;
    cluster.rows.push_back(&row);
  }
  std::vector<MatrixCluster> result;
  for (auto& [key, cluster] : sorted) result.push_back(std::move(cluster));
  return result;
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string text;
  for (const std::string& one : texts) text += (text.empty() ? "" : std::string(between)) + one;
  return text;
}

// "Ratify … (Portugal, Slovakia);", where the text does not end with those brackets already.
std::string with_states(const MatrixRow& row) {
  std::string text = row.text;
  while (!text.empty() && std::string_view(" ;.\n").find(text.back()) != std::string_view::npos) text.pop_back();
  const std::string states = "(" + joined(row.states, ", ") + ")";
  if (!row.states.empty() && !text.ends_with(")")) text += " " + states;
  return (row.number.empty() ? "" : row.number + " ") + text + ";";
}

// Old lists have codes ("A12 Acceptance …") and no dash before them, new ones none.
bool has_code(const std::string& label) {
  const std::size_t space = label.find(' ');
  const std::string code = label.substr(0, space);
  return code.size() >= 1 && code.size() <= 3 && code[0] >= 'A' && code[0] <= 'S' &&
         std::ranges::all_of(code.substr(1), [](char c) { return c >= '0' && c <= '9'; }) && (code.size() > 1 || code == "S");
}

std::string listed_label(const std::string& label) { return has_code(label) ? label : "- " + label; }

std::vector<std::string> theme_cell(const MatrixRow& row) {
  std::vector<std::string> lines;
  for (const std::string& theme : row.themes) lines.push_back(listed_label(theme));
  if (!row.sdgs.empty()) lines.emplace_back("SDGs:");
  for (const std::string& goal : row.sdgs) lines.push_back("- " + goal);
  if (!row.affected.empty()) lines.emplace_back("Affected persons:");
  for (const std::string& group : row.affected) lines.push_back("- " + group);
  return lines;
}

}  // namespace

namespace {

std::string ordinal(int number) {
  const int tens = number % 100, ones = number % 10;
  const bool teen = tens >= 11 && tens <= 13;
  return std::to_string(number) + (teen || ones > 3 || ones == 0 ? "th" : ones == 1 ? "st" : ones == 2 ? "nd" : "rd");
}

// The value that all rows have; else `none`.
template <typename T>
T shared(const std::vector<MatrixRow>& rows, T MatrixRow::*of, T none) {
  const bool all = !rows.empty() && std::ranges::all_of(rows, [&](const MatrixRow& row) { return row.*of == rows.front().*of; });
  return all ? rows.front().*of : none;
}

std::string review_title(const std::vector<MatrixRow>& rows) {
  const std::string state = shared(rows, &MatrixRow::state_under_review, std::string());
  if (state.empty()) return "Matrix of recommendations";
  const int cycle = shared(rows, &MatrixRow::cycle, 0), session = shared(rows, &MatrixRow::session, 0);
  std::string when = cycle == 0 ? "" : ordinal(cycle) + " Cycle";
  if (session != 0) when += (when.empty() ? "" : " \u2013 ") + ordinal(session) + " session";
  return "UPR of " + state + (when.empty() ? "" : " (" + when + ")");
}

std::string lines_of(const std::vector<std::string>& texts) { return joined(texts, "\n"); }

}  // namespace

Document matrix_document(const std::vector<MatrixRow>& rows, const std::string& language) {
  Document document{review_title(rows), language, true, {}};
  document.blocks.push_back(Paragraph{Paragraph::Style::kTitle, document.title});
  DocumentTable table{{42, 12, 21, 25}, {{{{"Recommendation"}, {"Position"}, {"Full list of themes"}, {"Assessment/comments on level of implementation"}}}}};
  for (const MatrixCluster& cluster : clusters(rows)) {
    table.rows.push_back({{{"Theme: " + (cluster.theme.empty() ? kNoTheme : cluster.theme)}}});
    for (const MatrixRow* row : cluster.rows) {
      std::vector<std::string> first{with_states(*row)};
      if (!row->position_source.empty()) first.push_back("Source of position: " + row->position_source);
      table.rows.push_back({{std::move(first), {row->position_label}, theme_cell(*row), {row->assessment}}});
    }
  }
  document.blocks.emplace_back(std::move(table));
  return document;
}

Result<> write_matrix_sheet(const std::vector<MatrixRow>& rows, SheetSink& sink) {
  std::vector<SheetColumn> columns;
  for (const char* name : {"Recommendation", "Position", "Full list of themes", "Assessment/comments on level of implementation",
                           "State under review", "Cycle", "Session", "Document symbol", "Source of position"}) {
    columns.push_back({name, ""});
  }
  HAKI_TRY(sink.begin_sheet("matrix", columns));
  for (const MatrixCluster& cluster : clusters(rows)) {
    for (const MatrixRow* row : cluster.rows) {
      const auto number = [](int value) { return value == 0 ? Cell() : Cell(static_cast<std::int64_t>(value)); };
      const std::vector<Cell> cells{with_states(*row), row->position_label, lines_of(theme_cell(*row)), row->assessment,
                                    row->state_under_review, number(row->cycle), number(row->session), row->document_symbol,
                                    row->position_source};
      HAKI_TRY(sink.row(cells));
    }
  }
  return {};
}

}  // namespace haki::formats
