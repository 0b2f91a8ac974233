#include "coverage.h"

#include <cstdio>

#include "plan.h"

namespace haki::simulation {

void Coverage::add(const Coverage& other) {
  for (const auto& [key, times] : other.counts_) counts_[key] += times;
}

std::string Coverage::table() const {
  std::string text, group;
  std::size_t never = 0;
  for (const auto& [key, times] : counts_) {
    if (key.first != group) text += (group.empty() ? "" : "\n") + key.first + "\n";
    group = key.first;
    char line[160];
    std::snprintf(line, sizeof line, "  %-56s %10llu%s\n", key.second.c_str(), static_cast<unsigned long long>(times),
                  times == 0 ? "  NEVER" : "");
    text += line;
    never += times == 0 ? 1 : 0;
  }
  return text + "\n" + std::to_string(never) + " of " + std::to_string(counts_.size()) + " never occurred\n";
}

Coverage everything_expected() {
  Coverage all;
  for (std::size_t act = 0; act < static_cast<std::size_t>(Act::kCount); ++act) all.expect("acts", std::string(name_of(static_cast<Act>(act))));
  for (const char* fault : {"request lost", "request given up, under way", "request came late", "request came twice", "answer lost",
                            "answer cut", "server killed before it took a request", "server killed after it took a request"}) {
    all.expect("network", fault);
  }
  for (const char* how : {"killed", "power cut"}) {
    for (const char* when : {" at a write", " at a sync", " at a change of names", " at rest"}) all.expect("disk", std::string(how) + when);
  }
  for (const char* what : {"full", "error"}) all.expect("disk", what);
  for (const char* what : {"killed and started", "backed up", "restored from a backup", "let go of work in a snapshot"}) all.expect("server", what);
  for (const Code code : {Code::kInvalid, Code::kNotFound, Code::kExists, Code::kWrongKey, Code::kDiskFull, Code::kReadOnly, Code::kIo,
                          Code::kBusy, Code::kNetwork, Code::kRefused, Code::kUntrusted, Code::kNotAdmitted, Code::kRemoved,
                          Code::kTooLarge, Code::kHeld, Code::kDenied, Code::kUnsupported, Code::kDamaged, Code::kWrongVersion}) {
    all.expect("error codes", std::string(code_name(code)));
  }
  for (std::size_t code = 1; code <= 29; ++code) {
    all.expect("refusals of the server", name_of(static_cast<envelope::Refusal>(code)));
  }
  return all;
}

}  // namespace haki::simulation
