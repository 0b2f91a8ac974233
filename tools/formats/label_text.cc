#include "formats/label_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "formats/labels.h"
#include "formats/lists.h"
#include "formats/text_encoding.h"

namespace haki::formats {

namespace {

constexpr std::string_view kNoBreakSpace = "\u00a0";
constexpr std::string_view kJoint = " - ";
constexpr std::array<std::string_view, 4> kBlanks{" ", "\t", "\n", kNoBreakSpace};
constexpr std::array<std::string_view, 5> kBullets{"- ", "\u2013 ", "\u2022 ", "\u00b7 ", "* "};

// Those that OHCHR's and other editors write beyond the five of labels.cc.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kTextEntities{{
    {"nbsp", " "},        {"rsquo", "\u2019"},  {"lsquo", "\u2018"},  {"rdquo", "\u201d"},  {"ldquo", "\u201c"},
    {"ndash", "\u2013"},  {"mdash", "\u2014"},  {"hellip", "\u2026"}, {"eacute", "\u00e9"}, {"egrave", "\u00e8"},
    {"agrave", "\u00e0"}, {"ccedil", "\u00e7"}, {"ocirc", "\u00f4"},  {"uuml", "\u00fc"},   {"ntilde", "\u00f1"},
    {"oacute", "\u00f3"}, {"iacute", "\u00ed"}, {"aacute", "\u00e1"}, {"shy", ""},
}};

constexpr std::array<std::string_view, 6> kLineTags{"br", "p", "li", "div", "tr", "ul"};

bool is_latin_letter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

// The length of the tag at the beginning, "<" and ">" included; 0 where there is none.
std::size_t tag_bytes(std::string_view html) {
  constexpr std::size_t kTagBytesMax = 500;
  if (html.size() < 3 || html[0] != '<' || (!is_latin_letter(html[1]) && html[1] != '/' && html[1] != '!')) return 0;
  const std::size_t end = html.substr(0, kTagBytesMax).find('>');
  return end == std::string_view::npos ? 0 : end + 1;
}

bool ends_line(std::string_view tag) {
  std::string name;
  for (const char character : tag.substr(1)) {
    if (is_latin_letter(character)) name.push_back(static_cast<char>(character | 0x20));
    else if (character != '/' || !name.empty()) break;
  }
  return std::find(kLineTags.begin(), kLineTags.end(), name) != kLineTags.end();
}

// The length of a named entity at the beginning, its text added; 0 where it is none of ours.
std::size_t take_entity(std::string_view html, std::string& text) {
  for (const auto& [name, meaning] : kTextEntities) {
    if (html.size() < name.size() + 2 || html[name.size() + 1] != ';' || html.substr(1, name.size()) != name) continue;
    text += meaning;
    return name.size() + 2;
  }
  return 0;
}

std::string with_single_blanks(std::string_view text) {
  std::string single;
  for (const std::string_view line : lines_of(text)) {
    if (!single.empty()) single.push_back('\n');
    bool blank = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool no_break = line.substr(i).starts_with(kNoBreakSpace);
      if (no_break || line[i] == ' ' || line[i] == '\t') {
        blank = true;
        if (no_break) ++i;
        continue;
      }
      if (blank) single.push_back(' ');
      blank = false;
      single.push_back(line[i]);
    }
  }
  return single;
}

std::vector<std::string_view> parts_at_joints(std::string_view line) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t joint = line.find(kJoint);
    parts.push_back(trim(line.substr(0, joint)));
    if (joint == std::string_view::npos) return parts;
    line.remove_prefix(joint + kJoint.size());
  }
}

// From the beginning of part `first` to the end of part `last`, as it stands in the line.
std::string_view span_of(const std::vector<std::string_view>& parts, std::size_t first, std::size_t last) {
  const char* end = parts[last].data() + parts[last].size();
  return {parts[first].data(), static_cast<std::size_t>(end - parts[first].data())};
}

// The last part of the longest known label that begins with part `first`; `first` - 1 where there is none.
std::size_t longest_known(const std::vector<std::string_view>& parts, std::size_t first,
                          bool (*is_known)(std::string_view)) {
  constexpr std::size_t kJointsMax = 4;  // more than any label has
  for (std::size_t last = std::min(parts.size(), first + kJointsMax); last > first; --last) {
    if (is_known(span_of(parts, first, last - 1))) return last - 1;
  }
  return first - 1;
}

// Whether a label may begin here; the rest of one ("rights - general measures") is small.
bool begins_large(std::string_view part) { return !part.empty() && (part[0] < 'a' || part[0] > 'z'); }

}  // namespace

std::string_view trim(std::string_view text) {
  for (bool more = true; more;) {
    more = false;
    for (const std::string_view blank : kBlanks) {
      while (text.starts_with(blank)) text.remove_prefix(blank.size()), more = true;
      while (text.ends_with(blank)) text.remove_suffix(blank.size()), more = true;
    }
  }
  return text;
}

std::string_view without_bullet(std::string_view text) {
  text = trim(text);
  if (text == "-") return {};
  for (const std::string_view bullet : kBullets) {
    if (text.starts_with(bullet)) return trim(text.substr(bullet.size()));
  }
  // "-Children": a hyphen that is not one of a number.
  return text.size() > 1 && text[0] == '-' && is_latin_letter(text[1]) ? text.substr(1) : text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::vector<std::string> joined_labels(std::string_view cell, bool (*is_known)(std::string_view)) {
  std::vector<std::string> labels;
  const auto lines = lines_of(cell);
  for (const std::string_view line : lines) {
    const std::string_view whole = without_bullet(line);
    const auto parts = parts_at_joints(whole);
    if (lines.size() > 1 || parts.size() == 1 || is_known(whole)) {
      if (!whole.empty()) add_once(labels, whole);
      continue;
    }
    for (std::size_t first = 0; first < parts.size();) {
      std::size_t last = longest_known(parts, first, is_known);
      const bool known = last + 1 != first;
      if (!known) last = first;
      if (!known || (last + 1 < parts.size() && !begins_large(parts[last + 1]))) {
        while (last + 1 < parts.size() && longest_known(parts, last + 1, is_known) == last) ++last;
      }
      add_once(labels, span_of(parts, first, last));
      first = last + 1;
    }
  }
  return labels;
}

std::vector<std::string> goals_of(std::string_view cell) {
  std::vector<std::string> goals;
  for (const std::string_view line : lines_of(cell)) {
    bool named = false;
    for (const std::string_view part : parts_at_joints(without_bullet(line))) {
      const std::string goal = part.size() <= kJoint.size() * 3 ? goal_of(part) : "";
      if (goal.empty()) continue;
      add_once(goals, goal);
      named = true;
    }
    if (named) continue;
    const std::string goal = goal_of(line);
    add_once(goals, goal.empty() ? without_bullet(line) : std::string_view(goal));
  }
  return goals;
}

void add_once(std::vector<std::string>& labels, std::string_view label) {
  if (!label.empty() && std::find(labels.begin(), labels.end(), label) == labels.end()) labels.emplace_back(label);
}

std::string shortened(std::string_view text, std::size_t bytes_max) {
  std::string line = with_single_spaces(text.substr(0, bytes_max * 2));
  if (line.size() <= bytes_max && text.size() <= bytes_max * 2) return line;
  std::size_t end = std::min(line.size(), bytes_max);
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
  line.resize(end);
  return line + "\u2026";
}

std::string text_of_html(std::string_view html) {
  std::string text;
  text.reserve(html.size());
  while (!html.empty()) {
    std::size_t bytes = tag_bytes(html);
    if (bytes != 0 && ends_line(html.substr(0, bytes))) text.push_back('\n');
    if (bytes == 0 && html[0] == '&') bytes = take_entity(html, text);
    if (bytes == 0) text.push_back(html[0]), bytes = 1;
    html.remove_prefix(bytes);
  }
  return with_single_blanks(plain_text(text));
}

int first_number(std::string_view text) {
  constexpr int kNumberMax = 999;
  int number = 0;
  bool begun = false;
  for (const char character : text) {
    if (character >= '0' && character <= '9') {
      begun = true;
      number = number * 10 + (character - '0');
      if (number > kNumberMax) return 0;
    } else if (begun && character != ' ') {
      break;
    }
  }
  return number;
}

}  // namespace haki::formats
