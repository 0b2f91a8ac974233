// Goal: a workbook says what a person sees in it, whichever program wrote it: .xlsx and .xls, real ones and each way a cell
// can be written.
// Method: small workbooks zipped here; real files from beside the checkout, whose digests were computed by another program
// (Python's zipfile and ElementTree) over row numbers and cells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "digest.h"
#include "formats/cell_text.h"
#include "formats/raw_table.h"
#include "old_workbooks.h"
#include "packages.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using namespace std::string_literals;

ReadTable workbook_read(const Parts& parts) {
  auto table = read_content(zipped(parts));
  EXPECT_TRUE(table) << table.error().message;
  return table ? *table : ReadTable{};
}

TEST(Workbook, EveryKindOfCell) {
  const std::string texts = texts_of(
      "<si><t>To</t></si><si><r><t>Sign </t></r><r><rPr><b/></rPr><t>it &amp; go</t></r>"
      "<rPh sb='0' eb='1'><t>SAIN</t></rPh><phoneticPr fontId='1'/></si><si><t>one_x000A_two _x005F_x000A_</t></si>");
  const std::string rows =
      "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' t='inlineStr'><is><r><t>Te</t></r><r><t>xt</t></r></is></c>"
      "<c r='H1' t='inlineStr'><is><t>Session</t></is></c></row>"
      "<row r='2'><c r='A2' t='s'><v>1</v></c><c r='B2'><v>8.0</v></c><c r='C2' t='b'><v>1</v></c>"
      "<c r='D2' t='str'><f>A1&amp;\"x\"</f><v>Tox</v></c><c r='E2' t='e'><v>#REF!</v></c>"
      "<c r='F2'><v>0.1000000000000000055</v></c><c r='G2' t='d'><v>2014-06-20</v></c><c r='H2' t='n'><v>2E1</v></c></row>"
      "<row r='3'><c r='A3' t='s'><v>2</v></c><c r='B3' s='0'/><c r='C3' t='b'><v>0</v></c></row>";
  const ReadTable table = workbook_read(workbook_parts(sheet_of(rows), texts));
  EXPECT_EQ(table.facts.container, "xlsx");
  EXPECT_EQ(table.facts.title, "");
  EXPECT_EQ(table.facts.encoding, "utf-8");
  EXPECT_EQ(table.facts.encoding_reason, "an Excel workbook says what it is written in");
  EXPECT_EQ(table.facts.delimiter, "");
  EXPECT_EQ(table.line_ends, "none");
  EXPECT_THAT(table.header, ElementsAre("To", "", "Text", "", "", "", "", "Session"));
  EXPECT_THAT(table.rows,
              ElementsAre(Pair(2U, ElementsAre("Sign it & go", "8", "TRUE", "Tox", "#REF!", "0.1", "2014-06-20", "20")),
                          Pair(3U, ElementsAre("one\ntwo _x000A_", "", "FALSE", "", "", "", "", ""))));
  EXPECT_THAT(table.refused, IsEmpty());
}

TEST(Workbook, ASheetIsReadByItsName) {
  Parts parts = workbook_parts(sheet_of(kHeadingRow + "<row r='2'>" + inline_cell("A2", "first") + "</row>"));
  std::string& book = part_named(parts, "xl/workbook.xml");
  book.insert(book.find("</sheets>"), "<sheet name='form.group' sheetId='2' r:id='rId4'/><sheet name='away' sheetId='3' r:id='rId4' state='hidden'/>");
  std::string& parts_of_book = part_named(parts, "xl/_rels/workbook.xml.rels");
  const std::string more = relationships({{"rId4", "worksheet", "worksheets/sheet2.xml"}});
  parts_of_book.insert(parts_of_book.find("</Relationships>"), more.substr(more.find("<Relationship "), more.find("</Relationships>") - more.find("<Relationship ")));
  part_named(parts, "xl/worksheets/sheet2.xml") = sheet_of("<row r='1'>" + inline_cell("A1", "parent") + "</row>");
  const TemporaryFile file(zipped(parts), "book.xlsx");
  const auto usual = read_raw_table(file.path());
  ASSERT_TRUE(usual) << usual.error().message;
  EXPECT_THAT(usual->facts.sheets, ElementsAre("Sheet1", "form.group")) << "not what a person does not see";
  EXPECT_THAT(usual->header, ElementsAre("To", "Text"));
  EXPECT_THAT(read_raw_sheet(file.path(), "form.group")->header, ElementsAre("parent"));
  EXPECT_FALSE(read_raw_table(file.path(), {}, "form.group")) << "it has no rows";
  EXPECT_THAT(read_raw_sheet(file.path(), "away")->header, ElementsAre("To", "Text"));
}

TEST(Workbook, ATextThatGoesOnIsPutTogetherAgain) {
  RawTable table;
  table.header = {"id", "narrative"};
  table.rows = {{2, {"a", "One "}}, {7, {"b", "Two"}}};
  RawTable rest;
  rest.header = {"sheet", "row", "column", "text"};
  rest.rows = {{2, {"observation", "2", "narrative", "'=one "}}, {3, {"observation", "2", "narrative", "more"}}, {4, {"other", "7", "narrative", "no"}},
               {5, {"observation", "6", "narrative", "no"}}, {6, {"observation", "7", "nothing", "no"}}, {7, {"observation"}}};
  join_continued(table, "observation", rest);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("a", "One =one more"));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("b", "Two"));
}

TEST(Workbook, RowsAndCellsStandWhereTheySay) {
  const std::string rows = "<row r='2'>" + inline_cell("A2", "To") + inline_cell("C2", "Text") + "</row><row r='3'/>" +
                           "<row r='7'>" + inline_cell("C7", "last") + inline_cell("A7", "first") + "</row>" +
                           "<row><c t='inlineStr'><is><t>eight</t></is></c><c><v>2</v></c></row>";
  const ReadTable table = workbook_read(workbook_parts(sheet_of(rows)));
  EXPECT_THAT(table.header, ElementsAre("To", "", "Text"));
  EXPECT_THAT(table.rows,
              ElementsAre(Pair(7U, ElementsAre("first", "", "last")), Pair(8U, ElementsAre("eight", "2", ""))));
}

TEST(Workbook, OfMergedCellsTheFirstHasTheText) {
  const std::string sheet = "<worksheet " + kSheetSpace + "><sheetData>" + kHeadingRow + "<row r='2'>" +
                            inline_cell("A2", "both") + "<c r='B2'/></row></sheetData>" +
                            "<mergeCells><mergeCell ref='A2:B2'/></mergeCells></worksheet>";
  EXPECT_THAT(workbook_read(workbook_parts(sheet)).rows, ElementsAre(Pair(2U, ElementsAre("both", ""))));
}

TEST(Workbook, DatesInBothSystems) {
  const std::string styles = styles_of(
      "<numFmts><numFmt numFmtId='164' formatCode='yyyy\\-mm\\-dd&quot; o&apos;clock &quot;hh:mm'/></numFmts>"
      "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
      "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='20'/></cellXfs>");
  const std::string rows = kHeadingRow + "<row r='2'><c r='A2' s='1'><v>41810</v></c><c r='B2' s='2'><v>41810.604166667</v></c>" +
                           "</row><row r='3'><c r='A3' s='3'><v>0.25</v></c><c r='B3' s='0'><v>41810</v></c></row>";
  Parts parts = workbook_parts(sheet_of(rows), texts_of(""), styles);
  EXPECT_THAT(workbook_read(parts).rows, ElementsAre(Pair(2U, ElementsAre("2014-06-20", "2014-06-20T14:30:00")),
                                                     Pair(3U, ElementsAre("06:00:00", "41810"))));
  std::string& workbook = part_named(parts, "xl/workbook.xml");
  workbook.insert(workbook.find("<sheets>"), "<workbookPr date1904='1'/>");
  EXPECT_THAT(workbook_read(parts).rows.front(), Pair(2U, ElementsAre("2018-06-21", "2018-06-21T14:30:00")));
}

TEST(Workbook, SerialsThatAreNoDatesStayNumbers) {
  const auto date = [](double serial) { return serial_text(serial, NumberKind::kDate, DateSystem::k1900); };
  EXPECT_EQ(date(1), "1900-01-01");
  EXPECT_EQ(date(59), "1900-02-28");
  EXPECT_EQ(date(60), "60") << "29 February 1900 never was";
  EXPECT_EQ(date(61), "1900-03-01");
  EXPECT_EQ(date(2'958'465), "9999-12-31");
  EXPECT_EQ(date(2'958'466), "2958466");
  EXPECT_EQ(date(-1), "-1");
  EXPECT_EQ(date(1e308), "1e+308");
  EXPECT_EQ(serial_text(0, NumberKind::kDate, DateSystem::k1904), "1904-01-01");
  EXPECT_EQ(serial_text(41810.9999999, NumberKind::kDateTime, DateSystem::k1900), "2014-06-21T00:00:00");
}

TEST(Workbook, WhatANumberFormatShows) {
  for (const char* code : {"General", "0.00", "#,##0", "0.00E+00", "@", "[h]:mm:ss", "0 \"days\"", "[Red]0", "# ?/?", "\\d0"}) {
    EXPECT_EQ(kind_of_format(code), NumberKind::kNumber) << code;
  }
  for (const char* code : {"yyyy\\-mm\\-dd", "[$-409]d\\-mmm\\-yy;@", "m/d/yyyy", "mmmm", "dddd"}) {
    EXPECT_EQ(kind_of_format(code), NumberKind::kDate) << code;
  }
  for (const char* code : {"h:mm AM/PM", "mm:ss.0", "hh:mm"}) EXPECT_EQ(kind_of_format(code), NumberKind::kTime) << code;
  EXPECT_EQ(kind_of_format("m/d/yy h:mm"), NumberKind::kDateTime);
  EXPECT_EQ(number_text(1e15), "1e+15");
  EXPECT_EQ(number_text(123456789012345), "123456789012345");
  EXPECT_EQ(number_text(1.0 / 3), "0.333333333333333");
}

// Three sheets: hidden, without a text, and the one that is meant.
TEST(Workbook, TheFirstVisibleSheetWithATextIsRead) {
  Parts parts = workbook_parts(sheet_of("<row r='1'>" + inline_cell("A1", "hidden") + "</row>"));
  std::string& workbook = part_named(parts, "xl/workbook.xml");
  workbook.replace(workbook.find("<sheet "), workbook.find("</sheets>") - workbook.find("<sheet "),
                   "<sheet name='a' state='hidden' r:id='rId1'/><sheet name='b' r:id='rId8'/><sheet name='c' r:id='rId9'/>");
  part_named(parts, "xl/_rels/workbook.xml.rels") = relationships({{"rId1", "worksheet", "worksheets/sheet1.xml"},
                                                                   {"rId8", "worksheet", "../xl/worksheets/sheet2.xml"},
                                                                   {"rId9", "worksheet", "worksheets/Sheet3.xml"}});
  part_named(parts, "xl/worksheets/sheet2.xml") = sheet_of("<row r='1'><c r='A1' s='1'/></row>");
  part_named(parts, "xl/worksheets/sheet3.xml") = sheet_of(kHeadingRow);
  EXPECT_THAT(workbook_read(parts).header, ElementsAre("To", "Text"));

  part_named(parts, "xl/worksheets/sheet3.xml") = sheet_of("");
  const auto blank = read_content(zipped(parts));
  ASSERT_FALSE(blank);
  EXPECT_EQ(blank.error().code, Code::kInvalid);
  EXPECT_THAT(blank.error().message, HasSubstr("no visible sheet has anything written"));
}

TEST(Workbook, TheStrictKindOfOfficeOpenXmlIsReadToo) {
  Parts parts = workbook_parts(sheet_of(kHeadingRow + "<row r='2'>" + inline_cell("A2", "Kenya") + "</row>"));
  for (auto& [name, content] : parts) {
    const auto replace_all = [&text = content](std::string_view what, std::string_view by) {
      for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what)) text.replace(at, what.size(), by);
    };
    replace_all("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main");
    replace_all("http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships");
  }
  EXPECT_THAT(workbook_read(parts).rows, ElementsAre(Pair(2U, ElementsAre("Kenya", ""))));
}

struct RealTable {
  const char* name;
  std::size_t rows;
  std::uint64_t last_row;
  std::uint64_t digest;
};

TEST(RealWorkbooks, EveryCellIsWhatAnotherReaderFinds) {
  constexpr std::array kTables{
      RealTable{"hxl/input-quality.xlsx", 5, 6, 0x483df3ad4b5cb141U},
      RealTable{"hxl/input-valid.xlsx", 6, 7, 0x2148c6bce8181000U},
      RealTable{"xlsforms/all-question-types-v2024091201-3.xlsx", 107, 108, 0x43e411fed9760d68U},
      RealTable{"xlsforms/socio-economic-survey-v20240515.xlsx", 27, 36, 0x21fd7d9b007ff5ecU},
      RealTable{"xlsforms/unhcr_KoBoXLSFormExamples.xlsx", 54, 56, 0x8916a5adf31fa232U},
      RealTable{"xlsforms/unhcr_SurveyDesigner_Referential.xlsx", 4, 5, 0x4296d0d5e33bdd0bU},
      RealTable{"xlsforms/unhcr_americas_demo.xlsx", 79, 80, 0xfc807442baf0d0b7U},
      RealTable{"xlsforms/whova_form.xlsx", 592, 594, 0x99f6c2042b777ea7U},
      RealTable{"xlsforms/liberia/liberiaCoverageVillageFormRound2.xlsx", 10, 11, 0x7f3bc9f5a40ea6f2U},
      RealTable{"xlsforms/liberia/liberiaStdForm.xlsx", 15, 17, 0x9f404fa376085bdaU},
      RealTable{"xlsforms/pyxform/choice_filter_test.xlsx", 3, 4, 0x72cdc628d3e0b14cU},
      RealTable{"xlsforms/pyxform/pull_data.xlsx", 2, 3, 0x74abb8d5811f9804U}};
  if (shared_data().empty()) GTEST_SKIP() << "real files absent: data/xlsforms (set HAKI_SHARED)";
  for (const RealTable& expected : kTables) {
    SCOPED_TRACE(expected.name);
    const auto table = read_file((shared_data() / expected.name).string());
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->rows.size(), expected.rows);
    EXPECT_EQ(table->rows.back().first, expected.last_row);
    EXPECT_EQ(digest_of(*table), expected.digest);
    EXPECT_THAT(table->refused, IsEmpty());
  }
}

std::string without_white_space(std::string_view text) {
  std::string kept;
  for (const char character : text) {
    if (std::string_view(" \t\r\n\v").find(character) == std::string_view::npos) kept += character;
  }
  return kept;
}

// The export as UPR Info's own program wrote it, which others call corrupt, and as somebody saved it again.
TEST(RealWorkbooks, TheOldWorkbookOfPledgesIsItsCsvCellForCell) {
  const auto folder = shared_data() / "upr";
  if (shared_data().empty()) GTEST_SKIP() << "real file absent: data/upr (set HAKI_SHARED)";
  const auto old_workbook = read_file((folder / "upr-info_voluntary_pledges_full.xls").string());
  const auto csv = read_file((folder / "upr-info_voluntary_pledges_full.csv").string());
  ASSERT_TRUE(old_workbook) << old_workbook.error().message;
  ASSERT_TRUE(csv) << csv.error().message;
  EXPECT_EQ(old_workbook->facts.container, "xls");
  EXPECT_EQ(csv->facts.container, "csv");
  EXPECT_THAT(old_workbook->header, ElementsAre("SuR", "Rgrp", "Org", "Recommendation", "RS", "Rgrp", "Org", "Response",
                                                "Action", "Issue", "Session"));
  ASSERT_EQ(old_workbook->rows.size(), 947U);
  ASSERT_EQ(csv->rows.size(), 947U);
  for (std::size_t i = 0; i < 947; ++i) {
    const auto& [row, cells] = old_workbook->rows[i];
    EXPECT_EQ(row, csv->rows[i].first);
    ASSERT_EQ(cells.size(), csv->rows[i].second.size()) << "row " << row;
    for (std::size_t column = 0; column < cells.size(); ++column) {
      EXPECT_EQ(without_white_space(cells[column]), without_white_space(csv->rows[i].second[column])) << "row " << row;
    }
  }
}

TEST(OldWorkbook, EveryKindOfCell) {
  const std::string number_8 = "\x00\x00\x00\x00\x00\x00\x20\x40"s;
  const std::string no_number = "\x00\x00\x00\x00\xff\xff"s;
  const std::string rest_of_formula(8, '\0');
  const std::string cells =
      biff_record(0xfd, biff_place(0, 0) + biff_number(0, 4)) + biff_record(0xfd, biff_place(0, 5) + biff_number(1, 4)) +
      biff_record(0x203, biff_place(1, 0) + number_8) +                                      // a number
      biff_record(0x27e, biff_place(1, 1) + biff_number((2014U << 2U) | 2U, 4)) +            // a whole one in 30 bits
      biff_record(0x205, biff_place(1, 2) + "\x01\x00"s) +                                   // TRUE
      biff_record(0x205, biff_place(1, 3) + "\x17\x01"s) +                                   // an error
      biff_record(0xbd, biff_number(1, 2) + biff_number(4, 2) + biff_number(0, 2) + biff_number((150U << 2U) | 3U, 4) +
                            biff_number(0, 2) + biff_number(0xfffffffe, 4) + biff_number(5, 2)) +  // 1.5 and -1 in one record
      biff_record(0x06, biff_place(2, 0) + number_8 + rest_of_formula) +                     // formulas: a number,
      biff_record(0x06, biff_place(2, 1) + "\x00\x00"s + no_number + rest_of_formula) + biff_record(0x4bc, "shared") +
      biff_record(0x207, biff_number(5, 2) + "\x00Kenya"s) +                                 // a text,
      biff_record(0x06, biff_place(2, 2) + "\x01\x00\x00"s + no_number.substr(1) + rest_of_formula) +      // FALSE,
      biff_record(0x06, biff_place(2, 3) + "\x02\x00\x2a"s + no_number.substr(1) + rest_of_formula) +      // an error,
      biff_record(0x06, biff_place(2, 4) + "\x03\x00"s + no_number + rest_of_formula) +                  // nothing
      biff_record(0x203, biff_place(3, 0, 1) + "\x00\x00\x00\x00\x40\x6a\xe4\x40"s) +                      // 41810 as a date
      biff_begin(0x20) + biff_record(0x203, biff_place(3, 1) + number_8) + biff_record(0x0a, "") +         // in a chart
      biff_record(0x204, biff_place(3, 2) + biff_number(2, 2) + "\x01\x16\x04\x41\x00"s);
  const auto table = read_content(old_workbook(cells));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->facts.container, "xls");
  EXPECT_THAT(table->header, ElementsAre("To", "", "", "", "", "Text"));
  EXPECT_THAT(table->rows, ElementsAre(Pair(2U, ElementsAre("8", "2014", "TRUE", "#REF!", "1.5", "-1")),
                                       Pair(3U, ElementsAre("8", "Kenya", "FALSE", "#N/A", "", "")),
                                       Pair(4U, ElementsAre("2014-06-20", "", "\u0416A", "", "", ""))));
  EXPECT_THAT(table->refused, IsEmpty());
}

TEST(OldWorkbook, TextsGoOnInTheNextRecord) {
  // "Recommen" in one byte a character, "dation" in two; then a rich text with runs and how it is pronounced.
  const std::string first = biff_number(2, 8) + biff_number(14, 2) + "\x00Recommen"s;
  const std::string second = "\x01"s + as_utf16("dation") + biff_number(4, 2) + "\x0c"s + biff_number(1, 2) + biff_number(3, 4) +
                             "Text" + "runsphn";
  const auto table = read_content(old_workbook(biff_record(0xfd, biff_place(0, 0) + biff_number(0, 4)) +
                                                   biff_record(0xfd, biff_place(0, 1) + biff_number(1, 4)),
                                               biff_record(0xfc, first) + biff_record(0x3c, second)));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_THAT(table->header, ElementsAre("Recommendation", "Text"));
}

TEST(OldWorkbook, HiddenSheetsAreNotRead) {
  const std::string cells = biff_label(0, 0, "To");
  EXPECT_TRUE(read_content(old_workbook(cells)));
  const auto hidden = read_content(old_workbook(cells, "", 1));
  ASSERT_FALSE(hidden);
  EXPECT_THAT(hidden.error().message, HasSubstr("no visible sheet"));
}

// The code page is loaded in the parent; the child that reads the letters can load none.
TEST(OldWorkbook, Excel95WritesInTheCodePageOfItsTime) {
  const auto state_read = [](unsigned code_page, const std::string& state) {
    const auto label = [](unsigned row, const std::string& text) {
      return biff_record(0x204, biff_place(row, 0) + biff_number(text.size(), 2) + text);
    };
    const std::string sheet = biff_begin(0x10, 0x500) + label(0, "To") + label(1, state) + biff_record(0x0a, "");
    const auto globals = [&](std::size_t offset) {
      return biff_begin(5, 0x500) + biff_record(0x42, biff_number(code_page, 2)) +
             biff_record(0x85, biff_number(offset, 4) + "\x00\x00\x01S"s) + biff_record(0x0a, "");
    };
    const auto table = read_content(ole_file("Book", globals(globals(0).size()) + sheet));
    EXPECT_TRUE(table) << table.error().message;
    return table ? table->rows.at(0).second.at(0) : "";
  };
  EXPECT_EQ(state_read(1251, "\xd0\xee\xf1\xf1\xe8\xff"), "\u0420\u043e\u0441\u0441\u0438\u044f");
  EXPECT_EQ(state_read(1252, "C\xf4te"), "C\u00f4te");
  EXPECT_EQ(state_read(10'000, "C\x99te"), "C\u00f4te") << "the old Mac";
}

TEST(RealWorkbooks, OldWorkbooksWithNumbersDatesAndBlankRows) {
  if (shared_data().empty()) GTEST_SKIP() << "real files absent: data/xlsforms/pyxform (set HAKI_SHARED)";
  const auto hxl = read_file((shared_data() / "hxl" / "input-valid.xls").string());
  ASSERT_TRUE(hxl) << hxl.error().message;
  EXPECT_EQ(hxl->rows.size(), 6U);
  EXPECT_THAT(hxl->rows[2], Pair(4U, ElementsAre("001", "WASH", "Higiene", "ACNUR", "100", "100", "Panam\u00e1",
                                                 "Los Santos", "1 March 2015")));
  const auto dates = read_file((shared_data() / "xlsforms" / "pyxform" / "repeat_date_test.xls").string());
  ASSERT_TRUE(dates) << dates.error().message;
  EXPECT_THAT(dates->header, ElementsAre("type", "repeat_count", "name", "label", "hint", "calculation", "bind:jr:constraintMsg"));
  EXPECT_THAT(dates->rows[0], Pair(2U, ElementsAre("note", "", "", "2012-12-12", "", "", "")));
  EXPECT_THAT(dates->rows[1], Pair(3U, ElementsAre("calculate", "", "repeat_count", "", "", "1", "")));
  const auto widgets = read_file((shared_data() / "xlsforms" / "pyxform" / "widgets.xls").string());
  ASSERT_TRUE(widgets) << widgets.error().message;
  EXPECT_EQ(widgets->rows.size(), 40U);
  EXPECT_EQ(widgets->rows[2].second[6], "18.31");
}

}  // namespace
}  // namespace haki::formats
