#include "fake_coalition.h"

#include <gtest/gtest.h>

#include "crypto/random.h"

namespace haki::test {

using namespace envelope;

namespace {

constexpr std::int64_t kFoundedMs = 1'795'500'000'000;

template <typename T>
T random_of() {
  crypto::SystemRandom random;
  return crypto::random_id<T>(random);
}

}  // namespace

MembershipEntry FakeCoalition::entry(FakeDevice& by, const MembershipAct& act) {
  Membership& log = *by.membership;
  const auto made =
      make_entry(log.org(), log.count(), log.head(), kFoundedMs, random_of<OperationId>(), act, by.id, by.sign->secret);
  const auto applied = log.apply(made);
  if (!applied) ADD_FAILURE() << applied.error().message;
  return made;
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
  genesis.recovery_sign_key = crypto::SigningPair::generate().verify;
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
