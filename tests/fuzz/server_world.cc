#include "server_world.h"

#include "base/assert.h"
#include "fixed_randomness.h"
#include "scratch.h"

namespace haki::fuzz {

namespace {

std::unique_ptr<storage::Store> store_in(const std::string& database) {
  auto store = storage::open_sqlite(database, {.writer_thread = false});
  HAKI_ASSERT(store);
  return std::move(*store);
}

}  // namespace

ServerWorld::ServerWorld(const std::string& database, const ServerWorld* like) : world(store_in(database)) {
  if (like != nullptr) {
    static_cast<test::FakeCoalition&>(world) = like->world;
    lead = like->lead, monitor = like->monitor, second = like->second, stranger = like->stranger;
    HAKI_ASSERT(world.keys.sign.verify == like->world.keys.sign.verify);  // randomness was fixed for both
    return;
  }
  world.found_with(lead);
  world.admit(lead, monitor);
  world.admit(lead, second);
  stranger.org = lead.org;
  stranger.membership = std::make_shared<envelope::Membership>(*lead.membership);
  const test::Answer key = world.exchange(monitor, {make_epoch_key(monitor)});
  HAKI_ASSERT(key.all<envelope::Reject>().empty() && key.status == 200);
  world.exchange(lead, {make_run(lead, world.shared())});
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2, .sign_every = true})});
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
  static const std::string first = (scratch_folder() / "first.db").string(), now = (scratch_folder() / "now.db").string();
  // The same twice: once for its file, into which its end copies SQLite's log, and once for what its devices know.
  static const std::unique_ptr<const ServerWorld> pattern = [] {
    made_alike([] { return std::make_unique<const ServerWorld>(first); }).reset();
    return made_alike([] { return std::make_unique<const ServerWorld>(":memory:"); });
  }();
  static std::unique_ptr<ServerWorld> world;
  if (!world || world->world.store.commits != 0) {
    world.reset();
    std::filesystem::copy_file(first, now, std::filesystem::copy_options::overwrite_existing);
    world = made_alike([] { return std::make_unique<ServerWorld>(now, pattern.get()); });
  }
  return *world;
}

}  // namespace haki::fuzz
