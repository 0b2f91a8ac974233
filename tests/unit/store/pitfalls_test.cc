// Goal: each of the 15 rules of proto/spec/50-store-file.md, which keep SQLite's pitfalls away, has a test, and the list of them
// stays true. Method: pitfalls.tsv names for each rule what is tried, a file under tests/unit and a test in it.
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace haki::store {
namespace {

constexpr int kRules = 15;
const std::string kUnitTests = HAKI_SOURCE_DIR "/tests/unit/";

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Pitfalls, EachRuleOfTheStoresFilesNamesATestThatExists) {
  std::istringstream table(content_of(kUnitTests + "store/pitfalls.tsv"));
  std::set<int> rules;
  for (std::string line; std::getline(table, line);) {
    std::istringstream columns(line);
    std::string number, what, file, suite, test;
    std::getline(columns, number, '\t');
    std::getline(columns, what, '\t');
    std::getline(columns, file, '\t');
    std::getline(columns, suite, '.');
    std::getline(columns, test);
    ASSERT_FALSE(test.empty()) << line;
    rules.insert(std::stoi(number));
    const std::regex defined("TEST(_F|_P)?\\(" + suite + ", " + test + "\\)");
    EXPECT_TRUE(std::regex_search(content_of(kUnitTests + file), defined)) << "rule " << number << ": no " << suite << "." << test << " in " << file;
  }
  for (int rule = 1; rule <= kRules; ++rule) EXPECT_TRUE(rules.contains(rule)) << "rule " << rule << " has no test";
  EXPECT_EQ(rules.size(), static_cast<std::size_t>(kRules));
}

TEST(Pitfalls, TheSpecHasAsManyRulesAsTheTable) {
  std::istringstream spec(content_of(HAKI_SOURCE_DIR "/proto/spec/50-store-file.md"));
  int last = 0;
  for (std::string line; std::getline(spec, line) && line != "## End of the log";) {
    if (!std::regex_search(line, std::regex("^[0-9]+\\. "))) continue;
    EXPECT_EQ(std::stoi(line), ++last) << line;
  }
  EXPECT_EQ(last, kRules);
}

}  // namespace
}  // namespace haki::store
