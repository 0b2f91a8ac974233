// Goal: the lists that are compiled in are whole, hold no name for two things, and know the names that documents of the
// United Nations use.
// Method: the lists asked by name and code; their text files read for what their counts must be.
#include "formats/lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "formats/labels.h"
#include "formats/list_texts.h"

namespace haki::formats {
namespace {

std::vector<std::vector<std::string>> list_rows(std::size_t list) {
  std::vector<std::vector<std::string>> rows;
  std::string text(list_texts()[list]);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line[0] == '#') continue;
    auto& row = rows.emplace_back();
    for (std::size_t bar; (bar = line.find(" | ")) != std::string::npos; line.erase(0, bar + 3)) {
      row.push_back(line.substr(0, bar));
    }
    row.push_back(line);
  }
  return rows;
}

std::string code_of(std::string_view name) {
  const Country* country = country_of(name);
  return country == nullptr ? "" : std::string(country->code);
}

TEST(Lists, EachNamesItsSourceAndDate) {
  ASSERT_EQ(list_texts().size(), 5U);
  for (const std::string_view text : list_texts()) {
    const std::string_view head = text.substr(0, 700);
    EXPECT_TRUE(head.starts_with("# ")) << head;
    EXPECT_NE(head.find("Source: "), std::string_view::npos) << head;
    EXPECT_NE(head.find("Taken on "), std::string_view::npos) << head;
  }
}

TEST(Lists, CountriesAreWholeAndNoNameStandsForTwo) {
  const auto rows = list_rows(0);
  EXPECT_EQ(rows.size(), 248U);
  std::map<std::string, std::string> owners;
  for (const auto& row : rows) {
    ASSERT_GE(row.size(), 3U);
    EXPECT_EQ(row[0].size(), 3U) << row[0];
    EXPECT_EQ(row[1].size(), 3U) << row[0];
    for (std::size_t i = 2; i < row.size(); ++i) {
      const auto [owner, fresh] = owners.emplace(name_key(row[i]), row[0]);
      EXPECT_TRUE(fresh || owner->second == row[0]) << row[i] << ": " << owner->second << " and " << row[0];
      EXPECT_EQ(code_of(row[i]), row[0]) << row[i];
    }
  }
}

TEST(Lists, CountriesByTheNamesOfTheUnitedNations) {
  const std::vector<std::pair<std::string, std::string>> kNames{
      {"T\u00fcrkiye", "TUR"},
      {"Turkey", "TUR"},
      {"United States of America", "USA"},
      {"United States", "USA"},
      {"Russian Federation", "RUS"},
      {"Iran (Islamic Republic of)", "IRN"},
      {"Islamic Republic of Iran", "IRN"},
      {"Bolivia (Plurinational State of)", "BOL"},
      {"Bolivarian Republic of Venezuela", "VEN"},
      {"Venezuela (Bolivarian Republic of)", "VEN"},
      {"State of Palestine", "PSE"},
      {"Holy See", "VAT"},
      {"the Holy See", "VAT"},
      {"Viet Nam", "VNM"},
      {"C\u00f4te d'Ivoire", "CIV"},
      {"C\u00f4te d\u2019Ivoire", "CIV"},
      {"North Macedonia", "MKD"},
      {"The former Yugoslav Republic of Macedonia", "MKD"},
      {"Czechia", "CZE"},
      {"Czech Republic", "CZE"},
      {"United Kingdom of Great Britain and Northern Ireland", "GBR"},
      {"United Kingdom", "GBR"},
      {"Republic of Korea", "KOR"},
      {"Democratic People\u2019s Republic of Korea", "PRK"},
      {"Timor-Leste", "TLS"},
      {"Eswatini", "SWZ"},
      {"Swaziland", "SWZ"},
      {"Cabo Verde", "CPV"},
      {"Cape Verde", "CPV"},
      {"Democratic Republic of the Congo", "COD"},
      {"Congo", "COG"},
      {"Niger", "NER"},
      {"Nigeria", "NGA"},
      {"Dominica", "DMA"},
      {"Dominican Republic", "DOM"},
      {"Bosnia & Herzegovina", "BIH"},
      {"KENYA", "KEN"},
      {"\u041a\u0435\u043d\u0438\u044f", "KEN"},
      {"\u041a\u0415\u041d\u0418\u042f", "KEN"},
      {"\u00c9gypte", "EGY"},
      {"Espa\u00f1a", "ESP"},
      {"\u0643\u064a\u0646\u064a\u0627", "KEN"}};
  for (const auto& [name, code] : kNames) EXPECT_EQ(code_of(name), code) << name;
  for (const char* name : {"", "the", "CEDAW", "No. 29", "Atlantis", "NHRI", "2009\u20132014", "Congo-Kenya"}) {
    EXPECT_EQ(code_of(name), "") << name;
  }
  EXPECT_EQ(country_name_or(" Turkey "), "T\u00fcrkiye");
  EXPECT_EQ(country_name_or(" Atlantis "), "Atlantis");
  EXPECT_EQ(country_of("Kenya")->m49, "404");
}

TEST(Lists, GoalsAndTargets) {
  EXPECT_EQ(goal_of("- 16 - PEACE, JUSTICE AND STRONG INSTITUTIONS"), "16");
  EXPECT_EQ(goal_of("S16 SDG 16 - peace, justice and strong institutions"), "16");
  EXPECT_EQ(goal_of("S05 SDG 5 - gender equality"), "5");
  EXPECT_EQ(goal_of("SDG 16.3"), "16.3");
  EXPECT_EQ(goal_of("16.a - Strong institutions"), "16.a");
  EXPECT_EQ(goal_of("16.10 - Access to information"), "16.10");
  EXPECT_EQ(goal_of("PEACE, JUSTICE & STRONG INSTITUTIONS"), "16");
  EXPECT_EQ(goal_of("17."), "17");
  for (const char* text : {"", "18", "18 - SPACE", "16.13", "16.z", "1st", "2030 Agenda", "S", "Peace", "12 months"}) {
    EXPECT_EQ(goal_of(text), "") << text;
  }
  std::size_t targets = 0;
  for (const auto& row : list_rows(1)) {
    EXPECT_EQ(goal_of(row[0]), row[0]);
    for (const std::string& target : split_labels(row[2], ' ')) {
      EXPECT_EQ(goal_of(target), target);
      ++targets;
    }
  }
  EXPECT_EQ(list_rows(1).size(), 17U);
  EXPECT_EQ(targets, 169U);
}

TEST(Lists, ThemesOfBothSchemes) {
  EXPECT_TRUE(is_known_theme("A12 Acceptance of international norms"));
  EXPECT_TRUE(is_known_theme("Acceptance of international norms"));
  EXPECT_TRUE(is_known_theme("Children: family environment and alternative care")) << "2019 wrote \"and\"";
  EXPECT_TRUE(is_known_theme("Children: family environment & alternative care")) << "2025 writes \"&\"";
  EXPECT_TRUE(is_known_theme("A28 Cooperation with others")) << "the code was seen, its label was not";
  EXPECT_FALSE(is_known_theme("A12 Something else"));
  EXPECT_FALSE(is_known_theme("Z99 Space law"));
  EXPECT_FALSE(is_known_theme("Space law"));
  EXPECT_FALSE(is_known_theme(""));
  EXPECT_EQ(theme_code("F13 Violence against women"), "F13");
  EXPECT_EQ(theme_code("S SDG implementation"), "S");
  EXPECT_EQ(theme_code("Right to health"), "");
  EXPECT_EQ(theme_code("A right"), "");
}

TEST(Lists, ThemesInTheOtherScheme) {
  EXPECT_EQ(other_scheme_label("A12 Acceptance of international norms"),
            "Ratification of & accession to international instruments");
  EXPECT_EQ(other_scheme_label("Acceptance of international norms"), "A12 Acceptance of international norms");
  EXPECT_EQ(other_scheme_label("Ratification of & accession to international instruments"),
            "A12 Acceptance of international norms");
  EXPECT_EQ(other_scheme_label("F13 Violence against women"), "Violence against women");
  EXPECT_EQ(other_scheme_label("Labour rights and right to work"), "") << "two codes share it";
  EXPECT_EQ(other_scheme_label("Cultural rights"), "") << "no counterpart was found";
  EXPECT_EQ(other_scheme_label("E33 Trade union rights"), "");
}

TEST(Lists, TheNewestListHasOneLabelForCodesAndForWhatWasReworded) {
  const std::string newest = "Ratification of & accession to international instruments";
  EXPECT_EQ(newest_theme("A12 Acceptance of international norms"), newest);
  EXPECT_EQ(newest_theme("Acceptance of international norms"), newest);
  EXPECT_EQ(newest_theme("acceptance of  International Norms"), newest);
  EXPECT_EQ(newest_theme(newest), "");
  EXPECT_EQ(newest_theme("E31 Right to work"), newest_theme("E32 Right to just and favourable conditions of work"));
  EXPECT_EQ(newest_theme("D25 Prohibition of torture and cruel, inhuman or degrading treatment"),
            "Prohibition of torture & cruel, inhuman or degrading treatment");
  EXPECT_EQ(newest_theme("A23"), "");
  EXPECT_EQ(newest_theme("Water"), "");
}

TEST(Lists, MatchesOfThemesSayHowTheyWereMade) {
  std::size_t coded = 0;
  for (const auto& row : list_rows(2)) {
    ASSERT_EQ(row.size(), 5U) << row[0];
    if (row[1] != "-") ++coded;
    EXPECT_TRUE(row[4] == "same" || row[4] == "judged" || row[4] == "none") << row[4];
    const bool same = (row[2] == "-" || name_key(row[2]) == name_key(row[1] == "-" ? row[3] : row[1])) &&
                      (row[3] == "-" || name_key(row[3]) == name_key(row[1] == "-" ? row[2] : row[1]));
    EXPECT_TRUE(same || row[4] != "same") << row[0] << " " << row[2];
  }
  EXPECT_EQ(coded, 53U);
}

TEST(Lists, AffectedPersonsOfBothLayouts) {
  for (const char* label : {"general", "children", "Children", "Women & girls", "girls", "Migrants & domestic workers",
                            "lesbian, gay, bisexual, transgender and intersex persons (LGBTI)",
                            "lesbian, gay, bisexual and transgender and intersex persons (LGBTI)",
                            "minorities/ racial, ethnic, linguistic, religious or descent-based groups"}) {
    EXPECT_TRUE(is_known_affected(label)) << label;
  }
  EXPECT_FALSE(is_known_affected("astronauts"));
  EXPECT_FALSE(is_known_affected(""));
}

TEST(Lists, PlacesOfKenyaAndSierraLeone) {
  EXPECT_EQ(list_rows(4).size(), 358U);
  ASSERT_NE(place_of("KE047"), nullptr);
  EXPECT_EQ(place_of("KE047")->level, 1);
  EXPECT_EQ(place_of("KE047")->parent, "KEN");
  ASSERT_NE(place_of("SL0206"), nullptr);
  EXPECT_EQ(place_of("SL0206")->name, "Fabala");
  EXPECT_EQ(place_of("SL0206")->parent, "SL02");
  EXPECT_EQ(place_of("KE999"), nullptr);
  for (const auto& row : list_rows(4)) {
    EXPECT_TRUE(row[0] == "1" || place_of(row[3]) != nullptr) << row[1];
  }
}

}  // namespace
}  // namespace haki::formats
