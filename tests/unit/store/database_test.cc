// Goal: the database's calls do what database.h promises, and each thing that can be wrong with the files has a sentence
// and a code of its own. Method: real files in a folder of the test's own, changed from outside between two openings.
#include "store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store_fixture.h"

namespace haki::store {
namespace {

using ::testing::HasSubstr;

class DatabaseTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  PosixDisk disk_;
  const crypto::StoreKey key_ = test_key(1);
  const std::string path_ = folder_.path("store.db");
  DatabaseOptions options() { return {path_, key_, test_file_id(1), disk_}; }
};

TEST_F(DatabaseTest, WhatIsPutIsThereAfterReopening) {
  {
    auto database = Database::create(options());
    ASSERT_OK(database);
    ASSERT_OK((*database)->execute("CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT, weight REAL, raw BLOB)"));
    ASSERT_OK((*database)->run("INSERT INTO note VALUES(?,?,?,?)", 7, "well is dry", 2.5, ByteView(Bytes{1, 0, 2})));
  }
  auto database = Database::open(options());
  ASSERT_OK(database);
  Statement statement = (*database)->prepare("SELECT id, body, weight, raw, NULL FROM note");
  auto row = statement.step();
  ASSERT_OK(row);
  ASSERT_TRUE(*row);
  EXPECT_EQ(statement.integer(0), 7);
  EXPECT_EQ(statement.text(1), "well is dry");
  EXPECT_EQ(statement.real(2), 2.5);
  EXPECT_EQ(to_hex(statement.blob(3)), "010002");
  EXPECT_TRUE(statement.is_null(4));
  row = statement.step();
  ASSERT_OK(row);
  EXPECT_FALSE(*row);
}

}  // namespace
}  // namespace haki::store
