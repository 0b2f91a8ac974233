// Devices that cannot go on under their name: on a member list that a restored server dropped before those who knew it had spoken,
// or put back to a copy of what they were. Of them only their own work is expected, and that what they hold is theirs to hold.
#include "world.h"

namespace haki::simulation {

bool left_behind(World& world, Device& device, Code why) {
  const envelope::Membership& mine = device.home().membership;
  const auto server = world.server.list();
  if (!server || mine.count() == 0 || device.forked) return false;
  const std::uint32_t last = std::min(mine.count(), server->count()) - 1;
  const bool other_list = mine.hash_at(last) != server->hash_at(last);
  const bool was_copied = device.put_back && why == Code::kUntrusted;
  if (other_list) world.split = true;
  if (other_list) world.coverage.count("outcomes", "left on a member list that was dropped");
  else if (was_copied) world.coverage.count("outcomes", "told that it was copied");
  if (!other_list && !was_copied) return false;
  for (KnownRecord& record : world.model.records()) {  // what it had not sent yet, nobody hears of
    if (record.erased_by == device.number) record.erased_for_sure = false;
  }
  return true;
}

void copy_device(World& world, Device& device) {
  device.copy = device.disk.image();
  device.copied_at = world.step;
  world.coverage.count("devices", "copied");
}

// A phone that is given back to what it was, as a backup does: it knows nothing of what it wrote and sent since.
void put_back(World& world, Device& device) {
  if (!device.copy) return;
  device.client.reset();
  device.disk.become(*device.copy);
  device.put_back = true;
  world.coverage.count("devices", "put back to a copy");
  for (Fact& fact : world.model.facts()) {
    if (fact.device == device.number && fact.step >= device.copied_at) fact.acknowledged = false;
  }
  for (Attached& one : world.model.attachments()) {
    if (one.device == device.number && one.step >= device.copied_at) one.device = Attached::kNobody;
  }
  for (KnownRecord& record : world.model.records()) {
    if (record.erased_by == device.number && record.erased_at >= device.copied_at) record.erased_for_sure = false;
  }
}

}  // namespace haki::simulation
