// The lock of a home: whoever holds it owns the home. It ends with the process that holds it, however that ends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "haki/result.h"
#include "owner/descriptor.h"

namespace haki::owner {

class HomeLock {
 public:
  // Takes HOME/lock without waiting and notes in it who has it: the process id and `what` (a command's words, never its
  // arguments). `make_home`: makes the directory (0700) where it is missing. kBusy: another process has it.
  // kNotFound: no such directory. Callable again after a failure. A child of fork() shares the lock.
  static Result<HomeLock> try_take(const std::string& home, std::string_view what, bool make_home);

 private:
  explicit HomeLock(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;
};

// Who has the lock, as the holder noted it: "process 4242 (haki sync --watch)". Empty where nobody says.
std::string holder_of(const std::string& home);

}  // namespace haki::owner
