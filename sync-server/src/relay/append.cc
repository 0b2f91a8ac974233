#include "relay/append.h"

#include <algorithm>
#include <map>
#include <set>

namespace haki::relay {
namespace {

using envelope::Membership;
using envelope::Refusal;

// A key for a compartment, from somebody who may make or hand on its keys, to somebody who may read it. Notebooks' epochs
// are not in the log: whoever reads a notebook may hand on its key, and its receiver compares it with the owner's.
bool grant_holds(const Membership& log, const envelope::Grant& grant) {
  const envelope::Device* by = log.device(grant.by);
  const envelope::Compartment* of = log.compartment(grant.compartment);
  if (by == nullptr || of == nullptr || grant.sealed.size() != kSealedKeyBytes) return false;
  const bool own = of->made.kind == envelope::CompartmentKind::kOwn;
  if (own ? !by->now().leads() : !log.may_rotate(grant.by, grant.compartment)) return false;
  if (!own && log.epoch(grant.compartment, grant.epoch) == nullptr) return false;
  if (!log.is_recovery(grant.device) && !log.may_read(grant.device, grant.compartment, log.newest())) return false;
  const Bytes message = envelope::grant_message(log.org(), grant.compartment, grant.epoch, grant.device, grant.sealed);
  return crypto::verify(by->added.sign_key, "HAKI1.gr", message, grant.signature);
}

using GrantsByEpoch = std::map<std::pair<CompartmentId, std::uint32_t>, std::vector<envelope::SealedKey>>;

// The grants that came with a new epoch are the ones its entry names, and for nobody else.
bool epoch_fits(const Membership& log, const envelope::Epoch& epoch, const GrantsByEpoch& grants) {
  const auto found = grants.find({epoch.made.compartment, epoch.made.epoch});
  // A log that is brought again (after a restore, to another server) comes without its old grants; keys are then handed on.
  if (found == grants.end()) return true;
  const auto& given = found->second;
  const auto readers = log.key_readers(epoch.made.compartment, epoch.since);
  std::set<DeviceId> seen;
  for (const envelope::SealedKey& grant : given) {
    const bool reads = log.is_recovery(grant.device) || std::ranges::binary_search(readers, grant.device);
    if (!reads || !seen.insert(grant.device).second) return false;
  }
  return envelope::grants_hash(given) == epoch.made.grants;
}

bool epochs_fit(const Membership& log, std::uint32_t first_new, const GrantsByEpoch& grants) {
  for (const auto& [id, compartment] : log.compartments()) {
    const envelope::Epoch* newest = log.epoch_at(id, log.newest());
    for (std::uint32_t number = newest ? newest->made.epoch : 0; number > 0; --number) {
      const envelope::Epoch* epoch = log.epoch(id, number);
      if (epoch == nullptr || epoch->since < first_new) break;
      if (!epoch_fits(log, *epoch, grants)) return false;
    }
  }
  return true;
}

// How many entries at the beginning are held already, byte for byte. Empty: they are of another branch, or leave a gap.
std::optional<std::size_t> held_already(const Membership& log, const envelope::Append& append) {
  std::size_t held = 0;
  for (const envelope::MembershipEntry& entry : append.entries) {
    const auto seq = envelope::entry_seq(entry);
    if (!seq) return held;  // apply() says what is wrong with it
    if (*seq > log.count()) return std::nullopt;
    if (*seq == log.count()) return held;
    if (log.hash_at(static_cast<std::uint32_t>(*seq)) != envelope::entry_hash(entry)) return std::nullopt;
    ++held;
  }
  return held;
}

// What a device may not write any more is cut no earlier than where the server holds it, so that nothing it was given a
// receipt for is lost on the way.
Result<bool> cuts_fit(const Membership& before, const Membership& after, const ChainsOf& chains_of) {
  for (const auto& [id, device] : after.devices()) {
    if (device.now().since < before.count() || device.since >= before.count()) continue;
    HAKI_ASSIGN(const std::vector<storage::Chain> chains, chains_of(device.added.log));
    for (const storage::Chain& chain : chains) {
      const bool lost = before.may_write(id, chain.compartment, before.newest()) &&
                        !after.may_write(id, chain.compartment, after.newest());
      if (!lost || chain.head.seq == 0) continue;
      const envelope::StandingCut* cut = after.cut(device.added.log, chain.compartment);
      const bool fits = cut != nullptr && cut->since >= before.count() && cut->cut.seq >= chain.head.seq &&
                        (cut->cut.seq > chain.head.seq || cut->cut.hash == chain.head.hash);
      if (!fits) return false;
    }
  }
  return true;
}

// Whoever takes a reader away makes the next key in the same breath, of every compartment that is his to rotate.
bool rotated(const Membership& before, const Membership& after, const DeviceId& by) {
  return std::ranges::none_of(after.compartments(), [&](const auto& named) {
    const CompartmentId& id = named.first;
    return after.may_rotate(by, id) && after.epoch_is_stale(id) && !before.epoch_is_stale(id);
  });
}

CheckedAppend refuse(const MembershipPtr& before, Refusal code) {
  envelope::Reject reject;
  reject.code = code;
  reject.seq = before->count();
  reject.hash = before->head();
  return {before, std::nullopt, reject};
}

}  // namespace

Result<CheckedAppend> check_append(const MembershipPtr& before, const envelope::Append& append,
                                   const ChainsOf& chains_of) {
  if (append.entries.empty() && (append.grants.empty() || !before->founded()))
    return refuse(before, Refusal::kBadMembership);
  const auto held = held_already(*before, append);
  if (!held) return refuse(before, Refusal::kMembershipMoved);
  if (*held == append.entries.size() && *held > 0) {
    return CheckedAppend{before, std::nullopt, std::nullopt};
  }

  auto after = std::make_shared<Membership>(*before);
  storage::MembershipWrite write;
  write.expected_count = before->count();
  for (std::size_t i = *held; i < append.entries.size(); ++i) {
    const auto applied = after->apply(append.entries[i]);
    if (!applied) {
      return refuse(before, applied.error().code == Code::kHeld ? Refusal::kVersion : Refusal::kBadMembership);
    }
    write.entries.push_back(envelope::encode_frame(append.entries[i]));
  }
  GrantsByEpoch grants;
  for (const envelope::Grant& grant : append.grants) {
    if (!grant_holds(*after, grant)) return refuse(before, Refusal::kBadMembership);
    grants[{grant.compartment, grant.epoch}].push_back({grant.device, grant.sealed});
    write.grants.emplace_back(grant.device, envelope::encode_frame(grant));
  }
  if (!epochs_fit(*after, before->count(), grants)) return refuse(before, Refusal::kBadMembership);
  if (before->founded()) {
    HAKI_ASSIGN(const bool fit, cuts_fit(*before, *after, chains_of));
    if (!fit) return refuse(before, Refusal::kMembershipMoved);
    const bool changed = !append.entries.empty();
    if (changed && !rotated(*before, *after, append.entries.back().device)) return refuse(before, Refusal::kBadMembership);
  }
  for (const auto& [id, device] : after->devices()) {
    if (device.since >= before->count()) write.admitted.push_back(id);
  }
  return CheckedAppend{std::move(after), std::move(write), std::nullopt};
}

}  // namespace haki::relay
