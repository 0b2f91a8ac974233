#include "workload.h"

#include <random>

#include "store_fixture.h"

namespace haki::store {
namespace {

std::string prose(std::mt19937_64& random, std::size_t words) {
  static constexpr std::string_view kWords[] = {"maji",     "kisima", "shule", "report",
                                                "district", "clinic", "haki",  "repair"};
  std::string text(kMarker);
  for (std::size_t i = 0; i < words; ++i) {
    text += ' ';
    text += kWords[random() % std::size(kWords)];
    text += std::to_string(random() % 1000);
  }
  return text;
}

Result<> create_schema(Database& database) {
  return database.execute(
      "BEGIN;"
      "CREATE TABLE counter(id INTEGER PRIMARY KEY CHECK(id=1), n INTEGER NOT NULL);"
      "INSERT INTO counter VALUES(1,0);"
      "CREATE TABLE note(id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE, author TEXT, body TEXT NOT NULL);"
      "CREATE INDEX note_by_author ON note(author, id);"
      "CREATE VIRTUAL TABLE found USING fts5(body, tokenize='unicode61 remove_diacritics 2');"
      "COMMIT");
}

Result<> add_note(Database& database, std::mt19937_64& random, std::size_t words) {
  Bytes uid(16);
  for (auto& byte : uid) byte = static_cast<std::uint8_t>(random());
  const std::string body = prose(random, words);
  HAKI_TRY(database.run("INSERT INTO note(uid, author, body) VALUES(?,?,?)", ByteView(uid),
                        "author" + std::to_string(random() % 7), body));
  return database.run("INSERT INTO found(rowid, body) VALUES(?,?)", database.last_insert_id(), body.substr(0, 200));
}

Result<> drop_some_notes(Database& database, std::mt19937_64& random, unsigned keep_of) {
  const auto residue = static_cast<std::int64_t>(random() % keep_of);
  HAKI_TRY(database.run("DELETE FROM found WHERE rowid IN (SELECT id FROM note WHERE id % ? = ?)",
                        static_cast<std::int64_t>(keep_of), residue));
  return database.run("DELETE FROM note WHERE id % ? = ?", static_cast<std::int64_t>(keep_of), residue);
}

Result<> small_changes(Database& database, std::mt19937_64& random) {
  for (std::uint64_t i = 0; i <= random() % 2; ++i) HAKI_TRY(add_note(database, random, 10 + random() % 40));
  if (random() % 4 == 0) HAKI_TRY(add_note(database, random, 500 + random() % 1500));
  if (random() % 3 == 0) {
    HAKI_TRY(database.run("UPDATE note SET body = body || ? WHERE id = (SELECT min(id) FROM note)", prose(random, 20)));
  }
  if (random() % 5 == 0) HAKI_TRY(drop_some_notes(database, random, 5));
  return {};
}

Result<> large_changes(Database& database, std::mt19937_64& random) {
  const std::uint64_t rows = 15 + random() % 30;
  for (std::uint64_t i = 0; i < rows; ++i) HAKI_TRY(add_note(database, random, 60 + random() % 100));
  HAKI_TRY(database.execute("SAVEPOINT doubt"));
  HAKI_TRY(drop_some_notes(database, random, 3));
  HAKI_TRY(database.run("UPDATE note SET author = author || 'x', body = body || ? WHERE id % 2 = 0", prose(random, 5)));
  if (random() % 2 == 0) HAKI_TRY(database.execute("ROLLBACK TO doubt"));
  HAKI_TRY(database.execute("RELEASE doubt"));
  // Written pages change again before the commit, which makes SQLite rewrite frames it has written to the log already.
  return database.run("UPDATE note SET author = 'y' WHERE id % 3 = 0");
}

Result<> shape_changes(Database& database, std::mt19937_64& random, std::size_t number) {
  const std::string table = "t" + std::to_string(number % 4);
  HAKI_TRY(database.execute("DROP TABLE IF EXISTS " + table));
  HAKI_TRY(database.execute("CREATE TABLE " + table + "(a INTEGER PRIMARY KEY, b TEXT, c BLOB)"));
  for (int i = 0; i < 12; ++i) {
    HAKI_TRY(
        database.run("INSERT INTO " + table + "(b, c) VALUES(?, zeroblob(?))", prose(random, 30), random() % 9000));
  }
  if (random() % 2 == 0) HAKI_TRY(database.execute("CREATE INDEX " + table + "_b ON " + table + "(b)"));
  return add_note(database, random, 20);
}

Result<> changes_of(Work work, Database& database, std::size_t number) {
  std::mt19937_64 random(number * 7919 + static_cast<std::size_t>(work));
  switch (work) {
    case Work::kSmall:
      return small_changes(database, random);
    case Work::kLarge:
      return large_changes(database, random);
    case Work::kShape:
      return shape_changes(database, random, number);
  }
  return {};
}

// What lies between commits and changes no row.
Result<> housekeeping(Work work, std::unique_ptr<Database>& database, Disk& disk, std::size_t number) {
  if (work == Work::kSmall && number % 6 == 0) return database->execute("PRAGMA wal_checkpoint(PASSIVE)");
  if (work == Work::kLarge) {
    if (number % 4 == 2) {
      Transaction abandoned(*database);
      HAKI_TRY(abandoned.started());
      HAKI_TRY(changes_of(work, *database, number + 1000));
    }
    if (number % 3 == 0) return database->execute("PRAGMA wal_checkpoint(PASSIVE)");
  }
  if (work == Work::kShape) {
    if (number % 5 == 0) HAKI_TRY(database->execute("VACUUM"));
    if (number % 4 == 0) HAKI_TRY(database->checkpoint());
    if (number % 6 == 0) {
      database.reset();
      HAKI_ASSIGN(database, open_store(disk));
    }
  }
  return {};
}

class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<std::uint8_t>(c));
    mix(0xFF);
  }
  std::uint64_t value() const { return value_; }

 private:
  void mix(std::uint8_t byte) { value_ = (value_ ^ byte) * 1099511628211ULL; }
  std::uint64_t value_ = 14695981039346656037ULL;
};

Result<> add_rows(Database& database, const std::string& sql, Digest& digest) {
  Statement rows = database.prepare(sql);
  for (;;) {
    HAKI_ASSIGN(const bool row, rows.step());
    if (!row) return {};
    for (int column = 0; column < rows.columns(); ++column) {
      digest.add(std::to_string(static_cast<int>(rows.type(column))));
      digest.add(as_text(rows.blob(column)));
    }
  }
}

Result<std::vector<std::string>> table_names(Database& database, const std::string& except) {
  std::vector<std::string> tables;
  Statement names = database.prepare("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE ? ORDER BY name");
  names.bind_all(except);
  for (;;) {
    HAKI_ASSIGN(const bool row, names.step());
    if (!row) return tables;
    tables.emplace_back(names.text(0));
  }
}

}  // namespace

Result<std::unique_ptr<Database>> open_store(Disk& disk) {
  const crypto::StoreKey key = test_key(1);
  return Database::open({kStorePath, key, test_file_id(1), disk});
}

Result<std::unique_ptr<Database>> create_store(Disk& disk) {
  const crypto::StoreKey key = test_key(1);
  return Database::create({kStorePath, key, test_file_id(1), disk});
}

Result<> commit_once(Work work, Database& database, std::size_t number) {
  Transaction transaction(database);
  HAKI_TRY(transaction.started());
  HAKI_TRY(changes_of(work, database, number));
  HAKI_TRY(database.run("UPDATE counter SET n = ?", number));
  return transaction.commit();
}

Result<> run_workload(Work work, Disk& disk, std::size_t commits, Witness& witness) {
  HAKI_ASSIGN(std::unique_ptr<Database> database, create_store(disk));
  HAKI_TRY(create_schema(*database));
  HAKI_ASSIGN(const Seen first, look(*database));
  witness.acknowledge(first.digest);
  for (std::size_t number = 1; number <= commits; ++number) {
    if (work == Work::kLarge) HAKI_TRY(database->execute("PRAGMA cache_size=10"));
    HAKI_TRY(commit_once(work, *database, number));
    HAKI_ASSIGN(const Seen seen, look(*database));
    witness.acknowledge(seen.digest);
    HAKI_TRY(housekeeping(work, database, disk, number));
  }
  return {};
}

Result<std::uint64_t> digest_of_tables(Database& database, const std::string& except) {
  Digest digest;
  HAKI_ASSIGN(const std::vector<std::string> tables, table_names(database, except));
  for (const std::string& table : tables) {
    digest.add(table);
    HAKI_TRY(add_rows(database, "SELECT * FROM " + table, digest));
  }
  return digest.value();
}

Result<Seen> look(Database& database) {
  HAKI_ASSIGN(const std::int64_t number, database.number("SELECT n FROM counter"));
  Digest digest;
  HAKI_ASSIGN(const std::vector<std::string> tables, table_names(database, "found_%"));
  for (const std::string& table : tables) {
    digest.add(table);
    HAKI_TRY(add_rows(database, "SELECT rowid, * FROM " + table + " ORDER BY rowid", digest));
  }
  HAKI_TRY(add_rows(database, "SELECT author, id FROM note INDEXED BY note_by_author ORDER BY author, id", digest));
  HAKI_TRY(add_rows(database, "SELECT rowid FROM found WHERE found MATCH 'maji* OR shule*' ORDER BY rowid", digest));
  return Seen{static_cast<std::size_t>(number), digest.value()};
}

}  // namespace haki::store
