// Confidentiality: keys and texts are with those who might read them, and nowhere else; no text leaves a device or lies on a
// disk in the clear; no nonce comes twice.
#include <algorithm>

#include "checkers/checkers.h"
#include "client/setting.h"

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

// Keys that a device holds. What was made again from the recovery words was given what had been sealed to them until then, and
// that is everything (spec 40-keys, "Epochs and grants"); of what came after it, no more than anybody.
void check_keys(World& world, Device& device, const envelope::Membership& list) {
  client::Home& home = device.home();
  const std::vector<DeviceId> names = names_of(home);
  for (const auto& [which, key] : home.key_ring) {
    const auto& [compartment, number] = which;
    if (compartment == home.own_compartment()) continue;
    const envelope::Epoch* epoch = list.epoch(compartment, number);
    const std::uint32_t since = epoch != nullptr ? epoch->since : 0;
    world.coverage.count("checks", "keys");
    const bool given = std::ranges::any_of(names, [&](const DeviceId& name) {
      const envelope::Device* known = list.device(name);
      const bool from_paper = device.restored && known != nullptr && since <= known->since;
      return from_paper || ever_reads(list, name, compartment, since);
    });
    if (given) continue;
    world.violate(kConfidentiality, device.name + " holds the key of epoch " + std::to_string(number) + " of " + to_hex(compartment).substr(0, 8) +
                                        ", which it never might read");
  }
}

void check_device(World& world, Device& device, const envelope::Membership& list) {
  client::Home& home = device.home();
  check_keys(world, device, list);
  const std::vector<DeviceId> names = names_of(home);
  for (const store::Chain* chain : home.chains->all()) {
    if (chain->log == home.identity.log || chain->applied_seq == 0 || chain->compartment == home.own_compartment()) continue;
    if (std::ranges::any_of(names, [&](const DeviceId& name) { return ever_reads(list, name, chain->compartment, 0); })) continue;
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

void note_nonces(World& world, const envelope::Run& run) {
  for (const envelope::Item& item : run.items) {
    if (item.sealed.empty()) continue;
    const auto [known, fresh] = world.nonces.emplace(item.nonce, item.sealed_hash);
    if (!fresh && known->second != item.sealed_hash) world.violate(kConfidentiality, "a nonce came twice, with other content");
  }
}

// By the list that the giver goes by; that the server looks too is not relied on, as it need not be an honest one. Recovery words
// count while they are in force, or are made anew, between the two entries.
bool may_be_given(const envelope::Membership& list, const DeviceId& to, const CompartmentId& compartment, std::uint32_t from, std::uint32_t m_seq) {
  for (std::uint32_t at = from; at <= m_seq; ++at) {
    if (to == envelope::recovery_id(list.recovery_at(at).box_key)) return true;
  }
  return list.may_read(to, compartment, m_seq);
}

// A key is sent to nobody who may not read what it opens, and to who has just come of a circle no more than the standing one.
void check_given_keys(World& world, const DeviceId& by, const envelope::Append& append) {
  const auto giver = std::ranges::find_if(world.devices, [&](const auto& one) { return one->client && one->home().device == by; });
  if (giver == world.devices.end()) return;
  envelope::Membership list = (*giver)->home().membership;
  const std::uint32_t before = list.count();
  for (const envelope::MembershipEntry& entry : append.entries) {
    if (!list.apply(entry)) return;  // entries that the server had lost, which the giver has
  }
  for (const envelope::Grant& grant : append.grants) {
    world.coverage.count("checks", "keys given");
    const envelope::Device* to = list.device(grant.device);
    const envelope::Compartment* of = list.compartment(grant.compartment);
    const bool circle = of != nullptr && (of->made.kind == envelope::CompartmentKind::kCase || of->made.kind == envelope::CompartmentKind::kDistrict);
    const envelope::Epoch* standing = list.epoch_at(grant.compartment, list.newest());
    const bool history = circle && to != nullptr && to->since >= before && standing != nullptr && standing->made.epoch != grant.epoch;
    if (may_be_given(list, grant.device, grant.compartment, before - 1, list.newest()) && !history) continue;
    world.violate(kConfidentiality, (*giver)->name + " gives " + to_hex(grant.device).substr(0, 8) + " the key of epoch " + std::to_string(grant.epoch) + " of " +
                                        to_hex(grant.compartment).substr(0, 8) + ", which it may not read");
  }
}

void check_given_keys(World& world, const DeviceId& by, const envelope::EpochKey& key) {
  const auto giver = std::ranges::find_if(world.devices, [&](const auto& one) { return one->client && one->home().device == by; });
  if (giver == world.devices.end()) return;
  const envelope::Membership& list = (*giver)->home().membership;
  if (list.hash_at(key.m_seq) != key.m_head) return;
  for (const envelope::SealedKey& grant : key.grants) {
    world.coverage.count("checks", "keys given");
    if (may_be_given(list, grant.device, key.compartment, key.m_seq, key.m_seq)) continue;
    world.violate(kConfidentiality, (*giver)->name + " gives " + to_hex(grant.device).substr(0, 8) + " a key of the notebook " +
                                        to_hex(key.compartment).substr(0, 8) + ", which it may not read");
  }
}

void overhear_request(World& world, ByteView body, DeviceId& device) {
  const bool honest = !world.weather.spoiled;
  for (envelope::FrameReader reader(body); !reader.done();) {
    const auto frame = reader.next();
    if (!frame) break;
    if (const auto* hello = std::get_if<envelope::Hello>(&*frame)) device = hello->device;
    if (const auto* run = std::get_if<envelope::Run>(&*frame); run != nullptr && honest) note_nonces(world, *run);
    if (world.weather.late_arrives || !honest) continue;  // made by a list that has grown since
    if (const auto* append = std::get_if<envelope::Append>(&*frame)) check_given_keys(world, device, *append);
    if (const auto* key = std::get_if<envelope::EpochKey>(&*frame)) check_given_keys(world, device, *key);
  }
}

// What the server hands out now is for who may read it now.
void overhear_answer(World& world, ByteView body, const DeviceId& device) {
  const auto list = world.server.list();
  for (envelope::FrameReader reader(body); list && !reader.done();) {
    const auto frame = reader.next();
    if (!frame) break;
    const auto* row = std::get_if<envelope::Row>(&*frame);
    const auto* run = row != nullptr ? std::get_if<envelope::Run>(&row->content) : nullptr;
    const auto* grant = std::get_if<envelope::Grant>(&*frame);
    if (run == nullptr && grant == nullptr) continue;
    world.coverage.count("checks", run != nullptr ? "work given by the server" : "keys given by the server");
    const bool may = run != nullptr ? list->may_read(device, run->compartment, list->newest()) : grant->device == device;
    if (may) continue;
    world.violate(kConfidentiality, "the server gave " + to_hex(device).substr(0, 8) + (run != nullptr ? " work in " : " another's key of ") +
                                        to_hex(run != nullptr ? run->compartment : grant->compartment).substr(0, 8) + ", which it may not read");
  }
}

}  // namespace

std::vector<DeviceId> names_of(client::Home& home) {
  std::vector<DeviceId> names{home.device};
  const auto formers = home.settings->get(client::setting::kFormerDevices);
  const Bytes bytes = formers && *formers ? **formers : Bytes();
  for (ByteView rest = bytes; rest.size() >= DeviceId::kSize; rest = rest.subspan(DeviceId::kSize)) {
    names.push_back(*DeviceId::from(rest.first(DeviceId::kSize)));
  }
  return names;
}

void overhear(World& world, const transport::Request& request, const transport::Response& response) {
  if (shows_mark(request.body) || shows_mark(response.body)) world.violate(kConfidentiality, "a text goes over the wire in the clear: " + request.target);
  if (!request.target.ends_with("/exchange")) return;
  DeviceId device;
  overhear_request(world, request.body, device);
  overhear_answer(world, response.body, device);
}

void check_confidentiality(World& world) {
  const envelope::Membership* list = whole_list(world);
  if (list == nullptr) return;
  for (const auto& device : world.devices) {
    Device* one = world.on(device->number);
    // Who was left on a list that a restored server dropped was given what that list says.
    if (one != nullptr) check_device(world, *one, one->forked ? one->home().membership : *list);
  }
  check_epochs(world, *list);
}

}  // namespace haki::simulation
