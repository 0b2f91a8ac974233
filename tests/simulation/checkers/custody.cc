// Custody: who handled a file is signed, entry by entry; what is handed out is what was attached; and nothing stands in a record
// that its author might not write.
#include <algorithm>

#include "checkers/checkers.h"

namespace haki::simulation {
namespace {

constexpr const char* kCustody = "custody";

void check_file(World& world, Device& device, const Attached& one) {
  const KnownRecord* record = world.model.record(one.record);
  if (record != nullptr && (record->deleted || record->erased)) return;
  Evidence evidence = device.client->evidence();
  const auto found = evidence.find(one.record, one.name);
  if (!found) {
    if (device.number == one.device) world.violate(kCustody, device.name + " lost " + one.name + ": " + found.error().message);
    return;
  }
  if (found->bytes != one.content.size()) world.violate(kCustody, one.name + " has another length at " + device.name);
  const auto custody = evidence.custody(one.record);
  if (!custody) return world.violate(kCustody, device.name + " cannot tell who handled " + one.name + ": " + custody.error().message);
  bool created = false;
  for (const CustodyEntry& entry : *custody) {
    world.coverage.count("custody", entry.action);
    created |= entry.subject == found->id && entry.action == "created";
    if (!entry.holds) world.violate(kCustody, device.name + ": " + entry.action + " of " + one.name + " does not hold: " + entry.wrong);
  }
  if (!created) world.violate(kCustody, device.name + " does not say who brought " + one.name);
  if (found->place != Place::kHere) return;
  Bytes content;
  const auto read = evidence.read(found->id, "verified", "", [&](ByteView piece) -> Result<> {
    content.insert(content.end(), piece.begin(), piece.end());
    return {};
  });
  world.coverage.count("checks", "files read");
  if (!read) world.violate(kCustody, device.name + " cannot read " + one.name + ": " + read.error().message);
  else if (content != one.content) world.violate(kCustody, device.name + " has other bytes of " + one.name);
}

// Of a chain that others wrote: what its author might not write was set aside, or a lead has spoken.
void check_rights(World& world, Device& device, storage::Snapshot& server, const storage::Chain& chain) {
  client::Home& home = device.home();
  const store::Chain* known = home.chains->find(chain.compartment, chain.log);
  const envelope::Device* author = home.membership.device_of_log(chain.log);
  if (known == nullptr || author == nullptr || author->refuse_late) return;
  const DeviceId by = author->added.device;
  if (std::ranges::count(names_of(home), by) > 0) return;  // its own, under whatever name
  const auto visited = server.items_of_chain(chain.key, 0, [&](storage::StoredItem&& item) {
    const std::uint64_t last = item.first_seq + item.item.sets - 1;
    if (last > known->applied_seq || item.m_seq > home.membership.newest()) return true;
    const bool may = home.membership.may_write(by, chain.compartment, item.m_seq) &&
                     !home.membership.is_late(chain.log, chain.compartment, last, item.m_seq);
    world.coverage.count("checks", may ? "items that might be written" : "items that might not be written");
    if (may) return true;
    const auto aside = home.ledger->quarantined(known->no, last);
    const auto verdict = home.ledger->verdict(chain.compartment, chain.log, last);
    if (!(aside && *aside) && !(verdict && *verdict)) {
      world.violate(kCustody, device.name + " took in what its author might not write: " + std::to_string(last) + " in " +
                                  to_hex(chain.compartment).substr(0, 8));
    }
    return true;
  });
  static_cast<void>(visited);
}

}  // namespace

void check_custody(World& world) {
  for (Device* device : world.active()) {
    for (const Attached& one : world.model.attachments()) check_file(world, *device, one);
    const auto snapshot = world.server.store().read();
    if (!snapshot) continue;
    const auto coalition = (*snapshot)->coalition(world.server.org());
    if (!coalition || !*coalition) continue;
    const auto chains = (*snapshot)->chains_above((*coalition)->key, 0);
    for (const storage::Chain& chain : chains ? *chains : std::vector<storage::Chain>()) check_rights(world, *device, **snapshot, chain);
  }
}

}  // namespace haki::simulation
