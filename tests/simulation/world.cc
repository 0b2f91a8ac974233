#include "world.h"

#include <algorithm>
#include <cstdio>

#include "base/assert.h"
#include "checkers/checkers.h"
#include "crypto/hash.h"
#include "payload/record_state.h"

namespace haki::simulation {
namespace {

constexpr int kQuietRoundsMax = 24;
constexpr std::uint64_t kSetupChance = 1'000'000, kQuietChance = 2'000'000;

}  // namespace

World::World(const Plan& planned, const std::string& folder, bool speaks)
    : plan(planned), loud(speaks), chance(mix(planned.seed, kSetupChance)), server((feed_sodium(chance), folder), truth, chance, coverage) {
  weather.faults = plan.network;
  server.overheard = [this](const transport::Request& request, const transport::Response& response) { overhear(*this, request, response); };
  if (loud) {
    weather.watch = [this](const transport::Request& request, const transport::Response& response) {
      std::string words = "    " + (acting != nullptr ? std::to_string(acting->number) + " " : "") + request.method + " " + request.target.substr(request.target.find_last_of('/')) + " " +
                          std::to_string(request.body.size()) + " -> " + std::to_string(response.status) + " " + std::to_string(response.body.size());
      for (envelope::FrameReader reader(request.body); !reader.done();) {
        const auto frame = reader.next();
        if (!frame) break;
        words += " " + std::to_string(frame->index());
      }
      words += " /";
      for (envelope::FrameReader reader(response.body); !reader.done();) {
        const auto frame = reader.next();
        if (!frame) break;
        words += " " + std::to_string(frame->index());
        if (const auto* reject = std::get_if<envelope::Reject>(&*frame)) words += ":" + std::string(name_of(reject->code));
      }
      std::fprintf(stderr, "%s\n", words.c_str());
    };
  }
  for (std::size_t i = 0; i < plan.devices; ++i) {
    devices.push_back(std::make_unique<Device>(i, server, weather, truth, chance, coverage));
    devices.back()->role = plan.roles[i];
  }
}

World::~World() {
  for (const auto& device : devices) device->client.reset();
}

void World::say(const std::string& what) const {
  if (loud) std::fprintf(stderr, "  %s\n", what.c_str());
}

void World::violate(std::string checker, std::string what) {
  say("VIOLATION of " + checker + ": " + what);
  violations.push_back({std::move(checker), std::move(what)});
}

Device* World::on(std::size_t number) {
  Device& device = *devices[number % devices.size()];
  if (!device.began || device.gone) return nullptr;
  if (device.disk.dead()) {
    device.client.reset();
    device.disk.reboot();
  }
  if (device.client) return &device;
  auto opened = client::Entrance(device.around).open(kHome, kPassphrase);
  if (!went("open", opened)) {
    const bool excused = device.disk.dead() || opened.error().code == Code::kDiskFull || opened.error().code == Code::kIo;
    if (!excused || quiet) violate("no loss", device.name + " does not open: " + opened.error().message);
    return nullptr;
  }
  device.client = std::move(*opened);
  return &device;
}

std::vector<Device*> World::active() {
  std::vector<Device*> all;
  for (const auto& device : devices) {
    Device* one = on(device->number);
    if (one != nullptr && one->home().active() && !one->forked) all.push_back(one);
  }
  return all;
}

Device* World::a_lead(std::uint64_t what) {
  std::vector<Device*> leads = active();
  std::erase_if(leads, [](Device* one) { return !one->home().is_lead(); });
  return leads.empty() ? nullptr : leads[what % leads.size()];
}

void World::failed(const char* call, const Error& error) {
  coverage.count("error codes", std::string(code_name(error.code)));
  say(std::string(call) + ": " + std::string(code_name(error.code)) + ": " + error.message);
  const bool off = acting != nullptr && acting->disk.dead();
  if (error.code == Code::kDamaged && !off) violate("no loss", std::string(call) + " found damage: " + error.message);
}

void World::note(const SyncReport& report) {
  if (report.quarantined > 0) coverage.count("outcomes", "work quarantined", report.quarantined);
  if (report.held > 0) coverage.count("outcomes", "work held", report.held);
  if (report.admitted > 0) coverage.count("outcomes", "members admitted", report.admitted);
  if (report.removed) coverage.count("outcomes", "told that it is removed");
  if (report.suspended) coverage.count("outcomes", "told that it is suspended");
  if (report.waiting_for_admission) coverage.count("outcomes", "waits for admission");
  for (const std::string& note : report.notes) say("  note: " + note);
}

bool World::sync(Device& device, SyncReport* report) {
  weather.of_this_call = 0;
  const auto synced = device.client->sync({});
  if (weather.of_this_call > Weather::kRequestsMax) violate("order", device.name + " asks the server for ever in one exchange");
  if (synced) {
    note(*synced);
    if (report != nullptr) *report = *synced;
  }
  const bool good = went("sync", synced);
  if (good && synced->wiped) {
    coverage.count("outcomes", "wiped");
    device.client.reset();
    device.gone = true;
    return true;
  }
  if (good) {
    device.server_life = server.lives();
    device.put_back = false;
  } else if (device.client && !device.disk.dead() && left_behind(*this, device, synced.error().code)) {
    device.forked = true;
  }
  if (device.client && !device.disk.dead()) check_order_of(*this, device);
  return good;
}

// A coalition before the storm: in fair weather, as it would be found in an office.
void World::begin() {
  Device& founder = *devices[0];
  founder.role = "lead";
  auto founded = client::Entrance(founder.around)
                     .found({kHome, kPassphrase, SimServer::kUrl, server.token(), "HAKIMARK coalition", founder.name, "CSO"}, recovery_words);
  HAKI_ASSERT(founded.has_value());
  founder.client = std::move(*founded);
  founder.began = true;
  server.serve(founder.home().org);
  for (std::size_t i = 1; i < plan.founders; ++i) {
    let_in(*devices[i]);
    if (!devices[i]->home().active()) violate("order", devices[i]->name + " was not let in, in fair weather");
  }
  for (std::size_t i = 0; i < plan.founders; ++i) devices[i]->clock.off_ms = plan.clocks_off_ms[i];
}

void World::let_in(Device& device) {
  acting = &device;
  chance.reseed(mix(plan.seed, kSetupChance + device.number));
  Device& founder = *devices[0];
  InviteOptions options{device.role, device.name, "CSO", {}, "", 0};
  if (device.role == "monitor") options.districts = {"KE01" + std::to_string(device.number % 3)};
  const auto invite = founder.client->invite(options);
  if (!invite) say(invite.error().message);
  HAKI_ASSERT(invite.has_value());
  device.invite = invite->text;
  HAKI_ASSERT(join(*this, device));
  sync(founder);
  if (device.role == "lead") {
    static_cast<void>(founder.client->admit(device.name));
    sync(founder);
    for (std::size_t other = 1; other < device.number; ++other) {  // further leads need a second one
      Device& second = *devices[other];
      if (!second.home().is_lead()) continue;
      sync(second);
      const auto proposals = second.client->trust().proposals();
      for (const Proposal& one : proposals ? *proposals : std::vector<Proposal>()) {
        if (one.mine_missing) static_cast<void>(second.client->trust().agree(to_hex(one.id)));
      }
      sync(second);
      break;
    }
    sync(founder);
  }
  sync(device);
  sync(founder);
}

void World::perform(const Step& now) {
  step = now.number;
  chance.reseed(mix(plan.seed, now.number));
  truth.pass(now.passes_ms);
  if (loud) std::fprintf(stderr, "%s\n", in_words(now).c_str());
  weather.of_this_call = 0;
  coverage.count("acts", std::string(name_of(now.act)));
  if (now.act == Act::kStranger) return act_as_stranger(*this, now);
  if (now.act >= Act::kServerRestart) return act_on_server(*this, now);
  Device& device = *devices[now.device];
  acting = &device;
  const bool joins = now.act == Act::kJoin || now.act == Act::kRestoreLead;
  if (!joins && on(now.device) == nullptr) return;
  if (now.trouble != DiskTrouble::kNone) device.disk.expect(now.trouble, now.after_operations, now.lasts);
  switch (now.act) {
    case Act::kRecord: case Act::kPublish: case Act::kEdit: case Act::kDelete: case Act::kReview: case Act::kResolve: case Act::kSubmit:
    case Act::kForm: case Act::kNewerApp: case Act::kErase:
      act_on_records(*this, device, now);
      break;
    case Act::kSync: sync(device); break;
    case Act::kAttach: case Act::kTransfer: case Act::kRead: case Act::kEraseSending: act_on_files(*this, device, now); break;
    case Act::kBundleOut: case Act::kBundleIn: case Act::kForward: act_by_hand(*this, device, now); break;
    case Act::kCircle: case Act::kShare: case Act::kWithdraw: case Act::kClose: case Act::kLeave: act_on_circles(*this, device, now); break;
    case Act::kClock: case Act::kOff: case Act::kWrongPassphrase: case Act::kChangePassphrase: case Act::kSnapshots: case Act::kCopyDevice: case Act::kPutBackDevice:
      act_on_device(*this, device, now);
      break;
    case Act::kVandal: act_as_vandal(*this, device, now); break;
    default: act_on_people(*this, device, now);
  }
  if (device.disk.dead()) {
    device.client.reset();
    device.disk.reboot();
  }
  device.disk.clear();
}

bool World::settle_round() {
  bool moved = false;
  for (const auto& device : devices) {
    Device* one = on(device->number);
    if (one == nullptr) continue;
    acting = one;
    chance.reseed(mix(plan.seed, kQuietChance + chance.next()));
    SyncReport report;
    const std::uint32_t entries_before = one->home().membership.count();
    const bool synced = sync(*one, &report);
    if (one->gone) {
      moved = true;
      continue;
    }
    moved |= synced && (report.sent + report.received + report.admitted > 0 || one->home().membership.count() != entries_before);
    Trust trust = one->client->trust();
    const auto proposals = trust.proposals();
    for (const Proposal& proposal : proposals ? *proposals : std::vector<Proposal>()) {
      if (proposal.mine_missing && proposal.problem.empty()) moved |= trust.agree(to_hex(proposal.id)).has_value();
    }
    if (!one->home().is_lead()) continue;
    const auto waiting = trust.quarantine();
    for (const Quarantined& item : waiting ? *waiting : std::vector<Quarantined>()) {
      coverage.count("reasons of quarantine", item.reason);
      moved |= trust.decide_quarantined(item.id, true).has_value();
    }
  }
  return moved;
}

void World::settle() {
  quiet = true;
  weather.calm = true;
  weather.late.clear();
  server.allow(0);
  server.suffer(ServerTrouble::kNone);
  say("quiet");
  for (int round = 0, still = 0; still < 2 && round < kQuietRoundsMax && !violated(); ++round) {
    truth.pass(25 * 3'600'000);  // some things are asked for once a day
    still = settle_round() ? 0 : still + 1;
    if (round + 1 == kQuietRoundsMax) violate("order", "devices and server did not come to rest");
  }
}

void World::check() {
  // Where the world is split, those who know a member list that was dropped may alone know what hangs on it.
  if (!split) check_order(*this, true);
  check_no_loss(*this);
  if (!split) check_convergence(*this);
  check_confidentiality(*this);
  check_custody(*this);  // last of those that look for what waits: it reads files, which is work too
  if (!split) check_erasure(*this);
}

void World::run() {
  begin();
  if (violated()) return;
  weather.calm = false;
  for (const Step& now : plan.steps) {
    perform(now);
    ++steps_done;
    if (violated()) return;
  }
  settle();
  if (!violated()) check();
}

}  // namespace haki::simulation
