// Goal: what every kind of table has in common: the facts that come first, and which row is the header.
// Method: the same small table as each kind of file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "packages.h"

namespace haki::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(TableReader, TheHeaderIsTheFirstRowWithATextInEveryKindOfFile) {
  const std::string rows = "<row r='2'><c r='A2' t='inlineStr'><is><t> </t></is></c></row><row r='3'>" + inline_cell("A3", "To") +
                           inline_cell("B3", "Text") + "</row><row r='4'>" + inline_cell("B4", "Sign it") + "</row>";
  const std::string tables =
      "<w:tbl>" + word_row({"", ""}) + word_row({" ", ""}) + word_row({"To", "Text"}) + word_row({"", "Sign it"}) + "</w:tbl>";
  for (const auto& table : {read_content("\n,\nTo,Text\n,Sign it\n"), read_rows(rows), read_body(tables)}) {
    ASSERT_TRUE(table) << table.error().message;
    SCOPED_TRACE(table->facts.container);
    EXPECT_THAT(table->header, ElementsAre("To", "Text"));
    EXPECT_THAT(table->rows, ElementsAre(Pair(4U, ElementsAre("", "Sign it"))));
  }
}

TEST(TableReader, TheFactsOfACsvFile) {
  const auto table = read_content("To;Text\r\nC\xf4te;Sign\r\n");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->facts.container, "csv");
  EXPECT_EQ(table->facts.title, "");
  EXPECT_EQ(table->facts.encoding, "windows-1252");
  EXPECT_EQ(table->facts.delimiter, ";");
  EXPECT_EQ(table->line_ends, "CRLF");
}

// A table with a long title is not stopped by small limits of cells, as the facts are no row.
TEST(TableReader, SmallLimitsLeaveRoomForTheFacts) {
  Parts parts = document_parts(document_of(word_paragraph(std::string(900, 'x')) + "<w:tbl>" + word_row({"A"}) + word_row({"b"}) +
                                           "</w:tbl>"));
  ReadLimits limits;
  limits.columns = 1;
  limits.cell_bytes = 1'000;
  EXPECT_TRUE(read_content(zipped(parts), limits));
  limits.cell_bytes = 8;
  const auto table = read_content(zipped(parts), limits);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_THAT(table->rows, ElementsAre(Pair(2U, ElementsAre("b"))));
}

}  // namespace
}  // namespace haki::formats
