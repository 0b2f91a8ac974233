// Convergence: devices that may read the same compartment hold the same records in it, byte for byte.
#include "checkers/checkers.h"
#include "crypto/hash.h"
#include "payload/record_state.h"

namespace haki::simulation {
namespace {

constexpr const char* kConvergence = "convergence";
using States = std::map<RecordId, Bytes>;

States states_of(World& world, Device& device, const CompartmentId& compartment) {
  States states;
  client::Home& home = device.home();
  const auto rows = home.records->rows_of(compartment);
  for (const std::int64_t no : rows ? *rows : std::vector<std::int64_t>()) {
    const auto row = home.records->load_row(no);
    if (row && *row) states[(*row)->merged.id] = payload::encode_record_state((*row)->merged);
    else world.violate(kConvergence, device.name + " cannot read a record of its own: " + (row ? "no row" : row.error().message));
  }
  return states;
}

std::string difference(const States& a, const States& b) {
  for (const auto& [id, state] : a) {
    const auto other = b.find(id);
    if (other == b.end()) return to_hex(id).substr(0, 8) + " is missing";
    if (other->second != state) return to_hex(id).substr(0, 8) + " differs";
  }
  for (const auto& [id, state] : b) {
    if (!a.contains(id)) return to_hex(id).substr(0, 8) + " is there alone";
  }
  return {};
}

std::set<CompartmentId> compartments(const std::vector<Device*>& devices) {
  std::set<CompartmentId> all;
  for (Device* device : devices) {
    for (const store::Chain* chain : device->home().chains->all()) all.insert(chain->compartment);
  }
  return all;
}

}  // namespace

void check_convergence(World& world) {
  const std::vector<Device*> devices = world.active();
  std::set<RecordId> apart;
  for (Device* device : devices) apart.merge(staying_with(*device));
  crypto::Hasher root;
  for (const CompartmentId& compartment : compartments(devices)) {
    Device* first = nullptr;
    States expected;
    for (Device* device : devices) {
      if (!reads_all(*device, compartment)) continue;
      States states = states_of(world, *device, compartment);
      std::erase_if(states, [&](const auto& one) { return apart.contains(one.first); });
      if (first == nullptr) {
        first = device;
        expected = std::move(states);
        for (const auto& [id, state] : expected) root.add(ByteView(id)).add(ByteView(state));
        continue;
      }
      world.coverage.count("checks", "compartments compared");
      const std::string differs = difference(expected, states);
      if (!differs.empty()) world.violate(kConvergence, first->name + " and " + device->name + " differ in " + to_hex(compartment).substr(0, 8) + ": " + differs);
    }
  }
  world.state_root = to_hex(root.finish32());
}

}  // namespace haki::simulation
