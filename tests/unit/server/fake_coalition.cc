#include "fake_coalition.h"

#include <gtest/gtest.h>

#include "crypto/random.h"

namespace haki::test {

using namespace envelope;

namespace {

constexpr std::int64_t kFoundedMs = 1'795'500'000'000;

}  // namespace

MembershipEntry FakeCoalition::entry(FakeDevice& by, const MembershipAct& act) {
  Membership& log = *by.membership;
  const auto made =
      make_entry(log.org(), log.count(), log.head(), kFoundedMs, random_of<OperationId>(), act, by.id, by.sign->secret);
  const auto applied = log.apply(made);
  if (!applied) ADD_FAILURE() << applied.error().message;
  return made;
}

MembershipEntry FakeCoalition::agreed_entry(FakeDevice& by, const MembershipAct& act, const FakeDevice& other) {
  Membership& log = *by.membership;
  const Bytes proposal = encode_proposal({random_of<OperationId>(), log.newest(), act});
  auto made = make_entry(log.org(), log.count(), log.head(), kFoundedMs, proposal, by.id, by.sign->secret);
  made.cosignatures.push_back(cosign(log.org(), proposal, other.id, other.sign->secret));
  const auto applied = log.apply(made);
  if (!applied) ADD_FAILURE() << applied.error().message;
  return made;
}

Append FakeCoalition::removal(FakeDevice& lead, const FakeDevice& device, const std::vector<Cut>& cuts,
                              bool refuse_late) {
  Append append;
  append.entries.push_back(entry(lead, RemoveDevice{device.id, refuse_late}));
  if (!cuts.empty()) append.entries.push_back(entry(lead, CutLog{device.log, cuts}));
  append.entries.push_back(entry(lead, NewEpoch{shared_, 2, random_of<KeyId>(), {}}));
  return append;
}

std::vector<MembershipEntry> FakeCoalition::recovery_entries(const Membership& log, const FakeDevice& new_lead) {
  Membership after = log;
  std::vector<MembershipEntry> entries;
  const auto add = [&](const MembershipAct& act) {
    entries.push_back(make_entry(after.org(), after.count(), after.head(), kFoundedMs, random_of<OperationId>(), act,
                                 recovery_id(log.recovery().box_key), recovery_sign_->secret));
    const auto applied = after.apply(entries.back());
    if (!applied) ADD_FAILURE() << applied.error().message;
  };
  add(new_lead.added());
  add(NewCompartment{own_compartment(log.org(), new_lead.id), CompartmentKind::kOwn, new_lead.id});
  return entries;
}

Grant FakeCoalition::make_grant(const FakeDevice& by, const CompartmentId& compartment, std::uint32_t epoch,
                                const DeviceId& to) {
  Grant grant{compartment, epoch, to, Bytes(132), by.id, {}};
  crypto::SystemRandom().fill(grant.sealed);
  grant.signature = crypto::sign(by.sign->secret, "HAKI1.gr",
                                 grant_message(by.membership->org(), compartment, epoch, to, grant.sealed));
  return grant;
}

Append FakeCoalition::founding(FakeDevice& founder, const crypto::VerifyKey& sign_key,
                               const crypto::AuthPublicKey& exchange_key) {
  Genesis genesis;
  genesis.founder = founder.added();
  genesis.recovery_box_key = crypto::BoxPair::generate().public_key;
  recovery_sign_ = std::make_shared<crypto::SigningPair>(crypto::SigningPair::generate());
  genesis.recovery_sign_key = recovery_sign_->verify;
  genesis.endpoints.urls = {"http://127.0.0.1:1"};
  genesis.endpoints.server_sign_key = sign_key;
  genesis.endpoints.server_exchange_key = exchange_key;
  Append first;
  first.entries.push_back(entry(founder, genesis));
  founder.org = founder.membership->org();
  shared_ = random_of<CompartmentId>();
  leads_ = random_of<CompartmentId>();
  first.entries.push_back(entry(founder, NewCompartment{shared_, CompartmentKind::kShared, {}}));
  first.entries.push_back(entry(founder, NewCompartment{leads_, CompartmentKind::kLeads, {}}));
  first.entries.push_back(entry(founder, NewCompartment{founder.notebook(), CompartmentKind::kOwn, founder.id}));
  for (const CompartmentId& compartment : {shared_, leads_}) {
    std::vector<SealedKey> sealed;
    std::vector<Grant> grants;
    for (const DeviceId& to : {founder.id, recovery_id(genesis.recovery_box_key)}) {
      grants.push_back(make_grant(founder, compartment, 1, to));
      sealed.push_back({to, grants.back().sealed});
    }
    first.entries.push_back(entry(founder, NewEpoch{compartment, 1, random_of<KeyId>(), grants_hash(sealed)}));
    first.grants.insert(first.grants.end(), grants.begin(), grants.end());
  }
  return first;
}

Append FakeCoalition::admission(FakeDevice& lead, const FakeDevice& device) {
  Append append;
  append.entries.push_back(entry(lead, device.added()));
  append.entries.push_back(
      entry(lead, NewCompartment{own_compartment(lead.org, device.id), CompartmentKind::kOwn, device.id}));
  append.grants.push_back(make_grant(lead, shared_, 1, device.id));
  if (device.role == Role::kLead) append.grants.push_back(make_grant(lead, leads_, 1, device.id));
  return append;
}

}  // namespace haki::test
