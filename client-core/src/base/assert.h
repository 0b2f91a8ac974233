// HAKI_ASSERT stays on in release: it states what our own code guarantees, never checks outside input, and ends the
// process, which is safe because every write is a transaction.
#pragma once

#include <cstdio>
#include <cstdlib>

#define HAKI_ASSERT(condition)                                                                     \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      std::fprintf(stderr, "haki: bug: %s does not hold (%s:%d)\n", #condition, __FILE__, __LINE__); \
      std::abort();                                                                                \
    }                                                                                              \
  } while (false)
