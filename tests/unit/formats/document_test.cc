// Goal: the tables of a Word document come out as a person sees them, and the title as it stands above them.
// Method: small documents zipped here, one for each thing Word does to a table; the UN's own lists from beside the checkout,
// whose digests were computed by another program (Python's zipfile and ElementTree).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "digest.h"
#include "packages.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

ReadTable document_read(const std::string& body) {
  auto table = read_body(body);
  EXPECT_TRUE(table) << table.error().message;
  return table ? *table : ReadTable{};
}

std::string table_with(const std::string& cells) {
  return "<w:tbl><w:tblPr/><w:tblGrid/>" + word_row({"A", "B", "C"}) + "<w:tr>" + cells + "</w:tr></w:tbl>";
}

// The one cell of the second row whose paragraphs these are.
std::string cell_read(const std::string& paragraphs) {
  const ReadTable table = document_read(table_with(word_cell(paragraphs) + word_cell("<w:p/>") + word_cell(word_paragraph("x"))));
  EXPECT_EQ(table.rows.size(), 1U);
  return table.rows.empty() ? "" : table.rows[0].second.at(0);
}

// A field as Word writes it: begin, instruction, separator, result, end.
std::string field(const std::string& instruction, const std::string& result) {
  return "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>" + instruction +
         "</w:instrText></w:r><w:r><w:fldChar w:fldCharType='separate'/></w:r>" + word_run(result) +
         "<w:r><w:fldChar w:fldCharType='end'/></w:r>";
}

std::string title_of(const std::string& header, const std::string& above = "") {
  Parts parts = document_parts(document_of(above + "<w:tbl>" + word_row({"A"}) + "</w:tbl>"));
  part_named(parts, "word/header1.xml") = "<w:hdr " + kWordSpace + ">" + header + "</w:hdr>";
  const auto table = read_content(zipped(parts));
  EXPECT_TRUE(table) << table.error().message;
  return table ? table->facts.title : "";
}

TEST(Document, AllTablesAreOneTable) {
  const ReadTable table =
      document_read(word_paragraph("above") + "<w:tbl>" + word_row({"Text", "Position"}) + word_row({"one", "Noted"}) +
                    "</w:tbl>" + word_paragraph("between") + "<w:sdt><w:sdtContent><w:tbl>" + word_row({"", " "}) +
                    word_row({"two", "Supported"}) + "</w:tbl></w:sdtContent></w:sdt>");
  EXPECT_EQ(table.facts.container, "docx");
  EXPECT_EQ(table.facts.title, "above");
  EXPECT_EQ(table.facts.encoding, "utf-8");
  EXPECT_EQ(table.facts.encoding_reason, "a Word document says what it is written in");
  EXPECT_EQ(table.facts.delimiter, "");
  EXPECT_EQ(table.line_ends, "none");
  EXPECT_THAT(table.header, ElementsAre("Text", "Position"));
  EXPECT_THAT(table.rows, ElementsAre(Pair(2U, ElementsAre("one", "Noted")), Pair(4U, ElementsAre("two", "Supported"))))
      << "the blank row counts";
}

TEST(Document, ACellIsItsParagraphs) {
  EXPECT_EQ(cell_read(word_paragraph("one") + "<w:p/>" + word_paragraph("two")), "one\n\ntwo");
  EXPECT_EQ(cell_read("<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>" + word_run("a") +
                      "<w:r><w:tab/></w:r>" + word_run("b") + "<w:r><w:br/></w:r>" + word_run("c") +
                      "<w:r><w:noBreakHyphen/></w:r>" + word_run("d &amp; e") + "</w:p>"),
            "a\tb\nc-d & e");
  EXPECT_EQ(cell_read("<w:p><w:hyperlink>" + word_run("link") + "</w:hyperlink><w:smartTag>" + word_run("tag") +
                      "</w:smartTag><w:sdt><w:sdtPr><w:t>no</w:t></w:sdtPr><w:sdtContent>" + word_run("held") +
                      "</w:sdtContent></w:sdt></w:p>"),
            "linktagheld");
}

TEST(Document, DeletedTextGoesAndInsertedTextStays) {
  EXPECT_EQ(cell_read("<w:p>" + word_run("Sign ") + "<w:del><w:r><w:delText>not </w:delText><w:t>never </w:t></w:r></w:del>" +
                      "<w:ins>" + word_run("it ") + "</w:ins><w:moveFrom>" + word_run("there") + "</w:moveFrom><w:moveTo>" +
                      word_run("here") + "</w:moveTo></w:p>"),
            "Sign it here");
}

TEST(Document, FieldsGiveTheirResult) {
  EXPECT_EQ(cell_read("<w:p>" + field(" HYPERLINK &quot;x&quot; ", "shown") + "<w:fldSimple w:instr='PAGE'>" + word_run("7") +
                      "</w:fldSimple></w:p>"),
            "shown7");
  const std::string unbalanced = "<w:r><w:fldChar w:fldCharType='end'/><w:fldChar w:fldCharType='separate'/></w:r>";
  EXPECT_EQ(cell_read("<w:p>" + unbalanced + word_run("kept") + "</w:p>"), "kept");
}

TEST(Document, WhatIsGivenTwiceIsReadOnce) {
  const std::string mc = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'";
  EXPECT_EQ(cell_read("<w:p><w:r><mc:AlternateContent " + mc + "><mc:Choice><w:t>new</w:t></mc:Choice><mc:Fallback><w:t>old" +
                      "</w:t></mc:Fallback></mc:AlternateContent></w:r><w:r><w:ruby><w:rt>" + word_run("kan") +
                      "</w:rt><w:rubyBase>" + word_run("ji") + "</w:rubyBase></w:ruby></w:r></w:p>"),
            "newji");
}

TEST(Document, ANestedTableIsTextOfItsCell) {
  EXPECT_EQ(cell_read(word_paragraph("outer") + "<w:tbl>" + word_row({"in", "ner"}) + "</w:tbl><w:p/>"), "outer\nin\nner\n");
}

TEST(Document, MergedCells) {
  const auto rows_of = [](const std::string& cells) { return document_read(table_with(cells)).rows; };
  const std::string text = word_paragraph("x"), last = word_paragraph("last");
  EXPECT_THAT(rows_of(word_cell(word_paragraph("Theme: land"), "<w:gridSpan w:val='3'/>")),
              ElementsAre(Pair(2U, ElementsAre("Theme: land"))));
  EXPECT_THAT(rows_of(word_cell(text, "<w:gridSpan w:val='2'/>") + word_cell(last)),
              ElementsAre(Pair(2U, ElementsAre("x", "", "last"))));
  EXPECT_THAT(rows_of(word_cell(text) + word_cell(last, "<w:gridSpan w:val='2'/>")),
              ElementsAre(Pair(2U, ElementsAre("x", "last", ""))));
  EXPECT_THAT(rows_of("<w:trPr><w:gridBefore w:val='1'/></w:trPr>" + word_cell(text) + word_cell(last)),
              ElementsAre(Pair(2U, ElementsAre("", "x", "last"))));
  EXPECT_THAT(rows_of(word_cell(text, "<w:vMerge w:val='restart'/>") + word_cell(last, "<w:vMerge/>") +
                      word_cell(last, "<w:vMerge w:val='continue'/>")),
              ElementsAre(Pair(2U, ElementsAre("x", "", ""))));
  EXPECT_THAT(rows_of(word_cell(text, "<w:tcPrChange><w:tcPr><w:gridSpan w:val='2'/><w:vMerge/></w:tcPr></w:tcPrChange>") +
                      word_cell(last)),
              ElementsAre(Pair(2U, ElementsAre("x", "last"))))
      << "how it was before a change";
}

TEST(Document, TheTitleIsWhatStandsAboveTheTable) {
  const std::string tabs = "<w:r><w:tab/><w:tab/></w:r>";
  const std::string pages = word_run("Page ") + field(" PAGE  \\* MERGEFORMAT", "15") + word_run(" of ") +
                            "<w:fldSimple w:instr='NUMPAGES'>" + word_run("27") + "</w:fldSimple>";
  EXPECT_EQ(title_of("<w:p>" + word_run(" UPR of  Kenya") + tabs + word_run("List*") + tabs + pages + "</w:p>"),
            "UPR of Kenya List*");
  EXPECT_EQ(title_of("<w:p>" + word_run("UPR of Kenya, ") + pages + "</w:p>"), "UPR of Kenya, Page of")
      << "not told apart: only the numbers go";
  EXPECT_EQ(title_of("<w:p>" + word_run("Dated ") + field("DATE", "2 May") + "</w:p>", word_paragraph("of\u00a0the\nyear") + "<w:p/>"),
            "Dated 2 May of the year");
  EXPECT_EQ(title_of(""), "");
}

TEST(Document, OneHeaderForThreeKindsOfPagesIsSaidOnce) {
  Parts parts = document_parts(document_of("<w:tbl>" + word_row({"A"}) + "</w:tbl>"));
  const std::string header = "<w:hdr " + kWordSpace + ">" + word_paragraph("UPR of Kenya") + "</w:hdr>";
  part_named(parts, "word/header1.xml") = part_named(parts, "word/header2.xml") = header;
  part_named(parts, "word/_rels/document.xml.rels") = relationships(
      {{"rId1", "header", "header1.xml"}, {"rId2", "header", "header2.xml"}, {"rId3", "header", "absent.xml"}});
  const auto table = read_content(zipped(parts));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->facts.title, "UPR of Kenya");
}

TEST(Document, TheTitleIsCutAtACharacter) {
  std::string long_text;
  for (int i = 0; i < 600; ++i) long_text += "\u00e9";
  EXPECT_EQ(title_of(word_paragraph(long_text)).size(), 1'000U);
  EXPECT_EQ(title_of(word_paragraph("a" + long_text)).size(), 999U);
}

TEST(Document, WithoutATableSaysSo) {
  const auto table = read_body(word_paragraph("no table"));
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, Code::kInvalid);
  EXPECT_THAT(table.error().message, HasSubstr("is a Word document without a table"));
}

TEST(Document, BoundsOfRowsColumnsAndCells) {
  ReadLimits limits;
  limits.columns = 3;
  limits.rows = 2;
  limits.cell_bytes = 8;
  const auto table = read_body("<w:tbl>" + word_row({"a", "b", "c"}) + word_row({"12345678", "123456789", "x"}) +
                                   word_row({"1", "2", "3", "4"}) + "</w:tbl>",
                               limits);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_THAT(table->rows, IsEmpty());
  EXPECT_THAT(table->refused, ElementsAre(HasSubstr("row 2 column 1: is longer than 8 bytes"),
                                          HasSubstr("row 3: the row has more than 3 cells")));
  const auto span = read_body("<w:tbl>" + word_row({"a", "b"}) + "<w:tr>" + word_cell(word_paragraph("x"), "<w:gridSpan w:val='4000000000'/>") +
                                  word_cell("<w:p/>") + "</w:tr></w:tbl>",
                              limits);
  ASSERT_TRUE(span) << span.error().message;
  EXPECT_THAT(span->refused, ElementsAre(HasSubstr("row 2: the row has more than 3 cells")));
  const auto columns = read_body("<w:tbl>" + word_row({"a", "b", "c", "d"}) + "</w:tbl>", limits);
  ASSERT_FALSE(columns);
  EXPECT_THAT(columns.error().message, HasSubstr("more than 3 columns"));
  const auto rows = read_body("<w:tbl>" + word_row({"a"}) + word_row({"1"}) + word_row({"2"}) + word_row({"3"}) + "</w:tbl>", limits);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().message, HasSubstr("more than 2 rows"));
}

struct RealDocument {
  const char* name;
  std::size_t rows;
  std::uint64_t digest;
  const char* title;
};

TEST(RealDocuments, EveryCellIsWhatAnotherReaderFinds) {
  constexpr std::array kDocuments{
      RealDocument{"ohchr_thematic_list_slovenia_c4.docx", 307, 0x66504b8ae5453770U,
                   "UPR of Slovenia (4th Cycle - 48th Session) Thematic list of recommendations*"},
      RealDocument{"ohchr_thematic_list_slovenia_c2.docx", 200, 0xada036817248607eU,
                   "UPR of Slovenia (2nd Cycle \u2013 20th session) Thematic list of recommendations"}};
  if (shared_data().empty()) GTEST_SKIP() << "real files absent: data/upr (set HAKI_SHARED)";
  for (const RealDocument& expected : kDocuments) {
    SCOPED_TRACE(expected.name);
    const auto table = read_file((shared_data() / "upr" / expected.name).string());
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->facts.title, expected.title);
    EXPECT_EQ(table->rows.size(), expected.rows);
    EXPECT_EQ(digest_of(*table), expected.digest);
    EXPECT_THAT(table->refused, IsEmpty());
  }
  const auto questions = read_file((shared_data() / "upr" / "ohchr_advance_questions_slovenia_c4.docx").string());
  ASSERT_FALSE(questions);
  EXPECT_THAT(questions.error().message, HasSubstr("without a table"));
}

}  // namespace
}  // namespace haki::formats
