#include "formats/ohchr_cell.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "formats/label_text.h"
#include "formats/labels.h"
#include "formats/lists.h"

namespace haki::formats {

namespace {

constexpr std::size_t kNamePartsMax = 4;       // "Iran, Islamic Republic of" has two
constexpr std::size_t kOpenBracketsTried = 3;  // of those never closed

// What stands between two round brackets, and the States in it.
struct Bracket {
  std::size_t begin = 0, end = 0;  // of the text, the brackets included
  std::vector<std::string> states, unknown;
};

bool is_numeral(char character) { return character >= '0' && character <= '9'; }

std::string_view without_and(std::string_view name) {
  name = trim(name);
  for (const std::string_view word : {"and ", "& ", "et ", "y "}) {
    if (name.starts_with(word)) return trim(name.substr(word.size()));
  }
  return name;
}

// The pieces of a bracket's text between commas and semicolons that stand in no inner bracket.
std::vector<std::string_view> pieces_of(std::string_view text) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char character = i < text.size() ? text[i] : ',';
    if (character == '(') ++depth;
    if (character == ')' && depth > 0) --depth;
    if ((character != ',' && character != ';') || (depth > 0 && i < text.size())) continue;
    const std::string_view piece = without_and(text.substr(begin, i - begin));
    if (!piece.empty()) pieces.push_back(piece);
    begin = i + 1;
  }
  return pieces;
}

void add_state(std::string_view name, Bracket& bracket) {
  const std::string kept = country_name_or(name);
  if (country_of(name) == nullptr) add_once(bracket.unknown, kept);
  add_once(bracket.states, kept);
}

// "Chile and Peru": both known, or nothing is done.
bool add_two_states(std::string_view piece, Bracket& bracket) {
  for (const std::string_view word : {" and ", " & ", " et ", " y "}) {
    const std::size_t at = piece.find(word);
    if (at == std::string_view::npos) continue;
    const std::string_view first = piece.substr(0, at), second = piece.substr(at + word.size());
    if (country_of(first) == nullptr || country_of(second) == nullptr) continue;
    add_state(first, bracket);
    add_state(second, bracket);
    return true;
  }
  return false;
}

// Fills in the States of a bracket; without a known one there are none.
void read_states(std::string_view content, Bracket& bracket) {
  const auto pieces = pieces_of(content);
  for (std::size_t i = 0; i < pieces.size();) {
    std::size_t last = std::min(pieces.size(), i + kNamePartsMax);
    for (; last > i + 1; --last) {
      const char* end = pieces[last - 1].data() + pieces[last - 1].size();
      const std::string_view joined(pieces[i].data(), static_cast<std::size_t>(end - pieces[i].data()));
      if (country_of(joined) == nullptr) continue;
      add_state(joined, bracket);
      break;
    }
    if (last == i + 1 && (country_of(pieces[i]) != nullptr || !add_two_states(pieces[i], bracket))) {
      add_state(pieces[i], bracket);
    }
    i = last;
  }
  if (bracket.states.size() == bracket.unknown.size()) bracket.states.clear(), bracket.unknown.clear();
}

// The end of the bracket that opens at each position; nothing where it is never closed.
std::vector<std::optional<std::size_t>> closings_of(std::string_view text) {
  std::vector<std::optional<std::size_t>> closings(text.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') open.push_back(i);
    if (text[i] != ')' || open.empty()) continue;
    closings[open.back()] = i + 1;
    open.pop_back();
  }
  return closings;
}

// The outermost brackets, in order. One that is never closed counts where it holds States up to the end.
std::vector<Bracket> brackets_of(std::string_view text) {
  const auto closings = closings_of(text);
  std::vector<Bracket> brackets;
  std::size_t tried = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '(') continue;
    Bracket bracket{.begin = i, .end = closings[i].value_or(text.size()), .states = {}, .unknown = {}};
    if (!closings[i] && tried++ >= kOpenBracketsTried) continue;
    const std::size_t inner = bracket.end - i - (closings[i] ? 2 : 1);
    std::string_view content = text.substr(i + 1, inner);
    while (!closings[i] && (content.ends_with(';') || content.ends_with('.') || content.ends_with(' '))) {
      content.remove_suffix(1);
    }
    read_states(content, bracket);
    if (!closings[i] && bracket.states.empty()) continue;
    i = bracket.end - 1;
    brackets.push_back(std::move(bracket));
  }
  return brackets;
}

// Whether two brackets with States belong together: "(A) (B)", "(A), (B)", "(A) and (B)".
bool joins_brackets(std::string_view between) {
  between = trim(between);
  return between.empty() || between == "," || between == ";" || between == "/" || between == "&" || between == "and" ||
         between == ", and" || between == "et" || between == "y";
}

// Whether an item or a variant in it ends here.
bool ends_variant(std::string_view rest) {
  const std::size_t next = rest.find_first_not_of(" \t");
  return next == std::string_view::npos || rest[next] == '\n' || rest[next] == ';' || rest[next] == '.' ||
         rest[next] == '*';
}

std::string_view without_signs(std::string_view text) {
  text = trim(text);
  while (!text.empty() && (text[0] == ';' || text[0] == '.' || text[0] == ',' || text[0] == '*')) {
    text = trim(text.substr(1));
  }
  return text;
}

std::string_view without_closing_sign(std::string_view text) {
  text = trim(text);
  while (text.ends_with(';') || text.ends_with(',')) text = trim(text.substr(0, text.size() - 1));
  return text;
}

void add_variant(std::string_view text, RecommendationCell& cell) {
  text = without_closing_sign(cell.text.empty() && cell.states.empty() ? trim(text) : without_signs(text));
  if (text.empty()) return;
  if (!cell.text.empty()) cell.text += "\n";
  cell.text += text;
}

// Takes the States out of an item: text, brackets with States, text, brackets…
void read_item(std::string_view text, RecommendationCell& cell) {
  const auto brackets = brackets_of(text);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < brackets.size();) {
    std::size_t last = i;
    if (brackets[i].states.empty()) {
      ++i;
      continue;
    }
    while (last + 1 < brackets.size() && !brackets[last + 1].states.empty() &&
           joins_brackets(text.substr(brackets[last].end, brackets[last + 1].begin - brackets[last].end))) {
      ++last;
    }
    if (ends_variant(text.substr(brackets[last].end))) {
      add_variant(text.substr(begin, brackets[i].begin - begin), cell);
      begin = brackets[last].end;
      for (std::size_t each = i; each <= last; ++each) {
        for (const std::string& state : brackets[each].states) add_once(cell.states, state);
        for (const std::string& state : brackets[each].unknown) add_once(cell.unknown_states, state);
      }
    }
    i = last + 1;
  }
  add_variant(text.substr(begin), cell);
  if (!cell.states.empty() || brackets.empty()) return;
  const Bracket& last = brackets.back();
  if (!without_signs(text.substr(last.end)).empty()) return;
  cell.closing_bracket = trim(text.substr(last.begin + 1, last.end - last.begin - 2));
}

// Where `word` begins, capitals aside.
std::size_t find_word(std::string_view text, std::string_view word) {
  const auto same = [](char one, char other) { return (one | 0x20) == (other | 0x20); };
  const auto found = std::search(text.begin(), text.end(), word.begin(), word.end(), same);
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

// Takes "Source of position: …" out of the cell, up to the end of its line.
std::string take_position_source(std::string& text) {
  constexpr std::array<std::string_view, 3> kHeads{"source of position", "source de la position",
                                                   "fuente de la posici\u00f3n"};
  for (const std::string_view head : kHeads) {
    const std::size_t begin = find_word(text, head);
    if (begin == std::string::npos) continue;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view source = trim(std::string_view(text).substr(begin + head.size(), end - begin - head.size()));
    if (source.starts_with(':')) source = trim(source.substr(1));
    std::string kept = with_single_spaces(source);
    text.replace(begin, end - begin, "\n");
    return kept;
  }
  return "";
}

enum class Section { kThemes, kAffected, kGoals };

std::optional<Section> section_of(std::string_view heading) {
  constexpr std::array<std::pair<std::string_view, Section>, 10> kHeadings{{
      {"themes", Section::kThemes},
      {"theme", Section::kThemes},
      {"affectedpersons", Section::kAffected},
      {"groupsofpersons", Section::kAffected},
      {"groupesdepersonnes", Section::kAffected},
      {"personnesconcernees", Section::kAffected},
      {"sdgs", Section::kGoals},
      {"sdg", Section::kGoals},
      {"relevantsdgs", Section::kGoals},
      {"odd", Section::kGoals},
  }};
  const std::string key = name_key(heading);
  for (const auto& [known, section] : kHeadings) {
    if (known == key) return section;
  }
  return std::nullopt;
}

void add_theme(std::string_view label, ThemeCell& into) {
  const std::string_view code = theme_code(label);
  if (code.size() > 1 && code[0] == 'S') {  // S01 to S17: a goal, written as a theme
    const std::string goal = goal_of(label);
    if (!goal.empty()) return add_once(into.sdgs, goal);
  }
  if (into.scheme.empty()) into.scheme = scheme_of_theme(label);
  if (!is_known_theme(label)) add_once(into.unknown, label);
  add_once(into.themes, label);
}

bool is_small_letter(char character) { return character >= 'a' && character <= 'z'; }

// The ordinal in front of a word ("4 8 th Session"), else the number behind it ("Session 48"); empty where there is
// none.
std::string figures_beside(std::string_view text, std::size_t word, std::size_t word_bytes) {
  std::string figures;
  std::size_t at = word;
  while (at > 0 && (text[at - 1] == ' ' || is_small_letter(text[at - 1]))) --at;
  for (; at > 0 && (is_numeral(text[at - 1]) || text[at - 1] == ' '); --at) {
    if (is_numeral(text[at - 1])) figures.insert(figures.begin(), text[at - 1]);
  }
  if (!figures.empty()) return figures;
  for (const char character : text.substr(word + word_bytes)) {
    if (is_numeral(character)) figures.push_back(character);
    else if (character != ' ' || !figures.empty()) break;
  }
  return figures;
}

// The longest name of a country that a text begins with, at a space; empty where there is none.
std::string_view leading_country(std::string_view text) {
  constexpr std::size_t kWordsMax = 12;
  std::string_view longest;
  std::size_t end = 0;
  for (std::size_t words = 0; words < kWordsMax && end != std::string_view::npos; ++words) {
    end = text.find(' ', end + 1);
    if (country_of(text.substr(0, end)) != nullptr) longest = text.substr(0, end);
  }
  return longest;
}

// "UPR of Slovenia" without the words before the name.
std::string_view state_in(std::string_view text) {
  constexpr std::array<std::string_view, 10> kHeads{"UPR of the ",    "UPR of ",  "EPU de la ", "EPU de l'",
                                                    "EPU de l\u2019", "EPU des ", "EPU du ",    "EPU de ",
                                                    "EPU del ",       "EPU "};
  for (const std::string_view head : kHeads) {
    const std::size_t at = text.find(head);
    if (at != std::string_view::npos) return trim(text.substr(at + head.size()));
  }
  return {};
}

}  // namespace

std::string take_serial_number(std::string_view& text) {
  constexpr std::size_t kFiguresMax = 3;
  std::string_view rest = trim(text);
  if (rest.starts_with('P')) {
    rest.remove_prefix(1);
    while (rest.starts_with('-') || rest.starts_with('.') || rest.starts_with(' ')) rest.remove_prefix(1);
  }
  std::string number;
  std::string_view after = rest;
  for (int parts = 0;; ++parts) {
    std::size_t figures = 0;
    while (figures < rest.size() && is_numeral(rest[figures])) ++figures;
    if (figures == 0 || figures > kFiguresMax) break;
    if (parts > 0) number.push_back('.');
    number += rest.substr(0, figures);
    rest.remove_prefix(figures);
    after = rest;
    if (!rest.starts_with('.')) {
      if (parts == 0) return "";  // "12 States" begins with no number of a paragraph
      break;
    }
    rest.remove_prefix(1);
    after = rest;
    while (parts == 0 && rest.starts_with(' ')) rest.remove_prefix(1);
  }
  if (!number.empty()) text = trim(after);
  return number;
}

RecommendationCell parse_recommendation_cell(std::string_view text) {
  RecommendationCell cell;
  std::string item(text);
  cell.position_source = take_position_source(item);
  std::string_view rest = trim(item);
  cell.number = take_serial_number(rest);
  read_item(rest, cell);
  return cell;
}

std::string_view scheme_of_theme(std::string_view label) {
  return theme_code(label).empty() ? "ohchr-2019" : "ohchr-coded";
}

ThemeCell parse_theme_cell(std::string_view text) {
  ThemeCell cell;
  Section section = Section::kThemes;
  for (const std::string_view line : lines_of(text)) {
    if (line.ends_with(':')) {
      const auto named = section_of(line);
      if (!named) add_once(cell.unknown, line);
      section = named.value_or(section);
      continue;
    }
    const std::string_view label = without_bullet(line);
    if (label.empty()) continue;
    if (section == Section::kThemes) add_theme(label, cell);
    if (section == Section::kAffected && !is_known_affected(label)) add_once(cell.unknown, label);
    if (section == Section::kAffected) add_once(cell.affected, label);
    if (section == Section::kGoals) {
      const std::string goal = goal_of(label);
      if (goal.empty()) add_once(cell.unknown, label);
      add_once(cell.sdgs, goal.empty() ? label : std::string_view(goal));
    }
  }
  return cell;
}

ReviewTitle parse_review_title(std::string_view title) {
  constexpr std::size_t kCycleBytes = 5;  // "cycle", "ciclo"
  ReviewTitle review;
  const std::string line = with_single_spaces(title);
  const std::size_t cycle = std::min(find_word(line, "cycle"), find_word(line, "ciclo"));
  const std::size_t session = find_word(line, "session");
  if (cycle != std::string::npos) review.cycle = figures_beside(line, cycle, kCycleBytes);
  if (session != std::string::npos) review.session = figures_beside(line, session, std::string_view("session").size());

  const std::size_t first = std::min(cycle, session);
  const std::size_t bracket = first == std::string::npos ? std::string::npos : line.rfind('(', first);
  const std::string_view before = std::string_view(line).substr(0, bracket);
  const std::string_view named = state_in(before);
  if (bracket == std::string::npos) review.state = leading_country(named.empty() ? before : named);
  else if (!named.empty()) review.state = named;
  else if (country_of(before) != nullptr) review.state = trim(before);

  const std::size_t symbol = line.find("A/HRC/");
  if (symbol != std::string::npos) {
    const std::string_view rest = std::string_view(line).substr(symbol);
    review.document_symbol = rest.substr(0, rest.find_first_of(" ),;"));
  }
  return review;
}

}  // namespace haki::formats
