// Goal: what the Universal Human Rights Index exports becomes recommendations, whichever of its three ways of naming
// the columns the file has, and what is no recommendation is counted, not lost and not taken for one. Method: cells
// given to the mapper without a file; then the real records, where they are.
#include "formats/uhri.h"

#include <gmock/gmock.h>

#include "mapped.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

const Cells kSheet{"Text",
                   "Themes",
                   "Countries Concerned",
                   "Reccomending Body",
                   "Document Symbol",
                   "Document Publication Date",
                   "Type",
                   "UPR Session",
                   "UPR Position",
                   "UPR Reccomending States"};
const Cells kJson{"AnnotationId",
                  "AnnotationType",
                  "Body",
                  "Countries",
                  "DocumentId",
                  "PublicationDate",
                  "Regions",
                  "Sdgs",
                  "Symbol",
                  "Text",
                  "Themes",
                  "AffectedPersons",
                  "UprCycle",
                  "UprPositions",
                  "UprRecommendingCountry",
                  "UprRecommendingRegions",
                  "UprSession"};

TableFacts from(const std::string& container) {
  return {.container = container, .title = "", .encoding = "", .encoding_reason = "", .delimiter = ""};
}

Cells sheet_row(const std::string& text, const std::string& countries = "- Kenya",
                const std::string& type = "- Recommendations", const std::string& body = "- CRC") {
  return {text, "- Right to health", countries, body, "CRC/C/KEN/CO/3-5", "2016-03-21", type, "", "", ""};
}

TEST(Uhri, TheSheetWithItsMisspellings) {
  const RecommendationTable table =
      mapped(from("xlsx"), kSheet,
             {{"115.3 Ratify it", "- Right to health\n- Right to education", "- Sierra Leone", "- UPR", "A/HRC/18/10",
               "2011-07-11", "- Recommendations", "- 11", "- Supported", "- Timor-Leste\n- Turkey"}});
  ASSERT_EQ(table.rows.size(), 1U);
  const RecommendationRow& row = table.rows[0];
  EXPECT_EQ(table.format, "uhri-xlsx");
  EXPECT_EQ(row.number, "115.3");
  EXPECT_EQ(row.text, "Ratify it");
  EXPECT_EQ(row.state_under_review, "Sierra Leone");
  EXPECT_THAT(row.themes, ElementsAre("Right to health", "Right to education"));
  EXPECT_THAT(row.recommending_states, ElementsAre("Timor-Leste", "T\u00fcrkiye"));
  EXPECT_EQ(row.mechanism, "upr");
  EXPECT_EQ(row.position, "supported");
  EXPECT_EQ(row.session, 11);
  EXPECT_EQ(row.cycle, 1);
  EXPECT_EQ(row.document_symbol, "A/HRC/18/10");
  EXPECT_EQ(row.source, "UHRI");
  EXPECT_THAT(table.unmapped, IsEmpty());
  EXPECT_THAT(table.ignored_columns, ElementsAre("Document Publication Date"));
  const Cells spelt{"Text", "Countries Concerned", "Recommending Body", "UPR Recommending States"};
  EXPECT_THAT(mapped(from("csv"), spelt, {{"x", "Kenya", "UPR", "Peru"}}).rows.at(0).recommending_states,
              ElementsAre("Peru"));
}

TEST(Uhri, TheJsonNames) {
  const RecommendationTable table = mapped(
      from("json"), kJson,
      {{"a-1", "- Recommendations", "- UPR", "- Kenya", "d-1", "2020", "- Africa", "- 16.3 - Promote the rule of law",
        "A/HRC/44/9", "142.7 Sign it", "- Right to life", "- Children\n- Women & girls", "- 3rd cycle",
        "- Supported/Noted", "- C\u00f4te d\u2019Ivoire", "- Africa", "- 35"}});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].position, "partly_supported");
  EXPECT_EQ(table.rows[0].cycle, 3);
  EXPECT_THAT(table.rows[0].sdgs, ElementsAre("16.3"));
  EXPECT_THAT(table.rows[0].affected, ElementsAre("Children", "Women & girls"));
  EXPECT_THAT(table.rows[0].recommending_states, ElementsAre("C\u00f4te d'Ivoire"));
  EXPECT_EQ(table.rows[0].theme_scheme, "ohchr-2019");
  EXPECT_THAT(table.unmapped, IsEmpty());
}

TEST(Uhri, TheCrawlersNames) {
  const Cells header{"_id", "_source", "_type", "title", "text", "symbol", "body", "annotation_type", "countries"};
  const std::string symbol = "E/C.12/AUS/CO/6";
  const RecommendationTable table = mapped(
      from("json"), header,
      {{"a-1", "UN/UHRI", "doctrine", "t", "7. Do it", symbol, "CESCR", "Recommendations", "Australia"},
       {"a-2", "UN/UHRI", "doctrine", "t", "6. It is so", symbol, "CESCR", "Concerns/Observations", "Australia"}});
  EXPECT_THAT(table.left_out, ElementsAre(Pair("Concerns/Observations", 1)));
  EXPECT_THAT(table.unmapped, IsEmpty());
  ASSERT_EQ(table.rows.size(), 1U) << "the crawler's _type is not the type of the annotation";
  EXPECT_EQ(table.rows[0].number, "7");
  EXPECT_EQ(table.rows[0].mechanism, "treaty_body");
  EXPECT_EQ(table.rows[0].position, "") << "only the review of peers has positions";
  EXPECT_THAT(table.position_counts, IsEmpty());
  EXPECT_THAT(identity_of(table.rows[0]), HasSubstr("a-1"));
}

TEST(Uhri, WhatIsNoRecommendationIsCounted) {
  Cells observed = sheet_row("Noted with concern");
  observed[6] = "";
  observed[8] = "- Concerns/Observations";
  const RecommendationTable table =
      mapped(from("xlsx"), kSheet,
             {sheet_row("a"), sheet_row("b", "- Kenya", "- Concerns/Observations"),
              sheet_row("c", "- Kenya", "- Response of the State"), observed, sheet_row("d", "- Kenya", "Decision")});
  EXPECT_EQ(table.rows.size(), 2U);
  EXPECT_THAT(table.left_out, UnorderedElementsAre(Pair("Concerns/Observations", 2), Pair("Response of the State", 1)));
  EXPECT_THAT(table.refused, IsEmpty());
  EXPECT_THAT(table.unmapped, ElementsAre("Decision"));
}

TEST(Uhri, TwoStatesAreTwoRecordsWithOneText) {
  for (const char* countries : {"- Kenya\n- Timor-Leste", "- Kenya - Timor-Leste", "Kenya - Timor-Leste"}) {
    const RecommendationTable table = mapped(from("csv"), kSheet, {sheet_row("7. Do it", countries)});
    ASSERT_EQ(table.rows.size(), 2U) << countries;
    EXPECT_EQ(table.rows[0].state_under_review, "Kenya");
    EXPECT_EQ(table.rows[1].state_under_review, "Timor-Leste");
    EXPECT_EQ(table.rows[0].text, table.rows[1].text);
    EXPECT_EQ(table.rows[0].row, table.rows[1].row);
    EXPECT_EQ(identities_of(table).size(), 2U);
  }
}

TEST(Uhri, ListsOnOneLineSplitOnlyBeforeALabel) {
  Cells row = sheet_row("x", "Timor-Leste");
  row[1] =
      "- Economic, social & cultural rights - general measures of implementation - Right to health - Space - time law";
  row[9] = "- Timor-Leste - Viet Nam - Utopia";
  const RecommendationTable table = mapped(from("csv"), kSheet, {row});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.rows[0].themes,
              ElementsAre("Economic, social & cultural rights - general measures of implementation", "Right to health",
                          "Space - time law"));
  EXPECT_THAT(table.rows[0].recommending_states, ElementsAre("Timor-Leste", "Viet Nam", "Utopia"));
  EXPECT_THAT(table.unmapped, UnorderedElementsAre("Space - time law", "Utopia"));
}

TEST(Uhri, WhatFollowsAKnownLabelMayBelongToIt) {
  const auto themes = [](const std::string& cell) {
    Cells row = sheet_row("x");
    row[1] = cell;
    return mapped(from("csv"), kSheet, {row}).rows.at(0).themes;
  };
  EXPECT_THAT(themes("- Right to health - in times of peace"), ElementsAre("Right to health - in times of peace"));
  EXPECT_THAT(themes("- Right to health - Space law"), ElementsAre("Right to health", "Space law"));
  EXPECT_THAT(themes("- Right to health - Space law\n- Migrants"),
              ElementsAre("Right to health - Space law", "Migrants"))
      << "one a line: a line is a label";
}

TEST(Uhri, GoalsOnOneLine) {
  const RecommendationTable table = mapped(from("csv"), {"Text", "Countries", "Symbol", "SDGs"},
                                           {{"x", "Kenya", "s",
                                             "- 16 - PEACE, JUSTICE AND STRONG INSTITUTIONS - 16.a - "
                                             "Strong institutions - 5 - GENDER EQUALITY"}});
  EXPECT_THAT(table.rows.at(0).sdgs, ElementsAre("16", "16.a", "5"));
  EXPECT_THAT(table.unmapped, IsEmpty());
}

TEST(Uhri, HtmlBecomesText) {
  const RecommendationTable table = mapped(
      from("json"), kSheet,
      {sheet_row(
          "<p>12.&nbsp;The State&rsquo;s  <b>law</b> &amp; order:</p><p>(a) if x < y;<br/>(b) R&amp;D&lt;i&gt;</p>")});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(table.rows[0].number, "12");
  EXPECT_EQ(table.rows[0].text, "The State\u2019s law & order:\n(a) if x < y;\n(b) R&D<i>");
}

TEST(Uhri, ParagraphNumbersInTheirManyForms) {
  const std::vector<std::tuple<std::string, std::string, std::string>> kForms{
      {"7. Do it", "7", "Do it"},
      {"23.Do it", "23", "Do it"},
      {"(a) Do it", "(a)", "Do it"},
      {"23. (a) Do it", "23 (a)", "Do it"},
      {"115.3 Do it", "115.3", "Do it"},
      {"115.3. Do it", "115.3", "Do it"},
      {"CO 23: Do it", "23", "Do it"},
      {"Para 12: Do it", "12", "Do it"},
      {"Para. 12 Do it", "12", "Do it"},
      {"Paragraph 12. Do it", "12", "Do it"},
      {"\u00a7 12 Do it", "12", "Do it"},
      {"[23] Do it", "23", "Do it"},
      {"12) Do it", "12", "Do it"},
      {"Climate change \n11. Do it", "11", "Climate change\nDo it"},
      {"2.5 per cent more", "", "2.5 per cent more"},
      {"12 States", "", "12 States"},
      {"2030. A plan", "", "2030. A plan"},
      {"(and others) do it", "", "(and others) do it"},
      {"7.", "", "7."},
  };
  for (const auto& [form, number, rest] : kForms) {
    const RecommendationTable table = mapped(from("csv"), kSheet, {sheet_row(form)});
    ASSERT_EQ(table.rows.size(), 1U) << form;
    EXPECT_EQ(table.rows[0].number, number) << form;
    EXPECT_EQ(table.rows[0].text, rest) << form;
  }
}

TEST(Uhri, BodiesAreMechanisms) {
  const auto mechanism = [](const std::string& body) {
    return mapped(from("csv"), kSheet, {sheet_row("x", "Kenya", "", body)}).rows.at(0).mechanism;
  };
  EXPECT_EQ(mechanism("- UPR"), "upr");
  for (const char* body : {"CRC", "- CEDAW", "CESCR", "CCPR", "CAT", "CERD", "CRPD", "CED", "CMW", "SPT"}) {
    EXPECT_EQ(mechanism(body), "treaty_body") << body;
  }
  for (const char* body : {"SR Torture", "- WG on arbitrary detention", "IE Albinism", "WGEID"}) {
    EXPECT_EQ(mechanism(body), "special_procedure") << body;
  }
  EXPECT_EQ(mechanism("Secretary-General"), "other");
  EXPECT_EQ(mechanism(""), "");
}

TEST(Uhri, WithoutAnIdTheDocumentNumberStateAndTextAreTheIdentity) {
  const auto identity = [](const Cells& row) { return identity_of(mapped(from("csv"), kSheet, {row}).rows.at(0)); };
  const std::string first = identity(sheet_row("7. Do it"));
  EXPECT_EQ(first, identity(sheet_row("7.  Do   it")));
  EXPECT_NE(first, identity(sheet_row("8. Do it")));
  EXPECT_NE(first, identity(sheet_row("7. Do more")));
  EXPECT_NE(first, identity(sheet_row("7. Do it", "Chad")));
  Cells other = sheet_row("7. Do it");
  other[4] = "CRC/C/KEN/CO/6";
  EXPECT_NE(first, identity(other));
  EXPECT_EQ(identities_of(mapped(from("csv"), kSheet, {sheet_row("same"), sheet_row("same")})).size(), 2U);
}

TEST(Uhri, RowsWithoutTextOrStateAreNamed) {
  const RecommendationTable table =
      mapped(from("csv"), kSheet, {sheet_row(""), sheet_row("x", " "), sheet_row("<p></p>"), sheet_row("x", "- ")});
  ASSERT_EQ(table.refused.size(), 4U);
  EXPECT_EQ(table.refused[0].column, "Text");
  EXPECT_EQ(table.refused[1].column, "Countries Concerned");
  EXPECT_EQ(table.refused[2].column, "Text");
  EXPECT_EQ(table.refused[3].column, "Countries Concerned");
}

TEST(Chooser, EachFamilyByItsHeader) {
  const auto format = [](const std::string& container, const Cells& header) {
    const auto mapper = choose_mapper("a file", from(container), header);
    return mapper ? (*mapper)->table().format : mapper.error().message;
  };
  const Cells excel{"SuR", "Rgrp",     "Org",    "Recommendation", "RS",     "Rgrp",
                    "Org", "Response", "Action", "Issue",          "Session"};
  EXPECT_EQ(format("xls", excel), "upr-info-xls");
  EXPECT_EQ(format("xlsx", {"text", "state_under_review"}), "haki-xlsx");
  EXPECT_EQ(format("csv", kSheet), "uhri-csv");
  EXPECT_EQ(format("json", kJson), "uhri-json");
  EXPECT_THAT(format("csv", {"rice", "price"}), HasSubstr("it has no column To (or SuR)"));
  EXPECT_THAT(format("csv", {"Text", "Themes", "Symbol", "Body"}), HasSubstr("it has no column Countries."));
  EXPECT_THAT(format("docx", {"Recommendation", "Full list of themes", "Assessment"}),
              HasSubstr("it has no column Position."));
}

TEST(Chooser, OurOwnTableTakesTheNewFields) {
  const RecommendationTable table =
      mapped(from("csv"),
             {"state_under_review", "text", "mechanism", "document_symbol", "position_source", "cluster",
              "theme_scheme", "language"},
             {{"Kenya", "Do it", "treaty_body", "CRC/C/KEN/CO/3-5", "Add.1", "Health", "ohchr-coded", "en"},
              {"Kenya", "Do more", "Elders", "", "", "", "", ""}});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].mechanism, "treaty_body");
  EXPECT_EQ(table.rows[0].document_symbol, "CRC/C/KEN/CO/3-5");
  EXPECT_EQ(table.rows[0].position_source, "Add.1");
  EXPECT_EQ(table.rows[0].cluster, "Health");
  EXPECT_EQ(table.rows[0].theme_scheme, "ohchr-coded");
  EXPECT_EQ(table.rows[0].language, "en");
  EXPECT_EQ(table.rows[1].mechanism, "other");
  EXPECT_THAT(table.unmapped, ElementsAre("Elders"));
}

TEST(UhriRealFiles, FifteenRecordsOfOneDocument) {
  std::uint64_t recommendations = 0, others = 0, files = 0;
  std::set<std::string> identities, themes;
  const auto folder = shared_data();
  if (folder.empty()) GTEST_SKIP() << "real files absent: data/uhri/samples (set HAKI_SHARED)";
  for (const auto& entry : std::filesystem::directory_iterator(folder / "uhri" / "samples")) {
    REAL_OR_SKIP(table, "uhri/samples/" + entry.path().filename().string());
    ++files;
    EXPECT_EQ(table->format, "uhri-json");
    EXPECT_THAT(table->refused, IsEmpty());
    EXPECT_THAT(table->unmapped, IsEmpty()) << entry.path();
    recommendations += table->rows.size();
    for (const auto& [reason, count] : table->left_out) others += count;
    for (const RecommendationRow& row : table->rows) {
      identities.insert(identity_of(row));
      themes.insert(row.themes.begin(), row.themes.end());
      EXPECT_EQ(row.state_under_review, "Australia");
      EXPECT_EQ(row.mechanism, "treaty_body");
      EXPECT_EQ(row.document_symbol, "E/C.12/AUS/CO/6");
      EXPECT_THAT(row.number, ::testing::Not(IsEmpty()));
    }
  }
  EXPECT_EQ(files, 15U);
  EXPECT_EQ(recommendations, 7U);
  EXPECT_EQ(others, 8U) << "Concerns/Observations are no recommendations";
  EXPECT_EQ(identities.size(), 7U);
  EXPECT_EQ(themes.size(), 25U) << "of the 29 that all fifteen have";
}

}  // namespace
}  // namespace haki::formats
