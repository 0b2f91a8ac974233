// How a command ends. The numbers are part of the contract with scripts; they never change.
#pragma once

#include "haki/result.h"

namespace haki::cli {

enum class ExitCode : int {
  kDone = 0,
  kFailed = 1,     // reason on stderr, nothing lost
  kUsage = 2,      // the command line is not right
  kLocked = 3,     // no passphrase, or the wrong one
  kNoNetwork = 4,  // work is kept and will be sent
  kPartly = 5,     // done in part, the rest is listed
  kRemoved = 6     // removed from the coalition; own data is kept
};

constexpr ExitCode exit_code_of(Code code) {
  switch (code) {
    case Code::kWrongKey:
      return ExitCode::kLocked;
    case Code::kNetwork:
      return ExitCode::kNoNetwork;
    case Code::kRemoved:
      return ExitCode::kRemoved;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace haki::cli
