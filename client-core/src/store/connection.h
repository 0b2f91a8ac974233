// What database.cc and statement.cc share, out of the reach of everybody else: SQLite's handles and the statement
// cache.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "store/database.h"
#include "store/sealed_vfs.h"

namespace haki::store {

struct StatementSlot {
  sqlite3_stmt* compiled = nullptr;
  Database::Connection* connection = nullptr;
  bool in_use = false;
  bool cached = false;  // owned by the cache; otherwise by the Statement that uses it

  ~StatementSlot() { sqlite3_finalize(compiled); }
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

struct Database::Connection {
  Connection(Disk& disk, const std::string& path, const crypto::StoreKey& key, const FileId& file_id)
      : vfs(disk, path, key, file_id) {}
  ~Connection() {
    statements.clear();
    sqlite3_close(handle);  // rolls back, copies the log into the main file, removes it
  }

  // The sentence and code for an SQLite result; `compiling` adds SQLite's words, which then speak of our SQL only.
  Error describe(int outcome, bool compiling = false);
  // Ends a transaction whose ROLLBACK failed for lack of memory: nothing else may become part of it.
  Result<> finish_undoing();

  SealedVfs vfs;  // outlives the handle
  sqlite3* handle = nullptr;
  bool undoing = false;  // a ROLLBACK was asked for, and nothing since
  std::unordered_map<std::string, std::unique_ptr<StatementSlot>, TextHash, std::equal_to<>> statements;
};

}  // namespace haki::store
