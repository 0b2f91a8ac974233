// The same store over a file that is not sealed, for comparison and for benches alone: the program's own SQLite statements,
// settings and transactions, with SQLite's own VFS below them instead of ours. A bench that is linked with plain_store.cc asks the linker for it
// (`--wrap=sqlite3_open_v2`); no program of the product is.
#pragma once

#include <string>

namespace haki::bench {

// While one lives, the homes that are opened keep their database in `file`, in the clear; the sealed one in the home's folder stays
// empty. SQLite's memory is wiped when freed in both, and keys and passphrase are the same: what differs is the sealing.
class PlainStore {
 public:
  explicit PlainStore(std::string file);
  PlainStore(const PlainStore&) = delete;
  PlainStore& operator=(const PlainStore&) = delete;
  ~PlainStore();
};

}  // namespace haki::bench
