// One SQLite connection and its prepared statements: each SQL text is prepared once and kept. Belongs to one thread at
// a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "haki/bytes.h"
#include "haki/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace haki::storage {

// A statement in use; reset when it goes. Bind in order, then step.
class Statement {
 public:
  // Without a statement `code` says why, and step() gives it.
  Statement(sqlite3_stmt* statement, int code) : statement_(statement), step_(code) {}
  Statement(Statement&& other) noexcept : statement_(other.statement_), next_(other.next_), step_(other.step_) {
    other.statement_ = nullptr;
  }
  Statement(const Statement&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::uint32_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(ByteView blob);  // borrowed until the statement is reset
  Statement& bind_text(std::string_view text);
  Statement& bind_null();

  // True: a row is there. False: done, or an error that result() tells.
  bool step();
  Result<> result() const;
  // Runs a statement without rows.
  Result<> run() { return step(), result(); }

  std::int64_t integer(int column) const;
  std::uint32_t u32(int column) const { return static_cast<std::uint32_t>(integer(column)); }
  std::uint64_t u64(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  ByteView blob(int column) const;  // valid until the next step
  // False where the stored length is not the type's: the database is damaged.
  template <typename T>
  bool id(int column, T& out) const {
    const auto read = T::from(blob(column));
    if (read) out = *read;
    return read.has_value();
  }

 private:
  sqlite3_stmt* statement_;
  int next_ = 1;
  int step_;
};

class Connection {
 public:
  // `path` ":memory:" is a database of its own. Waits up to 10 s for another process's write.
  static Result<std::unique_ptr<Connection>> open(const std::string& path, bool read_only);
  Connection(const Connection&) = delete;
  ~Connection();

  // Precondition: `sql` is a string literal of ours (its address is its name) and is valid.
  Statement prepare(const char* sql);
  Result<> execute(const char* sql);
  // Brings what the log (WAL) holds into the database, and the log to nothing. False where somebody still reads from it, or the
  // disk refuses; never waits. Precondition: no transaction.
  bool empty_log();
  std::int64_t changes() const;
  std::int64_t last_row() const;

 private:
  explicit Connection(sqlite3* database) : database_(database) {}
  sqlite3* database_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

// What an SQLite result code means here.
Error sqlite_error(int code);
// A row that is not as it was written.
const Error& damaged_database();

}  // namespace haki::storage
