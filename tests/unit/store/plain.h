// The same SQL to a sealed store and to SQLite in plain memory: what each answers, as text to be compared.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "store/database.h"

namespace haki::store {

// The model: SQLite in plain memory.
class Plain {
 public:
  Plain() { sqlite3_open_v2(":memory:", &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr); }
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;
  ~Plain() { sqlite3_close(handle_); }

  // Rows as text, or "error"; of several statements one after the other.
  std::string answer(const std::string& sql) {
    std::string rows;
    for (const char* at = sql.c_str(); *at != '\0';) {
      sqlite3_stmt* statement = nullptr;
      if (sqlite3_prepare_v2(handle_, at, -1, &statement, &at) != SQLITE_OK) return "error";
      while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); ++i) {
          const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
          rows.append(text == nullptr ? "NULL" : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, i)))).append("|");
        }
        rows.append("\n");
      }
      if (sqlite3_finalize(statement) != SQLITE_OK) return "error";
    }
    return rows;
  }

 private:
  sqlite3* handle_ = nullptr;
};

// The same of a sealed store; only what SQL itself refuses is an answer, no other failure.
inline std::string answer(Database& database, const std::string& sql) {
  std::string rows;
  Statement statement = database.prepare(sql);
  for (;;) {
    auto row = statement.step();
    if (!row) {
      EXPECT_TRUE(row.error().code == Code::kInvalid || row.error().code == Code::kExists) << row.error().message;
      return "error";
    }
    if (!*row) return rows;
    for (int i = 0; i < statement.columns(); ++i) {
      rows.append(statement.is_null(i) ? "NULL" : statement.text(i)).append("|");
    }
    rows.append("\n");
  }
}

}  // namespace haki::store
