#include "formats/lists.h"

#include <array>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formats/label_text.h"
#include "formats/labels.h"
#include "formats/list_texts.h"
#include "formats/text_encoding.h"

namespace haki::formats {

namespace {

enum class List : std::size_t { kCountries, kGoals, kThemes, kAffected, kPlaces };

using ListRow = std::vector<std::string_view>;

// The rows of a list, their parts apart; "-" stands for a part that is not there.
std::vector<ListRow> rows_of_list(List list) {
  constexpr std::string_view kBetween = " | ";
  std::vector<ListRow> rows;
  std::string_view rest = list_texts()[static_cast<std::size_t>(list)];
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    ListRow& row = rows.emplace_back();
    for (bool more = true; more;) {
      const std::size_t bar = line.find(kBetween);
      const std::string_view part = line.substr(0, bar);
      row.push_back(part == "-" ? std::string_view() : part);
      more = bar != std::string_view::npos;
      if (more) line.remove_prefix(bar + kBetween.size());
    }
  }
  return rows;
}

// U+00C0 to U+00FF and U+0100 to U+017F without their accents; a space is no letter.
constexpr std::string_view kLatin1 = "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";
constexpr std::string_view kLatinExtended =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrsssssssstttttt"
    "uuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatin1.size() == 0x40 && kLatinExtended.size() == 0x80);

char32_t code_point_of(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first;
  char32_t code = first & (0xFFU >> (sequence.size() + 1));
  for (const char byte : sequence.substr(1)) code = code << 6 | (static_cast<unsigned char>(byte) & 0x3FU);
  return code;
}

void append_key(std::string& key, char32_t code, std::string_view sequence) {
  if (code >= 'A' && code <= 'Z') key.push_back(static_cast<char>(code - 'A' + 'a'));
  else if ((code >= 'a' && code <= 'z') || (code >= '0' && code <= '9')) key.push_back(static_cast<char>(code));
  else if (code == '&') key += "and";
  else if (code >= 0xC0 && code < 0x180) {
    const char letter = code < 0x100 ? kLatin1[code - 0xC0] : kLatinExtended[code - 0x100];
    if (letter != ' ') key.push_back(letter);
  } else if (code >= 0x410 && code <= 0x42F) append_utf8(key, code + 0x20);  // Cyrillic capitals
  else if (code == 0x401) append_utf8(key, 0x451);
  else if (code >= 0x370 && code != 0x60C && (code < 0x2000 || code > 0x206F)) key += sequence;
}

struct CountryList {
  std::vector<Country> countries;
  std::unordered_map<std::string, std::size_t> by_name;
};

const CountryList& country_list() {
  static const CountryList kList = [] {
    CountryList list;
    for (const ListRow& row : rows_of_list(List::kCountries)) {
      if (row.size() < 3) continue;
      for (std::size_t i = 2; i < row.size(); ++i) list.by_name.emplace(name_key(row[i]), list.countries.size());
      list.countries.push_back({row[0], row[1], row[2]});
    }
    return list;
  }();
  return kList;
}

struct ThemeList {
  std::unordered_map<std::string, std::string> label_of_code;     // key of the label; empty: the code alone is known
  std::unordered_map<std::string, std::string> coded_of_uncoded;  // empty: none, or several
  std::unordered_map<std::string, std::string> uncoded_of_code;
  std::unordered_map<std::string, std::string> how_of_code;  // "same", "judged" or "none"
  std::unordered_map<std::string, std::string> reworded;     // by key, the label of about 2024 in place of that since 2019; empty: several
};

ThemeList read_themes() {
  ThemeList list;
  for (const ListRow& row : rows_of_list(List::kThemes)) {
    if (row.size() != 5) continue;
    const std::string code(row[0]);
    if (!code.empty()) {
      list.how_of_code[code] = row[4];
      list.label_of_code[code] = name_key(row[1]);
      const std::string_view today = row[3].empty() ? row[2] : row[3];
      if (!today.empty()) list.uncoded_of_code[code] = today;
    }
    if (!row[2].empty() && !row[3].empty()) {
      const auto [known, fresh] = list.reworded.emplace(name_key(row[2]), row[3]);
      if (!fresh && known->second != row[3]) known->second.clear();
    }
    const std::string coded = code.empty() || row[1].empty() ? "" : code + " " + std::string(row[1]);
    for (const std::string& key : {name_key(row[2]), row[2] == row[3] ? std::string() : name_key(row[3])}) {
      if (key.empty()) continue;
      const auto [known, fresh] = list.coded_of_uncoded.emplace(key, coded);
      if (!fresh && known->second != coded) known->second.clear();
    }
  }
  return list;
}

const ThemeList& theme_list() {
  static const ThemeList kList = read_themes();
  return kList;
}

struct GoalList {
  std::unordered_map<std::string, std::string> by_title;
  std::unordered_map<std::string, bool> numbers;  // "16", "16.1", "16.a"
};

const GoalList& goal_list() {
  static const GoalList kList = [] {
    GoalList list;
    for (const ListRow& row : rows_of_list(List::kGoals)) {
      if (row.size() != 3) continue;
      list.by_title.emplace(name_key(row[1]), row[0]);
      list.numbers.emplace(row[0], true);
      std::string_view rest = row[2];
      while (!rest.empty()) {
        const std::size_t space = rest.find(' ');
        list.numbers.emplace(rest.substr(0, space), true);
        rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
      }
    }
    return list;
  }();
  return kList;
}

bool is_figure(char character) { return character >= '0' && character <= '9'; }

// "16", "16.1" or "16.a" at the beginning, without zeros in front; what is not such a number gives nothing.
std::string leading_goal(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_figure(text[end])) ++end;
  std::size_t begin = 0;
  while (begin + 1 < end && text[begin] == '0') ++begin;
  if (end == 0) return "";
  std::string number(text.substr(begin, end - begin));
  if (end + 1 < text.size() && text[end] == '.') {
    std::size_t last = end + 1;
    while (last < text.size() && is_figure(text[last])) ++last;
    if (last == end + 1 && text[last] >= 'a' && text[last] <= 'd') ++last;
    if (last > end + 1) {
      number += text.substr(end, last - end);
      end = last;
    }
  }
  const std::string_view rest = trim(text.substr(end));
  const bool ends = rest.empty() || rest == "." || rest[0] == '-' || rest[0] == ':' || rest.starts_with("\u2013") ||
                    rest.starts_with(". ");
  return ends && goal_list().numbers.contains(number) ? number : "";
}

}  // namespace

std::string name_key(std::string_view text) {
  std::string key;
  key.reserve(text.size());
  while (!text.empty()) {
    const std::size_t bytes = utf8_sequence_bytes(text);
    if (bytes != 0) append_key(key, code_point_of(text.substr(0, bytes)), text.substr(0, bytes));
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return key;
}

const Country* country_of(std::string_view name) {
  constexpr std::size_t kNameBytesMax = 200;
  if (name.size() > kNameBytesMax) return nullptr;
  std::string_view rest = trim(name);
  if (rest.size() > 4 && (rest.starts_with("the ") || rest.starts_with("The "))) rest.remove_prefix(4);
  const CountryList& list = country_list();
  const auto known = list.by_name.find(name_key(rest));
  return known == list.by_name.end() || known->first.empty() ? nullptr : &list.countries[known->second];
}

std::string country_name_or(std::string_view name) {
  const Country* country = country_of(name);
  return std::string(country == nullptr ? trim(name) : country->name);
}

// A capital letter and at most two digits, then a space: "B 52" and "S" alone are codes too.
std::string_view theme_code(std::string_view label) {
  label = trim(label);
  if (label.empty() || label[0] < 'A' || label[0] > 'Z') return {};
  std::size_t end = 1;
  while (end < label.size() && end < 3 && is_figure(label[end])) ++end;
  if (end == 1 && label[0] != 'S') return {};
  return end == label.size() || label[end] == ' ' ? label.substr(0, end) : std::string_view();
}

bool is_known_theme(std::string_view label) {
  label = trim(label);
  const ThemeList& list = theme_list();
  const std::string_view code = theme_code(label);
  if (code.empty()) return list.coded_of_uncoded.contains(name_key(label));
  const auto known = list.label_of_code.find(std::string(code));
  if (known == list.label_of_code.end()) return false;
  return known->second.empty() || label == code || known->second == name_key(label.substr(code.size()));
}

std::string other_scheme_label(std::string_view label) {
  const ThemeList& list = theme_list();
  const std::string_view code = theme_code(label);
  const auto& labels = code.empty() ? list.coded_of_uncoded : list.uncoded_of_code;
  const auto known = labels.find(code.empty() ? name_key(label) : std::string(code));
  return known == labels.end() ? "" : known->second;
}

std::string newest_theme(std::string_view label) {
  const ThemeList& list = theme_list();
  const std::string_view code = theme_code(label);
  const auto& labels = code.empty() ? list.reworded : list.uncoded_of_code;
  const auto known = labels.find(code.empty() ? name_key(label) : std::string(code));
  return known == labels.end() ? "" : known->second;
}

ThemeCounterpart theme_counterpart(std::string_view label) {
  ThemeCounterpart counterpart{other_scheme_label(label), ""};
  if (counterpart.label.empty()) return counterpart;
  const std::string_view own = theme_code(label);
  const auto how = theme_list().how_of_code.find(std::string(own.empty() ? theme_code(counterpart.label) : own));
  if (how != theme_list().how_of_code.end()) counterpart.how = how->second;
  return counterpart;
}

std::string_view theme_list_of(std::string_view label) {
  if (!is_known_theme(label)) return is_known_issue(trim(label)) ? "UPR Info" : std::string_view();
  return theme_code(label).empty() ? "ohchr-2019" : "ohchr-coded";
}

std::string goal_of(std::string_view text) {
  text = without_bullet(text);
  for (const std::string_view word : {"SDG", "Goal", "Target", "ODD", "ODS"}) {
    if (text.starts_with(word)) return leading_goal(trim(text.substr(word.size())));
  }
  const std::string_view code = theme_code(text);
  if (code.size() > 1 && code[0] == 'S') return leading_goal(code.substr(1));
  std::string number = leading_goal(text);
  if (!number.empty()) return number;
  const auto titled = goal_list().by_title.find(name_key(text));
  return titled == goal_list().by_title.end() ? "" : titled->second;
}

bool is_known_affected(std::string_view label) {
  static const std::unordered_map<std::string, bool> kGroups = [] {
    std::unordered_map<std::string, bool> groups;
    for (const ListRow& row : rows_of_list(List::kAffected)) {
      for (const std::string_view name : row) groups.emplace(name_key(name), true);
    }
    return groups;
  }();
  return kGroups.contains(name_key(label));
}

const Place* place_of(std::string_view code) {
  static const std::map<std::string_view, Place> kPlaces = [] {
    std::map<std::string_view, Place> places;
    for (const ListRow& row : rows_of_list(List::kPlaces)) {
      if (row.size() != 4) continue;
      places.emplace(row[1], Place{row[0] == "1" ? 1 : 2, row[1], row[2], row[3]});
    }
    return places;
  }();
  const auto known = kPlaces.find(code);
  return known == kPlaces.end() ? nullptr : &known->second;
}

}  // namespace haki::formats
