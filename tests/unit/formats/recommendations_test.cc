// Goal: a table of recommendations goes in whole whatever program wrote it, and each row that cannot is named.
// Method: small tables written here, in every shape that spreadsheet programs and UPR Info give them.
#include "formats/recommendations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

RecommendationTable read(std::string_view bytes) {
  const TemporaryFile file(bytes);
  auto result = read_recommendations(file.path());
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : RecommendationTable{};
}

Error refusal_of(std::string_view bytes) {
  const TemporaryFile file(bytes);
  const auto result = read_recommendations(file.path());
  EXPECT_FALSE(result);
  return result ? Error{} : result.error();
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// "row 3 Text: is blank", for each refused row.
std::vector<std::string> problems_of(const RecommendationTable& table) {
  std::vector<std::string> problems;
  for (const RowProblem& problem : table.refused) {
    problems.push_back("row " + std::to_string(problem.row) + " " + problem.column + ": " + problem.reason);
  }
  return problems;
}

TEST(Recommendations, EveryLineEndGivesTheSameRows) {
  const std::string table = kHeading + "\n" + line_with("Ratify it") + "\n\n" + line_with("Repeal it", "Noted") + "\n";
  for (const auto& [end, name] : {std::pair("\n", "LF"), std::pair("\r", "CR"), std::pair("\r\n", "CRLF")}) {
    const RecommendationTable read_table = read(replaced(table, "\n", end));
    EXPECT_EQ(read_table.line_ends, name);
    ASSERT_EQ(read_table.rows.size(), 2U) << name;
    EXPECT_EQ(read_table.rows[0].row, 2U) << name;
    EXPECT_EQ(read_table.rows[1].row, 4U) << name << ": the blank line counts, as in a spreadsheet";
    EXPECT_EQ(read_table.rows[1].position, "noted");
  }
}

TEST(Recommendations, MixedLineEndsAndNoneAtTheEnd) {
  const RecommendationTable table =
      read(kHeading + "\r\n" + line_with("one") + "\n" + line_with("two") + "\r" + line_with("three"));
  EXPECT_EQ(table.line_ends, "mixed");
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[2].text, "three");
  EXPECT_EQ(table.rows[2].row, 4U);
}

TEST(Recommendations, QuotedTextsKeepCommasQuotationMarksAndLineEnds) {
  const RecommendationTable table =
      read(kHeading + "\r\n" + line_with("\"Ensure, in law,\r\nthat \"\"land\"\" is\rshared\"") + "\r\n" +
           line_with("next") + "\r\n");
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].text, "Ensure, in law,\nthat \"land\" is\nshared");
  EXPECT_EQ(table.rows[1].row, 3U) << "a line end inside a cell is no row";
  EXPECT_EQ(table.line_ends, "CRLF");
}

TEST(Recommendations, ByteOrderMarkIsNoPartOfTheFirstHeading) {
  const RecommendationTable table = read("\xef\xbb\xbf" + kHeading + "\n" + line_with("\u00c9tat") + "\n");
  EXPECT_EQ(table.encoding, "utf-8");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].text, "\u00c9tat");
}

TEST(Recommendations, OneByteEncodingsComeOutAsUtf8) {
  const RecommendationTable mac = read(kHeading + "\r" + line_with("C\x99te, vis-\x88-vis", "Noted") + "\r");
  EXPECT_THAT(problems_of(mac), ElementsAre(HasSubstr("12 cells where the heading has 11")));
  const RecommendationTable quoted = read(kHeading + "\n" + line_with("\"C\x99te, vis-\x88-vis\"") + "\n");
  EXPECT_EQ(quoted.encoding, "mac-roman");
  ASSERT_EQ(quoted.rows.size(), 1U);
  EXPECT_EQ(quoted.rows[0].text, "C\u00f4te, vis-\u00e0-vis");
  const RecommendationTable windows = read(kHeading + "\r\n" + line_with("women\x92s \xe9galit\xe9") + "\r\n");
  EXPECT_EQ(windows.encoding, "windows-1252");
  ASSERT_EQ(windows.rows.size(), 1U);
  EXPECT_EQ(windows.rows[0].text, "women\u2019s \u00e9galit\u00e9");
}

TEST(Recommendations, Utf16AsExcelSavesUnicodeText) {
  const std::string table =
      replaced(kHeading, ",", "\t") + "\r\nKenya\tAfrica\t\tSign it\tPeru\tGRULAC\t\tNoted\t4\tJustice\t8\r\n";
  std::string bytes = "\xff\xfe";
  for (const char character : table) bytes += {character, '\0'};
  const RecommendationTable read_table = read(bytes);
  EXPECT_EQ(read_table.encoding, "utf-16le");
  EXPECT_EQ(read_table.delimiter, "\t");
  EXPECT_EQ(read_table.line_ends, "CRLF");
  ASSERT_EQ(read_table.rows.size(), 1U);
  EXPECT_EQ(read_table.rows[0].text, "Sign it");
}

TEST(Recommendations, SemicolonsAsFrenchExcelWrites) {
  const RecommendationTable table =
      read("To;Text;From;Response;Session\r\nBenin;Sign, then ratify;Mali;Accepted;2\r\n");
  EXPECT_EQ(table.delimiter, ";");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].text, "Sign, then ratify");
}

TEST(Recommendations, ColumnsInAnyOrderAndCase) {
  const RecommendationTable table =
      read("session,RESPONSE,Remarks,from,Text,to\n14,Noted,own note,Peru,Sign it,Kenya\n");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].state_under_review, "Kenya");
  EXPECT_EQ(table.rows[0].text, "Sign it");
  EXPECT_THAT(table.rows[0].recommending_states, ElementsAre("Peru"));
  EXPECT_EQ(table.rows[0].session, 14);
  EXPECT_EQ(table.rows[0].cycle, 2);
  EXPECT_THAT(table.ignored_columns, ElementsAre("Remarks"));
}

TEST(Recommendations, HeadingsOfTheExcelExportGoByPosition) {
  const RecommendationTable table = read(
      "SuR,Rgrp,Org,Recommendation,RS,Rgrp,Org,Response,Action,Issue,Session\n"
      "Kenya,Africa,AU,Sign it,Peru,GRULAC,\"OAS, OEI\",Accepted,5,Justice,8\n,,,,,,,,,,\n");
  ASSERT_EQ(table.rows.size(), 1U) << "the blank row at the end is no row";
  EXPECT_THAT(table.refused, IsEmpty());
  EXPECT_EQ(table.rows[0].state_regional_group, "Africa");
  EXPECT_THAT(table.rows[0].state_organisations, ElementsAre("AU"));
  EXPECT_EQ(table.rows[0].recommending_regional_group, "GRULAC");
  EXPECT_THAT(table.rows[0].recommending_organisations, ElementsAre("OAS", "OEI"));
}

TEST(Recommendations, TheExcelHeadingsGiveTheSameIdentity) {
  const std::string row = "Kenya,Africa,AU,Sign  it,Peru,GRULAC,OAS,Accepted,5,Justice,8\n";
  const RecommendationTable csv = read(kHeading + "\n" + row);
  const RecommendationTable excel =
      read("SuR,Rgrp,Org,Recommendation,RS,Rgrp,Org,Response,Action,Issue,Session\n" + replaced(row, "  ", " "));
  ASSERT_EQ(csv.rows.size(), 1U);
  ASSERT_EQ(excel.rows.size(), 1U);
  EXPECT_EQ(identity_of(csv.rows[0]), identity_of(excel.rows[0]));
}

TEST(Recommendations, EqualRowsAreCountedAndKept) {
  const RecommendationTable table = read(kHeading + "\n" + line_with("same") + "\n" + line_with("other") + "\n" +
                                         line_with("same") + "\n" + line_with("same") + "\n");
  std::vector<std::uint32_t> ordinals;
  std::set<std::string> identities;
  for (const RecommendationRow& row : table.rows) {
    ordinals.push_back(row.source_ordinal);
    identities.insert(identity_of(row));
  }
  EXPECT_THAT(ordinals, ElementsAre(0, 0, 1, 2));
  EXPECT_EQ(identities.size(), 4U);
}

// A text that imitates the joints of the identity must not be taken for another row.
TEST(Recommendations, IdentitiesDoNotRunIntoEachOther) {
  RecommendationRow one, other;
  one.state_under_review = "A";
  one.text = "x|1:y";
  other.state_under_review = "A|1:8";
  other.text = "y";
  EXPECT_NE(identity_of(one), identity_of(other));
}

TEST(Recommendations, RowsWithoutTextOrStateAreNamedAndTheRestGoesIn) {
  const RecommendationTable table = read(kHeading + "\n" + line_with("first") + "\n" + line_with(" ") + "\n" +
                                         replaced(line_with("lost"), "Kenya", "") + "\n" + line_with("last") + "\n");
  EXPECT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(problems_of(table), ElementsAre("row 3 Text: is blank", HasSubstr("row 4 To: is blank")));
  EXPECT_THAT(table.position_counts, ElementsAre(Pair("Accepted", 2)));
}

TEST(Recommendations, RaggedRowsAreNamedNotGuessed) {
  const RecommendationTable table = read(kHeading + "\n" + line_with("a, b") + "\n" + "Kenya,Africa,AU,cut off\n" +
                                         line_with("spare") + ",,\n" + line_with("whole") + "\n");
  EXPECT_THAT(problems_of(table), ElementsAre(HasSubstr("row 2 : has 12 cells where the heading has 11"),
                                              "row 3 From: is missing: the row ends after 4 of 11 cells"));
  EXPECT_EQ(table.rows.size(), 2U) << "empty cells beyond the heading do no harm";
}

TEST(Recommendations, AQuotationMarkThatIsNeverClosedIsNamed) {
  const RecommendationTable table =
      read(kHeading + "\n" + line_with("good") + "\nKenya,Africa,AU,\"never closed,Peru\n");
  EXPECT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(problems_of(table), ElementsAre("row 3 Text: has a quotation mark that is never closed"));
}

TEST(Recommendations, DamagedAndControlCharactersRefuseTheirRowOnly) {
  std::string bytes = kHeading + "\n";
  for (int i = 0; i < 10; ++i) bytes += line_with("\u00e9tat " + std::to_string(i)) + "\n";
  bytes += line_with("d\xc3.") + "\n" + line_with(std::string("a\0b", 3)) + "\n" + line_with("\x1b[2J") + "\n" +
           line_with("\u009b2J") + "\n" + line_with("soft\vbreak") + "\n";
  const RecommendationTable table = read(std::string(bytes.begin(), bytes.end()));
  ASSERT_EQ(table.rows.size(), 11U);
  EXPECT_EQ(table.rows.back().text, "soft\nbreak");
  EXPECT_THAT(problems_of(table),
              ElementsAre(HasSubstr("row 12 Text: has a damaged"), HasSubstr("row 13 Text: has a control"),
                          HasSubstr("row 14 Text: has a control"), HasSubstr("row 15 Text: has a control")));
}

TEST(Recommendations, UnknownLabelsAreKeptAndReportedOnce) {
  const std::string row = "Kenya,Africa,AU,Sign it,Peru,Atlantis,AU,Rejected,9,\"Labour,Space law,Space law\",soon\n";
  const RecommendationTable table = read(kHeading + "\n" + row + row);
  EXPECT_THAT(table.unmapped, ElementsAre("Rejected", "Atlantis", "Space law", "soon", "9"));
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].position, "");
  EXPECT_EQ(table.rows[0].position_label, "Rejected");
  EXPECT_THAT(table.rows[0].issues, ElementsAre("Labour", "Space law"));
  EXPECT_EQ(table.rows[0].session, 0);
  EXPECT_EQ(table.rows[0].cycle, 0);
  EXPECT_EQ(table.rows[0].action_category, 0);
  EXPECT_THAT(table.position_counts, ElementsAre(Pair("Rejected", 2)));
}

TEST(Recommendations, ABlankResponseIsPending) {
  const RecommendationTable table = read(kHeading + "\n" + line_with("Sign it", "") + "\n");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].position, "pending");
  EXPECT_THAT(table.unmapped, IsEmpty());
  EXPECT_THAT(table.position_counts, ElementsAre(Pair("", 1)));
}

TEST(Recommendations, OurOwnTable) {
  const RecommendationTable table = read(
      "number,state_under_review,text,recommending_states,position,themes,sdgs,affected,cycle,session,issues,source\n"
      "101.3,Sierra Leone,Sign it,Peru; Mali,partly_supported,A12;B31,16.3,women;children,3,38,Justice;HIV - "
      "Aids,A/HRC/1\n");
  EXPECT_EQ(table.format, "haki-csv");
  ASSERT_EQ(table.rows.size(), 1U);
  const RecommendationRow& row = table.rows[0];
  EXPECT_EQ(row.number, "101.3");
  EXPECT_THAT(row.recommending_states, ElementsAre("Peru", "Mali"));
  EXPECT_EQ(row.position, "partly_supported");
  EXPECT_THAT(row.themes, ElementsAre("A12", "B31"));
  EXPECT_THAT(row.sdgs, ElementsAre("16.3"));
  EXPECT_THAT(row.affected, ElementsAre("women", "children"));
  EXPECT_THAT(row.issues, ElementsAre("Justice", "HIV - Aids"));
  EXPECT_EQ(row.cycle, 3);
  EXPECT_EQ(row.source, "A/HRC/1");
  EXPECT_THAT(table.unmapped, IsEmpty());
}

TEST(Recommendations, AHeadingAloneAndBlankFilesSaySo) {
  EXPECT_THAT(refusal_of(kHeading + "\n").message, HasSubstr("no recommendations under it"));
  EXPECT_THAT(refusal_of(kHeading).message, HasSubstr("no recommendations under it"));
  EXPECT_THAT(refusal_of("").message, HasSubstr("is empty"));
  EXPECT_THAT(refusal_of("\r\n \r\n\n").message, HasSubstr("blank lines"));
  EXPECT_THAT(refusal_of("\xef\xbb\xbf").message, HasSubstr("blank lines"));
}

TEST(Recommendations, AnotherTableSaysWhatIsMissing) {
  const Error error = refusal_of("name,amount\nrice,3\n");
  EXPECT_EQ(error.code, Code::kInvalid);
  EXPECT_THAT(error.message,
              HasSubstr("no column To (or SuR), Text (or Recommendation), From (or RS), Response, Session"));
  EXPECT_THAT(refusal_of("To,Text,Response,Session\nKenya,x,Noted,8\n").message, HasSubstr("no column From (or RS)."));
}

TEST(Recommendations, LateHeadingCountsItsOwnRow) {
  const RecommendationTable table = read("\n\n" + kHeading + "\n" + line_with("Sign it") + "\n");
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].row, 4U);
}

}  // namespace
}  // namespace haki::formats
