// The embedded store: one SQLite database in the data directory.
//
// Writes that wait at the same time share one durable commit, made by one writer thread; each sits in a savepoint of
// its own, so a condition that no longer holds undoes that write alone. Reads use connections of their own, as many as
// are read at once.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "storage/store.h"

namespace haki::storage {

struct SqliteOptions {
  // False: commit() writes in the caller's thread before it returns, for programs that have one thread (tools,
  // simulator).
  bool writer_thread = true;
  std::size_t waiting_max = 4096;
  // After so long without a write the database's log, which grows to 4 MB by itself, is emptied into the database.
  std::chrono::milliseconds idle{1000};
};

// `path` ":memory:" is a store that is gone with the process (only without a writer thread). Destroying the store
// commits what waits first.
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path, SqliteOptions options = {});

// Every page and index; kDamaged with the first few complaints' count.
Result<> check_sqlite(const std::string& path);

}  // namespace haki::storage
