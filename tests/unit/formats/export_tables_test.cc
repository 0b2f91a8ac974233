// Goal: tables that leave Haki are read by others as they were meant, run nothing in a spreadsheet, and leave nothing behind. Method:
// readers of Python's own read the files; a disk that takes only so much; limits that are lowered.
#include <gmock/gmock.h>

#include "export_files.h"
#include "formats/csv_writer.h"
#include "formats/export_folder.h"
#include "formats/injection.h"
#include "formats/recommendations.h"
#include "formats/uwazi_csv.h"
#include "formats/xlsx_writer.h"

namespace haki::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::vector<SheetColumn> kColumns{{"id", "#meta+id"}, {"text", ""}, {"people", "#reached"}, {"share", ""}, {"yes", ""}, {"day", "#date"}};

std::vector<Cell> row_of(const std::string& id, const std::string& text) {
  return {id, text, std::int64_t{12}, 0.5, true, Day{"2020-11-04"}};
}

TEST(Injection, IsUndoneExactly) {
  for (const char* text : {"=1+1", "+254 700", "-Ratify", "@home", "\ttab", "\rreturn", "'=quoted", "''=twice", "'tis", "'", "", "plain", "a=b",
                           "'+", "\xEF\xBC\x9Dwide", "\nline"}) {
    EXPECT_EQ(original(neutralised(text)), text);
    const std::string safe = neutralised(text);
    EXPECT_TRUE(safe.empty() || std::string_view("=+-@\t\r\n").find(safe[0]) == std::string_view::npos) << safe;
  }
  EXPECT_EQ(neutralised("=1+1"), "'=1+1");
  EXPECT_EQ(neutralised("'tis"), "'tis");  // what no spreadsheet would run stays as it is
  EXPECT_EQ(original("'tis"), "'tis");
  EXPECT_EQ(original("=1+1"), "=1+1");     // of a file that nobody neutralised
}

TEST(Injection, IsUndoneByTheImport) {
  const std::vector<std::string> texts{"=1+1 ratify", "-Ratify", "'=quoted", "'tis plain", "@home, \"quoted\"\nline"};
  ExportPlace place;
  {
    auto out = TextOut::create(place / "t.csv", "t.csv");
    CsvWriter writer(*out, {});
    ASSERT_TRUE(writer.begin_sheet("recommendation", {{"text", ""}, {"state_under_review", ""}}));
    for (const std::string& text : texts) ASSERT_TRUE(writer.row(std::vector<Cell>{text, "Kenya"}));
    ASSERT_TRUE(writer.finish());
  }
  const auto table = read_recommendations(place / "t.csv");
  ASSERT_TRUE(table) << table.error().message;
  std::vector<std::string> read;
  for (const RecommendationRow& row : table->rows) read.push_back(row.text);
  EXPECT_EQ(read, texts);
}

std::string csv_of(const std::vector<std::vector<Cell>>& rows, SheetOptions options = {}) {
  ExportPlace place;
  {
    auto out = TextOut::create(place / "t.csv", "t.csv");
    CsvWriter writer(*out, options);
    EXPECT_TRUE(writer.begin_sheet("t", kColumns));
    for (const auto& row : rows) EXPECT_TRUE(writer.row(row));
    EXPECT_TRUE(writer.finish());
  }
  return read_by_python("csv", place / "t.csv");
}

TEST(Csv, IsReadAgainAndRunsNothing) {
  EXPECT_EQ(csv_of({row_of("a", "=cmd|' /C calc'!A0"), row_of("b", "two\nlines, \"quoted\""), {"c", "", {}, -1.25, false, {}}}),
            "[\"id\", \"text\", \"people\", \"share\", \"yes\", \"day\"]\n"
            "[\"a\", \"'=cmd|' /C calc'!A0\", \"12\", \"0.5\", \"yes\", \"2020-11-04\"]\n"
            "[\"b\", \"two\\nlines, \\\"quoted\\\"\", \"12\", \"0.5\", \"yes\", \"2020-11-04\"]\n"
            "[\"c\", \"\", \"\", \"-1.25\", \"no\", \"\"]\n");  // a number stays a number
}

TEST(Csv, TagsOfHxlAreTheSecondRow) {
  EXPECT_THAT(csv_of({}, {.hxl = true}), HasSubstr("\n[\"#meta+id\", \"\", \"#reached\", \"\", \"\", \"#date\"]\n"));
}

TEST(Csv, HoldsOneTable) {
  ExportPlace place;
  auto out = TextOut::create(place / "t.csv", "t.csv");
  CsvWriter writer(*out, {});
  ASSERT_TRUE(writer.begin_sheet("t", kColumns));
  EXPECT_EQ(writer.begin_sheet("u", kColumns).error().code, Code::kUnsupported);
}

TEST(Uwazi, TitleComesFirstValuesStandApartAndAPointIsLatitudeFirst) {
  ExportPlace place;
  {
    auto out = TextOut::create(place / "t.csv", "t.csv");
    UwaziCsv writer(*out, {"themes", "location"});
    ASSERT_TRUE(writer.entity("-Ratify", {{{"Water", "a|b"}, {}}, {{}, GeoPoint{-1.29, 36.82}}}));
    ASSERT_TRUE(writer.finish());
  }
  EXPECT_EQ(read_by_python("csv", place / "t.csv"),
            "[\"title\", \"themes\", \"location\"]\n[\"'-Ratify\", \"Water|a/b\", \"-1.29|36.82\"]\n");
}

std::unique_ptr<XlsxWriter> workbook_in(const ExportFolder& folder, XlsxOptions options = {}) {
  auto writer = XlsxWriter::create(folder.path(), folder.file("export"), "t.xlsx", options);
  EXPECT_TRUE(writer) << writer.error().message;
  return std::move(*writer);
}

TEST(Xlsx, IsReadAgainWithTextsAsTextsAndNumbersAsNumbers) {
  ExportPlace place;
  auto folder = ExportFolder::beside(place / "t.xlsx", false);
  ASSERT_TRUE(folder);
  const auto writer = workbook_in(*folder, {{.hxl = true}});
  ASSERT_TRUE(writer->begin_sheet("outreach_session/referrals", kColumns));
  ASSERT_TRUE(writer->row(row_of("a", "=1+1")));
  ASSERT_TRUE(writer->row(row_of("b", "a <b> & _x0041_\nline")));
  ASSERT_TRUE(writer->row(std::vector<Cell>{"c", {}, std::int64_t{1} << 60, {}, {}, Day{"1899-01-01"}}));
  ASSERT_TRUE(writer->begin_sheet("none", {{"id", ""}}));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(read_by_python("xlsx", folder->file("export")),
            "== outreach_session.referrals\n"
            "[\"id\", \"text\", \"people\", \"share\", \"yes\", \"day\"]\n"
            "[\"#meta+id\", null, \"#reached\", null, null, \"#date\"]\n"
            "[\"a\", \"'=1+1\", 12, 0.5, \"yes\", [\"yyyy-mm-dd\", 44139]]\n"
            "[\"b\", \"a <b> & _x0041_\\nline\", 12, 0.5, \"yes\", [\"yyyy-mm-dd\", 44139]]\n"
            "[\"c\", null, \"1152921504606846976\", null, null, \"1899-01-01\"]\n"
            "== none\n[\"id\"]\n[null]\n");
}

TEST(Xlsx, AFullSheetGoesOnInASecond) {
  ExportPlace place;
  auto folder = ExportFolder::beside(place / "t.xlsx", false);
  const auto writer = workbook_in(*folder, {{}, 4});  // 1,048,576 otherwise
  ASSERT_TRUE(writer->begin_sheet("a name as long as a sheet may have", {{"id", ""}}));
  for (const char* id : {"1", "2", "3", "4", "5", "6"}) ASSERT_TRUE(writer->row(std::vector<Cell>{id}));
  ASSERT_TRUE(writer->begin_sheet("other", {{"id", ""}}));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(read_by_python("xlsx", folder->file("export")),
            "== a name as long as a sheet may h\n[\"id\"]\n[\"1\"]\n[\"2\"]\n[\"3\"]\n"
            "== a name as long as a sheet m (2)\n[\"id\"]\n[\"4\"]\n[\"5\"]\n[\"6\"]\n== other\n[\"id\"]\n");
  EXPECT_EQ(XlsxOptions{}.rows_max, 1'048'576u);
}

TEST(Xlsx, WhatACellDoesNotHoldIsInASheetOfItsOwn) {
  ExportPlace place;
  auto folder = ExportFolder::beside(place / "t.xlsx", false);
  const auto writer = workbook_in(*folder);
  std::string text(32'766, 'a');
  text += "\xF0\x9F\x92\xA7";  // two units of UTF-16: not cut in two
  text += "=rest";
  ASSERT_TRUE(writer->begin_sheet("t", {{"id", ""}, {"text", ""}}));
  ASSERT_TRUE(writer->row(std::vector<Cell>{"a", text}));
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(writer->continued(), 1u);
  const std::string read = read_by_python("xlsx", folder->file("export"));
  EXPECT_THAT(read, HasSubstr("[\"a\", \"" + std::string(32'766, 'a') + "\"]\n== continued\n[\"sheet\", \"row\", \"column\", \"text\"]\n"
                              "[\"t\", 2, \"text\", \"\xF0\x9F\x92\xA7=rest\"]\n"));
}

TEST(ExportFolder, NothingIsReplacedUnlessAskedAndTheFileIsItsOwnersAlone) {
  ExportPlace place;
  const auto publish = [&](const std::string& text, bool replace) -> Result<> {
    HAKI_ASSIGN(auto folder, ExportFolder::beside(place / "t.csv", replace));
    EXPECT_EQ(std::filesystem::status(folder.path()).permissions(), std::filesystem::perms::owner_all);
    {
      auto out = TextOut::create(folder.file("export"), "t.csv");
      out->put(text);
      EXPECT_TRUE(out->flush());
    }
    return folder.publish("export", place / "t.csv", replace);
  };
  EXPECT_TRUE(publish("one", false));
  EXPECT_EQ(publish("two", false).error().code, Code::kExists);
  EXPECT_EQ(bytes_of(place / "t.csv"), "one");
  EXPECT_TRUE(publish("three", true));
  EXPECT_EQ(bytes_of(place / "t.csv"), "three");
  EXPECT_EQ(std::filesystem::status(place / "t.csv").permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_THAT(place.names(), ElementsAre("t.csv"));
}

TEST(ExportFolder, AFileThatCameMeanwhileIsNotReplaced) {
  ExportPlace place;
  auto folder = ExportFolder::beside(place / "t.csv", false);
  std::ofstream(folder->file("export")) << "mine";
  std::ofstream(place / "t.csv") << "theirs";
  EXPECT_EQ(folder->publish("export", place / "t.csv", false).error().code, Code::kExists);
  EXPECT_EQ(bytes_of(place / "t.csv"), "theirs");
}

// As kill -9 leaves it: the folder is there, and nobody holds its lock.
TEST(ExportFolder, WhatAKilledExportLeftGoesWithTheNextAndARunningOneStays) {
  ExportPlace place;
  std::filesystem::create_directory(place / ".haki-export-killed");
  std::ofstream(place / ".haki-export-killed/export") << "in the clear";
  {
    auto running = ExportFolder::beside(place / "a.csv", false);
    EXPECT_FALSE(std::filesystem::exists(place / ".haki-export-killed"));
    auto other = ExportFolder::beside(place / "b.csv", false);
    EXPECT_TRUE(std::filesystem::exists(running->path()));
  }
  EXPECT_THAT(place.names(), IsEmpty());
}

// 0: written; 1: refused for want of space; 2: for another reason.
int write_table(const std::string& target, bool workbook, int rows) {
  auto folder = ExportFolder::beside(target, false);
  if (!folder) return 2;
  std::optional<TextOut> out;
  std::unique_ptr<SheetSink> sink;
  if (workbook) {
    auto writer = XlsxWriter::create(folder->path(), folder->file("export"), "t", {});
    if (!writer) return writer.error().code == Code::kDiskFull ? 1 : 2;
    sink = std::move(*writer);
  } else {
    out.emplace(std::move(*TextOut::create(folder->file("export"), "t")));
    sink = std::make_unique<CsvWriter>(*out, SheetOptions{});
  }
  const auto write = [&]() -> Result<> {
    HAKI_TRY(sink->begin_sheet("t", kColumns));
    for (int i = 0; i < rows; ++i) HAKI_TRY(sink->row(row_of(std::to_string(i), "The well at the school is dry " + std::to_string(i * 7919))));
    HAKI_TRY(sink->finish());
    return folder->publish("export", target, false);
  };
  const Result<> written = write();
  return written ? 0 : written.error().code == Code::kDiskFull ? 1 : 2;
}

// Wherever the disk is full: in a library's temporary file, in the packed one, in ours. Nothing half is there, and it is said.
TEST(ExportFolder, AFullDiskLeavesNothing) {
  for (const bool workbook : {false, true}) {
    ExportPlace place;
    int refused = 0;
    rlim_t bytes = 1000;
    for (int outcome = 1; outcome != 0; bytes = bytes * 3 / 2) {
      ASSERT_LT(bytes, 64u << 20);
      outcome = with_files_up_to(bytes, [&] { return write_table(place / "t", workbook, 3000); });
      ASSERT_NE(outcome, 2) << bytes;
      if (outcome == 1) {
        ++refused;
        EXPECT_THAT(place.names(), IsEmpty()) << bytes;
      }
    }
    EXPECT_GT(refused, 5);
    EXPECT_THAT(place.names(), ElementsAre("t"));
    EXPECT_THAT(read_by_python(workbook ? "xlsx" : "csv", place / "t"), HasSubstr("[\"2999\", "));
  }
}

// A temporary file of the library that misses a few bytes alone is noticed by reading back: nothing else says so.
TEST(Xlsx, OneThatMissesItsLastBytesIsNoticed) {
  ExportPlace place;
  const auto outcome_at = [&](rlim_t bytes) {
    std::filesystem::remove(place / "t");
    return with_files_up_to(bytes, [&] { return write_table(place / "t", true, 300); });
  };
  rlim_t refused = 1000, enough = 1 << 20;
  ASSERT_EQ(outcome_at(enough), 0);
  while (enough - refused > 16) {
    const rlim_t middle = (refused + enough) / 2;
    (outcome_at(middle) == 0 ? enough : refused) = middle;
  }
  ASSERT_EQ(outcome_at(enough), 0);
  EXPECT_TRUE(read_by_python("xlsx", place / "t").find("[\"299\", ") != std::string::npos);
  for (rlim_t bytes = refused; bytes + 1200 > refused; bytes -= 60) EXPECT_EQ(outcome_at(bytes), 1) << bytes;
}

TEST(Xlsx, TemporaryFilesLieInTheFolderAloneAndGo) {
  ExportPlace place;
  ::setenv("TMPDIR", "/nonexistent", 1);  // where a library might look
  {
    auto folder = ExportFolder::beside(place / "t.xlsx", false);
    const auto writer = workbook_in(*folder);
    ASSERT_TRUE(writer->begin_sheet("t", kColumns));
    std::size_t deleted = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code none;
      const std::string target = std::filesystem::read_symlink(entry.path(), none).string();
      if (!target.ends_with(" (deleted)")) continue;
      ++deleted;
      EXPECT_THAT(target, HasSubstr(folder->path()));
    }
    EXPECT_GT(deleted, 0u);
  }
  ::unsetenv("TMPDIR");
  EXPECT_THAT(place.names(), IsEmpty());
}

}  // namespace
}  // namespace haki::formats
