// Order: a cursor says "all up to here", and it is true. Nothing that the server numbered at or below it is missing on a device
// that may read it; at the end nothing waits anywhere.
#include "checkers/checkers.h"
#include "client/setting.h"
#include "store/snapshots.h"

namespace haki::simulation {
namespace {

constexpr const char* kOrder = "order";
namespace setting = client::setting;

std::vector<storage::Chain> chains_at(SimServer& server, const std::unique_ptr<storage::Snapshot>& snapshot) {
  const auto coalition = snapshot->coalition(server.org());
  if (!coalition || !*coalition) return {};
  auto chains = snapshot->chains_above((*coalition)->key, 0);
  return chains ? std::move(*chains) : std::vector<storage::Chain>();
}

// Compartments that a device is still reading from their beginning, or shows from what leads put together.
std::set<CompartmentId> catching_up(client::Home& home) {
  std::set<CompartmentId> all;
  const auto kept = home.settings->get(setting::kCatchUp);
  const Bytes bytes = kept && *kept ? **kept : Bytes();
  for (ByteView rest = bytes; rest.size() >= CompartmentId::kSize; rest = rest.subspan(CompartmentId::kSize)) {
    all.insert(*CompartmentId::from(rest.first(CompartmentId::kSize)));
  }
  const auto snapshots = store::Snapshots(*home.database).all();
  for (const auto& one : snapshots ? *snapshots : decltype(snapshots)::value_type()) all.insert(one.compartment);
  return all;
}

void compare(World& world, Device& device, const storage::Chain& chain, bool at_the_end) {
  client::Home& home = device.home();
  store::Chain* known = home.chains->find(chain.compartment, chain.log);
  const std::uint64_t has = known != nullptr ? known->head_seq : 0;
  if (chain.log == home.identity.log) {
    const bool all_sent = known != nullptr && known->receipted_seq == chain.head.seq && known->applied_seq == chain.head.seq;
    if (at_the_end && !all_sent && home.membership.may_write(home.device, chain.compartment, home.membership.newest())) {
      world.violate(kOrder, device.name + " has work that the server does not: " + std::to_string(chain.head.seq) + " of " +
                                  std::to_string(known != nullptr ? known->applied_seq : 0));
    }
    return;
  }
  if (has < chain.head.seq) {
    world.violate(kOrder, device.name + " has " + std::to_string(has) + " of " + std::to_string(chain.head.seq) + " of a chain in " +
                                to_hex(chain.compartment).substr(0, 8) + " below its cursor");
  }
}

}  // namespace

void check_order_of(World& world, Device& device) {
  client::Home& home = device.home();
  if (!home.active() || device.forked) return;
  const auto snapshot = world.server.store().read();
  if (!snapshot) return;
  const auto coalition = (*snapshot)->coalition(world.server.org());
  const auto entries = coalition && *coalition ? (*coalition)->entries : 0;
  const auto cursor = home.settings->number(setting::kCursor);
  const auto run = home.settings->get(setting::kServerRun);
  if (!cursor || !run || home.membership.count() > entries || device.server_life != world.server.lives()) return;
  const std::set<CompartmentId> coming = catching_up(home);
  for (const storage::Chain& chain : chains_at(world.server, *snapshot)) {
    // Who comes into a circle again reads from its beginning once the key has come: only the end shows that.
    const envelope::Compartment* of = home.membership.compartment(chain.compartment);
    if (of == nullptr || of->made.kind == envelope::CompartmentKind::kCase || of->made.kind == envelope::CompartmentKind::kDistrict) continue;
    const bool below = chain.server_seq <= static_cast<std::uint64_t>(*cursor);
    if (!below || coming.contains(chain.compartment) || chain.log == home.identity.log) continue;
    if (!home.membership.may_read(home.device, chain.compartment, home.membership.newest())) continue;
    world.coverage.count("checks", "chains below a cursor");
    compare(world, device, chain, false);
  }
}

void check_order(World& world, bool at_the_end) {
  const auto snapshot = world.server.store().read();
  if (!snapshot) return world.violate(kOrder, "the server cannot be read: " + snapshot.error().message);
  const std::vector<storage::Chain> chains = chains_at(world.server, *snapshot);
  for (Device* device : world.active()) {
    client::Home& home = device->home();
    for (const storage::Chain& chain : chains) {
      if (home.membership.may_read(home.device, chain.compartment, home.membership.newest())) compare(world, *device, chain, at_the_end);
    }
    for (const store::Chain* own : home.chains->own()) {
      const bool may = own->compartment == home.own_compartment() || home.membership.may_write(home.device, own->compartment, home.membership.newest());
      if (may && own->receipted_seq < own->applied_seq) {
        world.violate(kOrder, device->name + " has " + std::to_string(own->applied_seq - own->receipted_seq) + " change sets that never went out");
      }
    }
    for (const store::Chain* chain : home.chains->all()) {
      const auto held = home.ledger->held(chain->no);
      if (!held || held->empty() || !reads_all(*device, chain->compartment)) continue;
      const envelope::Compartment* of = home.membership.compartment(chain->compartment);
      world.violate(kOrder, device->name + " holds " + std::to_string(held->size()) + " items for ever in " + to_hex(chain->compartment).substr(0, 8) +
                                " (kind " + std::to_string(of != nullptr ? static_cast<int>(of->made.kind) : -1) + "), epoch " +
                                std::to_string(held->front().epoch) + ": " + held->front().reason);
    }
  }
}

}  // namespace haki::simulation
