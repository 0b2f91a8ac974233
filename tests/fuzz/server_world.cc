#include "server_world.h"

#include "base/assert.h"
#include "fixed_randomness.h"

namespace haki::fuzz {

ServerWorld::ServerWorld() {
  world.found_with(lead);
  world.admit(lead, monitor);
  world.admit(lead, second);
  stranger.org = lead.org;
  stranger.membership = std::make_shared<envelope::Membership>(*lead.membership);
  const test::Answer key = world.exchange(monitor, {make_epoch_key(monitor)});
  HAKI_ASSERT(key.all<envelope::Reject>().empty() && key.status == 200);
  world.exchange(lead, {make_run(lead, world.shared())});
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2, .sign_every = true})});
  commits_at_first = world.store.commits;
}

test::FakeDevice ServerWorld::somebody(Fields& fields) const {
  test::FakeDevice device = *std::array{&lead, &monitor, &second, &stranger}[fields.choice(4)];
  device.membership = std::make_shared<envelope::Membership>(*device.membership);
  return device;
}

CompartmentId ServerWorld::somewhere(Fields& fields) const {
  switch (fields.choice(5)) {
    case 0: return world.shared();
    case 1: return world.leads();
    case 2: return monitor.notebook();
    case 3: return lead.notebook();
    default: return fields.id<CompartmentId>();
  }
}

ServerWorld& unchanged_world() {
  static std::unique_ptr<ServerWorld> world;
  if (!world || world->world.store.commits != world->commits_at_first) {
    world = made_alike([] { return std::make_unique<ServerWorld>(); });
  }
  return *world;
}

}  // namespace haki::fuzz
