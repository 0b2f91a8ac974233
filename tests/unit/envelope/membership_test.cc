// Goal: nobody but a lead changes who is in, and a log that was changed does not verify. Method: a real log, then one wrong entry
// at a time; nothing may change on an error.
#include "coalition.h"
#include "envelope/membership.h"

namespace haki::envelope {
namespace {

using test::Coalition;

TEST(Membership, TheFoundingMakesAllThreeCompartments) {
  Coalition coalition;
  const Membership& membership = coalition.membership;
  EXPECT_EQ(membership.count(), 6u);
  EXPECT_EQ(membership.org(), coalition_id(*membership.hash_at(0)));
  EXPECT_NE(membership.compartment_of_kind(CompartmentKind::kShared), nullptr);
  EXPECT_NE(membership.compartment_of_kind(CompartmentKind::kLeads), nullptr);
  EXPECT_NE(membership.compartment(coalition.own(coalition.founder)), nullptr);
  EXPECT_EQ(membership.epoch_at(coalition.shared(), membership.newest())->made.epoch, 1u);
}

TEST(Membership, RightsFollowTheRole) {
  Coalition coalition;
  const keys::Identity monitor = coalition.admit(Role::kMonitor);
  const keys::Identity lead = coalition.admit(Role::kLead);
  const Membership& log = coalition.membership;
  const std::uint32_t now = log.newest();
  EXPECT_TRUE(log.may_read(monitor.device(), coalition.shared(), now));
  EXPECT_FALSE(log.may_write(monitor.device(), coalition.shared(), now));
  EXPECT_FALSE(log.may_read(monitor.device(), coalition.leads(), now));
  EXPECT_TRUE(log.may_write(monitor.device(), coalition.own(monitor), now));
  EXPECT_FALSE(log.may_read(monitor.device(), coalition.own(lead), now));
  EXPECT_TRUE(log.may_read(lead.device(), coalition.own(monitor), now));
  EXPECT_TRUE(log.may_write(lead.device(), coalition.leads(), now));
}

TEST(Membership, RightsAreJudgedAtTheEntryCited) {
  Coalition coalition;
  const std::uint32_t before = coalition.membership.newest();
  const keys::Identity lead = coalition.admit(Role::kLead);
  EXPECT_FALSE(coalition.membership.may_read(lead.device(), coalition.shared(), before));
  EXPECT_TRUE(coalition.membership.may_read(lead.device(), coalition.shared(), before + 1));
}

TEST(Membership, OnlyLeadsAppend) {
  Coalition coalition;
  const keys::Identity monitor = coalition.admit(Role::kMonitor);
  const keys::Identity ghost = keys::Identity::generate(coalition.random);
  const AddDevice add{ghost.device(), ghost.sign.verify, ghost.box.public_key, ghost.auth.public_key, ghost.log,
                      Role::kLead,    false,             false,                {}};
  const std::uint32_t count = coalition.membership.count();
  for (const auto* by : {&monitor, &ghost}) {
    const auto applied = coalition.membership.apply(coalition.entry(add, *by));
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Code::kUntrusted);
  }
  EXPECT_EQ(coalition.membership.count(), count);
  EXPECT_EQ(coalition.membership.device(ghost.device()), nullptr);
  EXPECT_TRUE(coalition.membership.apply(coalition.entry(add, coalition.founder)));
}

TEST(Membership, ADevicesNameMustFitItsKeys) {
  Coalition coalition;
  const keys::Identity victim = keys::Identity::generate(coalition.random);
  const keys::Identity attacker = keys::Identity::generate(coalition.random);
  const AddDevice swapped{victim.device(), victim.sign.verify, attacker.box.public_key, victim.auth.public_key, victim.log,
                          Role::kMonitor,  false,              false,                   {}};
  EXPECT_EQ(coalition.membership.apply(coalition.entry(swapped, coalition.founder)).error().code, Code::kUntrusted);
}

TEST(Membership, ANotebooksNameMustFitItsOwner) {
  Coalition coalition;
  const keys::Identity monitor = coalition.admit(Role::kMonitor);
  const NewCompartment other{crypto::random_id<CompartmentId>(coalition.random), CompartmentKind::kOwn, monitor.device()};
  EXPECT_FALSE(coalition.membership.apply(coalition.entry(other, coalition.founder)));
  const NewCompartment second{crypto::random_id<CompartmentId>(coalition.random), CompartmentKind::kShared, {}};
  EXPECT_FALSE(coalition.membership.apply(coalition.entry(second, coalition.founder)));
}

TEST(Membership, AnEpochFollowsTheOneBefore) {
  Coalition coalition;
  for (const std::uint32_t epoch : {0u, 1u, 3u}) {
    EXPECT_FALSE(coalition.membership.apply(coalition.entry(NewEpoch{coalition.shared(), epoch, {}, {}}, coalition.founder)));
  }
  EXPECT_TRUE(coalition.membership.apply(coalition.entry(NewEpoch{coalition.shared(), 2, {}, {}}, coalition.founder)));
}

TEST(Membership, EveryFlippedByteOfAnEntryIsRefused) {
  Coalition coalition;
  const keys::Identity joiner = keys::Identity::generate(coalition.random);
  const AddDevice add{joiner.device(), joiner.sign.verify, joiner.box.public_key, joiner.auth.public_key, joiner.log,
                      Role::kMonitor,  false,              false,                 {}};
  const MembershipEntry good = coalition.entry(add, coalition.founder);
  for (std::size_t i = 0; i < good.body.size(); ++i) {
    MembershipEntry changed = good;
    changed.body[i] ^= 1;
    EXPECT_FALSE(coalition.membership.apply(changed)) << "byte " << i;
  }
  MembershipEntry changed = good;
  changed.signature.bytes[0] ^= 1;
  EXPECT_FALSE(coalition.membership.apply(changed));
  EXPECT_TRUE(coalition.membership.apply(good));
}

TEST(Membership, ReplayReorderAndReinsertionAreRefused) {
  Coalition coalition;
  const auto act = NewEpoch{coalition.shared(), 2, {}, {}};
  const MembershipEntry entry = coalition.entry(act, coalition.founder);
  ASSERT_TRUE(coalition.membership.apply(entry));
  EXPECT_FALSE(coalition.membership.apply(entry));
  // A second genesis, and the log of another coalition.
  Coalition other;
  EXPECT_FALSE(coalition.membership.apply(other.founding.append.entries[0]));
  EXPECT_FALSE(coalition.membership.apply(other.founding.append.entries[1]));
}

TEST(Membership, AnActIsEnteredOnceWhateverElseItsEntrySays) {
  Coalition coalition;
  const auto operation = crypto::random_id<OperationId>(coalition.random);
  const auto next = [&](std::uint32_t epoch) {
    const keys::Identity& by = coalition.founder;
    return make_entry(coalition.membership.org(), coalition.membership.count(), coalition.membership.head(),
                      coalition.clock.now_ms(), operation, NewEpoch{coalition.shared(), epoch, {}, {}}, by.device(),
                      by.sign.secret);
  };
  ASSERT_TRUE(coalition.membership.apply(next(2)));
  const auto again = coalition.membership.apply(next(3));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kUntrusted);
}

TEST(Membership, AnActOfALaterVersionIsHeldNotFailed) {
  Coalition coalition;
  // Field 30 with an empty message, signed by the lead: what a newer version would append.
  const MembershipEntry known = coalition.entry(NewEpoch{coalition.shared(), 2, {}, {}}, coalition.founder);
  Bytes op = {0x0a, 0x10};
  op.insert(op.end(), 16, 0x77);
  op.insert(op.end(), {0xf2, 0x01, 0x00});
  Bytes body = {0x0a, 0x10};
  body.insert(body.end(), coalition.membership.org().bytes.begin(), coalition.membership.org().bytes.end());
  body.insert(body.end(), {0x10, static_cast<std::uint8_t>(coalition.membership.count()), 0x1a, 0x20});
  const Hash head = coalition.membership.head();
  body.insert(body.end(), head.bytes.begin(), head.bytes.end());
  body.insert(body.end(), {0x2a, static_cast<std::uint8_t>(op.size())});
  body.insert(body.end(), op.begin(), op.end());
  MembershipEntry later{body, coalition.founder.device(), {}};
  later.signature = crypto::sign(coalition.founder.sign.secret, "HAKI1.mem", entry_hash(later));
  const auto applied = coalition.membership.apply(later);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, Code::kHeld);
  EXPECT_TRUE(coalition.membership.apply(known));  // nothing had changed
}

}  // namespace
}  // namespace haki::envelope
