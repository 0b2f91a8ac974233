#include "haki/result.h"

namespace haki {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalid: return "invalid";
    case Code::kNotFound: return "not_found";
    case Code::kExists: return "exists";
    case Code::kWrongKey: return "wrong_key";
    case Code::kDamaged: return "damaged";
    case Code::kWrongVersion: return "wrong_version";
    case Code::kDiskFull: return "disk_full";
    case Code::kReadOnly: return "read_only";
    case Code::kIo: return "io";
    case Code::kBusy: return "busy";
    case Code::kNetwork: return "network";
    case Code::kRefused: return "refused";
    case Code::kUntrusted: return "untrusted";
    case Code::kNotAdmitted: return "not_admitted";
    case Code::kRemoved: return "removed";
    case Code::kTooLarge: return "too_large";
    case Code::kHeld: return "held";
    case Code::kDenied: return "denied";
    case Code::kUnsupported: return "unsupported";
    case Code::kStopped: return "stopped";
  }
  return "unknown";
}

}  // namespace haki
