#include "storage/sqlite/connection.h"

#include <sqlite3.h>

#include "base/assert.h"

namespace haki::storage {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

}  // namespace

const Error& damaged_database() {
  static const Error error{Code::kDamaged,
                           "The server's database is damaged. Stop the server and restore it from a backup."};
  return error;
}

Error sqlite_error(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {Code::kDiskFull, "The server's disk is full. Free some space; what was acknowledged is intact."};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {Code::kReadOnly,
              "The server's database cannot be opened or written. Check the rights of the data directory."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::kBusy, "Another process holds the server's database. Try again in a moment."};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged_database();
    default:
      return {Code::kIo, "The server's database refused an operation (SQLite code " + std::to_string(code) + ")."};
  }
}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::bind(std::int64_t value) {
  if (statement_ != nullptr) HAKI_ASSERT(sqlite3_bind_int64(statement_, next_++, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(ByteView blob) {
  static const std::uint8_t nothing = 0;  // a null pointer would bind NULL
  const void* data = blob.empty() ? &nothing : blob.data();
  if (statement_ != nullptr) {
    HAKI_ASSERT(sqlite3_bind_blob64(statement_, next_++, data, blob.size(), SQLITE_STATIC) == SQLITE_OK);
  }
  return *this;
}
Statement& Statement::bind_text(std::string_view text) {
  if (statement_ != nullptr) {
    HAKI_ASSERT(sqlite3_bind_text64(statement_, next_++, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) ==
                SQLITE_OK);
  }
  return *this;
}
Statement& Statement::bind_null() {
  ++next_;  // unbound is NULL
  return *this;
}

bool Statement::step() {
  if (statement_ == nullptr) return false;
  step_ = sqlite3_step(statement_);
  return step_ == SQLITE_ROW;
}
Result<> Statement::result() const {
  if (step_ == SQLITE_ROW || step_ == SQLITE_DONE) return {};
  return sqlite_error(step_);
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
ByteView Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, bool read_only) {
  sqlite3* database = nullptr;
  const int flags =
      SQLITE_OPEN_NOMUTEX | (read_only ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(path.c_str(), &database, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(database));
  if (code != SQLITE_OK) return sqlite_error(code);
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, kBusyTimeoutMs);
  HAKI_TRY(connection->execute("PRAGMA journal_mode=WAL"));
  HAKI_TRY(connection->execute("PRAGMA synchronous=FULL"));
  HAKI_TRY(connection->execute("PRAGMA foreign_keys=ON"));
  HAKI_TRY(connection->execute("PRAGMA secure_delete=ON"));  // what is let go of is overwritten (spec 14-erasure)
  HAKI_TRY(connection->execute("PRAGMA trusted_schema=OFF"));
  if (read_only) HAKI_TRY(connection->execute("PRAGMA query_only=ON"));
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

Statement Connection::prepare(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement != nullptr) return {statement, SQLITE_OK};
  const int code = sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return {statement, code};  // no statement where it failed: the caller's step() says so
}

Result<> Connection::execute(const char* sql) {
  const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sqlite_error(code);
  return {};
}

bool Connection::empty_log() {
  sqlite3_busy_timeout(database_, 0);
  Statement checkpoint = prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  const bool emptied = checkpoint.step() && checkpoint.integer(0) == 0;
  sqlite3_busy_timeout(database_, kBusyTimeoutMs);
  return emptied;
}

std::int64_t Connection::changes() const { return sqlite3_changes64(database_); }
std::int64_t Connection::last_row() const { return sqlite3_last_insert_rowid(database_); }

}  // namespace haki::storage
