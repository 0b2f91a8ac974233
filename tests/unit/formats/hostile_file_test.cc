// Goal: no file, however made, takes the program down, holds it up, or goes in by half; each gets its own sentence.
// Method: each bound at its limit and one beyond, with limits made small where the real ones would take seconds. The
// line of 200 MB is made only where HAKI_LARGE_TESTS is set; its small sister always.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <random>

#include "files.h"
#include "formats/recommendations.h"

namespace haki::formats {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;

Result<RecommendationTable> read_bytes(std::string_view bytes, const ReadLimits& limits = {}) {
  const TemporaryFile file(bytes);
  return read_recommendations(file.path(), limits);
}

void expect_refused(const Result<RecommendationTable>& result, Code code, std::string_view sentence) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, code) << result.error().message;
  EXPECT_THAT(result.error().message, HasSubstr(std::string(sentence)));
}

TEST(HostileFile, WhatIsNoReadableFileHasItsOwnSentence) {
  const TemporaryFile file("x");
  expect_refused(read_recommendations((file.folder() / "absent.csv").string()), Code::kNotFound, "There is no file");
  expect_refused(read_recommendations((file.folder() / "table.csv/under").string()), Code::kNotFound,
                 "There is no file");
  expect_refused(read_recommendations(file.folder().string()), Code::kInvalid, "is a folder");
  expect_refused(read_recommendations("/dev/null"), Code::kInvalid, "not a file on a disk");
  const std::string pipe = (file.folder() / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  expect_refused(read_recommendations(pipe), Code::kInvalid, "not a file on a disk");
}

TEST(HostileFile, AFileOfSomebodyElseSaysSo) {
  constexpr uid_t kNobody = 65534;
  const TemporaryFile file(kHeading);
  ASSERT_EQ(::chmod(file.path().c_str(), 0), 0);
  const bool is_root = ::geteuid() == 0;  // who may read every file, so root steps down for a moment
  ASSERT_EQ(is_root ? ::seteuid(kNobody) : 0, 0);
  const auto result = read_recommendations(file.path());
  ASSERT_EQ(is_root ? ::seteuid(0) : 0, 0);
  expect_refused(result, Code::kDenied, "not allowed to read");
}

TEST(HostileFile, OtherKindsAreKnownByTheirFirstBytes) {
  expect_refused(read_bytes("%PDF-1.7\n..."), Code::kUnsupported, "PDF document");
  expect_refused(read_bytes("PK\x03\x04xl/workbook.xml"), Code::kDamaged, "Excel workbook, a Word document or another archive");
  expect_refused(read_bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), Code::kUnsupported, "old Word file");
  expect_refused(read_bytes(" {\"rows\": []"), Code::kDamaged, "JSON file");
  expect_refused(read_bytes("\n<!doctype html><title>Log in</title>"), Code::kUnsupported, "web page");
  expect_refused(read_bytes(std::string("To,\0Text", 8)), Code::kInvalid, "not a text file");
  expect_refused(read_bytes("To,Te\x01xt\nKenya,x\n"), Code::kInvalid, "not a text file");
}

// Every seed must end in an answer; random bytes that make a table by chance would be a wonder.
TEST(HostileFile, RandomBytesAreRefused) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    std::string bytes(1 + random() % 20'000, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_FALSE(read_bytes(bytes)) << "seed " << seed;
  }
}

// A good table with bytes changed, cut and doubled: an answer each time, and never more rows than lines.
TEST(HostileFile, DamagedTablesGetAnAnswer) {
  std::string table = kHeading + "\r\n";
  for (int i = 0; i < 20; ++i) table += line_with("\"Sign \u00e9, \"\"it\"\" " + std::to_string(i) + "\"") + "\r\n";
  for (unsigned seed = 1; seed <= 150; ++seed) {
    std::mt19937 random(seed);
    std::string bytes = table;
    for (unsigned change = random() % 4 + 1; change > 0; --change)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (random() % 3 == 0) bytes.resize(random() % bytes.size() + 1);
    if (random() % 3 == 0) bytes.insert(random() % bytes.size(), bytes.substr(random() % bytes.size()));
    const auto result = read_bytes(bytes);
    if (!result) {
      EXPECT_THAT(result.error().message, ::testing::Not(HasSubstr("broke off"))) << "seed " << seed;
    } else {
      EXPECT_LE(result->rows.size() + result->refused.size(), 45U) << "seed " << seed;
    }
  }
}

TEST(HostileFile, ColumnsAtTheLimitAndOneBeyond) {
  std::string spare_heading, spare;
  for (int i = 11; i < 256; ++i) spare_heading += ",extra", spare += ",";
  const auto at_limit = read_bytes(kHeading + spare_heading + "\n" + line_with("Sign it") + spare + "\n");
  ASSERT_TRUE(at_limit) << at_limit.error().message;
  EXPECT_EQ(at_limit->rows.size(), 1U);
  expect_refused(read_bytes(kHeading + spare_heading + ",extra\n" + line_with("Sign it") + "\n"), Code::kTooLarge,
                 "256 columns");
}

TEST(HostileFile, AMillionColumns) {
  std::string heading = kHeading;
  heading.reserve(8'000'000);
  for (int i = 0; i < 1'000'000; ++i) heading += ",column";
  expect_refused(read_bytes(heading + "\n" + line_with("Sign it") + "\n"), Code::kTooLarge, "more than 256 columns");
}

TEST(HostileFile, AMillionCellsInOneRowRefuseThatRow) {
  const auto table = read_bytes(kHeading + "\n" + std::string(1'000'000, ',') + "\n" + line_with("Sign it") + "\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows.size(), 1U);
  ASSERT_EQ(table->refused.size(), 1U);
  EXPECT_EQ(table->refused[0].row, 2U);
  EXPECT_THAT(table->refused[0].reason, HasSubstr("more than 256 cells"));
}

TEST(HostileFile, CellsAtTheLimitAndOneBeyond) {
  const auto table = read_bytes(kHeading + "\n" + line_with(std::string(64 << 10, 'a')) + "\n" +
                          line_with(std::string((64 << 10) + 1, 'b')) + "\n" + line_with("short") + "\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->rows.size(), 2U);
  ASSERT_EQ(table->refused.size(), 1U);
  EXPECT_EQ(table->refused[0].row, 3U);
  EXPECT_EQ(table->refused[0].column, "Text");
  EXPECT_THAT(table->refused[0].reason, HasSubstr("longer than 65536 bytes"));
}

// 40,000 letters of Mac Roman are within the bound as they stand and beyond it as UTF-8.
TEST(HostileFile, TheCellBoundHoldsForWhatIsHandedOn) {
  const auto table =
      read_bytes(kHeading + "\n" + line_with("C\x99te " + std::string(40'000, '\x8e')) + "\n" + line_with("x") + "\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->refused.size(), 1U);
}

TEST(HostileFile, RowsAtTheLimitAndOneBeyond) {
  ReadLimits limits;
  limits.rows = 3;
  std::string table = kHeading + "\n";
  for (int i = 0; i < 3; ++i) table += line_with("Sign it") + "\n";
  const auto at_limit = read_bytes(table, limits);
  ASSERT_TRUE(at_limit) << at_limit.error().message;
  EXPECT_EQ(at_limit->rows.size(), 3U);
  expect_refused(read_bytes(table + line_with("Sign it") + "\n", limits), Code::kTooLarge, "more than 3 rows");
}

TEST(HostileFile, BytesAtTheLimitAndOneBeyond) {
  const std::string table = kHeading + "\n" + line_with("Sign it") + "\n";
  ReadLimits limits;
  limits.file_bytes = table.size();
  EXPECT_TRUE(read_bytes(table, limits));
  limits.file_bytes = table.size() - 1;
  expect_refused(read_bytes(table, limits), Code::kTooLarge, "Split it");
}

TEST(HostileFile, AnAnswerBeyondItsBoundIsGivenUp) {
  std::string table = kHeading + "\n";
  for (int i = 0; i < 100; ++i) table += line_with("Sign it") + "\n";
  ReadLimits limits;
  limits.result_bytes = 5'000;
  expect_refused(read_bytes(table, limits), Code::kTooLarge, "more than can be read at once");
}

void expect_garbage_line_is_given_up(std::size_t bytes) {
  const std::string garbage(bytes, 'x');
  expect_refused(read_bytes(garbage), Code::kTooLarge, "Row 1 of");
  expect_refused(read_bytes(kHeading + "\n" + line_with("Sign it") + "\n" + garbage), Code::kTooLarge, "Row 3 of");
  expect_refused(read_bytes(kHeading + "\nKenya,Africa,AU,\"" + garbage), Code::kTooLarge, "Row 2 of");
}

TEST(HostileFile, ALineOfGarbageIsGivenUp) { expect_garbage_line_is_given_up(3U << 20); }

TEST(HostileFile, ALineOf200MegabytesIsGivenUp) {
  if (std::getenv("HAKI_LARGE_TESTS") == nullptr) GTEST_SKIP() << "writes 600 MB; set HAKI_LARGE_TESTS=1 to run it";
  expect_garbage_line_is_given_up(200'000'000);
}

TEST(HostileFile, AllowedSizeButTooMuchWorkIsGivenUp) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "under a sanitizer the address space cannot be held";
#endif
  ReadLimits limits;
  limits.memory_bytes = 1U << 20;  // less than the file itself
  expect_refused(read_bytes(kHeading + "\n" + line_with(std::string(4U << 20, 'a')), limits), Code::kIo, "could not be read");
}

}  // namespace
}  // namespace haki::formats
