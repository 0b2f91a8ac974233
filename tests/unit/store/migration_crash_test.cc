// Goal: a store of any earlier version that is stopped while it is brought up to date opens as one version or the next, whole, with
// every row, and gets there when it is opened again. Method: a store at version n has rows in every table it knows then; it is
// migrated on a disk in memory, and before each change of the disk what a stop there would leave is opened and compared with the
// state that this version is known to have.
#include <gtest/gtest.h>

#include "memory_disk.h"
#include "store/migrations.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::store {
namespace {

constexpr int kRowsPerTable = 40;

struct MigrationColumn {
  std::string name, type;
};

Result<std::vector<MigrationColumn>> columns_of(Database& database, const std::string& table) {
  std::vector<MigrationColumn> columns;
  Statement rows = database.prepare("SELECT name, type FROM pragma_table_info(?)");
  rows.bind_all(table);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return columns;
    columns.push_back({std::string(rows.text(0)), std::string(rows.text(1))});
  }
}

// Row `number` of a table: numbers are its number, so that what refers to another row finds it; text and bytes say where they are.
Result<> fill_table(Database& database, const std::string& table) {
  HAKI_ASSIGN(const std::vector<MigrationColumn> columns, columns_of(database, table));
  for (int number = 1; number <= kRowsPerTable; ++number) {
    std::string names, values;
    for (const MigrationColumn& column : columns) {
      const std::string text = "'" + std::string(kMarker) + " " + table + " " + column.name + " " + std::to_string(number) + "'";
      names += (names.empty() ? "" : ",") + column.name;
      values += values.empty() ? "" : ",";
      values += column.type == "INTEGER" || column.type == "REAL" ? std::to_string(number) : column.type == "BLOB" ? "CAST(" + text + " AS BLOB)" : text;
    }
    HAKI_TRY(database.execute("INSERT OR IGNORE INTO " + table + "(" + names + ") VALUES(" + values + ")"));
  }
  return {};
}

// index_mark aside, whose rows each version makes itself.
Result<> fill_every_table(Database& database) {
  Transaction transaction(database);
  HAKI_TRY(transaction.started());
  HAKI_TRY(database.execute("PRAGMA defer_foreign_keys=ON"));
  std::vector<std::string> tables;
  {
    Statement names = database.prepare("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'search%' AND name <> 'index_mark'");
    for (;;) {
      HAKI_ASSIGN(const bool row, names.step());
      if (!row) break;
      tables.emplace_back(names.text(0));
    }
  }
  for (const std::string& table : tables) HAKI_TRY(fill_table(database, table));
  HAKI_TRY(database.run("INSERT INTO search(rowid, text) VALUES(1, 'maji safi')"));
  return transaction.commit();
}

struct VersionSeen {
  std::int64_t version = 0;
  std::uint64_t digest = 0;
  bool operator==(const VersionSeen&) const = default;
};

Result<VersionSeen> look_at_version(Database& database) {
  VersionSeen seen;
  HAKI_ASSIGN(seen.version, database.user_version());
  HAKI_ASSIGN(seen.digest, digest_of_tables(database, "search%"));
  return seen;
}

class MigrationCrash : public ::testing::TestWithParam<std::size_t> {
 protected:
  // A store of version GetParam() with rows, and what each version from there on is.
  void SetUp() override {
    MemoryDisk disk;
    auto database = create_store(disk);
    ASSERT_OK(database);
    ASSERT_OK((*database)->migrate(migration_scripts().first(GetParam())));
    ASSERT_OK(fill_every_table(**database));
    database->reset();
    start_ = disk.image();
    database = open_store(disk);
    ASSERT_OK(database);
    for (std::size_t version = GetParam(); version <= migration_scripts().size(); ++version) {
      ASSERT_OK((*database)->migrate(migration_scripts().first(version)));
      const auto seen = look_at_version(**database);
      ASSERT_OK(seen);
      ASSERT_EQ(seen->version, static_cast<std::int64_t>(version));
      known_.push_back(*seen);
    }
  }

  void examine(Image image, std::int64_t at_least, const std::string& where) {
    ++stops_;
    MemoryDisk disk(std::move(image));
    auto database = open_store(disk);
    ASSERT_OK(database) << where;
    ASSERT_OK((*database)->check()) << where;
    const auto seen = look_at_version(**database);
    ASSERT_OK(seen) << where;
    ASSERT_NE(std::find(known_.begin(), known_.end(), *seen), known_.end()) << where << ": half of version " << seen->version + 1;
    ASSERT_GE(seen->version, at_least) << where << ": a version that was reached is gone";
    ASSERT_LE(seen->version, at_least + 1) << where;
    ASSERT_OK((*database)->migrate(migration_scripts())) << where;
    const auto after = look_at_version(**database);
    ASSERT_OK(after) << where;
    ASSERT_EQ(*after, known_.back()) << where << ": brought up to date from there, it is another store";
  }

  Image start_;
  std::vector<VersionSeen> known_;
  std::size_t stops_ = 0;
};

TEST_P(MigrationCrash, StoppedAtEveryWriteItIsOneVersionOrTheNextAndGetsThere) {
  MemoryDisk disk(start_, MemoryDisk::Power::kMayFail);
  std::mt19937_64 random(GetParam());
  std::size_t index = 0;
  std::size_t in_clear = 0;
  auto reached = static_cast<std::int64_t>(GetParam());
  disk.before = [&](const Operation& operation) {
    const bool barrier = operation.kind == Operation::Kind::kSync;
    if (HasFatalFailure() || (!operation.changes_disk() && !barrier)) return Ruling{};
    ++index;
    const std::string where = "stopped at operation " + std::to_string(index);
    const Image now = disk.image();
    examine(now, reached, where);
    if (operation.kind == Operation::Kind::kWrite) {
      in_clear += as_text(operation.data).find(kMarker) != std::string_view::npos;
      for (const std::size_t part : {operation.data.size() / 2, std::min<std::size_t>(512, operation.data.size()),
                                     operation.data.size() - std::min(kRecordBytes, operation.data.size())}) {
        examine(with_part_of(now, operation, part), reached, where + " after " + std::to_string(part) + " bytes");
      }
    }
    examine(disk.image_synced(), reached, where + ", unsynced lost");
    for (int cut = 0; cut < (long_run() ? 8 : 2); ++cut) examine(disk.image_after_power_cut(random), reached, where + ", power cut");
    return Ruling{};
  };
  auto database = open_store(disk);
  ASSERT_OK(database);
  for (std::size_t version = GetParam() + 1; version <= migration_scripts().size(); ++version) {
    ASSERT_OK((*database)->migrate(migration_scripts().first(version)));
    reached = static_cast<std::int64_t>(version);
    examine(disk.image_synced(), reached, "a version that migrate() said it reached");
    if (HasFatalFailure()) return;
  }
  database->reset();  // copies the log: page 1 and all others are written
  disk.before = nullptr;
  EXPECT_EQ(in_clear, 0u);
  EXPECT_GT(stops_, 20u);
  std::printf("  version %zu to %zu: %zu operations, %zu stops\n", GetParam(), migration_scripts().size(), index, stops_);
}

INSTANTIATE_TEST_SUITE_P(FromVersion, MigrationCrash, ::testing::Range<std::size_t>(1, migration_scripts().size()));

}  // namespace
}  // namespace haki::store
