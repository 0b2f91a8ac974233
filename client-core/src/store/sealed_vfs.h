// An SQLite VFS that seals everything it writes (spec 50-store-file): the only way the store's SQLite reaches a disk.
// It fails closed: whatever SQLite asks that the spec does not name is an I/O error, never a pass-through.
//
// One instance serves one database path. Registered with SQLite under name() while it lives; it must outlive every
// connection opened through it. One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "store/disk.h"
#include "store/sealed_page.h"

namespace haki::store {

class SealedVfs {
 public:
  SealedVfs(Disk& disk, std::string path, const crypto::StoreKey& key, const FileId& file_id);
  SealedVfs(const SealedVfs&) = delete;
  SealedVfs& operator=(const SealedVfs&) = delete;
  ~SealedVfs();

  // To be given to sqlite3_open_v2; any file name given along with it means `path`.
  const std::string& name() const { return name_; }
  const SealCounters& counters() const { return counters_; }
  const PageCipher& cipher() const { return cipher_; }

  // What the last failing operation found, which SQLite's own code is too coarse to carry; clears it.
  std::optional<Error> take_error();

 private:
  struct Glue;  // SQLite's callbacks
  friend struct Glue;

  Disk& disk_;
  const std::string path_;
  const std::string wal_path_;
  const PageCipher cipher_;
  SealCounters counters_;
  std::optional<Error> error_;
  bool wal_name_is_durable_ = false;  // synced since it was opened, by us or by a process that was killed
  std::string name_;
  std::unique_ptr<Glue> glue_;
};

// Writes the files of a store that holds nothing to `path`: under a temporary name, synced, then renamed.
// kExists where there is a file already; a leftover log or temporary file of an earlier attempt is removed.
Result<> create_sealed_store(Disk& disk, const std::string& path, const PageCipher& cipher);

}  // namespace haki::store
