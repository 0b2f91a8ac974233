#include "plan.h"

#include <array>

namespace haki::simulation {
namespace {

constexpr std::int64_t kMinuteMs = 60'000, kDayMs = 86'400'000, kYearMs = 365 * kDayMs;

struct Weighted {
  Act act;
  unsigned weight;
};

// What a world is about: each has a part of everything, so that small worlds still come to rare things together.
struct Flavour {
  bool files, by_hand, people, circles, restores, disks, clocks, snapshots, recovery;
};

Flavour flavour_of(Chance& chance) {
  return {chance.percent(30), chance.percent(30), chance.percent(50), chance.percent(35), chance.percent(25),
          chance.percent(60), chance.percent(45), chance.percent(25), chance.percent(12)};
}

std::vector<Weighted> acts_of(const Flavour& flavour) {
  std::vector<Weighted> acts = {{Act::kRecord, 12}, {Act::kPublish, 7}, {Act::kEdit, 20}, {Act::kDelete, 2}, {Act::kReview, 3},
                                {Act::kResolve, 4}, {Act::kSubmit, 2}, {Act::kForm, 1}, {Act::kSync, 40}, {Act::kOff, 3},
                                {Act::kServerRestart, 2}, {Act::kNewerApp, 1}, {Act::kWrongPassphrase, 1}, {Act::kChangePassphrase, 1},
                                {Act::kAdmit, 2}};
  const auto also = [&](std::initializer_list<Weighted> more) { acts.insert(acts.end(), more); };
  if (flavour.files) also({{Act::kAttach, 8}, {Act::kTransfer, 14}, {Act::kRead, 3}});
  if (flavour.by_hand) also({{Act::kBundleOut, 9}, {Act::kBundleIn, 18}, {Act::kForward, 8}});
  if (flavour.people) {
    also({{Act::kInvite, 4}, {Act::kJoin, 5}, {Act::kAdmit, 5}, {Act::kRemove, 2}, {Act::kSuspend, 3}, {Act::kRole, 2}, {Act::kAgree, 5},
          {Act::kVerdict, 4}, {Act::kRejoin, 1}});
  }
  if (flavour.circles) also({{Act::kCircle, 4}, {Act::kShare, 6}, {Act::kWithdraw, 3}, {Act::kClose, 2}, {Act::kAgree, 3}});
  if (flavour.restores) also({{Act::kServerBackup, 3}, {Act::kServerRestore, 2}});
  if (flavour.clocks) also({{Act::kClock, 5}});
  if (flavour.snapshots) also({{Act::kSnapshots, 3}, {Act::kServerCompact, 3}, {Act::kInvite, 2}, {Act::kJoin, 3}});
  if (flavour.recovery) also({{Act::kNewRecovery, 3}, {Act::kRestoreLead, 1}});
  if (flavour.people && flavour.files) also({{Act::kServerQuota, 1}});
  return acts;
}

Act one_of(const std::vector<Weighted>& acts, Chance& chance) {
  unsigned all = 0;
  for (const Weighted& one : acts) all += one.weight;
  std::uint64_t at = chance.below(all);
  for (const Weighted& one : acts) {
    if (at < one.weight) return one.act;
    at -= one.weight;
  }
  return Act::kSync;
}

NetworkFaults network_of(Chance& chance) {
  if (chance.percent(15)) return {};
  const auto up_to = [&](unsigned most) { return chance.percent(50) ? 0u : static_cast<unsigned>(chance.below(most + 1)); };
  NetworkFaults faults;
  faults.no_link = up_to(15);
  faults.request_lost = up_to(30);
  faults.answer_lost = up_to(30);
  faults.answer_cut = up_to(30);
  faults.twice = up_to(10);
  faults.late = up_to(15);
  faults.server_killed_before = up_to(5);
  faults.server_killed_after = up_to(5);
  return faults;
}

std::int64_t clock_off(Chance& chance) {
  switch (chance.below(5)) {
    case 0: return static_cast<std::int64_t>(chance.below(20 * kYearMs)) - 10 * kYearMs;
    case 1: return -60 * kYearMs;  // its battery was empty: 1970
    case 2: return 20 * kYearMs;
    case 3: return static_cast<std::int64_t>(chance.below(2 * kDayMs)) - kDayMs;
    default: return static_cast<std::int64_t>(chance.below(600'000)) - 300'000;
  }
}

std::int64_t pause(Chance& chance) {
  const std::uint64_t kind = chance.below(100);
  if (kind < 60) return static_cast<std::int64_t>(chance.below(10 * kMinuteMs));
  if (kind < 85) return static_cast<std::int64_t>(chance.below(kDayMs));
  if (kind < 97) return static_cast<std::int64_t>(chance.below(7 * kDayMs));
  return static_cast<std::int64_t>(chance.below(45 * kDayMs));  // weeks offline
}

void plan_devices(Plan& plan, const Flavour& flavour, Chance& chance) {
  const std::uint64_t size = chance.below(1000);
  plan.founders = size < 700 ? chance.between(2, 3) : size < 940 ? chance.between(3, 5) : size < 998 ? chance.between(5, 10) : chance.between(12, 45);
  plan.devices = plan.founders + (flavour.people || flavour.snapshots ? chance.below(4) : 0) + (flavour.recovery ? 1 : 0);
  for (std::size_t i = 0; i < plan.devices; ++i) {
    static constexpr std::array kRoles = {"monitor", "monitor", "clinic", "lead", "auditor"};
    plan.roles.push_back(i == 0 ? "lead" : i == 1 && chance.percent(45) ? "lead" : kRoles[chance.below(kRoles.size())]);
    plan.clocks_off_ms.push_back(flavour.clocks && chance.percent(40) ? clock_off(chance) : 0);
  }
}

void plan_trouble(Step& step, Chance& chance) {
  static constexpr std::array kTroubles = {DiskTrouble::kKilled, DiskTrouble::kPowerCut, DiskTrouble::kPowerCut, DiskTrouble::kFull,
                                           DiskTrouble::kFailing};
  step.trouble = kTroubles[chance.below(kTroubles.size())];
  step.after_operations = chance.percent(70) ? chance.below(24) : chance.below(160);
  step.lasts = chance.below(6);
}

}  // namespace

std::string_view name_of(Act act) {
  static constexpr std::string_view kNames[] = {
      "record", "publish", "edit", "delete", "review", "resolve", "submit", "import a form",
      "sync", "attach", "transfer", "read a file",
      "bundle out", "bundle in", "forward",
      "invite", "join", "admit", "remove", "suspend", "change a role", "agree", "verdict", "rejoin",
      "open a circle", "share", "withdraw", "close", "leave a circle",
      "new recovery words", "restore a lead", "snapshots", "newer app",
      "clock jumps", "off and on", "wrong passphrase", "change passphrase", "erase", "erase what is being sent", "vandal", "device copied", "device put back to its copy",
      "server restarts", "server backed up", "server restored", "server compacts", "server quota", "server disk in trouble", "strangers"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Act::kCount));
  return kNames[static_cast<std::size_t>(act)];
}

Plan make_plan(std::uint64_t seed) {
  Chance chance(mix(seed, 0x68616b69));
  Plan plan;
  plan.seed = seed;
  const Flavour flavour = flavour_of(chance);
  plan_devices(plan, flavour, chance);
  plan.network = network_of(chance);
  std::vector<Weighted> acts = acts_of(flavour);
  // By chances of their own, so that the worlds without them are what they were before there were any.
  const auto some = [&](std::uint64_t name, unsigned of_100) { return Chance(mix(seed, name)).percent(of_100); };
  if (some(0x65726173, 25)) acts.push_back({Act::kErase, 4});
  if (flavour.circles && some(0x6c656176, 30)) acts.insert(acts.end(), {{Act::kLeave, 4}, {Act::kCircle, 3}, {Act::kShare, 3}});
  if (some(0x76616e64, 25)) acts.push_back({Act::kVandal, flavour.files ? 14u : 7u});
  if (some(0x73747261, 12)) acts.push_back({Act::kStranger, 3});
  if (some(0x6469736b, 10)) acts.push_back({Act::kServerDisk, 4});
  if (some(0x71756f74, 8)) acts.push_back({Act::kServerQuota, 4});
  if (some(0x636f7079, 12)) acts.insert(acts.end(), {{Act::kCopyDevice, 4}, {Act::kPutBackDevice, 3}, {Act::kInvite, 2}, {Act::kRejoin, 4}});
  if (flavour.files && some(0x66696c65, 50)) acts.insert(acts.end(), {{Act::kErase, 4}, {Act::kAttach, 6}, {Act::kTransfer, 14}});
  if (flavour.files && some(0x73656e64, 15)) acts.push_back({Act::kEraseSending, 4});
  if (some(0x736e6170, 8)) {
    plan.roles[1] = "lead";
    acts.insert(acts.end(), {{Act::kSnapshots, 8}, {Act::kServerCompact, 8}, {Act::kRecord, 10}, {Act::kSync, 30}});
  }
  if (some(0x73706c74, 6)) {
    plan.roles[1] = "lead";
    acts.insert(acts.end(), {{Act::kServerBackup, 5}, {Act::kServerRestore, 5}, {Act::kCircle, 6}, {Act::kRejoin, 4}});
  }
  const std::size_t length = 16 + chance.below(60) + 2 * plan.founders;
  for (std::size_t i = 0; i < length; ++i) {
    Step step;
    step.number = i + 1;
    step.act = one_of(acts, chance);
    step.device = chance.below(plan.devices);
    step.what = chance.next();
    step.passes_ms = pause(chance);
    if (flavour.disks && chance.percent(14)) plan_trouble(step, chance);
    plan.steps.push_back(step);
  }
  return plan;
}

std::string in_words(const Step& step) {
  std::string text = std::to_string(step.number) + ": device " + std::to_string(step.device) + " " + std::string(name_of(step.act));
  if (step.trouble != DiskTrouble::kNone) {
    text += ", " + std::string(name_of(step.trouble)) + " after " + std::to_string(step.after_operations) + " operations";
  }
  return text;
}

}  // namespace haki::simulation
