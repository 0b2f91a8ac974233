#include "store/statement.h"

#include <sqlite3.h>

#include <utility>

#include "store/connection.h"

namespace haki::store {

Statement::Statement(Statement&& other) noexcept
    : slot_(std::exchange(other.slot_, nullptr)), failure_(std::move(other.failure_)) {}

Statement::~Statement() {
  if (slot_ == nullptr) return;
  if (!slot_->cached) {
    delete slot_;
    return;
  }
  sqlite3_reset(slot_->compiled);  // its outcome was reported by step() already
  sqlite3_clear_bindings(slot_->compiled);
  slot_->in_use = false;
}

Statement& Statement::keep(int outcome) {
  if (outcome != SQLITE_OK && !failure_) failure_ = std::make_unique<Error>(slot_->connection->describe(outcome));
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  return failure_ ? *this : keep(sqlite3_bind_int64(slot_->compiled, parameter, value));
}

Statement& Statement::bind(int parameter, double value) {
  return failure_ ? *this : keep(sqlite3_bind_double(slot_->compiled, parameter, value));
}

// An empty view may point nowhere, which SQLite would take for NULL.
Statement& Statement::bind(int parameter, std::string_view text) {
  if (failure_) return *this;
  const char* const data = text.empty() ? "" : text.data();
  return keep(sqlite3_bind_text64(slot_->compiled, parameter, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bind(int parameter, ByteView blob) {
  if (failure_) return *this;
  const void* const data = blob.empty() ? static_cast<const void*>("") : blob.data();
  return keep(sqlite3_bind_blob64(slot_->compiled, parameter, data, blob.size(), SQLITE_TRANSIENT));
}

Statement& Statement::bind(int parameter, std::nullptr_t) {
  return failure_ ? *this : keep(sqlite3_bind_null(slot_->compiled, parameter));
}

Result<bool> Statement::step() {
  if (failure_) return *failure_;
  const int outcome = sqlite3_step(slot_->compiled);
  if (outcome == SQLITE_ROW) return true;
  if (outcome == SQLITE_DONE) {
    sqlite3_reset(slot_->compiled);  // ends its read, so that the log can start over
    return false;
  }
  Error error = slot_->connection->describe(outcome);
  sqlite3_reset(slot_->compiled);
  return error;
}

Result<> Statement::run() {
  for (;;) {
    HAKI_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

void Statement::reset() {
  if (slot_ != nullptr) sqlite3_reset(slot_->compiled);
}

int Statement::columns() const { return slot_ == nullptr ? 0 : sqlite3_column_count(slot_->compiled); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(slot_->compiled, column); }

double Statement::real(int column) const { return sqlite3_column_double(slot_->compiled, column); }

std::string_view Statement::text(int column) const {
  // Numbers alone need memory to become text. Asked as text, what is text may need it too, for a zero behind it that nobody wants,
  // and would read as empty where there is none.
  const bool is_text = sqlite3_column_type(slot_->compiled, column) == SQLITE_TEXT;
  const void* const data = is_text ? sqlite3_column_blob(slot_->compiled, column) : sqlite3_column_text(slot_->compiled, column);
  if (data == nullptr) return {};
  return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(slot_->compiled, column))};
}

ByteView Statement::blob(int column) const {
  const void* const data = sqlite3_column_blob(slot_->compiled, column);
  if (data == nullptr) return {};
  return {static_cast<const std::uint8_t*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(slot_->compiled, column))};
}

ColumnType Statement::type(int column) const {
  switch (sqlite3_column_type(slot_->compiled, column)) {
    case SQLITE_INTEGER:
      return ColumnType::kInteger;
    case SQLITE_FLOAT:
      return ColumnType::kReal;
    case SQLITE_TEXT:
      return ColumnType::kText;
    case SQLITE_BLOB:
      return ColumnType::kBlob;
    default:
      return ColumnType::kNull;
  }
}

}  // namespace haki::store
