#include "store/wiping_memory.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "crypto/secret.h"

namespace haki::store {
namespace {

sqlite3_mem_methods system_memory;  // what SQLite would use by itself; set once, before SQLite starts

void wipe_and_free(void* memory) {
  if (memory == nullptr) return;
  crypto::wipe({static_cast<std::uint8_t*>(memory), static_cast<std::size_t>(system_memory.xSize(memory))});
  system_memory.xFree(memory);
}

// The system's own would move the content and free the old place unwiped.
void* grow(void* memory, int size) {
  const int had = system_memory.xSize(memory);
  if (size <= had && size >= had / 2) return memory;
  void* const fresh = system_memory.xMalloc(size);
  if (fresh == nullptr) return nullptr;
  std::memcpy(fresh, memory, static_cast<std::size_t>(std::min(had, size)));
  wipe_and_free(memory);
  return fresh;
}

}  // namespace

void use_wiping_memory() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory) != SQLITE_OK) return;
    sqlite3_mem_methods wiping = system_memory;
    wiping.xFree = &wipe_and_free;
    wiping.xRealloc = &grow;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &wiping);
  });
}

}  // namespace haki::store
