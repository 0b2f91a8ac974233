#include "case_file.h"

#include <algorithm>
#include <regex>
#include <sstream>

namespace haki::e2e {
namespace {

constexpr std::string_view kAnyLines = "...";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

const std::map<std::string, std::string>& wildcards() {
  static const std::map<std::string, std::string> kWildcards{
      {"id", "[0-9a-f]{32}"},
      {"short", "[0-9a-f]{8,32}"},
      {"n", "[0-9]+(?:\\.[0-9]+)?"},
      {"time", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?Z"},
      {"any", ".*"}};
  return kWildcards;
}

// The line as a regular expression, and the names its groups are called by ("" for none).
std::string pattern_of(const std::string& line, std::vector<std::string>& groups) {
  static const std::regex kWildcard("<(id|short|n|time|any)(?::([A-Z_]+))?>");
  static const std::regex kSpecial(R"([.^$|()\[\]{}*+?\\])");
  std::string pattern;
  auto from = line.begin();
  for (std::sregex_iterator found(line.begin(), line.end(), kWildcard), end; found != end; ++found) {
    pattern += std::regex_replace(std::string(from, (*found)[0].first), kSpecial, "\\$&");
    pattern += "(" + wildcards().at((*found)[1]) + ")";
    groups.push_back((*found)[2]);
    from = (*found)[0].second;
  }
  return pattern + std::regex_replace(std::string(from, line.end()), kSpecial, "\\$&");
}

bool line_matches(const std::string& expected, const std::string& line, std::map<std::string, std::string>& names) {
  std::vector<std::string> groups;
  std::smatch match;
  if (!std::regex_match(line, match, std::regex(pattern_of(expected, groups)))) return false;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!groups[i].empty()) names[groups[i]] = match[i + 1];
  }
  return true;
}

// Whether lines from `line` on match expectations from `want` on; `furthest` is the last line that did not.
bool match_from(const std::vector<std::string>& expected, std::size_t want, const std::vector<std::string>& lines,
                std::size_t line, std::map<std::string, std::string>& names, std::size_t& furthest) {
  if (want == expected.size()) return furthest = std::max(furthest, line), line == lines.size();
  if (expected[want] == kAnyLines) {
    for (std::size_t skip = line; skip <= lines.size(); ++skip) {
      auto trial = names;
      if (match_from(expected, want + 1, lines, skip, trial, furthest)) return names = trial, true;
    }
    return false;
  }
  furthest = std::max(furthest, line);
  if (line == lines.size() || !line_matches(expected[want], lines[line], names)) return false;
  return match_from(expected, want + 1, lines, line + 1, names, furthest);
}

}  // namespace

std::vector<Step> parse_case(const std::string& text, std::string& problem) {
  std::vector<Step> steps;
  std::size_t number = 0;
  for (const std::string& line : lines_of(text)) {
    ++number;
    if (line.starts_with("# ") || line == "#" || line.empty()) continue;
    const std::string rest = line.size() > 2 ? line.substr(2) : std::string();
    if (line.starts_with("@ ")) {
      steps.push_back({number, rest, "", {}, {}, 0});
    } else if (line.starts_with("$ ")) {
      steps.push_back({number, "", rest, {}, {}, 0});
    } else if (steps.empty() || steps.back().command.empty()) {
      problem = "line " + std::to_string(number) + " stands under no command";
      return {};
    } else if (line.starts_with("> ")) {  // the command goes on: an expected line cannot begin so
      steps.back().command += "\n" + rest;
    } else if (line.starts_with("! ")) {
      steps.back().on_stderr.push_back(rest);
    } else if (line.starts_with("? ")) {
      steps.back().exit_code = std::stoi(rest);
    } else {
      steps.back().expected.push_back(line);
    }
  }
  return steps;
}

std::string compare(const std::vector<std::string>& expected, const std::string& printed,
                    std::map<std::string, std::string>& names) {
  std::vector<std::string> lines;
  for (const std::string& line : lines_of(printed)) {
    if (!line.empty()) lines.push_back(line);  // blank lines make a case hard to read and are not looked at
  }
  std::size_t furthest = 0;
  if (match_from(expected, 0, lines, 0, names, furthest)) return {};
  return furthest < lines.size() ? "did not expect: " + lines[furthest] : "expected more after the last line";
}

std::string compare_stderr(const std::vector<std::string>& expected, const std::string& printed) {
  std::size_t from = 0;
  for (const std::string& part : expected) {
    const std::size_t found = printed.find(part, from);
    if (found == std::string::npos) return "stderr does not say: " + part;
    from = found + part.size();
  }
  return {};
}

}  // namespace haki::e2e
