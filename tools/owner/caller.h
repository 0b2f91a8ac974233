// The other half: handing a command to the process that owns the home.
#pragma once

#include <chrono>
#include <optional>

#include "haki/result.h"
#include "owner/request.h"

namespace haki::owner {

// What the owner gets to read from and write to; borrowed.
struct CallDescriptors {
  int in = 0, out = 1, err = 2, prepared = -1;
};

struct CallResult {
  enum class Kind { kExit, kNeedsPassphrase, kNobody } kind = Kind::kNobody;
  int exit_code = 0;
};

// Hands `request` to the owner that listens for the home and waits for its answer: at most `begin_within` until the
// command begins (kBusy), then as long as it takes. kNobody: no owner listens (or it is just closing), so the caller
// may own the home itself. kIo: the owner went away while the command ran. `request.home` is filled in with the real
// path.
Result<CallResult> call_owner(const std::string& home, Request& request, const CallDescriptors& descriptors,
                              std::chrono::milliseconds begin_within);

}  // namespace haki::owner
