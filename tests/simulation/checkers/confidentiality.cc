// Confidentiality: keys and texts are with those who might read them, and nowhere else; no text leaves a device or lies on a
// disk in the clear; no nonce comes twice.
#include <algorithm>

#include "checkers/checkers.h"

namespace haki::simulation {
namespace {

constexpr const char* kConfidentiality = "confidentiality";

bool shows_mark(ByteView bytes) {
  const ByteView mark = as_bytes(Model::kMark);
  return std::search(bytes.begin(), bytes.end(), mark.begin(), mark.end()) != bytes.end();
}

// The member list as the device has it that has seen most of it.
const envelope::Membership* whole_list(World& world) {
  const envelope::Membership* most = nullptr;
  for (Device* device : world.active()) {
    const envelope::Membership& list = device->home().membership;
    if (most == nullptr || list.count() > most->count()) most = &list;
  }
  return most;
}

// Whether the device might read the compartment at some time from `since` on.
bool ever_reads(const envelope::Membership& list, const DeviceId& device, const CompartmentId& compartment, std::uint32_t since) {
  for (std::uint32_t at = since; at < list.count(); ++at) {
    if (list.may_read(device, compartment, at)) return true;
  }
  return false;
}

void check_device(World& world, Device& device, const envelope::Membership& list) {
  client::Home& home = device.home();
  for (const auto& [which, key] : home.key_ring) {
    const auto& [compartment, number] = which;
    if (compartment == home.own_compartment()) continue;
    const envelope::Epoch* epoch = list.epoch(compartment, number);
    world.coverage.count("checks", "keys");
    if (!ever_reads(list, home.device, compartment, epoch != nullptr ? epoch->since : 0)) {
      world.violate(kConfidentiality, device.name + " holds the key of epoch " + std::to_string(number) + " of " + to_hex(compartment).substr(0, 8) +
                                  ", which it never might read");
    }
  }
  for (const store::Chain* chain : home.chains->all()) {
    if (chain->log == home.identity.log || chain->applied_seq == 0 || chain->compartment == home.own_compartment()) continue;
    if (ever_reads(list, home.device, chain->compartment, 0)) continue;
    world.violate(kConfidentiality, device.name + " holds work in " + to_hex(chain->compartment).substr(0, 8) + ", which it never might read");
  }
  for (const auto& [path, content] : device.disk.image()) {
    if (shows_mark(content)) world.violate(kConfidentiality, device.name + " shows a text in the clear in " + path);
  }
}

// Work is sealed for those who may read it when it is sealed: not under a key of somebody who may not any more.
void check_epochs(World& world, const envelope::Membership& list) {
  const auto snapshot = world.server.store().read();
  const auto coalition = snapshot ? (*snapshot)->coalition(world.server.org()) : Result<std::optional<storage::Coalition>>(snapshot.error());
  if (!coalition || !*coalition) return;
  const auto chains = (*snapshot)->chains_above((*coalition)->key, 0);
  for (const storage::Chain& chain : chains ? *chains : std::vector<storage::Chain>()) {
    const envelope::Device* author = list.device_of_log(chain.log);
    const auto visited = (*snapshot)->items_of_chain(chain.key, 0, [&](storage::StoredItem&& item) {
      const envelope::Epoch* epoch = list.epoch(chain.compartment, item.epoch);
      if (epoch == nullptr || author == nullptr || item.m_seq >= list.count() || item.m_seq < epoch->since) return true;
      world.coverage.count("checks", "epochs of items");
      for (const auto& [id, device] : list.devices()) {
        if (list.may_read(id, chain.compartment, item.m_seq) || id == author->added.device) continue;
        bool had = false;
        for (std::uint32_t at = epoch->since; at < item.m_seq && !had; ++at) had = list.may_read(id, chain.compartment, at);
        if (had) {
          world.violate(kConfidentiality, "work in " + to_hex(chain.compartment).substr(0, 8) + " was sealed under an epoch whose key " +
                                      to_hex(id).substr(0, 8) + " has, which may not read it");
          return false;
        }
      }
      return true;
    });
    static_cast<void>(visited);
  }
}

void check_given(World& world, const envelope::Membership& list) {
  for (const auto& [device, compartment] : world.given) {
    if (compartment == envelope::own_compartment(world.server.org(), device) || ever_reads(list, device, compartment, 0)) continue;
    world.violate(kConfidentiality, "the server gave " + to_hex(device).substr(0, 8) + " work in " + to_hex(compartment).substr(0, 8) +
                                ", which it never might read");
  }
}

void note_nonces(World& world, const envelope::Run& run) {
  for (const envelope::Item& item : run.items) {
    if (item.sealed.empty()) continue;
    const auto [known, fresh] = world.nonces.emplace(item.nonce, item.sealed_hash);
    if (!fresh && known->second != item.sealed_hash) world.violate(kConfidentiality, "a nonce came twice, with other content");
  }
}

}  // namespace

void overhear(World& world, const transport::Request& request, const transport::Response& response) {
  if (shows_mark(request.body) || shows_mark(response.body)) world.violate(kConfidentiality, "a text goes over the wire in the clear: " + request.target);
  if (!request.target.ends_with("/exchange")) return;
  DeviceId device;
  for (envelope::FrameReader reader(request.body); !reader.done();) {
    const auto frame = reader.next();
    if (!frame) break;
    if (const auto* hello = std::get_if<envelope::Hello>(&*frame)) device = hello->device;
    if (const auto* run = std::get_if<envelope::Run>(&*frame)) note_nonces(world, *run);
  }
  for (envelope::FrameReader reader(response.body); !reader.done();) {
    const auto frame = reader.next();
    if (!frame) break;
    const auto* row = std::get_if<envelope::Row>(&*frame);
    const auto* run = row != nullptr ? std::get_if<envelope::Run>(&row->content) : nullptr;
    if (run != nullptr) world.given.emplace(device, run->compartment);
  }
}

void check_confidentiality(World& world) {
  const envelope::Membership* list = whole_list(world);
  if (list == nullptr) return;
  for (const auto& device : world.devices) {
    Device* one = world.on(device->number);
    // What was made again from the recovery words reads what was sealed to them, which is everything.
    if (one != nullptr && !one->forked && !one->restored) check_device(world, *one, *list);
  }
  check_epochs(world, *list);
  check_given(world, *list);
}

}  // namespace haki::simulation
