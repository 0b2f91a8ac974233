#include "coverage.h"

#include <cstdio>

#include "plan.h"
#include "vandal.h"

namespace haki::simulation {
namespace {

struct Excuse {
  const char* group;
  const char* what;
  const char* why;
};

// What no world reaches, as none is made for it, and where it is tested instead.
constexpr Excuse kExcuses[] = {
    {"error codes", "damaged", "a disk gives back what was written; damage is tests/unit/store's, and would be a violation here"},
    {"error codes", "busy", "a home has one process here; tests/e2e has several"},
    {"error codes", "held", "is told by a report and not as an error of a call: see the outcomes"},
    {"error codes", "not_admitted", "a call says that as 'waits for admission': see the outcomes"},
    {"error codes", "removed", "a call says that in its report: see the outcomes"},
    {"error codes", "stopped", "nobody stops an exchange here; tests/unit/hostile/stopping_test.cc does, at each answer"},
    {"error codes", "read_only", "no disk of a world is mounted so; tests/unit/store has it"},
    {"reasons of quarantine", "Its author may not write there.", "an honest server refuses it; tests/unit/hostile has one that does not"},
    {"reasons of quarantine", "It is sealed under a key that was not in force.", "an honest server refuses it; tests/unit/hostile has one that does not"},
    {"reasons of quarantine", "It is sealed under an older key than the work before it.", "an honest server refuses it; tests/unit/hostile has one that does not"},
    {"reasons of quarantine", "It cannot be opened with its key.", "needs a member who seals what is none; tests/unit/hostile has one"},
};

const char* excuse_of(const std::string& group, const std::string& what) {
  for (const Excuse& one : kExcuses) {
    if (group == one.group && what == one.what) return one.why;
  }
  return nullptr;
}

}  // namespace

void Coverage::add(const Coverage& other) {
  for (const auto& [key, times] : other.counts_) counts_[key] += times;
}

std::string Coverage::table() const {
  std::string text, group;
  std::size_t never = 0, excused = 0;
  for (const auto& [key, times] : counts_) {
    if (key.first != group) text += (group.empty() ? "" : "\n") + key.first + "\n";
    group = key.first;
    const char* excuse = excuse_of(key.first, key.second);
    char line[160];
    std::snprintf(line, sizeof line, "  %-56s %10llu", key.second.c_str(), static_cast<unsigned long long>(times));
    text += line;
    if (times == 0) text += excuse != nullptr ? std::string("  cannot occur: ") + excuse : "  NEVER";
    text += "\n";
    never += times == 0 && excuse == nullptr ? 1 : 0;
    excused += times == 0 && excuse != nullptr ? 1 : 0;
  }
  return text + "\n" + std::to_string(never) + " of " + std::to_string(counts_.size()) + " never occurred, " + std::to_string(excused) + " more cannot\n";
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
  for (const char* what : {"killed and started", "backed up", "restored from a backup", "let go of work in a snapshot",
                           "restored without telling the leads", "disk full", "disk does not write", "disk does not read"}) {
    all.expect("server", what);
  }
  for (const char* what : {"copied", "put back to a copy"}) all.expect("devices", what);
  for (std::size_t how = 0; how < static_cast<std::size_t>(Spoiling::kCount); ++how) {
    all.expect("requests spoiled", std::string(name_of(static_cast<Spoiling>(how))));
  }
  for (const Code code : {Code::kInvalid, Code::kNotFound, Code::kExists, Code::kWrongKey, Code::kDiskFull, Code::kReadOnly, Code::kIo,
                          Code::kBusy, Code::kNetwork, Code::kRefused, Code::kUntrusted, Code::kNotAdmitted, Code::kRemoved,
                          Code::kTooLarge, Code::kHeld, Code::kDenied, Code::kUnsupported, Code::kDamaged, Code::kWrongVersion, Code::kStopped}) {
    all.expect("error codes", std::string(code_name(code)));
  }
  for (std::size_t code = 1; code <= 29; ++code) {
    all.expect("refusals of the server", name_of(static_cast<envelope::Refusal>(code)));
  }
  for (const char* what : {"It came after its author's device was removed or lost this right.", "Its author may not write there.",
                           "It is sealed under a key that was not in force.", "It is sealed under an older key than the work before it.",
                           "Its device has sent more than the server's operator allows.", "It cannot be opened with its key."}) {
    all.expect("reasons of quarantine", what);
  }
  for (const char* what : {"left on a member list that was dropped", "told that it was copied", "told that it is removed", "told that it is suspended", "waits for admission",
                           "wiped", "recovery gone on with", "work held", "work quarantined", "transfer to be gone on with"}) {
    all.expect("outcomes", what);
  }
  return all;
}

}  // namespace haki::simulation
