// Goal: what OHCHR's thematic lists say in their cells comes out as fields, in every layout of the four cycles, and a
// corrected list meets the records of the one before it.
// Method: cells as the real lists have them, given to the mapper without a file; then the real files, where they are.
#include "formats/ohchr.h"

#include <gmock/gmock.h>

#include "formats/ohchr_cell.h"
#include "mapped.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const Cells kLayoutA{"Recommendation", "Position", "Full list of themes",
                     "Assessment/comments on level of implementation"};
const Cells kLayout2025{"Recommendation and recommending State", "Position of the State under review",
                        "Human rights themes and groups of persons", "Relevant SDGs"};
const std::string kTitle = "UPR of Slovenia (2nd Cycle \u2013 20th session) Thematic list of recommendations Page of";

TableFacts docx(const std::string& title = kTitle) {
  return {.container = "docx", .title = title, .encoding = "", .encoding_reason = "", .delimiter = ""};
}

RecommendationRow row_of(const std::string& first, const std::string& position = "Supported",
                         const std::string& themes = "A12 Acceptance of international norms",
                         const std::string& assessment = "") {
  const RecommendationTable table = mapped(docx(), kLayoutA, {{first, position, themes, assessment}});
  EXPECT_EQ(table.rows.size(), 1U) << first;
  return table.rows.empty() ? RecommendationRow{} : table.rows[0];
}

TEST(Ohchr, ACellIsNumberTextStatesAndSource) {
  const RecommendationRow row = row_of(
      "115.3 Ratify the Optional Protocol (Portugal, Slovakia);\nSource of position: A/HRC/28/15/Add.1 - Para. 3");
  EXPECT_EQ(row.number, "115.3");
  EXPECT_EQ(row.text, "Ratify the Optional Protocol");
  EXPECT_THAT(row.recommending_states, ElementsAre("Portugal", "Slovakia"));
  EXPECT_EQ(row.position_source, "A/HRC/28/15/Add.1 - Para. 3");
  EXPECT_EQ(row.position, "supported");
  EXPECT_EQ(row.state_under_review, "Slovenia");
  EXPECT_EQ(row.session, 20);
  EXPECT_EQ(row.cycle, 2);
  EXPECT_EQ(row.mechanism, "upr");
  EXPECT_EQ(row.source, "OHCHR");
  EXPECT_EQ(row.language, "en");
  EXPECT_EQ(row.document_symbol, "") << "the symbol of the position is not that of the recommendation";
}

TEST(Ohchr, NumbersAsTheyAreWritten) {
  for (const char* text : {"115.3 Ratify it (Peru);", "115.3. Ratify it (Peru);", "115. 3 Ratify it (Peru);",
                           "P-115.3 Ratify it (Peru);", "115.3Ratify it (Peru);"}) {
    const RecommendationRow row = row_of(text);
    EXPECT_EQ(row.number, "115.3") << text;
    EXPECT_EQ(row.text, "Ratify it") << text;
  }
  EXPECT_EQ(row_of("12 States asked for it (Peru);").number, "");
  EXPECT_EQ(row_of("2030 Agenda: report on it (Peru);").text, "2030 Agenda: report on it");
  EXPECT_EQ(row_of("Promote peace (Peru);").text, "Promote peace");
  EXPECT_EQ(row_of("115.3. 2030 Agenda (Peru);").text, "2030 Agenda");
  EXPECT_EQ(row_of("115.3. 18 States asked (Peru);").text, "18 States asked");
  EXPECT_EQ(row_of("115.3.1 Ratify it (Peru);").number, "115.3.1");
}

TEST(Ohchr, BracketsOfStatesInEveryStyle) {
  const auto states = [](const std::string& text) { return row_of("1.1 Do it " + text).recommending_states; };
  EXPECT_THAT(states("(Chile, Peru);"), ElementsAre("Chile", "Peru"));
  EXPECT_THAT(states("(Chile) (Peru) (Fiji);"), ElementsAre("Chile", "Peru", "Fiji"));
  EXPECT_THAT(states("(Chile), (Peru)."), ElementsAre("Chile", "Peru"));
  EXPECT_THAT(states("(Chile and Peru)"), ElementsAre("Chile", "Peru"));
  EXPECT_THAT(states("(Chile, Peru and Bosnia and Herzegovina);"),
              ElementsAre("Chile", "Peru", "Bosnia and Herzegovina"));
  EXPECT_THAT(states("(the Netherlands, the Russian Federation);"), ElementsAre("Netherlands", "Russian Federation"));
  EXPECT_THAT(states("(Iran (Islamic Republic of), Bolivia (Plurinational State of));"),
              ElementsAre("Iran (Islamic Republic of)", "Bolivia (Plurinational State of)"));
  EXPECT_THAT(states("(Venezuela (Bolivarian Republic of);"), ElementsAre("Venezuela (Bolivarian Republic of)"))
      << "a bracket that is never closed";
  EXPECT_THAT(states("(Iran, Islamic Republic of, Mali);"), ElementsAre("Iran (Islamic Republic of)", "Mali"));
}

TEST(Ohchr, ElevenBracketsInVariantsOfOneItem) {
  const RecommendationRow row = row_of(
      "122.3 Undertake it (Indonesia) (Mali); Consider it (Niger); Accede to it (Philippines) (Peru) (Chile);\n"
      "take steps (Egypt); ratify (Togo), (Benin); sign (Fiji) (Samoa).\nSource of position: A/HRC/43/15");
  EXPECT_EQ(row.text, "Undertake it\nConsider it\nAccede to it\ntake steps\nratify\nsign");
  EXPECT_THAT(row.recommending_states, ElementsAre("Indonesia", "Mali", "Niger", "Philippines", "Peru", "Chile",
                                                   "Egypt", "Togo", "Benin", "Fiji", "Samoa"));
  EXPECT_EQ(row.position_source, "A/HRC/43/15");
}

TEST(Ohchr, OtherBracketsArePartOfTheText) {
  const RecommendationRow row = row_of("121.3 Ratify the Convention, 1930 (No. 29) (United Kingdom);");
  EXPECT_EQ(row.text, "Ratify the Convention, 1930 (No. 29)");
  EXPECT_THAT(row.recommending_states, ElementsAre("United Kingdom of Great Britain and Northern Ireland"));
  EXPECT_EQ(row_of("1.2 Carry out the plan (2009\u20132014) and report on it (Bahrain);").text,
            "Carry out the plan (2009\u20132014) and report on it");
  const RecommendationRow inside = row_of("1.3 Learn from its neighbour (Kenya) and act (Mali);");
  EXPECT_EQ(inside.text, "Learn from its neighbour (Kenya) and act");
  EXPECT_THAT(inside.recommending_states, ElementsAre("Mali"));
}

TEST(Ohchr, ABracketThatNamesNoStateIsKeptAndReported) {
  const RecommendationTable table =
      mapped(docx(), kLayoutA,
             {{"1.1 Ratify it (CEDAW);", "Noted", "", ""}, {"1.2 Sign it (Peru, Atlantis);", "Noted", "", ""}});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].text, "Ratify it (CEDAW)");
  EXPECT_THAT(table.rows[0].recommending_states, IsEmpty());
  EXPECT_EQ(table.rows[1].text, "Sign it");
  EXPECT_THAT(table.rows[1].recommending_states, ElementsAre("Peru", "Atlantis"));
  EXPECT_THAT(table.unmapped, ElementsAre("CEDAW", "Atlantis"));
}

TEST(Ohchr, BracketsByTheThousandTakeNoTime) {
  const std::string open(60'000, '(');
  EXPECT_EQ(row_of("1.1 Do it " + open).text, "Do it " + open);
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "()";
  EXPECT_THAT(row_of("1.1 Do it " + many + "(Peru);").recommending_states, ElementsAre("Peru"));
}

TEST(Ohchr, RowsAcrossTheTableOpenClusters) {
  const RecommendationTable table = mapped(docx(), kLayoutA,
                                           {{"Theme: A12 Acceptance of international norms"},
                                            {"1.1 Sign (Peru);", "Supported", "", ""},
                                            kLayoutA,
                                            {"Theme:  B31  Equality & non-discrimination "},
                                            {"1.2 End it (Mali);", "Noted", "", ""},
                                            {""},
                                            {"* Not edited"}});
  ASSERT_EQ(table.rows.size(), 2U) << "a header that is repeated is no row";
  EXPECT_EQ(table.rows[0].cluster, "A12 Acceptance of international norms");
  EXPECT_EQ(table.rows[1].cluster, "B31 Equality & non-discrimination");
  EXPECT_THAT(table.left_out, ElementsAre(Pair("A line across the table that is no theme", 1)));
  EXPECT_THAT(table.refused, IsEmpty());
}

TEST(Ohchr, LayoutAHasCodesAndAffectedPersons) {
  const RecommendationRow row = row_of(
      "1.1 Do it (Peru);", "Supported",
      "A12 Acceptance of international norms\nF13 Violence against women\nAffected persons: \n- women\n- children");
  EXPECT_THAT(row.themes, ElementsAre("A12 Acceptance of international norms", "F13 Violence against women"));
  EXPECT_THAT(row.affected, ElementsAre("women", "children"));
  EXPECT_EQ(row.theme_scheme, "ohchr-coded");
}

TEST(Ohchr, LayoutBHasGoalsAmongTheCodes) {
  const RecommendationRow row =
      row_of("1.1 Do it (Peru);", "Supported",
             "D51 Administration of justice & fair trial\nS16 SDG 16 - peace, justice and strong "
             "institutions\nS05 SDG 5 - gender equality\nS SDG implementation");
  EXPECT_THAT(row.themes, ElementsAre("D51 Administration of justice & fair trial", "S SDG implementation"));
  EXPECT_THAT(row.sdgs, ElementsAre("16", "5"));
}

TEST(Ohchr, LayoutCHasNoCodesAndSections) {
  const RecommendationRow row = row_of(
      "1.1 Do it (Peru);", "Supported",
      "- Acceptance of international norms\nSDGs: \n- 16 - PEACE, JUSTICE AND STRONG INSTITUTIONS\n- 16.1 - Reduce "
      "violence\nAffected persons:\n- girls");
  EXPECT_THAT(row.themes, ElementsAre("Acceptance of international norms"));
  EXPECT_THAT(row.sdgs, ElementsAre("16", "16.1"));
  EXPECT_THAT(row.affected, ElementsAre("girls"));
  EXPECT_EQ(row.theme_scheme, "ohchr-2019");
}

TEST(Ohchr, TheFourthCycleHasAColumnOfGoals) {
  const RecommendationTable table = mapped(
      docx("UPR of Slovenia (4 th Cycle - 4 8 th Session) Thematic list of recommendations*"), kLayout2025,
      {{"140.7 Ratify it (Maldives) (Portugal);", "Supported",
        "- Right to health\nGroups of Persons: \n- Public officials", "- 1 - NO POVERTY\n- 5 - GENDER EQUALITY"}});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].session, 48);
  EXPECT_EQ(table.rows[0].cycle, 4);
  EXPECT_THAT(table.rows[0].sdgs, ElementsAre("1", "5"));
  EXPECT_THAT(table.rows[0].affected, ElementsAre("Public officials"));
  EXPECT_THAT(table.unmapped, IsEmpty());
  EXPECT_EQ(table.format, "ohchr-docx");
}

TEST(Ohchr, ColumnsInAnyOrderAndLanguage) {
  const RecommendationTable table =
      mapped(docx("EPU de la France (3e cycle)"), {"Position", "Th\u00e8mes", "Recommandation", "Remarques"},
             {{"Not\u00e9e", "", "1.1 Ratifier (C\u00f4te d\u2019Ivoire, Espagne);", "x"}});
  EXPECT_THAT(table.unmapped, IsEmpty());
  const Result<std::unique_ptr<RecommendationMapper>> spanish =
      choose_mapper("a file", docx(), {"Temas", "Posici\u00f3n", "Recomendaci\u00f3n"});
  ASSERT_TRUE(spanish);
  EXPECT_EQ((*spanish)->table().format, "ohchr-docx");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].state_under_review, "France");
  EXPECT_EQ(table.rows[0].cycle, 3);
  EXPECT_EQ(table.rows[0].position, "noted");
  EXPECT_EQ(table.rows[0].language, "fr");
  EXPECT_THAT(table.rows[0].recommending_states, ElementsAre("C\u00f4te d'Ivoire", "Spain"));
  EXPECT_THAT(table.ignored_columns, ElementsAre("Remarques"));
}

TEST(Ohchr, PositionsAndAssessments) {
  EXPECT_EQ(row_of("1.1 Do it (Peru);", "Supported/Noted").position, "partly_supported");
  EXPECT_EQ(row_of("1.1 Do it (Peru);", "Noted").position, "noted");
  EXPECT_EQ(row_of("1.1 Do it (Peru);", "Noted", "", "\n Begun in 2020 \n").assessment, "Begun in 2020");
  const RecommendationTable table = mapped(docx(), kLayoutA, {{"1.1 Do it (Peru);", "Deferred", "", ""}});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].position, "");
  EXPECT_EQ(table.rows[0].position_label, "Deferred");
  EXPECT_THAT(table.unmapped, ElementsAre("Deferred"));
}

TEST(Ohchr, UnknownThemesGroupsGoalsAndHeadingsAreKeptAndReported) {
  const RecommendationTable table =
      mapped(docx(), kLayout2025,
             {{"1.1 Do it (Peru);", "Noted", "- Space law\nZ9 Tides\nAffected persons:\n- astronauts\nMoods:\n- glad",
               "- 18 - SPACE"}});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.rows[0].themes, ElementsAre("Space law", "Z9 Tides"));
  EXPECT_THAT(table.rows[0].affected, ElementsAre("astronauts", "glad"));
  EXPECT_THAT(table.rows[0].sdgs, ElementsAre("18 - SPACE"));
  EXPECT_THAT(table.unmapped, ElementsAre("Space law", "Z9 Tides", "astronauts", "Moods:", "glad", "18 - SPACE"));
}

TEST(Ohchr, TheSessionDecidesTheCycle) {
  const RecommendationTable table =
      mapped(docx("UPR of Kenya (2nd Cycle - 35th Session)"), kLayoutA, {{"1.1 Do it (Peru);", "Noted", "", ""}});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].cycle, 3);
  EXPECT_THAT(table.remarks, ElementsAre(HasSubstr("Session 35 belongs to cycle 3, but the file says cycle 2")));
}

TEST(Ohchr, TitlesAsWordKeepsThem) {
  const auto title = [](const std::string& text) { return parse_review_title(text); };
  EXPECT_EQ(title(kTitle).state, "Slovenia");
  EXPECT_EQ(title("UPR of Iran (Islamic Republic of) (3rd Cycle - 34th Session)").state, "Iran (Islamic Republic of)");
  EXPECT_EQ(title("UPR of the Netherlands (2 nd\nCycle \u2013 1 3 th session)").state, "Netherlands");
  EXPECT_EQ(title("UPR of the Netherlands (2 nd\nCycle \u2013 1 3 th session)").session, "13");
  EXPECT_EQ(title("UPR of Chad (Session 31, Cycle 3)").session, "31");
  EXPECT_EQ(title("UPR of Chad (Session 31, Cycle 3)").cycle, "3");
  EXPECT_EQ(title("UPR of Viet Nam Thematic list of recommendations").state, "Viet Nam");
  EXPECT_EQ(title("UPR of Chad (3rd Cycle) A/HRC/40/15, list").document_symbol, "A/HRC/40/15");
  EXPECT_EQ(title("Thematic list of recommendations").state, "");
}

TEST(Ohchr, WithoutAStateTheFileSaysSo) {
  const auto none = choose_mapper("a file", docx(""), kLayoutA);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kInvalid);
  EXPECT_THAT(none.error().message, HasSubstr("does not say which State was reviewed"));
  const RecommendationTable table =
      mapped(docx(""), {"State under review", "Session", "Recommendation", "Position", "Themes"},
             {{"Turkey", "35", "1.1 Do it (Peru);", "Noted", ""}});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].state_under_review, "T\u00fcrkiye");
  EXPECT_EQ(table.rows[0].session, 35);
}

TEST(Ohchr, ACorrectedFileMeetsTheSameRecord) {
  const auto identity = [](const std::string& title, const std::string& text) {
    const RecommendationTable table = mapped(docx(title), kLayoutA, {{text, "Noted", "", ""}});
    return table.rows.empty() ? "" : identity_of(table.rows[0]);
  };
  const std::string first = identity(kTitle, "115.3 Ratify it (Peru);");
  EXPECT_EQ(first, identity("UPR of Slovenia (2nd Cycle)", "115.3. Ratify it fully (Peru) (Chile);"));
  EXPECT_NE(first, identity(kTitle, "115.4 Ratify it (Peru);"));
  EXPECT_NE(first, identity("UPR of Slovenia (3rd Cycle)", "115.3 Ratify it (Peru);"));
  EXPECT_NE(first, identity("UPR of Slovakia (2nd Cycle)", "115.3 Ratify it (Peru);"));
  EXPECT_NE(identity(kTitle, "Ratify it (Peru);"), identity(kTitle, "Sign it (Peru);")) << "without a number: the text";
  EXPECT_EQ(identity("UPR of Turkey (2nd Cycle)", "1.1 x (Peru);"),
            identity("UPR of T\u00fcrkiye (2nd Cycle)", "1.1 x (Peru);"));
}

TEST(Ohchr, ANumberThatOccursTwiceLosesNothing) {
  const RecommendationTable table = mapped(
      docx(), kLayoutA, {{"1.1 Do it (Peru);", "Supported", "", ""}, {"1.1 Do the rest (Peru);", "Noted", "", ""}});
  EXPECT_EQ(identities_of(table).size(), 2U);
  EXPECT_THAT(table.remarks, ElementsAre(HasSubstr("Number 1.1 occurs more than once")));
}

TEST(Ohchr, RowsThatEndEarlyOrSayNothingAreNamed) {
  const RecommendationTable table = mapped(
      docx(), kLayoutA, {{"1.1 Do it (Peru);", "Noted", ""}, {"1.2 Do it", "Noted"}, {"(Peru);", "Noted", "", ""}});
  EXPECT_EQ(table.rows.size(), 1U) << "the column for the reader's own words may be missing";
  ASSERT_EQ(table.refused.size(), 2U);
  EXPECT_EQ(table.refused[0].column, "Full list of themes");
  EXPECT_EQ(table.refused[1].row, 4U);
  EXPECT_EQ(table.refused[1].reason, "is blank");
}

TEST(Ohchr, WhatEachColumnWasTakenFor) {
  const RecommendationTable table =
      mapped(docx(), kLayoutA,
             {{"1.1 Do it (Peru);", "Noted", "", ""}, {"1.2 End it (Peru);", "Noted", "D21 Right to life", ""}});
  ASSERT_EQ(table.understood.size(), 5U);
  EXPECT_EQ(table.understood[0].field, "number, text, recommending_states, position_source");
  EXPECT_EQ(table.understood[0].example, "1.1 Do it (Peru);");
  EXPECT_EQ(table.understood[0].values, 2U);
  EXPECT_EQ(table.understood[2].values, 1U);
  EXPECT_EQ(table.understood[2].example, "D21 Right to life");
  EXPECT_EQ(table.understood[3].values, 0U);
  EXPECT_EQ(table.understood[4].field, "state_under_review, cycle, session");
}

void expect_whole(const RecommendationTable& table) {
  EXPECT_THAT(table.refused, IsEmpty());
  EXPECT_THAT(table.unmapped, IsEmpty());
  EXPECT_THAT(table.remarks, IsEmpty());
  EXPECT_EQ(identities_of(table).size(), table.rows.size());
  for (const RecommendationRow& row : table.rows) {
    EXPECT_EQ(row.state_under_review, "Slovenia");
    EXPECT_THAT(row.number, ::testing::Not(IsEmpty())) << row.row;
    EXPECT_THAT(row.recommending_states, ::testing::Not(IsEmpty())) << row.number;
    EXPECT_THAT(row.cluster, ::testing::Not(IsEmpty())) << row.number;
    EXPECT_THAT(row.position_source, HasSubstr("A/HRC/")) << row.number;
  }
}

TEST(OhchrRealFiles, SlovenianListOfTheFourthCycle) {
  REAL_OR_SKIP(table, "upr/ohchr_thematic_list_slovenia_c4.docx");
  EXPECT_EQ(table->format, "ohchr-docx");
  EXPECT_EQ(table->rows.size(), 254U);
  EXPECT_THAT(table->position_counts, ElementsAre(Pair("Noted", 37), Pair("Supported", 217)));
  expect_whole(*table);
}

TEST(OhchrRealFiles, SlovenianListOfTheSecondCycle) {
  REAL_OR_SKIP(table, "upr/ohchr_thematic_list_slovenia_c2.docx");
  EXPECT_EQ(table->rows.size(), 163U);
  EXPECT_THAT(table->position_counts, ElementsAre(Pair("Noted", 21), Pair("Supported", 142)));
  std::set<std::string> themes;
  for (const RecommendationRow& row : table->rows) themes.insert(row.themes.begin(), row.themes.end());
  EXPECT_EQ(themes.size(), 53U);
  expect_whole(*table);
}

TEST(OhchrRealFiles, ThePledgesOfTheCsvAndOfTheXlsAreTheSame) {
  REAL_OR_SKIP(csv, "upr/upr-info_voluntary_pledges_full.csv");
  REAL_OR_SKIP(xls, "upr/upr-info_voluntary_pledges_full.xls");
  EXPECT_EQ(xls->format, "upr-info-xls");
  EXPECT_EQ(xls->rows.size(), 947U);
  EXPECT_EQ(identities_of(*csv), identities_of(*xls));
  std::set<std::string> states;
  for (const RecommendationRow& row : xls->rows) states.insert(row.state_under_review);
  EXPECT_EQ(states.size(), 149U);
}

}  // namespace
}  // namespace haki::formats
