// Goal: the database's calls do what database.h promises, and each thing that can be wrong with the files has a
// sentence and a code of its own. Method: real files in a folder of the test's own, changed from outside between two
// openings.
#include "store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <fstream>

#include "store_fixture.h"

namespace haki::store {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

// --- statements and transactions ---

class OpenDatabaseTest : public DatabaseTest {
 protected:
  void SetUp() override {
    auto created = Database::create(options());
    ASSERT_OK(created);
    database_ = std::move(*created);
    ASSERT_OK(database_->execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE)"));
  }
  std::int64_t rows() {
    auto count = database_->number("SELECT count(*) FROM t");
    EXPECT_OK(count);
    return count.value_or(-1);
  }
  std::unique_ptr<Database> database_;
};

TEST_F(OpenDatabaseTest, EmptyTextAndEmptyBlobAreNotNull) {
  ASSERT_OK(database_->run("INSERT INTO t(b) VALUES(?)", std::string_view()));
  ASSERT_OK(database_->run("INSERT INTO t(b) VALUES(?)", ByteView()));
  ASSERT_OK(database_->run("INSERT INTO t(b) VALUES(?)", std::optional<std::int64_t>()));
  auto kinds = database_->number("SELECT count(DISTINCT typeof(b)) FROM t");
  ASSERT_OK(kinds);
  EXPECT_EQ(*kinds, 3);
}

TEST_F(OpenDatabaseTest, BoundTemporariesAreCopied) {
  Statement insert = database_->prepare("INSERT INTO t(b) VALUES(?)");
  insert.bind(1, std::string(500, 'x') + "y");
  ASSERT_OK(insert.run());
  auto length = database_->number("SELECT length(b) FROM t WHERE b LIKE '%y'");
  ASSERT_OK(length);
  EXPECT_EQ(*length, 501);
}

TEST_F(OpenDatabaseTest, TheSameTextInUseTwiceGivesTwoStatements) {
  for (int i = 1; i <= 3; ++i) ASSERT_OK(database_->run("INSERT INTO t VALUES(?,?)", i, i * 10));
  const std::string_view sql = "SELECT a FROM t ORDER BY a";
  Statement outer = database_->prepare(sql);
  ASSERT_OK(outer.step());
  {
    Statement inner = database_->prepare(sql);
    ASSERT_OK(inner.step());
    ASSERT_OK(inner.step());
    EXPECT_EQ(inner.integer(0), 2);
  }
  EXPECT_EQ(outer.integer(0), 1);
}

TEST_F(OpenDatabaseTest, AStatementIsGivenBackWithoutItsBindings) {
  const std::string_view sql = "INSERT INTO t(b) VALUES(?)";
  ASSERT_OK(database_->run(sql, 5));
  ASSERT_OK(database_->prepare(sql).run());
  auto nulls = database_->number("SELECT count(*) FROM t WHERE b IS NULL");
  ASSERT_OK(nulls);
  EXPECT_EQ(*nulls, 1);
}

TEST_F(OpenDatabaseTest, AFailureToPrepareOrBindComesOutOfStep) {
  auto step = database_->prepare("SELECT a FROM nowhere").bind(1, 5).step();
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, Code::kInvalid);
  EXPECT_THAT(step.error().message, HasSubstr("nowhere"));
  auto bind = database_->prepare("SELECT ?").bind(2, 5).step();
  ASSERT_FALSE(bind);
  EXPECT_EQ(bind.error().code, Code::kInvalid);
  EXPECT_FALSE(database_->prepare("  ").run());
}

TEST_F(OpenDatabaseTest, ADuplicateIsExistsAndDoesNotQuoteTheValue) {
  ASSERT_OK(database_->run("INSERT INTO t(b) VALUES(?)", "witness name"));
  auto again = database_->run("INSERT INTO t(b) VALUES(?)", "witness name");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kExists);
  EXPECT_THAT(again.error().message, Not(HasSubstr("witness")));
}

TEST_F(OpenDatabaseTest, ARunTimeErrorDoesNotQuoteTheValue) {
  ASSERT_OK(database_->execute("CREATE VIRTUAL TABLE f USING fts5(x)"));
  auto found = database_->number("SELECT count(*) FROM f WHERE f MATCH ?", "witness : x");  // "no such column: witness"
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::kInvalid);
  EXPECT_THAT(found.error().message, Not(HasSubstr("witness")));
}

TEST_F(OpenDatabaseTest, AMissingRowIsNotFound) {
  auto number = database_->number("SELECT a FROM t WHERE a=?", 5);
  ASSERT_FALSE(number);
  EXPECT_EQ(number.error().code, Code::kNotFound);
}

TEST_F(OpenDatabaseTest, MoreStatementsThanTheCacheHoldsStillWork) {
  for (int i = 0; i < 1200; ++i) {
    auto number = database_->number("SELECT " + std::to_string(i));
    ASSERT_OK(number);
    ASSERT_EQ(*number, i);
  }
}

TEST_F(OpenDatabaseTest, ATransactionWithoutCommitIsRolledBack) {
  {
    Transaction transaction(*database_);
    ASSERT_OK(transaction.started());
    ASSERT_OK(database_->run("INSERT INTO t(b) VALUES(1)"));
    EXPECT_TRUE(database_->in_transaction());
  }
  EXPECT_FALSE(database_->in_transaction());
  EXPECT_EQ(rows(), 0);
}

TEST_F(OpenDatabaseTest, ACommittedTransactionStaysAndCannotBeCommittedAgain) {
  Transaction transaction(*database_);
  ASSERT_OK(database_->run("INSERT INTO t(b) VALUES(1)"));
  ASSERT_OK(transaction.commit());
  EXPECT_FALSE(transaction.commit());
  EXPECT_EQ(rows(), 1);
}

TEST_F(OpenDatabaseTest, ASecondTransactionDoesNotBegin) {
  Transaction outer(*database_);
  {
    Transaction inner(*database_);
    EXPECT_FALSE(inner.started());
    EXPECT_FALSE(inner.commit());
  }
  EXPECT_TRUE(database_->in_transaction()) << "the one that did not begin must not end the one that did";
  ASSERT_OK(outer.commit());
}

// --- what is not allowed ---

TEST_F(OpenDatabaseTest, OtherFilesAndExtensionsAreDenied) {
  const std::string other = folder_.path("other.db");
  for (const std::string& sql : {"ATTACH '" + other + "' AS o", "VACUUM INTO '" + other + "'"}) {
    auto outcome = database_->execute(sql);
    ASSERT_FALSE(outcome) << sql;
    EXPECT_EQ(outcome.error().code, Code::kDenied) << sql << ": " << outcome.error().message;
  }
  EXPECT_FALSE(std::filesystem::exists(other));
  auto extension = database_->execute("SELECT load_extension('x')");
  ASSERT_FALSE(extension);
  EXPECT_THAT(extension.error().message, HasSubstr("not authorized"));
  EXPECT_OK(database_->execute("VACUUM"));
}

TEST_F(OpenDatabaseTest, SettingsThatKeepTheStoreSafeCannotBeChanged) {
  for (const char* pragma : {"journal_mode=DELETE", "locking_mode=NORMAL", "temp_store=FILE", "synchronous=OFF",
                             "secure_delete=OFF", "page_size=8192", "mmap_size=1000000", "writable_schema=ON",
                             "temp_store_directory='/tmp'", "wal_autocheckpoint=0"}) {
    auto outcome = database_->execute(std::string("PRAGMA ") + pragma);
    ASSERT_FALSE(outcome) << pragma;
    EXPECT_EQ(outcome.error().code, Code::kDenied) << pragma;
  }
  for (const auto& [pragma, answer] : {std::pair{"journal_mode", "wal"},
                                       {"locking_mode", "exclusive"},
                                       {"temp_store", "2"},
                                       {"synchronous", "2"},
                                       {"secure_delete", "1"},
                                       {"page_size", "4096"}}) {
    Statement ask = database_->prepare(std::string("PRAGMA ") + pragma);
    ASSERT_OK(ask.step());
    EXPECT_EQ(ask.text(0), answer) << pragma;
  }
}

TEST_F(OpenDatabaseTest, OnlyTwoFilesExistAndTheLogGoesAtTheEnd) {
  ASSERT_OK(database_->run("INSERT INTO t(b) VALUES(1)"));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.root()))
    names.push_back(entry.path().filename());
  EXPECT_THAT(names, ::testing::UnorderedElementsAre("store.db", "store.db-wal"));
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0600));
  EXPECT_EQ(std::filesystem::status(path_ + "-wal").permissions(), std::filesystem::perms(0600));
  database_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_ + "-wal"));
}

TEST_F(OpenDatabaseTest, LargeSortsAndSavepointsStayInMemory) {
  ASSERT_OK(database_->execute("PRAGMA cache_size=10"));
  ASSERT_OK(
      database_->execute("BEGIN; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 10000) "
                         "INSERT INTO t(b) SELECT hex(randomblob(50)) || i FROM n; SAVEPOINT s; "
                         "UPDATE t SET b = b || 'x'; ROLLBACK TO s; COMMIT"));
  ASSERT_OK(database_->number("SELECT count(*) FROM (SELECT b FROM t ORDER BY substr(b, 5) LIMIT 9999)"));
  ASSERT_OK(database_->execute("VACUUM"));
  EXPECT_EQ(rows(), 10000);
  EXPECT_EQ(database_->counters().refused_files, 0u);
}

// --- migrations ---

constexpr std::array<std::string_view, 2> kScripts = {"CREATE TABLE m(a); INSERT INTO m VALUES(1);",
                                                      "ALTER TABLE m ADD COLUMN b;"};

TEST_F(OpenDatabaseTest, MigrationsRunOnceAndInOrder) {
  ASSERT_OK(database_->migrate(std::span(kScripts).first(1)));
  EXPECT_EQ(*database_->user_version(), 1);
  ASSERT_OK(database_->migrate(kScripts));
  ASSERT_OK(database_->migrate(kScripts));
  EXPECT_EQ(*database_->user_version(), 2);
  EXPECT_EQ(*database_->number("SELECT count(*) FROM m WHERE b IS NULL"), 1);
}

TEST_F(OpenDatabaseTest, AFailingMigrationLeavesTheVersionBefore) {
  const std::array<std::string_view, 2> scripts = {kScripts[0], "CREATE TABLE n(a); CREATE TABLE n(a);"};
  EXPECT_FALSE(database_->migrate(scripts));
  EXPECT_EQ(*database_->user_version(), 1);
  EXPECT_FALSE(database_->number("SELECT count(*) FROM n"));
  EXPECT_FALSE(database_->in_transaction());
}

TEST_F(OpenDatabaseTest, ANewerStoreIsLeftAlone) {
  ASSERT_OK(database_->set_user_version(9));
  auto outcome = database_->migrate(kScripts);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kWrongVersion);
  EXPECT_THAT(outcome.error().message, HasSubstr("newer version"));
  EXPECT_EQ(*database_->user_version(), 9);
}

// --- each thing that can be wrong with the files ---

class BrokenStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    auto database = Database::create(options());
    ASSERT_OK(database);
    ASSERT_OK((*database)->execute("CREATE TABLE t(a, b)"));
    Transaction transaction(**database);
    for (int i = 0; i < 50; ++i) {
      ASSERT_OK((*database)->run("INSERT INTO t VALUES(?,?)", i, std::string(1000, 'b')));
    }
    ASSERT_OK(transaction.commit());
  }
  Bytes contents() const {
    std::ifstream file(path_, std::ios::binary);
    return Bytes(std::istreambuf_iterator<char>(file), {});
  }
  void replace(const Bytes& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  // Opens and reads everything; the error is expected.
  Error error_of(const DatabaseOptions& with) const {
    auto database = Database::open(with);
    if (!database) return database.error();
    auto sum = (*database)->number("SELECT sum(length(b)) FROM t");
    return sum ? Error{Code::kInvalid, "nothing was noticed"} : sum.error();
  }
};

TEST_F(BrokenStoreTest, AnotherKeyIsAWrongKey) {
  const crypto::StoreKey other = test_key(2);
  EXPECT_EQ(error_of({path_, other, test_file_id(1), disk_}).code, Code::kWrongKey);
}

TEST_F(BrokenStoreTest, AnotherFileIdIsAWrongKey) {
  EXPECT_EQ(error_of({path_, key_, test_file_id(2), disk_}).code, Code::kWrongKey);
}

TEST_F(BrokenStoreTest, AMissingFileIsNotFound) {
  std::filesystem::remove(path_);
  EXPECT_EQ(error_of(options()).code, Code::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(path_)) << "opening must not create";
}

TEST_F(BrokenStoreTest, CreateDoesNotReplaceAStore) {
  auto created = Database::create(options());
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, Code::kExists);
  EXPECT_OK(Database::open(options()));
}

TEST_F(BrokenStoreTest, ATruncatedFileIsDamaged) {
  const Bytes whole = contents();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{100}, kPageBytes, whole.size() / 2, whole.size() - kPageBytes, whole.size() - 1}) {
    replace(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    const Error error = error_of(options());
    EXPECT_EQ(error.code, Code::kDamaged) << "cut to " << size << ": " << error.message;
  }
}

TEST_F(BrokenStoreTest, AFlippedBitIsDamagedAndTheRestIsReadable) {
  Bytes bytes = contents();
  bytes[bytes.size() - 2000] ^= 4;
  replace(bytes);
  const Error error = error_of(options());
  EXPECT_EQ(error.code, Code::kDamaged);
  EXPECT_THAT(error.message, HasSubstr("Restore this home"));
  auto database = Database::open(options());
  ASSERT_OK(database);
  EXPECT_OK((*database)->number("SELECT b FROM t LIMIT 1"));
}

TEST_F(BrokenStoreTest, AnOrdinaryDatabaseAndAnotherFileAreToldApart) {
  replace(Bytes(empty_first_page(), empty_first_page() + kPageBytes));
  EXPECT_EQ(error_of(options()).code, Code::kWrongVersion);
  const std::string_view text = "Dear colleagues, please find the minutes attached.";
  replace(Bytes(text.begin(), text.end()));
  EXPECT_EQ(error_of(options()).code, Code::kDamaged);
}

TEST_F(BrokenStoreTest, AStoreInUseIsBusy) {
  auto first = Database::open(options());
  ASSERT_OK(first);
  EXPECT_EQ(error_of(options()).code, Code::kBusy);
  EXPECT_OK((*first)->number("SELECT count(*) FROM t"));
  first->reset();
  EXPECT_OK(Database::open(options()));
}

TEST_F(BrokenStoreTest, AStoreThatCannotBeWrittenIsReadOnly) {
  if (geteuid() == 0) {
    // Root writes past permissions, so the disk itself refuses.
    class ReadOnlyDisk final : public Disk {
     public:
      Result<std::unique_ptr<DiskFile>> open(const std::string& path, OpenMode) override {
        return Error{Code::kReadOnly, "'" + path + "' cannot be written."};
      }
      Result<bool> exists(const std::string&) override { return true; }
      Result<> remove(const std::string&) override { return Error{Code::kReadOnly, ""}; }
      Result<> rename(const std::string&, const std::string&) override { return Error{Code::kReadOnly, ""}; }
      Result<> sync_directory_of(const std::string&) override { return {}; }
      Result<> make_directory(const std::string&) override { return {}; }
      Result<> remove_directory(const std::string&) override { return {}; }
      Result<std::vector<std::string>> names_in(const std::string&) override { return std::vector<std::string>(); }
    } read_only;
    EXPECT_EQ(error_of({path_, key_, test_file_id(1), read_only}).code, Code::kReadOnly);
    return;
  }
  std::filesystem::permissions(path_, std::filesystem::perms(0400));
  EXPECT_EQ(error_of(options()).code, Code::kReadOnly);
}

TEST_F(BrokenStoreTest, AJournalBesideTheStoreIsNotAskedFor) {
  std::ofstream(path_ + "-journal") << std::string(9000, 'j');
  auto database = Database::open(options());
  ASSERT_OK(database);
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM t"), 50);
}

// The log of one store beside the main file of another: none of its records opens, none of its rows appears.
TEST_F(BrokenStoreTest, ALogOfAnotherStoreBringsNothingIn) {
  const std::string other_path = folder_.path("other.db");
  const crypto::StoreKey other_key = test_key(2);
  auto other = Database::create({other_path, other_key, test_file_id(2), disk_});
  ASSERT_OK(other);
  ASSERT_OK((*other)->execute("CREATE TABLE t(a, b); INSERT INTO t VALUES('foreign','foreign')"));
  std::filesystem::copy_file(other_path + "-wal", path_ + "-wal");
  auto database = Database::open(options());
  ASSERT_OK(database);
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM t WHERE a='foreign'"), 0);
  EXPECT_EQ(*(*database)->number("SELECT count(*) FROM t"), 50);
  EXPECT_OK((*database)->check());
}

TEST_F(DatabaseTest, ALeftoverLogAndAnAbandonedCreationDoNotDisturbANewStore) {
  for (const char* suffix : {"-wal", ".new"}) std::ofstream(path_ + suffix) << std::string(9000, 'x');
  auto database = Database::create(options());
  ASSERT_OK(database);
  EXPECT_OK((*database)->execute("CREATE TABLE t(a)"));
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(DatabaseTest, APathThatLooksLikeAUriIsAPath) {
  const std::string odd = folder_.path("file:x?mode=memory");
  auto database = Database::create({odd, key_, test_file_id(1), disk_});
  ASSERT_OK(database);
  EXPECT_TRUE(std::filesystem::exists(odd));
}

TEST_F(DatabaseTest, ADirectoryThatIsNotThereIsNotFound) {
  auto database = Database::create({folder_.path("no/such/store.db"), key_, test_file_id(1), disk_});
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, Code::kNotFound);
}

}  // namespace
}  // namespace haki::store
