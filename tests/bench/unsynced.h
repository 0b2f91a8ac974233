// Records that a bench needs to be there and does not measure: made without waiting for the disk.
#pragma once

namespace haki::bench {

// While one lives, fsync and fdatasync of this process return at once. Ended by one real sync() of everything, so that nothing of it is left to
// be written while the clock runs.
class Unsynced {
 public:
  Unsynced();
  Unsynced(const Unsynced&) = delete;
  Unsynced& operator=(const Unsynced&) = delete;
  ~Unsynced();
};

}  // namespace haki::bench
