// Goal: no workbook, document or archive, however made, takes the program down, holds it up, or goes in by half; each gets
// a sentence that says what to do.
// Method: archives zipped here and then broken on purpose; limits made small where the real ones would take seconds; real
// files cut and changed byte by byte, each of which must end in an answer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "old_workbooks.h"
#include "packages.h"

namespace haki::formats {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

void expect_failure(const Result<ReadTable>& table, Code code, const std::string& sentence) {
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, code) << table.error().message;
  EXPECT_THAT(table.error().message, HasSubstr(sentence));
  EXPECT_THAT(table.error().message, HasSubstr("attachment.dat"));
}

// An OLE container by its first bytes and one entry of its directory.
std::string ole_with_stream(std::string_view name) {
  std::string bytes = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
  bytes.resize(1'024);
  std::string entry = as_utf16(name);
  entry.resize(128);
  entry[64] = static_cast<char>(2 * name.size() + 2);
  entry[66] = 2;
  return bytes + entry + std::string(384, '\0');
}

TEST(HostileContainer, KindsThatAreNotReadSayWhatToDo) {
  const auto kind = [](const std::string& bytes, const std::string& sentence) {
    expect_failure(read_content(bytes), Code::kUnsupported, sentence);
  };
  kind(zipped({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, {"content.xml", "<x/>"}}), "save a table as .xlsx");
  kind(zipped({{"letter.txt", "x"}}), "Unpack it");
  kind(zipped({{"_rels/.rels", relationships({{"rId1", "officeDocument", "ppt/presentation.xml"}})},
               {"ppt/presentation.xml", "<p:presentation xmlns:p='p'/>"}}),
       "neither an Excel workbook nor a Word document");
  kind(zipped({{"_rels/.rels", relationships({{"rId1", "officeDocument", "xl/workbook.bin"}})}, {"xl/workbook.bin", "x"}}), ".xlsb");
  kind(ole_with_stream("WordDocument"), "save it as .docx");
  kind(ole_with_stream("EncryptedPackage"), "locked with a password");
  kind("%PDF-1.7\n...", "PDF document");
  kind("<?xml version='1.0'?><table/>", "XML file");
  kind("<?xml version='1.0'?><!DOCTYPE html PUBLIC 'x'><html><body/></html>", "web page");
}

TEST(HostileContainer, DamagedArchives) {
  const std::string good = zipped(workbook_parts(sheet_of(kHeadingRow)));
  ASSERT_TRUE(read_content(good));
  const auto damaged = [](const std::string& bytes) { expect_failure(read_content(bytes), Code::kDamaged, "fetch it again"); };
  damaged("PK\x03\x04xl/workbook.xml");
  damaged(good.substr(0, good.size() / 2));
  damaged(good.substr(0, good.size() - 10));
  std::string wrong_byte = good;
  const std::size_t sheet = good.find("xl/worksheets/sheet1.xml") + 40;
  wrong_byte[sheet] = static_cast<char>(wrong_byte[sheet] ^ 0x55);
  damaged(wrong_byte);
  Parts twice = workbook_parts(sheet_of(kHeadingRow));
  twice.emplace_back("XL/Workbook.xml", part_named(twice, "xl/workbook.xml"));
  damaged(zipped(twice));
  Parts without_sheet = workbook_parts(sheet_of(kHeadingRow));
  without_sheet.erase(without_sheet.begin() + 3);
  damaged(zipped(without_sheet));
  Parts ill_formed = workbook_parts("<worksheet " + kSheetSpace + "><sheetData>" + kHeadingRow);
  damaged(zipped(ill_formed));
}

// Two entries of the directory lead to the bytes of one member.
TEST(HostileContainer, OverlappingEntriesAreCountedAsOftenAsTheyAreRead) {
  Parts parts = workbook_parts(sheet_of(kHeadingRow));
  part_named(parts, "xl/worksheets/sheet1.xml") = sheet_of("<!--" + std::string(300'000, ' ') + "-->" + kHeadingRow);
  std::string bytes = zipped(parts);
  const std::size_t directory = bytes.find("PK\x01\x02");
  const auto entry_of = [&](std::string_view name) { return bytes.find(name, directory) - 46; };
  const std::size_t from = entry_of("xl/worksheets/sheet1.xml"), to = entry_of("xl/sharedStrings.xml");
  bytes.replace(to + 10, 18, bytes.substr(from + 10, 18));  // method, time, checksum and sizes
  bytes.replace(to + 42, 4, bytes.substr(from + 42, 4));    // where it stands
  EXPECT_TRUE(read_content(bytes)) << "what names it as shared texts holds none";
  ReadLimits limits;
  limits.unpacked_bytes = 500'000;
  EXPECT_TRUE(read_content(zipped(parts), limits)) << "once is within the bound";
  expect_failure(read_content(bytes, limits), Code::kTooLarge, "unpacks to more than");
}

TEST(HostileContainer, WhatUnpacksToTooMuchIsGivenUp) {
  const std::string rows = kHeadingRow + "<!--" + std::string(3U << 20, ' ') + "-->";
  ReadLimits limits;
  limits.unpacked_bytes = 4U << 20;
  EXPECT_TRUE(read_rows(rows, limits));
  limits.unpacked_bytes = 2U << 20;
  expect_failure(read_rows(rows, limits), Code::kTooLarge, "unpacks to more than 2 MiB");
  // The size it declares is not asked.
  std::string bytes = zipped(workbook_parts(sheet_of(rows)));
  const std::size_t entry = bytes.find("xl/worksheets/sheet1.xml", bytes.find("PK\x01\x02")) - 46;
  bytes.replace(entry + 24, 4, std::string(4, '\0'));
  expect_failure(read_content(bytes, limits), Code::kTooLarge, "unpacks to more than 2 MiB");
}

TEST(HostileContainer, NoPartMayDeclareADocumentType) {
  const std::string bomb = "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>";
  const std::string outside = "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>";
  for (const std::string& doctype : {bomb, outside}) {
    for (const char* name : {"_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"}) {
      Parts parts = workbook_parts(sheet_of(kHeadingRow));
      part_named(parts, name).insert(0, doctype);
      expect_failure(read_content(zipped(parts)), Code::kInvalid, "no Word or Excel program writes");
    }
    Parts parts = document_parts(doctype + document_of("<w:tbl>" + word_row({"a"}) + "</w:tbl>"));
    expect_failure(read_content(zipped(parts)), Code::kInvalid, "no Word or Excel program writes");
  }
  Parts parts = workbook_parts(sheet_of("<row r='1'>" + inline_cell("A1", "&unknown;") + "</row>"));
  expect_failure(read_content(zipped(parts)), Code::kDamaged, "damaged or not complete");
}

TEST(HostileContainer, ElementsAtTheDepthAndOneBeyond) {
  const auto nested = [](int depth) {
    std::string open, close;
    for (int i = 0; i < depth; ++i) open += "<w:ins>", close += "</w:ins>";
    // document, body, tbl, tr, tc, p, r and t stand around and in it
    return "<w:tbl><w:tr><w:tc><w:p>" + open + word_run("deep") + close + "</w:p></w:tc></w:tr></w:tbl>";
  };
  const auto at_limit = read_body(nested(256 - 8));
  ASSERT_TRUE(at_limit) << at_limit.error().message;
  EXPECT_THAT(at_limit->header, ElementsAre("deep"));
  expect_failure(read_body(nested(256 - 7)), Code::kDamaged, "damaged");
  expect_failure(read_body(nested(100'000)), Code::kDamaged, "damaged");
}

TEST(HostileContainer, SharedTextsThatAreNotThereRefuseTheirRow) {
  const std::string rows = kHeadingRow + "<row r='2'><c r='A2'/><c r='B2' t='s'><v>1</v></c></row>" +
                           "<row r='3'><c r='A3' t='s'><v>-1</v></c></row><row r='4'><c r='A4' t='s'><v>0</v></c></row>" +
                           "<row r='5'><c r='A5' t='s'><v>99999999999999999999999</v></c></row>";
  const auto table = read_content(zipped(workbook_parts(sheet_of(rows), texts_of("<si><t>Kenya</t></si>"))));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_THAT(table->rows, ElementsAre(Pair(4U, ElementsAre("Kenya", ""))));
  EXPECT_THAT(table->refused, ElementsAre(HasSubstr("row 2 column 1: names a text that the workbook does not hold"),
                                          HasSubstr("row 3 column 0"), HasSubstr("row 5 column 0")));
}

TEST(HostileContainer, CellsOutOfPlaceRefuseTheirRow) {
  const auto row = [](int number, const std::string& cells) { return "<row r='" + std::to_string(number) + "'>" + cells + "</row>"; };
  const auto table = read_rows(kHeadingRow + row(2, inline_cell("A3", "x")) + row(3, inline_cell("A3", "x") + inline_cell("A3", "y")) +
                               row(4, inline_cell("4A", "x")) + row(5, inline_cell("IW5", "x")) +
                               row(6, inline_cell("ZZZZZZZZZZZZZZZZZZZZ6", "x")) + row(7, inline_cell("A99999999999999999999", "x")) +
                               row(8, inline_cell("XFD8", "")) + row(9, inline_cell("IV9", "x")) + row(10, inline_cell("", "x")));
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows.size(), 1U);
  EXPECT_EQ(table->rows[0].first, 9U) << "column IV is the 256th";
  EXPECT_EQ(table->rows[0].second.size(), 256U);
  EXPECT_THAT(table->refused,
              ElementsAre(HasSubstr("row 2: has a cell without a proper place"), HasSubstr("row 3 column 0: has a cell without"),
                          HasSubstr("row 4: has a cell without"), HasSubstr("row 5: the row has more than 256 cells"),
                          HasSubstr("row 6: the row has more than 256"), HasSubstr("row 7: has a cell without"),
                          HasSubstr("row 10: has a cell without")));
}

TEST(HostileContainer, RowsThatAreNotNumberedUpwardsFailTheFile) {
  const std::string two = "<row r='2'>" + inline_cell("A2", "x") + "</row>";
  EXPECT_TRUE(read_rows(kHeadingRow + two + "<row r='1048576'>" + inline_cell("A1048576", "last") + "</row>"));
  for (const char* number : {"1", "2", "0", "-3", "1048577", "1e308", "99999999999999999999", "two", ""}) {
    SCOPED_TRACE(number);
    expect_failure(read_rows(kHeadingRow + two + "<row r='" + number + "'/>"), Code::kDamaged, "upwards after row 2");
  }
}

TEST(HostileContainer, BoundsOfRowsColumnsAndCells) {
  ReadLimits limits;
  limits.columns = 2;
  limits.rows = 2;
  limits.cell_bytes = 8;
  const auto row = [](int number, const std::string& text) {
    return "<row r='" + std::to_string(number) + "'>" + inline_cell("B" + std::to_string(number), text) + "</row>";
  };
  const auto table = read_rows(kHeadingRow + row(2, "12345678") + row(3, "123456789"), limits);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_THAT(table->rows, ElementsAre(Pair(2U, ElementsAre("", "12345678"))));
  EXPECT_THAT(table->refused, ElementsAre(HasSubstr("row 3 column 1: is longer than 8 bytes")));
  expect_failure(read_rows(kHeadingRow + row(2, "x") + row(3, "x") + row(4, "x"), limits), Code::kTooLarge, "more than 2 rows");
  expect_failure(read_rows("<row r='1'>" + inline_cell("C1", "x") + "</row>", limits), Code::kTooLarge, "more than 2 columns");
  const auto control = read_rows(kHeadingRow + row(2, "a_x0007_b"));
  ASSERT_TRUE(control) << control.error().message;
  EXPECT_THAT(control->refused, ElementsAre(HasSubstr("row 2 column 1: has a control character")));
  expect_failure(read_rows(row(1, "a_x0007_b")), Code::kInvalid, "The heading line of");
}

// Damage to real files at random: an answer each time, and never that of a child that crashed.
void expect_answers_to_damage(const std::filesystem::path& path, unsigned rounds) {
  std::ifstream file(path, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (unsigned seed = 1; seed <= rounds; ++seed) {
    std::mt19937 random(seed);
    std::string bytes = good;
    for (auto change = random() % 20 + 1; change > 0; --change) {
      const std::size_t at = random() % 2 == 0 ? random() % bytes.size() : random() % std::min<std::size_t>(bytes.size(), 4'096);
      bytes[at] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size() + 1);
    const auto table = read_content(bytes);
    if (table) {
      EXPECT_LE(table->rows.size(), 10'000U) << "seed " << seed;
    } else {
      EXPECT_THAT(table.error().message, AllOf(HasSubstr("attachment.dat"), Not(HasSubstr("broke off")))) << "seed " << seed;
    }
  }
}

TEST(HostileContainer, DamagedRealFilesGetAnAnswer) {
  if (shared_data().empty()) GTEST_SKIP() << "real files absent: data/upr and data/hxl (set HAKI_SHARED)";
  for (const char* name : {"hxl/input-valid.xls", "hxl/input-valid.xlsx", "xlsforms/pyxform/widgets.xls"}) {
    SCOPED_TRACE(name);
    expect_answers_to_damage(shared_data() / name, 60);
  }
  expect_answers_to_damage(shared_data() / "upr" / "ohchr_thematic_list_slovenia_c2.docx", 10);
}

TEST(HostileContainer, OldWorkbooksWithAPasswordSaySo) {
  const std::string password = biff_record(0x2f, std::string(54, '\1'));
  expect_failure(read_content(ole_file("Workbook", biff_begin(5) + password + biff_record(0xfc, std::string(40, '\x99')))),
                 Code::kUnsupported, "locked with a password");
}

TEST(HostileContainer, OldWorkbooksThatLie) {
  const auto damaged = [](const std::string& stream) {
    expect_failure(read_content(ole_file("Workbook", stream)), Code::kDamaged, "old Excel workbook");
  };
  const std::string end = biff_record(0x0a, "");
  const std::string entry = biff_record(0x85, std::string("\x00\x00\x00\x00\x00\x00\x02\x00S1", 10));
  damaged("");
  damaged(biff_begin(5));                                                        // without an end
  damaged(biff_begin(5) + std::string("\x85\x00\xff\xff", 4));                   // a record beyond the end
  damaged(biff_begin(5) + biff_record(0xfc, biff_number(9, 8) + biff_number(70'000, 2) + "x") + end);  // a text beyond it
  damaged(biff_begin(5) + biff_record(0x85, std::string("\xff\xff\xff\x7f\x00\x00\x00\x00", 8)) + end);  // a sheet beyond it
  damaged(biff_begin(5, 0x700) + entry + end);                                   // a version that never was
  // A sheet that is the workbook itself has no cells; and of those that are there, what is cut short is refused.
  expect_failure(read_content(ole_file("Workbook", biff_begin(5) + entry + end)), Code::kInvalid, "no visible sheet");
  const auto table = read_content(old_workbook(biff_label(0, 0, "To") + biff_label(0, 1, "Text") + biff_record(0x203, biff_place(1, 0)) +
                                               biff_record(0xfd, biff_place(2, 1) + biff_number(7, 4)) + biff_label(3, 300, "x") +
                                               biff_label(4, 0, "x") + biff_label(4, 0, "y") +
                                               biff_record(0x204, biff_place(5, 1) + biff_number(9, 2) + "x") + biff_label(6, 0, "good")));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_THAT(table->rows, ElementsAre(Pair(7U, ElementsAre("good", ""))));
  EXPECT_THAT(table->refused,
              ElementsAre(HasSubstr("row 2 column 0: has a damaged"), HasSubstr("row 3 column 1: names a text"),
                          HasSubstr("row 4: the row has more than 256"), HasSubstr("row 5 column 0: has a cell without"),
                          HasSubstr("row 6 column 1: has a damaged")));
}

// A chain of sectors that leads back to itself ends where the stream is as long as the file.
TEST(HostileContainer, ChainsOfSectorsThatGoRound) {
  std::string bytes = ole_file("Workbook", biff_begin(5) + biff_record(0x0a, ""));
  bytes.replace(512 + 4 * 2, 4, biff_number(2, 4));     // the stream's first sector follows itself
  bytes.replace(512 + 4 * 1, 4, biff_number(1, 4));     // and so does the directory's
  bytes.replace(1'024 + 128 + 120, 4, biff_number(0xfffffff0, 4));  // with a length beyond all
  expect_failure(read_content(bytes), Code::kDamaged, "old Excel workbook");
}

TEST(HostileContainer, AnOldWorkbookOfNothingButItsDirectory) {
  expect_failure(read_content(ole_with_stream("Workbook")), Code::kDamaged, "old Excel workbook");
  expect_failure(read_content(std::string("\x09\x04\x06\x00\x00\x04\x10\x00", 8)), Code::kDamaged, "old Excel workbook");
}

}  // namespace
}  // namespace haki::formats
