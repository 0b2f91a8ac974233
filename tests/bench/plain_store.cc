#include "plain_store.h"

#include <sqlite3.h>

#include "measure.h"

namespace haki::bench {
namespace {

std::string plain_file;  // empty: sealed

}  // namespace

PlainStore::PlainStore(std::string file) { plain_file = std::move(file); }
PlainStore::~PlainStore() { plain_file.clear(); }

}  // namespace haki::bench

extern "C" {

int __real_sqlite3_open_v2(const char* name, sqlite3** handle, int flags, const char* vfs);

int __wrap_sqlite3_open_v2(const char* name, sqlite3** handle, int flags, const char* vfs) {
  const std::string& file = haki::bench::plain_file;
  if (file.empty()) return __real_sqlite3_open_v2(name, handle, flags, vfs);
  const int outcome = __real_sqlite3_open_v2(file.c_str(), handle, flags | SQLITE_OPEN_CREATE, nullptr);
  if (outcome != SQLITE_OK) return outcome;
  // What create_sealed_store() lays down for ours; the store sets and checks everything else itself.
  return sqlite3_exec(*handle, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=4096; PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
}

}  // extern "C"
