// Erasure: what a lead erased is on no device that reads where it stood, and comes back by nothing that arrives later.
#include <algorithm>

#include "checkers/checkers.h"
#include "payload/frame.h"

namespace haki::simulation {
namespace {

constexpr const char* kErasure = "erasure";

// The text stands there, and not as the beginning of another: texts end in a number.
bool holds(ByteView bytes, std::string_view text) {
  const ByteView wanted = as_bytes(text);
  for (auto at = bytes.begin();;) {
    at = std::search(at, bytes.end(), wanted.begin(), wanted.end());
    if (at == bytes.end()) return false;
    const auto after = at + static_cast<std::ptrdiff_t>(wanted.size());
    if (after == bytes.end() || *after < '0' || *after > '9') return true;
    ++at;
  }
}

std::string where_it_stands(client::Home& home, std::string_view text) {
  for (const char* sql : {"SELECT body FROM change_set", "SELECT body FROM change_pack", "SELECT body FROM record"}) {
    store::Statement rows = home.database->prepare(sql);
    for (;;) {
      const auto row = rows.step();
      if (!row || !*row) break;
      const auto opened = payload::expand(rows.blob(0), 16 << 20);  // where it is compressed
      if (holds(opened ? ByteView(*opened) : rows.blob(0), text)) return sql;
    }
  }
  // Entries that are passed over are asked as well.
  store::Statement entry = home.database->prepare("SELECT 1 FROM search WHERE search MATCH ?");
  const std::string phrase = "\"" + store::normalize_for_search(text) + "\"";
  entry.bind_all(std::string_view(phrase));
  const auto found = entry.step();
  return found && *found ? "the full-text index" : std::string();
}

// What a home that rejoined took along stands in a record of its own besides, which nobody erased.
bool stands_elsewhere(World& world, const Fact& erased) {
  return std::ranges::any_of(world.model.facts(), [&](const Fact& one) { return one.text == erased.text && !world.model.erased(one.record); });
}

void check_at(World& world, Device& device, const KnownRecord& record) {
  client::Home& home = device.home();
  const auto row = home.records->load(record.id);
  if (!row || !*row || !reads_all(device, (*row)->compartment)) return;
  world.coverage.count("checks", "erased records looked for");
  if (!(*row)->merged.erased()) return world.violate(kErasure, device.name + " still has " + to_hex(record.id).substr(0, 8));
  for (const Fact& fact : world.model.facts()) {
    if (fact.record != record.id || stands_elsewhere(world, fact)) continue;
    const std::string where = where_it_stands(home, fact.text);
    if (!where.empty()) world.violate(kErasure, device.name + " still has '" + fact.text + "': " + where);
  }
}

}  // namespace

void check_erasure(World& world) {
  for (Device* device : world.active()) {
    for (const KnownRecord& record : world.model.records()) {
      if (record.erased_for_sure) check_at(world, *device, record);
    }
    client::Home& home = device->home();
    if (!home.is_lead()) continue;
    const auto due = home.erasures->items_due();
    const auto open = home.erasures->open();
    for (const store::ErasedItem& item : due ? *due : std::vector<store::ErasedItem>()) {
      const store::Chain* chain = home.chains->find(item.chain);
      if (chain == nullptr || !home.membership.may_write(home.device, chain->compartment, home.membership.newest())) continue;
      world.violate(kErasure, device->name + " has not heard that the server let go of item " + std::to_string(item.last_seq) + " in " +
                                  to_hex(chain->compartment).substr(0, 8));
    }
    if (open) world.coverage.count("checks", open->empty() ? "all said that it is let go of" : "something is not let go of yet");
  }
}

}  // namespace haki::simulation
