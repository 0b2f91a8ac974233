// What happens in a world, made of its seed alone: a list of steps, so that a failing one can be shortened step by step. Each
// step has chances of its own, so that taking one out does not change what the others do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim_disk.h"
#include "sim_network.h"

namespace haki::simulation {

enum class Act : std::uint8_t {
  kRecord, kPublish, kEdit, kDelete, kReview, kResolve, kSubmit, kForm,
  kSync, kAttach, kTransfer, kRead,
  kBundleOut, kBundleIn, kForward,
  kInvite, kJoin, kAdmit, kRemove, kSuspend, kRole, kAgree, kVerdict, kRejoin,
  kCircle, kShare, kWithdraw, kClose, kLeave,
  kNewRecovery, kRestoreLead, kSnapshots, kNewerApp,
  kClock, kOff, kWrongPassphrase, kChangePassphrase, kErase, kEraseSending, kVandal, kCopyDevice, kPutBackDevice,
  kServerRestart, kServerBackup, kServerRestore, kServerCompact, kServerQuota, kServerDisk, kStranger,
  kCount
};
std::string_view name_of(Act act);

struct Step {
  std::size_t number = 0;  // names its chances; stays when others are taken out
  Act act = Act::kSync;
  std::size_t device = 0;
  std::uint64_t what = 0;       // which record, member, size, ...: whatever the act makes of it
  std::int64_t passes_ms = 0;   // before it
  DiskTrouble trouble = DiskTrouble::kNone;
  std::uint64_t after_operations = 0, lasts = 0;
};

struct Plan {
  std::uint64_t seed = 0;
  std::size_t founders = 2;  // devices at the beginning; the first is the founder
  std::size_t devices = 3;   // in all
  std::vector<std::string> roles;      // of each
  std::vector<std::int64_t> clocks_off_ms;  // of each, from the beginning
  NetworkFaults network;
  std::vector<Step> steps;
};

Plan make_plan(std::uint64_t seed);
std::string in_words(const Step& step);

}  // namespace haki::simulation
