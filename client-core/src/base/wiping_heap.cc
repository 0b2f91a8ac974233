// Freed memory holds nothing: malloc's family for a whole program, which wipes what is freed, whoever allocated it: our own
// strings, SQLite, Brotli, OpenSSL, the C library. For programs that link this object; a library has no right to it.
//
// glibc alone has what it needs; elsewhere, and with a sanitizer, which has a heap of its own, this file is empty.
#include <cstdlib>

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <string.h>

#include <algorithm>

extern "C" {

std::size_t malloc_usable_size(void* memory);
void* __libc_malloc(std::size_t size);
void __libc_free(void* memory);

void free(void* memory) noexcept {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, ::malloc_usable_size(memory));
  __libc_free(memory);
}

// The system's own would move the content and free the old place unwiped.
void* realloc(void* memory, std::size_t size) noexcept {
  if (memory == nullptr) return __libc_malloc(size);
  if (size == 0) return free(memory), nullptr;
  const std::size_t had = ::malloc_usable_size(memory);
  if (size <= had && size >= had / 2) return memory;
  void* const fresh = __libc_malloc(size);
  if (fresh == nullptr) return nullptr;
  ::memcpy(fresh, memory, std::min(had, size));
  free(memory);
  return fresh;
}

}  // extern "C"

#endif
