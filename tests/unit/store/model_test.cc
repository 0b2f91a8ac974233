// Goal: through the shim SQLite answers exactly as it does in plain memory.
// Method: long random streams of SQL, run on a sealed store and on SQLite's own in-memory database; every outcome and
// every row is compared. In between the sealed one is closed and reopened, checkpointed, vacuumed, and starved of
// cache. Replay one: HAKI_SEED=n store_model_test
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "memory_disk.h"
#include "plain.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::store {
namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string next() {
    switch (below(24)) {
      case 0:
        return "CREATE TABLE IF NOT EXISTS " + table() + "(a INTEGER PRIMARY KEY, b TEXT, c, d REAL DEFAULT 1.5)";
      case 1:
        return "CREATE TABLE IF NOT EXISTS w(k TEXT PRIMARY KEY, v) WITHOUT ROWID";
      case 2:
        return "CREATE INDEX IF NOT EXISTS i" + digit() + " ON " + table() + "(b, c)";
      case 3:
        return below(8) == 0 ? "DROP TABLE IF EXISTS " + table() : "SELECT count(*) FROM " + table();
      case 4:
        return below(4) == 0 ? "ALTER TABLE " + table() + " ADD COLUMN e" + digit() : "SELECT max(a) FROM " + table();
      case 5:
      case 6:
      case 7:
      case 8:
        return "INSERT OR IGNORE INTO " + table() + "(a,b,c) VALUES(" + number() + "," + text() + "," + value() + ")";
      case 9:
        return "INSERT INTO " + table() + "(b,c) SELECT b||'x', c FROM " + table() + " ORDER BY a LIMIT 20";
      case 10:
        return "INSERT OR REPLACE INTO w VALUES(" + text() + "," + value() + ")";
      case 11:
        return "UPDATE " + table() + " SET b=" + text() + " WHERE a%7=" + digit();
      case 12:
        return "UPDATE " + table() + " SET c=" + value() + " WHERE a<" + number();
      case 13:
        return "DELETE FROM " + table() + " WHERE a%11=" + digit();
      case 14:
        return "DELETE FROM w WHERE k<" + text();
      case 15:
        return "SELECT a,b,length(c),d FROM " + table() + " ORDER BY b DESC, a LIMIT 50";
      case 16:
        return "SELECT k,hex(v) FROM w ORDER BY k LIMIT 30";
      case 17:
        return "SELECT count(*),sum(length(b)),total(d) FROM " + table() + " WHERE b>" + text();
      case 18:
        return "CREATE VIRTUAL TABLE IF NOT EXISTS f USING fts5(x)";
      case 19:
        return "INSERT INTO f VALUES(" + text() + ")";
      case 20:
        return "SELECT rowid, x FROM f WHERE f MATCH 'w" + digit() + "*' ORDER BY rowid LIMIT 20";
      case 21:
        return transaction();
      case 22:
        return transaction();
      default:
        return "SELECT name, sql FROM sqlite_schema ORDER BY name";
    }
  }
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

 private:
  std::string digit() { return std::to_string(below(7)); }
  std::string table() { return "t" + std::to_string(below(3)); }
  std::string number() { return std::to_string(below(400)); }
  std::string text() {
    std::string words = "'";
    for (std::uint64_t i = 0; i <= below(6); ++i) words += "w" + number() + " ";
    return words + "'";
  }
  std::string value() {
    switch (below(5)) {
      case 0:
        return "NULL";
      case 1:
        return std::to_string(static_cast<std::int64_t>(random_()));
      case 2:
        return "zeroblob(" + std::to_string(below(20000)) + ")";
      case 3:
        return "replace(hex(zeroblob(" + std::to_string(below(3000)) + ")),'00'," + text() + ")";
      default:
        return std::to_string(static_cast<double>(below(100000)) / 7);
    }
  }
  std::string transaction() {
    if (!open_) {
      open_ = true;
      return below(2) == 0 ? "BEGIN" : "BEGIN IMMEDIATE";
    }
    switch (below(6)) {
      case 0:
        return "SAVEPOINT s";
      case 1:
        return "ROLLBACK TO s";
      case 2:
        return "RELEASE s";
      case 3:
        open_ = false;
        return "ROLLBACK";
      default:
        open_ = false;
        return "COMMIT";
    }
  }

  std::mt19937_64 random_;
  bool open_ = false;
};

void compare(std::uint64_t seed, std::size_t statements) {
  SCOPED_TRACE("HAKI_SEED=" + std::to_string(seed));
  MemoryDisk disk;
  auto database = create_store(disk);
  ASSERT_OK(database);
  Plain plain;
  ASSERT_EQ(plain.answer("PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON"), "1|\n");
  Generator generator(seed);
  std::uint64_t damaged = 0;
  for (std::size_t i = 0; i < statements; ++i) {
    const std::string sql = generator.next();
    ASSERT_EQ(answer(**database, sql), plain.answer(sql)) << "statement " << i << ": " << sql;
    if ((*database)->in_transaction() || generator.below(60) != 0) continue;
    switch (generator.below(5)) {
      case 0:
        damaged += (*database)->counters().damaged;
        database->reset();
        database = open_store(disk);
        ASSERT_OK(database);
        break;
      case 1:
        ASSERT_OK((*database)->execute("VACUUM"));
        break;
      case 2:
        ASSERT_OK((*database)->execute("PRAGMA wal_checkpoint(PASSIVE)"));
        break;
      case 3:
        ASSERT_OK((*database)->checkpoint());
        break;
      default:
        ASSERT_OK((*database)->execute("PRAGMA cache_size=" + std::to_string(5 + generator.below(20))));
        break;
    }
  }
  static_cast<void>((*database)->execute("ROLLBACK"));
  static_cast<void>(plain.answer("ROLLBACK"));
  ASSERT_OK((*database)->check());
  // Rule 7: with secure_delete no page that SQLite reads was left a hole.
  EXPECT_EQ(damaged + (*database)->counters().damaged, 0u);
  EXPECT_EQ((*database)->counters().refused_files, 0u);
}

TEST(Model, RandomSqlAnswersAsPlainSqliteDoes) {
  if (const char* seed = std::getenv("HAKI_SEED")) return compare(std::strtoull(seed, nullptr, 10), 3000);
  const std::uint64_t seeds = long_run() ? 200 : 4;
  for (std::uint64_t seed = 1; seed <= seeds && !::testing::Test::HasFatalFailure(); ++seed) compare(seed, 1500);
}

}  // namespace
}  // namespace haki::store
