// No loss: what a device acknowledged is in the history for good, and a value stands as long as nobody who saw it wrote another.
#include <algorithm>

#include "checkers/checkers.h"
#include "model/form.h"
#include "store/snapshots.h"

namespace haki::simulation {
namespace {

constexpr const char* kNoLoss = "no loss";

std::string in_words(const Fact& fact) {
  return "'" + fact.text + "' of " + fact.field + " in " + to_hex(fact.record).substr(0, 8) + " (device " + std::to_string(fact.device) +
         ", step " + std::to_string(fact.step) + ")";
}

// Whether what a device wrote may wait elsewhere: it was taken out of the coalition, or a lead has still to decide.
bool may_wait(Device& reader, const Device& author) {
  if (author.gone || author.forked || !author.client) return true;
  const client::Home& home = client::Entrance::home_of(*author.client);
  const envelope::Device* known = reader.home().membership.device(home.device);
  return known == nullptr || !known->now().active() || !home.active();
}

// Where a record stands on its author's device; none where the device cannot say.
std::optional<CompartmentId> place_of(Device& author, const RecordId& record) {
  const auto row = author.home().records->load(record);
  if (!row || !*row) return std::nullopt;
  return (*row)->compartment;
}

// A snapshot tells what stands. Where the server has let go of the work behind it, what was written over lies with those who had read that,
// and there is no history (spec 61-snapshots, "Not promised").
bool rests_on_a_snapshot(Device& reader, const CompartmentId& place) {
  const auto kept = store::Snapshots(*reader.home().database).all();
  return kept && std::ranges::any_of(*kept, [&](const store::KeptSnapshot& one) {
    return one.compartment == place && one.state != store::SnapshotState::kAudited;
  });
}

bool lies_behind_a_snapshot(World& world, Device& reader, const CompartmentId& place, const Fact& fact) {
  if (!rests_on_a_snapshot(reader, place)) return false;
  if (standing_texts(reader, fact.record, fact.field).contains(fact.text)) return true;
  return std::ranges::any_of(world.model.facts(), [&](const Fact& later) {
    return later.record == fact.record && later.field == fact.field && later.covers.contains(fact.text);
  });
}

void check_own(World& world, Device& device, const Fact& fact) {
  const auto past = past_texts(device, fact.record, fact.field);
  if (past && past->contains(fact.text)) return;
  world.violate(kNoLoss, device.name + " lost " + in_words(fact) + (past ? "" : ": " + past.error().message));
}

void check_at(World& world, Device& reader, Device& author, const Fact& fact) {
  const auto place = place_of(author, fact.record);
  if (!place || !reads_all(reader, *place) || may_wait(reader, author)) return;
  const auto past = past_texts(reader, fact.record, fact.field);
  if (past && past->contains(fact.text)) return;
  if (past && lies_behind_a_snapshot(world, reader, *place, fact)) {
    return world.coverage.count("outcomes", "history that lies behind a snapshot");
  }
  if (staying_with(author).contains(fact.record)) return world.coverage.count("outcomes", "work stays with who may not write any more");
  world.violate(kNoLoss, reader.name + " never got " + in_words(fact) + (past ? "" : ": " + past.error().message));
}

// What stands on a device is what its history has, less what was written over by something that its history has.
void check_standing(World& world, Device& device, const RecordId& record, const std::string& field, const std::vector<const Fact*>& facts) {
  auto past = past_texts(device, record, field);
  if (!past) return;
  const std::set<std::string> standing = standing_texts(device, record, field);
  const auto place = place_of(device, record);
  if (place && rests_on_a_snapshot(device, *place)) past->insert(standing.begin(), standing.end());
  std::set<std::string> expected;
  for (const Fact* fact : facts) {
    if (past->contains(fact->text)) expected.insert(fact->text);
  }
  for (const Fact* fact : facts) {
    if (!past->contains(fact->text)) continue;
    for (const std::string& covered : fact->covers) expected.erase(covered);
  }
  // Operations keep their words under the new log (spec 40-keys, "Rejoining"): who wrote over the first has not seen the second.
  for (const Fact* fact : facts) {
    if (fact->perhaps_twice && standing.contains(fact->text)) expected.insert(fact->text);
  }
  if (standing == expected) return;
  std::string words = device.name + " shows";
  for (const std::string& text : standing) words += " '" + text + "'";
  words += " of " + field + " in " + to_hex(record).substr(0, 8) + " where the writes leave";
  for (const std::string& text : expected) words += " '" + text + "'";
  world.violate(kNoLoss, words);
}

// Every value of a conflict is there to be read and chosen from.
void check_conflicts(World& world, Device& device) {
  const auto conflicts = device.client->conflicts();
  if (!conflicts) return world.violate(kNoLoss, device.name + " cannot list its conflicts: " + conflicts.error().message);
  for (const Conflict& one : *conflicts) {
    world.coverage.count("outcomes", "conflict at the end");
    const std::set<std::string> standing = standing_texts(device, one.record, one.field);
    std::set<std::string> listed;
    for (const ConflictValue& value : one.values) listed.insert(to_text(value.value));
    if (listed != standing || listed.size() < 2) {
      world.violate(kNoLoss, device.name + " lists " + std::to_string(listed.size()) + " values of a conflict with " + std::to_string(standing.size()));
    }
  }
}

}  // namespace

void check_own_write(World& world, Device& device, const Fact& fact) {
  const std::set<std::string> standing = standing_texts(device, fact.record, fact.field);
  if (standing == std::set{fact.text}) return;
  world.violate(kNoLoss, device.name + " does not show what was just written: " + in_words(fact));
}

void check_no_loss(World& world) {
  std::map<std::pair<RecordId, std::string>, std::vector<const Fact*>> by_field;
  for (const Fact& fact : world.model.facts()) {
    if (!world.model.erased(fact.record)) by_field[{fact.record, fact.field}].push_back(&fact);
  }
  const std::vector<Device*> readers = world.active();
  for (const Fact& fact : world.model.facts()) {
    Device* author = world.on(fact.device);
    if (author == nullptr || !fact.acknowledged || world.model.erased(fact.record)) continue;
    check_own(world, *author, fact);
    if (world.split) continue;  // what the server lost before the split may lie with those who were left behind
    for (Device* reader : readers) {
      if (reader != author) check_at(world, *reader, *author, fact);
    }
    if (world.violated()) return;
  }
  for (Device* device : readers) {
    for (const auto& [where, facts] : by_field) check_standing(world, *device, where.first, where.second, facts);
    check_conflicts(world, *device);
    if (world.violated()) return;
  }
}

}  // namespace haki::simulation
