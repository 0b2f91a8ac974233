// Deterministic work on a database of which every committed state is known: after commit n the counter says n and the
// digest of all rows is the witness's n-th. So whatever a crash or a fault leaves can be compared with what was
// promised.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/database.h"

namespace haki::store {

inline constexpr const char* kStorePath = "/home/store.db";

// Stands in every row that a workload writes; no file may ever hold it in clear.
inline constexpr std::string_view kMarker = "PLAINTEXT-MARKER-7f3a-muhtasari";

enum class Work {
  kSmall,  // few rows a commit, long values, deletions, full-text search, passive checkpoints
  kLarge,  // many rows a commit, more than the page cache holds; savepoints; roll-backs
  kShape,  // tables and indexes made and dropped, VACUUM, truncating checkpoints, closing and reopening
};

class Witness {
 public:
  // How many commits have returned success.
  std::size_t committed() const { return digests_.empty() ? 0 : digests_.size() - 1; }
  void acknowledge(std::uint64_t digest) { digests_.push_back(digest); }
  // Precondition: number <= committed() and the database exists.
  std::uint64_t digest(std::size_t number) const { return digests_.at(number); }
  const std::vector<std::uint64_t>& digests() const { return digests_; }

 private:
  std::vector<std::uint64_t> digests_;
};

// Creates the database and commits `commits` times. Stops at the first error and returns it.
Result<> run_workload(Work work, Disk& disk, std::size_t commits, Witness& witness);
// One commit more on an open database: commit number `number`.
Result<> commit_once(Work work, Database& database, std::size_t number);

// What a reader sees: the commit counter, and a digest over every row of every table and over a few searches.
struct Seen {
  std::size_t number = 0;
  std::uint64_t digest = 0;
};
Result<Seen> look(Database& database);
// Over every row of every table but those whose names `except` matches (LIKE): the ones that are an index's own.
Result<std::uint64_t> digest_of_tables(Database& database, const std::string& except);

Result<std::unique_ptr<Database>> open_store(Disk& disk);
Result<std::unique_ptr<Database>> create_store(Disk& disk);

}  // namespace haki::store
