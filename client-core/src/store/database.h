// The store's database: one sealed SQLite file (spec 50-store-file), one connection, one thread at a time.
//
// Durable: when a transaction's commit (or a single statement outside one) returns success, kill -9 and power loss do
// not take it back. A failed call leaves what was committed before as it was. WAL, synchronous FULL, foreign keys
// checked. SQL has no clock here ("now" is NULL), attaches no files, loads no extensions, writes no temporary files.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "haki/result.h"
#include "store/disk.h"
#include "store/sealed_page.h"
#include "store/statement.h"

namespace haki::store {

// Borrowed for the call, but `disk` must outlive the database.
struct DatabaseOptions {
  std::string path;
  const crypto::StoreKey& key;
  FileId file_id;
  Disk& disk;
};

class Database {
 public:
  // Makes an empty store and opens it. kExists where a file is; a kill in between leaves either nothing or a whole
  // store.
  static Result<std::unique_ptr<Database>> create(const DatabaseOptions& options);
  // kNotFound, kWrongKey, kDamaged, kWrongVersion (not a sealed store), kBusy, kReadOnly, kIo: see spec 50-store-file.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  // Copies the log into the main file and removes it; an open transaction is rolled back. Never loses a commit.
  ~Database();

  // Compiles `sql`, or takes the compiled form that an earlier Statement of the same text gave back.
  Statement prepare(std::string_view sql);
  // prepare, bind_all, run.
  template <typename... Values>
  Result<> run(std::string_view sql, const Values&... values) {
    return prepare(sql).bind_all(values...).run();
  }
  // The first column of the first row; kNotFound where there is none.
  template <typename... Values>
  Result<std::int64_t> number(std::string_view sql, const Values&... values) {
    Statement statement = prepare(sql);
    HAKI_ASSIGN(const bool row, statement.bind_all(values...).step());
    if (!row) return Error{Code::kNotFound, "There is no such entry in this home's store."};
    return statement.integer(0);
  }
  // Any number of statements separated by semicolons, without parameters; not cached.
  Result<> execute(std::string_view sql);

  // Rows the last INSERT, UPDATE or DELETE touched, and the rowid of the last INSERT.
  std::int64_t changes() const;
  std::int64_t last_insert_id() const;

  // Applies scripts[user_version], … in order, each in one transaction that also counts user_version up.
  // kWrongVersion where the store has seen more scripts than these: a newer program made it, nothing is changed.
  Result<> migrate(std::span<const std::string_view> scripts);
  Result<std::int64_t> user_version();
  Result<> set_user_version(std::int64_t version);

  // Reads every page and checks structure, indexes and counts; kDamaged where they do not agree. Slow.
  Result<> check();
  // Copies the log into the main file now.
  Result<> checkpoint();

  const SealCounters& counters() const;
  bool in_transaction() const;

 private:
  friend class Statement;
  friend struct StatementSlot;
  struct Connection;
  explicit Database(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

// BEGIN IMMEDIATE until commit() succeeds; else the destructor rolls everything back. One at a time, not nested.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  // Durable when it returns success. On failure it is undone. (Should the process die right after a failed sync, the
  // next opening may still find the whole of it; never a part.) A transaction that could not begin says so here, and in
  // started().
  Result<> commit();
  const Result<>& started() const { return begun_; }

 private:
  Database& database_;
  Result<> begun_;
  bool open_;
};

}  // namespace haki::store
