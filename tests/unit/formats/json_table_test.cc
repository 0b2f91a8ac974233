// Goal: a list of records in JSON is a table, in each of the shapes that such lists come in, and nothing else is.
// Method: small texts written here; real files from beside the checkout, whose digests were computed by another program
// (Python's json) over row numbers and cells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "digest.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

ReadTable json_read(std::string_view text) {
  auto table = read_content(text);
  EXPECT_TRUE(table) << table.error().message;
  return table ? *table : ReadTable{};
}

void expect_json_failure(std::string_view text, Code code, const std::string& sentence) {
  const auto table = read_content(text);
  ASSERT_FALSE(table) << text.substr(0, 80);
  EXPECT_EQ(table.error().code, code) << table.error().message;
  EXPECT_THAT(table.error().message, HasSubstr(sentence));
}

TEST(JsonTable, MembersInOrderOfFirstAppearanceOverAllRecords) {
  const ReadTable table = json_read(R"( [{"To":"Kenya","Text":"Sign it"},{},{"Session":8,"To":"Nepal"}] )");
  EXPECT_EQ(table.facts.container, "json");
  EXPECT_EQ(table.facts.encoding, "utf-8");
  EXPECT_EQ(table.facts.encoding_reason, "JSON is always written in UTF-8");
  EXPECT_EQ(table.facts.delimiter, "");
  EXPECT_EQ(table.line_ends, "none");
  EXPECT_THAT(table.header, ElementsAre("To", "Text", "Session"));
  EXPECT_THAT(table.rows, ElementsAre(Pair(2U, ElementsAre("Kenya", "Sign it", "")), Pair(4U, ElementsAre("Nepal", "", "8"))));
}

TEST(JsonTable, EveryKindOfValue) {
  const ReadTable table = json_read(
      R"([{"a":"\u00e9\n\"x\"","b":-12,"c":1.50,"d":18446744073709551615,"e":true,"f":false,"g":null,)"
      R"("h":["one",2,null,false],"i":[],"j":{"k":"v \"q\"","l":[1,null,{"m":2.0}]},"n":[["x","y"],"z"],"o":[{"p":1}]}])");
  EXPECT_THAT(table.rows, ElementsAre(Pair(2U, ElementsAre("\u00e9\n\"x\"", "-12", "1.50", "18446744073709551615", "true", "false", "",
                                                           "one\n2\nfalse", "", R"({"k":"v \"q\"","l":[1,null,{"m":2.0}]})",
                                                           R"([["x","y"],"z"])", R"([{"p":1}])"))));
}

TEST(JsonTable, TheListMayStandInTheOneMemberThatIsAList) {
  const ReadTable table = json_read(
      R"({"@odata.context":"x","tags":["a","b"],"none":[],"value":[{"To":"Kenya"},{"To":"Nepal"}],"next":{"value":[{"no":1}]}})");
  EXPECT_THAT(table.header, ElementsAre("To"));
  EXPECT_THAT(table.rows, ElementsAre(Pair(2U, ElementsAre("Kenya")), Pair(3U, ElementsAre("Nepal"))));
}

TEST(JsonTable, AnObjectWithoutAListIsOneRecord) {
  const ReadTable table = json_read(R"({"text":"Sign it","themes":["a","b"]})");
  EXPECT_THAT(table.header, ElementsAre("text", "themes"));
  EXPECT_THAT(table.rows, ElementsAre(Pair(2U, ElementsAre("Sign it", "a\nb"))));
}

TEST(JsonTable, ByteOrderMarksAndUtf16AreUndone) {
  EXPECT_THAT(json_read("\xef\xbb\xbf[{\"a\":\"b\"}]").rows, ElementsAre(Pair(2U, ElementsAre("b"))));
  std::string wide = "\xff\xfe";
  for (const char character : std::string_view(R"([{"a":"b"}])")) wide += {character, '\0'};
  EXPECT_THAT(json_read(wide).rows, ElementsAre(Pair(2U, ElementsAre("b"))));
}

TEST(JsonTable, WhatIsNoListOfRecordsSaysSo) {
  for (const char* text : {"[1,2]", "[[\"To\"],[\"Kenya\"]]", "[{\"a\":1},2]", "[{\"a\":1},[]]", "{}", "[{}]",
                           R"({"a":[{"x":1}],"b":[{"y":2}]})"}) {
    expect_json_failure(text, Code::kInvalid, "not one list of records");
  }
  expect_json_failure("[]", Code::kInvalid, "nothing but blank lines");
}

TEST(JsonTable, DamagedTextNamesTheRecord) {
  expect_json_failure(R"([{"a":1},{"a":2},{"a")", Code::kDamaged, "not complete at record 3");
  expect_json_failure(R"([{"a":1}] x)", Code::kDamaged, "not complete at record 1");
  expect_json_failure("[{\"a\":\"\xff\"}]", Code::kDamaged, "not complete at record 1");
  expect_json_failure(R"([{"a":1e999}])", Code::kDamaged, "not complete at record 1");
}

TEST(JsonTable, NestingAtTheLimitAndOneBeyond) {
  const auto nested = [](int levels) {
    return "[{\"a\":" + std::string(levels - 2, '[') + std::string(levels - 2, ']') + "}]";
  };
  EXPECT_EQ(json_read(nested(64)).rows.size(), 1U);
  expect_json_failure(nested(65), Code::kInvalid, "more than 64 deep");
  expect_json_failure("[{\"a\":" + std::string(1'000'000, '['), Code::kInvalid, "Record 1 of");
}

TEST(JsonTable, CellsRowsAndColumnsAtTheLimitAndOneBeyond) {
  ReadLimits limits;
  limits.columns = 3;
  limits.rows = 2;
  limits.cell_bytes = 8;
  const auto at_limit = read_content(R"([{"a":"12345678","b":["123","456"]},{"c":["123","4567"]}])", limits);
  ASSERT_TRUE(at_limit) << at_limit.error().message;
  EXPECT_THAT(at_limit->rows, ElementsAre(Pair(2U, ElementsAre("12345678", "123\n456", "")),
                                          Pair(3U, ElementsAre("", "", "123\n4567"))));
  const auto beyond = read_content(R"([{"a":"123456789"},{"b":["1234","5678"],"c":"x\u0001"}])", limits);
  ASSERT_TRUE(beyond) << beyond.error().message;
  EXPECT_THAT(beyond->rows, IsEmpty());
  EXPECT_THAT(beyond->refused, ElementsAre(HasSubstr("row 2 column 0: is longer than 8 bytes"),
                                           HasSubstr("row 3 column 1: is longer than 8 bytes")));
  const auto rows = read_content(R"([{"a":1},{"a":2},{"a":3}])", limits);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().message, HasSubstr("more than 2 rows"));
  const auto columns = read_content(R"([{"a":1,"b":2},{"c":3,"d":4}])", limits);
  ASSERT_FALSE(columns);
  EXPECT_THAT(columns.error().message, HasSubstr("more than 3 columns"));
}

TEST(JsonTable, RowsWithFaultsAreRefusedAndTheRestGoesIn) {
  const ReadTable table = json_read(R"([{"a":"x\u0001"},{"a":"one","a":"two"},{"a":"good"}])");
  EXPECT_THAT(table.rows, ElementsAre(Pair(4U, ElementsAre("good"))));
  EXPECT_THAT(table.refused, ElementsAre(HasSubstr("row 2 column 0: has a control character"),
                                         HasSubstr("row 3 column 0: has a cell without a proper place, or two")));
}

struct RealJson {
  const char* name;
  std::size_t rows;
  std::uint64_t digest;
};

TEST(RealJsonTables, EveryCellIsWhatAnotherReaderFinds) {
  constexpr std::array kTables{
      RealJson{"hxl/input-valid-nested.json", 4, 0x6d04f6297f4497e4U},
      RealJson{"hxl/input-valid-objects.json", 4, 0x6d04f6297f4497e4U},
      RealJson{"uhri/taxonomy_rule-of-law.json", 30, 0x483e5cdc2f8758ddU},
      RealJson{"uhri/samples/0a0c9531-85fa-4408-a9db-bc816c2e1261.json", 1, 0xb994127db49b4f00U},
      RealJson{"uhri/samples/3116852b-07b2-4b90-b5f1-ae444c54aee4.json", 1, 0x76002a33be8860f5U},
      RealJson{"uhri/samples/d65dd66f-6c75-449a-9496-17ca6265baef.json", 1, 0x34ff618f1e10a90dU}};
  if (shared_data().empty()) GTEST_SKIP() << "real files absent: data/hxl and data/uhri (set HAKI_SHARED)";
  for (const RealJson& expected : kTables) {
    SCOPED_TRACE(expected.name);
    const auto table = read_file((shared_data() / expected.name).string());
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->rows.size(), expected.rows);
    EXPECT_EQ(digest_of(*table), expected.digest);
    EXPECT_THAT(table->refused, IsEmpty());
  }
}

}  // namespace
}  // namespace haki::formats
