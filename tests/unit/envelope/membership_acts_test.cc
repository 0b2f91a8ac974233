// Goal: what a lead decides holds for every reader at the same entry, and no one lead can do what needs two. Method: a real log
// with real keys; each rule is tried from its wrong side first.
#include <algorithm>

#include "coalition.h"
#include "envelope/membership.h"

namespace haki::envelope {
namespace {

using test::Coalition;

struct Acts : testing::Test {
  Coalition coalition;
  keys::Identity monitor = coalition.admit(Role::kMonitor);

  const Membership& log() const { return coalition.membership; }
  Result<> enter(const MembershipAct& act, const keys::Identity& by, std::vector<const keys::Identity*> also = {}) {
    const Bytes proposal = encode_proposal(
        {crypto::random_id<OperationId>(coalition.random), log().newest(), act});
    return enter_proposal(proposal, by, std::move(also));
  }
  Result<> enter_proposal(ByteView proposal, const keys::Identity& by, std::vector<const keys::Identity*> also = {}) {
    auto entry = make_entry(log().org(), log().count(), log().head(), coalition.clock.now_ms(), proposal, by.device(),
                            by.sign.secret);
    for (const keys::Identity* one : also) {
      entry.cosignatures.push_back(cosign(log().org(), proposal, one->device(), one->sign.secret));
    }
    return coalition.membership.apply(entry);
  }
  // A further lead, let in with as many yeses as the log wants.
  keys::Identity lead(std::vector<const keys::Identity*> also = {}) {
    keys::Identity joiner = keys::Identity::generate(coalition.random);
    const auto request = keys::make_join_request(coalition.invite(Role::kLead), joiner);
    EXPECT_TRUE(enter(keys::admission(request, Role::kLead, true), coalition.founder, std::move(also)));
    EXPECT_TRUE(enter(NewCompartment{coalition.own(joiner), CompartmentKind::kOwn, joiner.device()}, coalition.founder));
    return joiner;
  }
  Result<> enter_by_recovery(const MembershipAct& act) {
    auto entry = make_entry(log().org(), log().count(), log().head(), 0, crypto::random_id<OperationId>(coalition.random), act,
                            recovery_id(coalition.recovery.box.public_key), coalition.recovery.sign.secret);
    return coalition.membership.apply(entry);
  }
};

TEST_F(Acts, ARemovedDeviceReadsAndWritesNothingFromThatEntryOn) {
  const std::uint32_t before = log().newest();
  ASSERT_TRUE(enter(RemoveDevice{monitor.device(), false}, coalition.founder));
  EXPECT_TRUE(log().may_write(monitor.device(), coalition.own(monitor), before));
  EXPECT_FALSE(log().may_read(monitor.device(), coalition.shared(), log().newest()));
  EXPECT_FALSE(log().may_write(monitor.device(), coalition.own(monitor), log().newest()));
  EXPECT_FALSE(enter(RemoveDevice{monitor.device(), false}, coalition.founder)) << "twice";
  EXPECT_FALSE(enter(NewEpoch{coalition.shared(), 2, {}, {}}, monitor)) << "by the removed";
}

TEST_F(Acts, ARemovedReaderMakesTheEpochStaleUntilTheNext) {
  EXPECT_FALSE(log().epoch_is_stale(coalition.shared()));
  ASSERT_TRUE(enter(RemoveDevice{monitor.device(), false}, coalition.founder));
  EXPECT_TRUE(log().epoch_is_stale(coalition.shared()));
  EXPECT_FALSE(log().epoch_is_stale(coalition.leads())) << "the monitor never had it";
  ASSERT_TRUE(enter(NewEpoch{coalition.shared(), 2, {}, {}}, coalition.founder));
  EXPECT_FALSE(log().epoch_is_stale(coalition.shared()));
}

TEST_F(Acts, WhoCameAfterTheEpochAndWentAgainMakesItStaleToo) {
  const keys::Identity guest = coalition.admit(Role::kMonitor);  // granted the standing epoch
  ASSERT_TRUE(enter(RemoveDevice{guest.device(), false}, coalition.founder));
  EXPECT_TRUE(log().epoch_is_stale(coalition.shared()));
}

TEST_F(Acts, ItemsBeyondACutAreLateOnlyIfTheyCiteWhatCameBefore) {
  const std::uint32_t before = log().newest();
  const CompartmentId own = coalition.own(monitor);
  ASSERT_TRUE(enter(RemoveDevice{monitor.device(), false}, coalition.founder));
  EXPECT_TRUE(log().is_late(monitor.log, own, 1, before)) << "no cut: cut 0";
  ASSERT_TRUE(enter(CutLog{monitor.log, {{own, 3, {}}}}, coalition.founder));
  EXPECT_FALSE(log().is_late(monitor.log, own, 3, before));
  EXPECT_TRUE(log().is_late(monitor.log, own, 4, before));
  EXPECT_FALSE(log().is_late(monitor.log, own, 4, log().newest())) << "the right itself says no there";
  EXPECT_FALSE(log().may_write(monitor.device(), own, log().newest()));
}

TEST_F(Acts, ASoleLeadActsAlone) {
  EXPECT_EQ(log().leads_needed(Endpoints{}), 1u);
  Endpoints moved = log().endpoints();
  moved.urls = {"https://elsewhere.example"};
  ASSERT_TRUE(enter(moved, coalition.founder));
  EXPECT_EQ(log().endpoints().urls.front(), "https://elsewhere.example");
}

TEST_F(Acts, WithTwoLeadsWhatNeedsTwoNeedsTwo) {
  const keys::Identity second = lead();
  Endpoints moved = log().endpoints();
  moved.urls = {"https://elsewhere.example"};
  EXPECT_EQ(enter(moved, coalition.founder).error().code, Code::kDenied);
  EXPECT_EQ(enter(moved, coalition.founder, {&coalition.founder}).error().code, Code::kDenied) << "twice the same";
  EXPECT_EQ(enter(moved, coalition.founder, {&monitor}).error().code, Code::kDenied) << "a monitor's yes";
  EXPECT_TRUE(enter(moved, coalition.founder, {&second}));
  EXPECT_EQ(enter(Recovery{moved.server_exchange_key.is_zero() ? crypto::BoxPublicKey{} : crypto::BoxPair::generate().public_key,
                           crypto::SigningPair::generate().verify, 1, {}},
                  second)
                .error()
                .code,
            Code::kDenied);
  EXPECT_TRUE(enter(RemoveDevice{monitor.device(), false}, second)) << "a monitor's removal needs one";
}

TEST_F(Acts, TwoLeadsCannotRemoveEachOtherButThreeCan) {
  const keys::Identity second = lead();
  EXPECT_EQ(enter(RemoveDevice{second.device(), false}, coalition.founder).error().code, Code::kDenied);
  EXPECT_EQ(enter(RemoveDevice{second.device(), false}, coalition.founder, {&second}).error().code, Code::kDenied)
      << "the subject's own yes does not count";
  const keys::Identity third = lead({&second});
  EXPECT_EQ(enter(RemoveDevice{second.device(), false}, coalition.founder).error().code, Code::kDenied);
  EXPECT_TRUE(enter(RemoveDevice{second.device(), false}, coalition.founder, {&third}));
}

TEST_F(Acts, ACosignatureIsForOneActAndLapses) {
  const keys::Identity second = lead();
  Endpoints moved = log().endpoints();
  const Bytes proposal = encode_proposal({crypto::random_id<OperationId>(coalition.random), log().newest(), moved});
  const Bytes other = encode_proposal({crypto::random_id<OperationId>(coalition.random), log().newest(), moved});
  auto entry = make_entry(log().org(), log().count(), log().head(), 0, proposal, coalition.founder.device(),
                          coalition.founder.sign.secret);
  entry.cosignatures.push_back(cosign(log().org(), other, second.device(), second.sign.secret));
  EXPECT_EQ(coalition.membership.apply(entry).error().code, Code::kDenied) << "of another act";
  for (std::uint32_t i = 0; i <= kCosignatureLife; ++i) {
    ASSERT_TRUE(enter(CutLog{monitor.log, {}}, coalition.founder));
  }
  EXPECT_EQ(enter_proposal(proposal, coalition.founder, {&second}).error().code, Code::kDenied) << "lapsed";
}

TEST_F(Acts, SuspendingTheOnlyOtherLeadBindsBoth) {
  const keys::Identity second = lead();
  ASSERT_TRUE(enter(Suspend{second.device(), false}, coalition.founder));
  EXPECT_FALSE(enter(RemoveDevice{monitor.device(), false}, second)) << "the suspended";
  EXPECT_FALSE(log().may_read(second.device(), coalition.leads(), log().newest()));
  EXPECT_EQ(enter(RemoveDevice{monitor.device(), false}, coalition.founder).error().code, Code::kDenied) << "the suspender";
  EXPECT_TRUE(enter(NewEpoch{coalition.leads(), 2, {}, {}}, coalition.founder)) << "but keys must go on";
  // The recovery authority confirms; then the suspender is free again.
  ASSERT_TRUE(enter_by_recovery(RemoveDevice{second.device(), false}));
  EXPECT_TRUE(enter(RemoveDevice{monitor.device(), false}, coalition.founder));
}

TEST_F(Acts, WhoSuspendedMayTakeItBack) {
  const keys::Identity second = lead();
  ASSERT_TRUE(enter(Suspend{second.device(), false}, coalition.founder));
  EXPECT_FALSE(enter(Suspend{second.device(), true}, second));
  ASSERT_TRUE(enter(Suspend{second.device(), true}, coalition.founder));
  EXPECT_TRUE(log().may_read(second.device(), coalition.leads(), log().newest()));
  EXPECT_TRUE(enter(RemoveDevice{monitor.device(), false}, coalition.founder));
}

TEST_F(Acts, TheRecoveryAuthorityMakesANewLeadAndNobodyElseDoesInItsName) {
  const keys::Identity fresh = keys::Identity::generate(coalition.random);
  const auto act = keys::admission(keys::make_join_request(coalition.invite(Role::kLead), fresh), Role::kLead, true);
  auto forged = make_entry(log().org(), log().count(), log().head(), 0, crypto::random_id<OperationId>(coalition.random), act,
                           recovery_id(coalition.recovery.box.public_key), coalition.founder.sign.secret);
  EXPECT_FALSE(coalition.membership.apply(forged));
  EXPECT_TRUE(enter_by_recovery(act));
  EXPECT_TRUE(log().device(fresh.device())->now().leads());
  // After new recovery keys the old ones have no say.
  const keys::RecoveryKeys next = keys::RecoveryKeys::from_seed(crypto::SecretBytes(as_bytes("another seed of thirty-two bytes")));
  ASSERT_TRUE(enter(Recovery{next.box.public_key, next.sign.verify, 1, {}}, coalition.founder, {&fresh}));
  EXPECT_FALSE(enter_by_recovery(Suspend{fresh.device(), false}));
  EXPECT_EQ(log().recovery_at(log().newest() - 1).box_key, coalition.recovery.box.public_key);
  EXPECT_TRUE(log().is_recovery(recovery_id(coalition.recovery.box.public_key)));
}

TEST_F(Acts, ADistrictIsReadByItsMembersAndADistrictLeadReadsOnlyTheirNotebooks) {
  const auto district = crypto::random_id<CompartmentId>(coalition.random);
  ASSERT_TRUE(enter(NewCompartment{district, CompartmentKind::kDistrict}, coalition.founder));
  const keys::Identity there = coalition.admit(Role::kMonitor);
  ASSERT_TRUE(enter(SetRole{there.device(), Role::kMonitor, false, true, {district}}, coalition.founder));
  const keys::Identity second = lead();
  ASSERT_TRUE(enter(SetRole{second.device(), Role::kLead, true, true, {district}}, coalition.founder, {&second}).has_value() ||
              enter(SetRole{second.device(), Role::kLead, true, true, {district}}, second, {&coalition.founder}).has_value() ||
              enter_by_recovery(SetRole{second.device(), Role::kLead, true, true, {district}}).has_value());
  const std::uint32_t now = log().newest();
  EXPECT_TRUE(log().may_read(there.device(), district, now));
  EXPECT_FALSE(log().may_write(there.device(), district, now));
  EXPECT_FALSE(log().may_read(monitor.device(), district, now));
  EXPECT_TRUE(log().may_write(second.device(), district, now));
  EXPECT_TRUE(log().may_read(second.device(), coalition.own(there), now));
  EXPECT_FALSE(log().may_read(second.device(), coalition.own(monitor), now));
  EXPECT_TRUE(log().may_read(coalition.founder.device(), coalition.own(monitor), now));
  EXPECT_FALSE(enter(SetRole{monitor.device(), Role::kMonitor, false, true, {coalition.shared()}}, coalition.founder))
      << "what is no district";
}

TEST_F(Acts, ACaseIsReadByItsListAndSharedByItsWriters) {
  const auto circle = crypto::random_id<CompartmentId>(coalition.random);
  const keys::Identity other = coalition.admit(Role::kMonitor);
  const auto list = [](std::vector<DeviceId> ids) { std::ranges::sort(ids);
    return ids;
  };
  EXPECT_FALSE(enter(NewCompartment{circle, CompartmentKind::kCase, {}, {monitor.device()}, {other.device()}},
                     coalition.founder))
      << "a writer who does not read";
  ASSERT_TRUE(enter(NewCompartment{circle, CompartmentKind::kCase, {}, {monitor.device()}, {monitor.device()}},
                    coalition.founder));
  EXPECT_FALSE(log().may_read(coalition.founder.device(), circle, log().newest())) << "a lead is not in it by being a lead";
  EXPECT_FALSE(enter(SetReaders{circle, list({monitor.device(), other.device()}), {monitor.device()}}, other));
  ASSERT_TRUE(enter(SetReaders{circle, list({monitor.device(), other.device()}), {monitor.device()}}, monitor));
  EXPECT_TRUE(log().may_read(other.device(), circle, log().newest()));
  EXPECT_FALSE(log().may_write(other.device(), circle, log().newest()));
  EXPECT_FALSE(log().may_rotate(other.device(), circle));
  ASSERT_TRUE(enter(NewEpoch{circle, 1, {}, {}}, monitor));
  ASSERT_TRUE(enter(SetReaders{circle, {monitor.device()}, {monitor.device()}}, monitor));
  EXPECT_TRUE(log().epoch_is_stale(circle));
}

TEST_F(Acts, APersonsDevicesAreOneVoice) {
  keys::Identity laptop = keys::Identity::generate(coalition.random);
  auto act = keys::admission(keys::make_join_request(coalition.invite(Role::kLead), laptop), Role::kLead, true);
  act.person = coalition.founder.device();
  ASSERT_TRUE(enter(act, coalition.founder));
  EXPECT_EQ(log().lead_persons().size(), 1u);
  EXPECT_TRUE(enter(RemoveDevice{coalition.founder.device(), false}, laptop)) << "one's own lost phone";
}

TEST_F(Acts, AWipeIsOrderedOfTheRemovedOnly) {
  EXPECT_FALSE(enter(WipeOrder{monitor.device()}, coalition.founder));
  ASSERT_TRUE(enter(RemoveDevice{monitor.device(), false}, coalition.founder));
  EXPECT_TRUE(enter(WipeOrder{monitor.device()}, coalition.founder));
  EXPECT_TRUE(log().device(monitor.device())->wipe_ordered);
  EXPECT_FALSE(enter(WipeOrder{monitor.device()}, coalition.founder));
}

TEST_F(Acts, EveryActComesBackFromItsBytes) {
  const auto back = [&](const MembershipAct& act) {
    const auto read = decode_proposal(encode_proposal({crypto::random_id<OperationId>(coalition.random), 7, act}));
    return read && read->act.index() == act.index() && read->base_m_seq == 7;
  };
  const auto id = crypto::random_id<CompartmentId>(coalition.random);
  EXPECT_TRUE(back(RemoveDevice{monitor.device(), true}));
  EXPECT_TRUE(back(SetRole{monitor.device(), Role::kAuditor, true, true, {id}}));
  EXPECT_TRUE(back(Suspend{monitor.device(), true}));
  EXPECT_TRUE(back(CutLog{monitor.log, {{id, 9, {}}}}));
  EXPECT_TRUE(back(SetReaders{id, {monitor.device()}, {}}));
  EXPECT_TRUE(back(Recovery{coalition.recovery.box.public_key, coalition.recovery.sign.verify, 2, {Hash{}, Hash{}, Hash{}}}));
  EXPECT_TRUE(back(log().endpoints()));
  EXPECT_TRUE(back(WipeOrder{monitor.device()}));
  EXPECT_FALSE(back(Recovery{coalition.recovery.box.public_key, coalition.recovery.sign.verify, 4, {Hash{}}})) << "k above n";
}

}  // namespace
}  // namespace haki::envelope
