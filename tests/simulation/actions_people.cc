// Members who come, go, change and come back; circles of readers; recovery.
#include <algorithm>

#include "world.h"

namespace haki::simulation {
namespace {

Device* somebody_else(World& world, Device& device, std::uint64_t what) {
  std::vector<Device*> others = world.active();
  std::erase(others, &device);
  return others.empty() ? nullptr : others[what % others.size()];
}

template <typename T>
bool told(World& world, const char* call, const Result<T>& result) {
  return world.went(call, result);
}

void invite(World& world, Device& lead, const Step& step) {
  for (const auto& device : world.devices) {
    if (device->began || !device->invite.empty()) continue;
    InviteOptions options{device->role, device->name, "CSO", {}, "", 0};
    if (device->role == "monitor") options.districts = {"KE011"};
    if (step.what % 5 == 0) {
      Device* other = somebody_else(world, lead, step.what >> 8);
      if (other != nullptr && other->home().is_lead() == lead.home().is_lead()) options = {"", "", "", {}, to_hex(other->id()), 0};
    }
    const auto made = lead.client->invite(options);
    if (world.went("invite", made)) device->invite = made->text;
    return;
  }
}

void join_next(World& world) {
  for (const auto& device : world.devices) {
    if (device->invite.empty() || device->began || device->gone) continue;
    world.acting = device.get();
    static_cast<void>(join(world, *device));
    if (device->began) device->clock.off_ms = world.plan.clocks_off_ms[device->number];
    return;
  }
}

void admit(World& world, Device& lead) {
  const auto pending = lead.client->pending();
  if (!world.went("pending", pending)) return;
  for (const PendingJoin& one : *pending) {
    world.coverage.count("reasons to wait for a lead", one.reason);
    told(world, "admit", lead.client->admit(to_hex(one.device)));
  }
}

void remove_member(World& world, Device& lead, const Step& step) {
  Device* who = somebody_else(world, lead, step.what);
  if (who == nullptr || world.active().size() < 3) return;
  const Removal removal{(step.what >> 8) % 3 == 0, (step.what >> 12) % 4 == 0};
  told(world, "remove a member", lead.client->trust().remove(to_hex(who->id()), removal));
}

void change_role(World& world, Device& lead, const Step& step) {
  Device* who = somebody_else(world, lead, step.what);
  if (who == nullptr) return;
  static constexpr const char* kRoles[] = {"monitor", "clinic", "lead", "auditor"};
  RoleChange change;
  if (step.what % 2 == 0) change.role = kRoles[(step.what >> 8) % 4];
  else change.editor = static_cast<int>((step.what >> 8) % 2);
  told(world, "change a role", lead.client->trust().set_role(to_hex(who->id()), change));
}

void agree(World& world, Device& lead) {
  Trust trust = lead.client->trust();
  const auto proposals = trust.proposals();
  if (!world.went("proposals", proposals)) return;
  for (const Proposal& one : *proposals) {
    if (one.mine_missing) told(world, "agree", trust.agree(to_hex(one.id)));
  }
}

void verdict(World& world, Device& lead, const Step& step) {
  Trust trust = lead.client->trust();
  const auto waiting = trust.quarantine();
  if (!world.went("quarantine", waiting) || waiting->empty()) return;
  const Quarantined& one = (*waiting)[step.what % waiting->size()];
  world.coverage.count("reasons of quarantine", one.reason);
  told(world, "take in what was set aside", trust.decide_quarantined(one.id, true));
}

void come_back(World& world, Device& device, const Step& step) {
  client::Home& home = device.home();
  if (!home.removed() && !device.forked) return;
  Device* lead = world.a_lead(step.what);
  if (lead == nullptr || lead == &device) return;
  const auto invite = lead->client->invite({"monitor", device.name + " again", "CSO", {}, "", 0});
  if (world.went("invite", invite)) rejoin(world, device, invite->text);
}

// By somebody who has lost their device, or was cut off when they did this before.
void restore_a_lead(World& world) {
  if (world.recovery_words.empty()) return;
  const auto cut_off = [](const auto& device) { return device->restoring && device->began && !device->gone; };
  const auto fresh = [](const auto& device) { return !device->began && !device->gone && device->invite.empty(); };
  auto found = std::ranges::find_if(world.devices, cut_off);
  if (found == world.devices.end()) found = std::ranges::find_if(world.devices, fresh);
  if (found == world.devices.end()) return;
  Device& device = **found;
  world.acting = &device;
  device.client.reset();
  RestoreOptions options{kHome, kPassphrase, SimServer::kUrl, to_hex(world.server.org()), {world.recovery_words}, "HAKIMARK coalition", device.name, "CSO"};
  RecoverySheet sheet;
  if (device.restoring) world.coverage.count("outcomes", "recovery gone on with");
  device.restored = device.restoring = true;
  auto restored = client::Entrance(device.around).restore(options, sheet);
  device.began = device.key_disk.exists(std::string(kHome) + "/key");
  if (device.disk.dead() || !world.went("restore a lead", restored)) return;
  device.restoring = false;
  device.client = std::move(*restored);
  device.role = "lead";
  world.recovery_words = sheet.words;
}

// ---- circles ----

void open_circle(World& world, Device& device, const Step& step) {
  NewCompartmentOptions options;
  options.name = "HAKIMARK circle " + std::to_string(step.number);
  if (step.what % 4 == 0) options.district = "KE01" + std::to_string(step.what % 3);
  else if (Device* other = somebody_else(world, device, step.what >> 8)) options.writers = {to_hex(other->id())};
  told(world, "open a circle", device.client->trust().open_compartment(options));
}

std::optional<CompartmentView> some_circle(World& world, Device& device, std::uint64_t what) {
  const auto all = device.client->trust().compartments();
  if (!world.went("compartments", all)) return std::nullopt;
  std::vector<CompartmentView> circles;
  for (const CompartmentView& one : *all) {
    if (one.kind == "case" || one.kind == "district") circles.push_back(one);
  }
  return circles.empty() ? std::nullopt : std::optional(circles[what % circles.size()]);
}

}  // namespace

bool reads_all(Device& device, const CompartmentId& compartment) {
  const client::Home& home = device.home();
  if (compartment == home.own_compartment()) return true;
  const envelope::Membership& list = home.membership;
  if (!home.active() || !list.may_read(home.device, compartment, list.newest())) return false;
  const envelope::Compartment* of = list.compartment(compartment);
  const bool circle = of->made.kind == envelope::CompartmentKind::kCase || of->made.kind == envelope::CompartmentKind::kDistrict;
  for (std::uint32_t epoch = 1; circle && list.epoch(compartment, epoch) != nullptr; ++epoch) {
    if (!home.key_ring.contains({compartment, epoch})) return false;
  }
  return true;
}

bool join(World& world, Device& device) {
  auto joined = client::Entrance(device.around).join({kHome, kPassphrase, device.invite});
  device.began = device.key_disk.exists(std::string(kHome) + "/key");
  if (!joined && device.began && !device.disk.dead()) {
    const bool refused = joined.error().code == Code::kInvalid || joined.error().code == Code::kRefused;
    if (refused) device.gone = true;  // an invite that was used or has expired: the home is of no use
  }
  if (!world.went("join", joined)) return false;
  device.client = std::move(*joined);
  return true;
}

void act_on_people(World& world, Device& device, const Step& step) {
  switch (step.act) {
    case Act::kJoin: return join_next(world);
    case Act::kRestoreLead: return restore_a_lead(world);
    case Act::kInvite: return invite(world, device, step);
    case Act::kAdmit: return admit(world, device);
    case Act::kRemove: return remove_member(world, device, step);
    case Act::kRole: return change_role(world, device, step);
    case Act::kAgree: return agree(world, device);
    case Act::kVerdict: return verdict(world, device, step);
    case Act::kRejoin: return come_back(world, device, step);
    case Act::kSuspend: {
      std::vector<std::string> ids;
      for (const auto& [id, one] : device.home().membership.devices()) {
        if (id != device.id()) ids.push_back(to_hex(id));
      }
      if (ids.empty()) return;
      told(world, "suspend", device.client->trust().suspend(ids[step.what % ids.size()], (step.what >> 8) % 2 == 0));
      return;
    }
    case Act::kNewRecovery: {
      const auto sheets = device.client->trust().new_recovery(1, 1);
      if (world.went("new recovery words", sheets) && !sheets->sheets.empty()) world.recovery_words = sheets->sheets.front().words;
      return;
    }
    default: return;
  }
}

void act_on_circles(World& world, Device& device, const Step& step) {
  if (step.act == Act::kCircle) return open_circle(world, device, step);
  const auto circle = some_circle(world, device, step.what);
  if (!circle) return;
  Trust trust = device.client->trust();
  const std::string which = to_hex(circle->id);
  Device* who = somebody_else(world, device, step.what >> 8);
  if (step.act == Act::kShare && who != nullptr) told(world, "share", trust.share(which, to_hex(who->id()), (step.what >> 16) % 2 == 0));
  if (step.act == Act::kWithdraw && who != nullptr) told(world, "withdraw", trust.withdraw(which, to_hex(who->id())));
  // Who is no lead cannot renew the key on the way out: whoever writes there next does.
  if (step.act == Act::kLeave) told(world, "leave", trust.withdraw(which, to_hex(device.id())));
  if (step.act == Act::kClose) told(world, "close", trust.close(which, (step.what >> 8) % 3 != 0));
}

}  // namespace haki::simulation
