// What happens to phones and to the server, whoever uses them.
#include "client/setting.h"
#include "world.h"

namespace haki::simulation {
namespace {

constexpr std::int64_t kYearMs = 365ll * 86'400'000;

void jump(World& world, Device& device, const Step& step) {
  switch (step.what % 4) {
    case 0: device.clock.off_ms = -60 * kYearMs; break;
    case 1: device.clock.off_ms = static_cast<std::int64_t>((step.what >> 8) % static_cast<std::uint64_t>(40 * kYearMs)) - 20 * kYearMs; break;
    case 2: device.clock.off_ms += static_cast<std::int64_t>((step.what >> 8) % 7'200'000) - 3'600'000; break;
    default: device.clock.off_ms = 0;
  }
  world.coverage.count("clocks", step.what % 4 == 3 ? "set right" : step.what % 4 == 0 ? "back to 1970" : step.what % 4 == 1 ? "off by years" : "off by minutes");
}

// The two leads' devices that know most speak first with a server that has lost something: as its operator asks for.
void tell_the_leads(World& world) {
  const bool was_calm = std::exchange(world.weather.calm, true);
  for (int round = 0; round < 2; ++round) {
    std::vector<Device*> leads = world.active();
    std::erase_if(leads, [](Device* one) { return !one->home().is_lead(); });
    std::ranges::stable_sort(leads, std::greater<>(), [](Device* one) { return one->home().membership.count(); });
    for (Device* lead : leads) {
      world.acting = lead;
      world.sync(*lead);
    }
  }
  world.weather.calm = was_calm;
}

// An operator who does not ask for that: the lead who knows least of what was lost comes first, and changes the member list.
void the_wrong_lead_first(World& world, const Step& step) {
  world.coverage.count("server", "restored without telling the leads");
  std::vector<Device*> leads = world.active();
  std::erase_if(leads, [](Device* one) { return !one->home().is_lead(); });
  const auto least = std::ranges::min_element(leads, {}, [](Device* one) { return one->home().membership.count(); });
  if (least == leads.end()) return;
  const bool was_calm = std::exchange(world.weather.calm, true);
  world.acting = *least;
  NewCompartmentOptions options;
  options.name = "HAKIMARK circle " + std::to_string(step.number);
  world.went("open a circle", (*least)->client->trust().open_compartment(options));
  world.sync(**least);
  world.weather.calm = was_calm;
}

}  // namespace

void act_on_device(World& world, Device& device, const Step& step) {
  switch (step.act) {
    case Act::kClock: return jump(world, device, step);
    case Act::kOff:
      if (step.what % 3 == 0) device.client.reset();
      else device.disk.die(step.what % 2 == 0 ? DiskTrouble::kKilled : DiskTrouble::kPowerCut);
      return;
    case Act::kWrongPassphrase: {
      device.client.reset();
      const auto opened = client::Entrance(device.around).open(kHome, "not the four words");
      if (opened) world.violate("confidentiality", device.name + " opened with another passphrase");
      else world.failed("open with a wrong passphrase", opened.error());
      device.client.reset();
      world.truth.pass(120'000);
      return;
    }
    case Act::kChangePassphrase:
      world.went("change the passphrase", device.client->change_passphrase(kPassphrase, kPassphrase));
      return;
    case Act::kCopyDevice: return copy_device(world, device);
    case Act::kPutBackDevice: return put_back(world, device);
    case Act::kSnapshots:
      static_cast<void>(device.home().settings->put_number(client::setting::kSnapshotEvery, static_cast<std::int64_t>(3 + step.what % 12)));
      return;
    default: return;
  }
}

void act_on_server(World& world, const Step& step) {
  switch (step.act) {
    case Act::kServerRestart: return world.server.restart();
    case Act::kServerBackup: return world.server.back_up();
    case Act::kServerRestore:
      if (!world.server.has_backup()) return;
      world.server.restore();
      if ((step.what >> 20) % 4 == 0) return the_wrong_lead_first(world, step);
      return tell_the_leads(world);
    case Act::kServerCompact: return world.server.compact();
    case Act::kServerDisk: {
      static constexpr ServerTrouble kTroubles[] = {ServerTrouble::kNone, ServerTrouble::kFull, ServerTrouble::kNoWrite, ServerTrouble::kNoRead};
      return world.server.suffer(kTroubles[step.what % 4]);
    }
    case Act::kServerQuota: return world.server.allow(step.what % 3 == 0 ? 0 : 300 + step.what % 6'000);
    default: return;
  }
}

}  // namespace haki::simulation
