#include "unsynced.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace {

bool passing = false;

}  // namespace

namespace haki::bench {

Unsynced::Unsynced() { passing = true; }
Unsynced::~Unsynced() {
  passing = false;
  ::sync();
}

}  // namespace haki::bench

// The program's own functions come before the C library's, in libraries too.
extern "C" {

int fdatasync(int file) { return passing ? 0 : static_cast<int>(::syscall(SYS_fdatasync, file)); }
int fsync(int file) { return passing ? 0 : static_cast<int>(::syscall(SYS_fsync, file)); }

}  // extern "C"
