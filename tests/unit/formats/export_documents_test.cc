// Goal: documents, maps, calendars and the public page say what they are given, in their formats' own rules. Method: Python's own
// modules read the files; texts by hand.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "export_files.h"
#include "formats/annex.h"
#include "formats/export_folder.h"
#include "formats/geojson.h"
#include "formats/ics.h"
#include "formats/matrix.h"
#include "formats/recommendations.h"
#include "formats/snapshot_page.h"
#include "formats/xlsx_writer.h"

namespace haki::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string read_again(const std::string& kind, const std::string& bytes) {
  ExportPlace place;
  std::ofstream(place / "file", std::ios::binary) << bytes;
  return read_by_python(kind, place / "file");
}

MatrixRow recommendation(const std::string& number, const std::string& position, const std::vector<std::string>& themes) {
  return {number, "Ratify it", {"Portugal", "Slovakia"}, "A/HRC/28/15/Add.1 - Para. 3", position, position == "noted" ? "Noted" : "Supported",
          themes, {"16"}, {"children"}, "Partly implemented.", "Kenya", "A/HRC/44/9", 3, 35};
}

TEST(Matrix, SupportedClustersComeFirstThenThemesBeginAgain) {
  const std::vector<MatrixRow> rows{recommendation("115.1", "noted", {"Health"}), recommendation("115.2", "supported", {"Water", "Health"}),
                                    recommendation("115.3", "supported", {"Health"}), recommendation("115.4", "supported", {"Water"}),
                                    recommendation("115.5", "supported", {})};
  const auto bytes = docx_bytes(matrix_document(rows, "en"));
  ASSERT_TRUE(bytes);
  const std::string read = read_again("docx", *bytes);
  std::vector<std::string> order;
  std::istringstream lines(read);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[[\"Theme: ")) order.push_back(line.substr(10, line.size() - 13));
    else if (line.starts_with("[[\"115")) order.push_back(line.substr(3, 5));
  }
  EXPECT_THAT(order, ElementsAre("Health", "115.3", "Water", "115.2", "115.4", "(no theme)", "115.5", "Health", "115.1"));
  EXPECT_THAT(read, HasSubstr("[[\"Recommendation\"], [\"Position\"], [\"Full list of themes\"], [\"Assessment/comments on level of implementation\"]]"));
  EXPECT_THAT(read, HasSubstr("[[\"115.2 Ratify it (Portugal, Slovakia);\", \"Source of position: A/HRC/28/15/Add.1 - Para. 3\"], [\"Supported\"], "
                              "[\"- Water\", \"- Health\", \"SDGs:\", \"- 16\", \"Affected persons:\", \"- children\"], "
                              "[\"Partly implemented.\"]]"));
}

TEST(Matrix, CodesStayAsTheyCameAndTextsKeepTheirStates) {
  MatrixRow row = recommendation("5.1", "supported", {"A12 Acceptance of international norms", "S16 SDG 16 - peace", "S"});
  row.text = "Ratify it (Chad) (Mali);";
  const std::string read = read_again("docx", *docx_bytes(matrix_document({row}, "en")));
  EXPECT_THAT(read, HasSubstr("[\"5.1 Ratify it (Chad) (Mali);\", "));
  EXPECT_THAT(read, HasSubstr("[\"A12 Acceptance of international norms\", \"S16 SDG 16 - peace\", \"S\", "));
}

// Every kind of matrix that goes out comes in again as what it was.
TEST(Matrix, IsReadByOurOwnImport) {
  const std::vector<MatrixRow> rows{recommendation("115.1", "noted", {"Right to health"}),
                                    recommendation("115.2", "supported", {"Right to education", "Right to health"})};
  ExportPlace place;
  std::ofstream(place / "m.docx", std::ios::binary) << *docx_bytes(matrix_document(rows, "en"));
  {
    auto folder = ExportFolder::beside(place / "m.xlsx", false);
    auto writer = XlsxWriter::create(folder->path(), folder->file("export"), "m", {});
    ASSERT_TRUE(write_matrix_sheet(rows, **writer));
    ASSERT_TRUE((*writer)->finish());
    ASSERT_TRUE(folder->publish("export", place / "m.xlsx", false));
  }
  for (const char* name : {"m.docx", "m.xlsx"}) {
    const auto table = read_recommendations(place / name);
    ASSERT_TRUE(table) << name << ": " << table.error().message;
    ASSERT_THAT(table->rows, testing::SizeIs(2)) << name;
    EXPECT_THAT(table->refused, IsEmpty());
    const RecommendationRow& row = table->rows.front();
    EXPECT_EQ(row.number, "115.2");
    EXPECT_EQ(row.text, "Ratify it");
    EXPECT_THAT(row.recommending_states, ElementsAre("Portugal", "Slovakia"));
    EXPECT_EQ(row.position, "supported");
    EXPECT_EQ(row.position_source, "A/HRC/28/15/Add.1 - Para. 3");
    EXPECT_THAT(row.themes, ElementsAre("Right to education", "Right to health"));
    EXPECT_THAT(row.sdgs, ElementsAre("16"));
    EXPECT_THAT(row.affected, ElementsAre("children"));
    EXPECT_EQ(row.assessment, "Partly implemented.");
    EXPECT_EQ(row.state_under_review, "Kenya");
    EXPECT_EQ(row.cycle, 3);
    EXPECT_EQ(row.session, 35);
    EXPECT_EQ(table->rows.back().position, "noted");
  }
}

TEST(Docx, WhatXmlHasNoPlaceForDoesNotBreakIt) {
  const Document document{"t", "en", false, {Paragraph{Paragraph::Style::kBody, "a\x01 <b> & \xEF\xBF\xBE \"c\""}, DocumentTable{{50, 50}, {{{{}, {"x\ny"}}}}}}};
  const std::string read = read_again("docx", *docx_bytes(document));
  EXPECT_EQ(read, "-: a\xEF\xBF\xBD <b> & \xEF\xBF\xBD \"c\"\n[[\"\"], [\"x\\ny\"]]\n-: \n");
}

TEST(Docx, SaysNeitherWhoNorWhen) {
  const Document document{"t", "en", false, {Paragraph{{}, "x"}}};
  const std::string once = *docx_bytes(document), again = *docx_bytes(document);
  EXPECT_EQ(once, again);
}

TEST(Markdown, TakesNothingForMarkup) {
  const Document document{"t", "en", false, {Paragraph{{}, "# no *heading*"}, DocumentTable{{50, 50}, {{{{"a|b"}, {"c"}}}, {{{"wide"}}}}}}};
  EXPECT_EQ(markdown(document), "\\# no \\*heading\\*\n\n| a\\|b | c |\n|---|---|\n| **wide** |  |\n\n");
}

AnnexPlan plan_of(std::size_t words_max) {
  AnnexPlan plan{"Draft", "It is about water.", "en", words_max, {}};
  for (const char* name : {"Water", "Health"}) {
    AnnexCluster cluster{name, {"An overview of five words.", "everything"}, {}, {{"1", "text", "Supported", "No information."}}};
    for (int i = 0; i < 5; ++i) cluster.statements.push_back({"Statement number " + std::to_string(i) + ". It has two sentences.", "recommendations"});
    plan.clusters.push_back(cluster);
  }
  return plan;
}

std::size_t words_of_draft(const AnnexDraft& draft) {
  std::size_t words = 0;
  for (const Block& block : draft.document.blocks) {
    const auto* paragraph = std::get_if<Paragraph>(&block);
    if (paragraph != nullptr && paragraph->text == "Annex") break;
    if (paragraph != nullptr) words += word_count(paragraph->text);
  }
  return words;
}

TEST(Annex, StaysWithinItsWordsCutsNothingAndSaysWhatIsMissing) {
  const AnnexDraft whole = make_annex(plan_of(1000));
  EXPECT_THAT(whole.left_out, IsEmpty());
  EXPECT_EQ(words_of_draft(whole), whole.words);
  for (std::size_t limit = 0; limit <= whole.words; ++limit) {
    const AnnexDraft draft = make_annex(plan_of(limit));
    EXPECT_EQ(words_of_draft(draft), draft.words);
    EXPECT_LE(draft.words, std::max<std::size_t>(limit, 1)) << limit;
    EXPECT_EQ(draft.left_out.empty(), draft.words == whole.words) << limit;
    for (const Block& block : draft.document.blocks) {
      const auto* paragraph = std::get_if<Paragraph>(&block);
      if (paragraph == nullptr || paragraph->style != Paragraph::Style::kItem || !paragraph->text.starts_with("Statement")) continue;
      EXPECT_THAT(paragraph->text, testing::EndsWith("It has two sentences."));
    }
  }
}

TEST(Annex, EachClusterHasAShare) {
  const AnnexDraft draft = make_annex(plan_of(50));
  EXPECT_THAT(draft.left_out, ElementsAre("Water: recommendations (3)", "Health: recommendations (3)"));
  EXPECT_EQ(kSubmissionWords, 2815u);
}

TEST(Ics, FoldsBetweenLettersAndEscapes) {
  CalendarDay day{"00ff", "Report; due, \\ now", "2026-12-31", std::string(), {"Mid-term report"}, 60, 1'606'000'000'000, false};
  for (int i = 0; i < 60; ++i) day.description += "\xC3\xA9\xE2\x80\x93\xF0\x9F\x92\xA7";  // 2, 3 and 4 bytes
  day.description += "\nsecond line";
  const std::string bytes = calendar("UPR", {day}, 1'606'000'000'000);
  for (std::size_t at = bytes.find("\r\n "); at != std::string::npos; at = bytes.find("\r\n ", at + 1)) {
    EXPECT_NE(static_cast<unsigned char>(bytes[at + 3]) & 0xC0, 0x80) << "a letter is cut in two";
  }
  const std::string read = read_again("ics", bytes);
  EXPECT_THAT(read, HasSubstr("\nUID:00ff@haki\nDTSTAMP:20201121T230640Z\n"));
  EXPECT_THAT(read, HasSubstr("\nDTSTART;VALUE=DATE:20261231\nDTEND;VALUE=DATE:20270101\nSUMMARY:Report\\; due\\, \\\\ now\n"));
  EXPECT_THAT(read, HasSubstr("\\nsecond line\n"));
  EXPECT_THAT(read, HasSubstr("\nBEGIN:VALARM\nACTION:DISPLAY\n"));
  EXPECT_THAT(read, HasSubstr("\nTRIGGER:-P60D\n"));
  day.done = true;
  EXPECT_THAT(calendar("UPR", {day}, 0), Not(HasSubstr("VALARM")));
}

TEST(GeoJson, LongitudeComesFirstAndIsAsCoarseAsAsked) {
  ExportPlace place;
  {
    auto out = TextOut::create(place / "file", "file");
    GeoJsonWriter writer(*out);
    ASSERT_TRUE(writer.feature("a", point_of("-1.29213 36.82194", kUsualDecimals), {{"district", {std::string("KE\"047")}}}));
    ASSERT_TRUE(writer.feature("b", std::nullopt, {{"themes", {std::string("x"), std::string("y")}, true}, {"none", {}}}));
    ASSERT_TRUE(writer.finish());
  }
  EXPECT_EQ(read_by_python("json", place / "file"),
            "{\"features\": [{\"geometry\": {\"coordinates\": [36.82, -1.29], \"type\": \"Point\"}, \"id\": \"a\", \"properties\": "
            "{\"district\": \"KE\\\"047\"}, \"type\": \"Feature\"}, {\"geometry\": null, \"id\": \"b\", \"properties\": {\"none\": null, "
            "\"themes\": [\"x\", \"y\"]}, \"type\": \"Feature\"}], \"type\": \"FeatureCollection\"}\n");
  EXPECT_EQ(cell_text(point_of("-0.0049 179.9999", 0)->latitude), "0");  // not -0
  for (const char* never : {"", "1", "91 0", "0 181", "a b", "1 2 3", "nan 0"}) EXPECT_FALSE(point_of(never, 2)) << never;
}

Snapshot snapshot() {
  Snapshot shown{"Haki <Yetu>", "2026-11-29", "en", 5, {}, {}, {}, {}, {}, {}};
  PublicFigures figures{"partly_implemented", 0.5, 0.25, 0.75, 10, 5, 0};
  shown.themes.push_back({"Water & health", "iri", 3, figures});
  shown.districts.push_back({"KE047", "Nairobi", "Water & health", "iri", {}});
  shown.recommendations.push_back({"115.3", "Ratify <it>", "Kenya", "noted", {"Chad"}, {"Water & health"}, {"16"}, 3, figures});
  shown.categories = {{"sex_female", "Women and girls"}};
  shown.reach.push_back({"KE047", "Nairobi", {}, {std::nullopt}});
  shown.left_out = {{"observation", "not_agreed", 10}, {"evidence", "withdrawn", {}}};
  return shown;
}

TEST(Snapshot, IsOnePageThatFetchesNothingAndRunsNothing) {
  const std::string page = snapshot_html(snapshot());
  for (const char* never : {"<script", "src=", "href=\"http", "url(", "@import", "<link", "<iframe", "javascript:", "<it>", "<Yetu>"}) {
    EXPECT_THAT(page, Not(HasSubstr(never)));
  }
  for (const char* there : {"default-src 'none'", "name=\"viewport\"", "Ratify &lt;it&gt;", "Partly implemented", "Too few to show", "hidden", "10+", "@media(max-width"}) {
    EXPECT_THAT(page, HasSubstr(there));
  }
  Snapshot french = snapshot();
  french.language = "fr";
  EXPECT_THAT(snapshot_html(french), HasSubstr("Partiellement mise en œuvre"));
  // Every reason has words on the page, in both languages.
  french.left_out = {{"observation", "withdrawn", 5}, {"observation", "consent_not_here", 5}, {"observation", "not_agreed", 5},
                     {"evidence", "disclosure", 5}, {"evidence", "no_consent", 5}};
  Snapshot english = french;
  english.language = "en";
  for (const Snapshot& one : {french, english}) EXPECT_THAT(snapshot_html(one), Not(HasSubstr("why_")));
}

TEST(Snapshot, FiguresSayTheSame) {
  const auto json = nlohmann::json::parse(snapshot_json(snapshot()));
  EXPECT_EQ(json["themes"][0]["ratings"], 10);
  EXPECT_EQ(json["themes"][0]["coverage"], 0.75);
  EXPECT_TRUE(json["districts"][0]["level"].is_null());
  EXPECT_EQ(json["districts"][0]["suppressed"], true);
  EXPECT_EQ(json["recommendations"][0]["position"], "noted");
  EXPECT_TRUE(json["people_reached"][0]["sex_female"].is_null());
  EXPECT_EQ(json["left_out"][0]["reason"], "not_agreed");
  EXPECT_EQ(json["left_out"][0]["records"], 10);
  EXPECT_TRUE(json["left_out"][1]["records"].is_null());
}

}  // namespace
}  // namespace haki::formats
