// Devices that cannot go on under their name: on a member list that a restored server dropped before those who knew it had spoken,
// or put back to a copy of what they were. Of them only their own work is expected, and that what they hold is theirs to hold. And
// how they go on: let in anew, with what had not been sent.
#include "checkers/checkers.h"
#include "world.h"

namespace haki::simulation {
namespace {

// What a device shows of its notebook: of each record and each field that somebody wrote, what stands there.
using Shown = std::map<RecordId, std::map<std::string, std::string>>;

Shown notebook_of(World& world, Device& device) {
  Shown shown;
  client::Home& home = device.home();
  for (const Fact& fact : world.model.facts()) {
    const auto row = home.records->load(fact.record);
    if (!row || !*row || (*row)->compartment != home.own_compartment()) continue;
    auto& fields = shown[fact.record];
    if ((*row)->hidden) continue;
    const auto winner = standing_winner(device, fact.record, fact.field);
    if (winner) fields[fact.field] = *winner;
  }
  return shown;
}

// The record of the new notebook in which all this stands: texts are never written twice.
std::optional<RecordId> made_of(Device& device, const std::map<std::string, std::string>& fields) {
  client::Home& home = device.home();
  const auto rows = home.records->rows_of(home.own_compartment());
  for (const std::int64_t no : rows ? *rows : std::vector<std::int64_t>()) {
    const auto row = home.records->load_row(no);
    if (!row || !*row) continue;
    const RecordId& id = (*row)->merged.id;
    const bool all = std::ranges::all_of(fields, [&](const auto& one) { return standing_winner(device, id, one.first) == one.second; });
    if (all && !fields.empty()) return id;
  }
  return std::nullopt;
}

// The copy is a record like any other from now on: whoever may read it is to get what stands in it.
void know_copy(World& world, Device& device, const RecordId& from, const RecordId& copy, const std::map<std::string, std::string>& fields) {
  world.coverage.count("outcomes", "record taken along to a new name");
  const KnownRecord* known = world.model.record(from);
  world.model.made({copy, known != nullptr ? known->form : "", device.number, false, true});
  for (const auto& [field, text] : fields) world.model.wrote({device.number, copy, field, text, {}, true, world.step});
  const std::vector<Attached> attached = world.model.attachments();
  for (const Attached& one : attached) {
    if (one.record != from || !device.client->evidence().find(copy, one.name)) continue;
    world.model.attached({device.number, copy, one.name, one.content, world.step});
  }
}

// Of the notebook, what had not been sent stands in new records (spec 40-keys, "Rejoining"): winners only, and nothing that was
// deleted. So what had been written over by then goes with its history; what stood is somewhere still. Who was on a list that was
// dropped lets go of what others wrote besides: an edit of such a record shows again where the record may be read under the new name.
void take_along(World& world, Device& device, const Shown& before) {
  for (const auto& [record, fields] : before) {
    const std::optional<RecordId> copy = made_of(device, fields);
    if (copy) know_copy(world, device, record, *copy, fields);
    for (const auto& [field, text] : fields) {
      if (!copy && !standing_texts(device, record, field).contains(text)) {
        world.violate("no loss", device.name + " lost '" + text + "' of " + field + " in " + to_hex(record).substr(0, 8) + " when it rejoined");
      }
    }
  }
  for (Fact& fact : world.model.facts()) {
    if (fact.device == device.number && device.put_back) fact.perhaps_twice = true;
    if (fact.device != device.number || !(world.split || before.contains(fact.record))) continue;
    const auto past = past_texts(device, fact.record, fact.field);
    if (!past || !past->contains(fact.text)) fact.acknowledged = false;
  }
  for (Attached& one : world.model.attachments()) {
    const auto record = before.find(one.record);
    if (one.device != device.number || record == before.end() || device.client->evidence().find(one.record, one.name)) continue;
    one.device = Attached::kNobody;
    const bool taken = record->second.empty() || std::ranges::any_of(world.model.attachments(), [&](const Attached& other) {
      return other.device == device.number && other.name == one.name;
    });
    if (!taken) world.violate("no loss", device.name + " lost " + one.name + " when it rejoined");
  }
}

}  // namespace

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

void rejoin(World& world, Device& device, const std::string& invite) {
  const DeviceId former = device.id();
  const Shown before = notebook_of(world, device);
  if (!world.went("rejoin", device.client->rejoin(invite))) {
    device.disk.clear();  // whether it is done shows when the home is opened again
    if (world.on(device.number) == nullptr || device.id() == former) return;
  }
  take_along(world, device, before);
  device.forked = device.put_back = false;
  device.copy.reset();
}

}  // namespace haki::simulation
