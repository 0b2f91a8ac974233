// Goal: a chain grows only at its end, only by its author, only where it may write; the same bytes again are harmless.
#include "crypto/hash.h"
#include "world.h"

namespace haki::test {
namespace {

using namespace envelope;
using Push = CoalitionTest;

TEST_F(Push, IsReceiptedForItsLastItemAndAllBefore) {
  const envelope::Run run = make_run(monitor, monitor.notebook(), {.count = 3, .sets = 2});
  const auto receipt = world.exchange(monitor, {run}).receipt();
  EXPECT_EQ(receipt.seq, 6u);
  EXPECT_EQ(receipt.time_ms, world.clock.time_ms);
  EXPECT_TRUE(crypto::verify(world.keys.sign.verify, "HAKI1.rcp",
                             receipt_message(monitor.org, monitor.log, monitor.notebook(), 6,
                                             monitor.chains[monitor.notebook()].hash, receipt.time_ms),
                             receipt.signature));
}

TEST_F(Push, TheSameRunAgainGivesTheFirstReceiptAgain) {
  const envelope::Run run = make_run(monitor, monitor.notebook(), {.count = 2});
  const auto first = world.exchange(monitor, {run}).receipt();
  world.clock.time_ms += 60'000;
  const auto again = world.exchange(monitor, {run}).receipt();
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_EQ(again.time_ms, first.time_ms);
  EXPECT_EQ(again.signature, first.signature);
  EXPECT_EQ(world.exchange(lead).runs().size(), 1u);
}

TEST_F(Push, ARunThatOverlapsIsTakenFromWhereItIsNew) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2, .sign_every = true})});
  // The device packs its outbox anew: item 2 once more, then item 3.
  FakeDevice repacking = monitor;
  const envelope::Run third = make_run(repacking, repacking.notebook());
  const auto held = world.exchange(lead).runs();
  ASSERT_EQ(held.size(), 1u);
  envelope::Run overlapping = held[0];
  overlapping.log = {};
  overlapping.items.erase(overlapping.items.begin());
  overlapping.after_seq = 1;
  overlapping.prev8 = {};
  overlapping.items.push_back(third.items[0]);
  const auto receipt = world.exchange(repacking, {overlapping}).receipt();
  EXPECT_EQ(receipt.seq, 3u);
  const auto news = world.exchange(lead).runs();
  ASSERT_EQ(news.size(), 1u);
  EXPECT_EQ(news[0].after_seq, 2u);
  EXPECT_EQ(news[0].items.size(), 1u);
}

TEST_F(Push, BeyondTheHeadIsAGapThatNamesTheHead) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const Hash head = monitor.chains[monitor.notebook()].hash;
  make_run(monitor, monitor.notebook());  // never sent
  const auto reject = world.exchange(monitor, {make_run(monitor, monitor.notebook())}).reject();
  EXPECT_EQ(reject.code, Refusal::kGap);
  EXPECT_EQ(reject.seq, 1u);
  EXPECT_EQ(reject.hash, head);
  EXPECT_EQ(reject.compartment, monitor.notebook());
  EXPECT_EQ(reject.log, monitor.log);
}

TEST_F(Push, AnotherItemAtAHeldPlaceIsAForkThatNamesTheHeldOne) {
  FakeDevice clone = monitor;
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  clone.counter = monitor.counter;
  const auto reject = world.exchange(clone, {make_run(clone, clone.notebook())}).reject();
  EXPECT_EQ(reject.code, Refusal::kFork);
  EXPECT_EQ(reject.seq, 1u);
  EXPECT_EQ(reject.hash, monitor.chains[monitor.notebook()].hash);
}

TEST_F(Push, ThatContinuesAnotherHistoryIsAFork) {
  FakeDevice clone = monitor;
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  make_run(clone, clone.notebook());  // its own item 1, kept to itself
  clone.counter = monitor.counter;
  const auto reject = world.exchange(clone, {make_run(clone, clone.notebook())}).reject();
  EXPECT_EQ(reject.code, Refusal::kFork);
  EXPECT_EQ(reject.hash, monitor.chains[monitor.notebook()].hash);
}

TEST_F(Push, CutIntoOtherItemsIsAFork) {
  FakeDevice clone = monitor;
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.sets = 2})});
  make_run(clone, clone.notebook());
  clone.counter = monitor.counter;
  const auto reject = world.exchange(clone, {make_run(clone, clone.notebook())}).reject();  // after_seq 1, held: 2
  EXPECT_EQ(reject.code, Refusal::kFork);
  EXPECT_EQ(reject.seq, 2u);
}

TEST_F(Push, OneBadRunDoesNotStopTheOthers) {
  envelope::Run gap = make_run(monitor, monitor.notebook());
  gap.after_seq = 40;
  envelope::Run not_allowed = make_run(monitor, world.shared());
  monitor.chains.clear();
  const Answer answer = world.exchange(monitor, {gap, not_allowed, make_run(monitor, monitor.notebook())});
  ASSERT_EQ(answer.all<Reject>().size(), 2u);
  EXPECT_EQ(answer.all<Reject>()[0].code, Refusal::kGap);
  EXPECT_EQ(answer.all<Reject>()[1].code, Refusal::kNotAllowed);
  EXPECT_EQ(answer.receipt().seq, 1u);
}

TEST_F(Push, SeveralRunsOfOneChainInOneRequestFollowEachOther) {
  const envelope::Run first = make_run(monitor, monitor.notebook(), {.count = 2});
  const envelope::Run second = make_run(monitor, monitor.notebook(), {.count = 2});
  const Answer answer = world.exchange(monitor, {first, second, first});
  ASSERT_EQ(answer.all<Receipt>().size(), 3u);
  EXPECT_EQ(answer.all<Receipt>()[1].seq, 4u);
  EXPECT_EQ(answer.all<Receipt>()[2].seq, 2u);
  EXPECT_EQ(world.exchange(monitor).welcome().heads.size(), 0u);
}

TEST_F(Push, AChangedSignatureOrItemIsRefused) {
  envelope::Run signature = make_run(monitor, monitor.notebook());
  signature.items[0].signature->bytes[3] ^= 1;
  EXPECT_EQ(world.exchange(monitor, {signature}).reject().code, Refusal::kBadSignature);
  monitor.chains.clear();
  envelope::Run sealed = make_run(monitor, monitor.notebook(), {.count = 2});
  sealed.items[0].sealed[0] ^= 1;
  EXPECT_EQ(world.exchange(monitor, {sealed}).reject().code, Refusal::kBadSignature);
}

TEST_F(Push, MalformedRunsAreRefused) {
  const auto refused = [&](auto change) {
    monitor.chains.clear();
    envelope::Run run = make_run(monitor, monitor.notebook());
    change(run);
    return world.exchange(monitor, {run}).reject().code;
  };
  EXPECT_EQ(refused([](envelope::Run& run) { run.items.clear(); }), Refusal::kMalformed);
  EXPECT_EQ(refused([](envelope::Run& run) { run.items.back().signature.reset(); }), Refusal::kMalformed);
  EXPECT_EQ(refused([](envelope::Run& run) { run.items.back().sets = 65; }), Refusal::kMalformed);
  EXPECT_EQ(refused([](envelope::Run& run) { run.items.back().kind = 3; }), Refusal::kMalformed);
  EXPECT_EQ(refused([](envelope::Run& run) {
              run.items.back().sealed_length = 112;
              run.items.back().sealed.clear();
            }),
            Refusal::kMalformed);
}

TEST_F(Push, OnAnotherDevicesLogNeedsItsSignature) {
  envelope::Run run = make_run(monitor, monitor.notebook());
  run.log = lead.log;
  EXPECT_EQ(world.exchange(monitor, {run}).reject().code, Refusal::kBadSignature);
  run.log = LogId{};
  run.log.bytes[0] = 1;
  EXPECT_EQ(world.exchange(monitor, {run}).reject().code, Refusal::kNotAllowed) << "a log that nobody writes";
}

TEST_F(Push, OfAnothersSealedWorkIsTakenAsItsAuthors) {
  const envelope::EpochKey key = make_epoch_key(monitor);
  envelope::EpochKey carried_key = key;
  carried_key.log = monitor.log;
  envelope::Run carried = make_run(monitor, monitor.notebook());
  carried.log = monitor.log;
  const auto receipt = world.exchange(lead, {carried_key, carried}).receipt();
  EXPECT_EQ(receipt.log, monitor.log);
  EXPECT_EQ(receipt.seq, 1u);
  EXPECT_EQ(world.exchange(monitor, {carried}).receipt().seq, 1u) << "its author's own sending is then a repeat";
}

TEST_F(Push, WhereTheRoleMayNotWriteIsRefused) {
  FakeDevice second;
  world.admit(lead, second);
  world.exchange(monitor);
  for (const auto& place : {world.shared(), world.leads(), second.notebook(), lead.notebook()}) {
    EXPECT_EQ(world.exchange(monitor, {make_run(monitor, place)}).reject().code, Refusal::kNotAllowed);
  }
}

TEST_F(Push, AnEditorWritesWhereAllRead) {
  FakeDevice editor(Role::kMonitor, true);
  world.admit(lead, editor);
  EXPECT_EQ(world.exchange(editor, {make_run(editor, world.shared())}).receipt().seq, 1u);
}

TEST_F(Push, ALeadWritesIntoAMonitorsNotebook) {
  EXPECT_EQ(world.exchange(lead, {make_run(lead, monitor.notebook())}).receipt().seq, 1u);
}

TEST_F(Push, IntoNoKnownCompartmentIsRefused) {
  CompartmentId nowhere = world.shared();
  nowhere.bytes[5] ^= 1;
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, nowhere)}).reject().code, Refusal::kUnknownCompartment);
}

TEST_F(Push, CitingAMembershipTheServerDoesNotHaveIsRefused) {
  envelope::Run future = make_run(monitor, monitor.notebook());
  future.m_seq += 1;
  const auto reject = world.exchange(monitor, {future}).reject();
  EXPECT_EQ(reject.code, Refusal::kUnknownMembership);
  EXPECT_EQ(reject.seq, monitor.membership->newest());
  monitor.chains.clear();
  envelope::Run branch = make_run(monitor, monitor.notebook());
  branch.m_head8[0] ^= 1;
  EXPECT_EQ(world.exchange(monitor, {branch}).reject().code, Refusal::kUnknownMembership);
}

TEST_F(Push, CitingAnOlderMembershipThanTheItemBeforeIsRefused) {
  FakeDevice second;
  const std::uint32_t older = monitor.membership->newest();
  world.admit(lead, second);
  world.exchange(monitor);
  ASSERT_GT(monitor.membership->newest(), older);
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook())}).receipt().seq, 1u);
  const auto reject = world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.m_seq = older})}).reject();
  EXPECT_EQ(reject.code, Refusal::kUnknownMembership);
}

TEST_F(Push, CitingAMembershipFromBeforeItsAdmissionIsRefused) {
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.m_seq = 0})}).reject().code,
            Refusal::kNotAllowed);
}

TEST_F(Push, UnderAnEpochThatIsNotInForceIsRefused) {
  EXPECT_EQ(world.exchange(lead, {make_run(lead, world.shared(), {.epoch = 2})}).reject().code, Refusal::kUnknownEpoch);
  lead.chains.clear();
  EXPECT_EQ(world.exchange(lead, {make_run(lead, world.shared())}).receipt().seq, 1u);
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.epoch = 2})}).reject().code,
            Refusal::kUnknownEpoch);
}

TEST_F(Push, UnderAnEarlierEpochThanTheItemBeforeIsRefused) {
  world.exchange(monitor, {make_epoch_key(monitor, 2), make_run(monitor, monitor.notebook(), {.epoch = 2})});
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.epoch = 1})}).reject().code,
            Refusal::kUnknownEpoch);
}

TEST_F(Push, ThatLostTheRaceToAnotherIsJudgedAgain) {
  FakeDevice clone = monitor;
  RequestBuilder other(clone);
  other.add(make_run(clone, clone.notebook()));
  RequestBuilder request(monitor);
  request.hello.counter += 1;
  request.add(make_run(monitor, monitor.notebook()));
  world.store.before_commit = [&] { EXPECT_EQ(world.send(other, clone.org).receipt().seq, 1u); };
  EXPECT_EQ(world.send(request, monitor.org).reject().code, Refusal::kFork);
}

// ---- epoch keys ----

TEST_F(Push, TheSameEpochKeyAgainIsHarmless) {
  const EpochKey key = make_epoch_key(monitor, 2);
  EXPECT_TRUE(world.exchange(monitor, {key}).all<Reject>().empty());
  EXPECT_TRUE(world.exchange(monitor, {key, key}).all<Reject>().empty());
  EXPECT_EQ(world.exchange(lead).all<Row>().size(), 2u);  // epochs 1 and 2
}

// A restore may have lost the earlier of two keys, and the later came first: the earlier is still wanted, or work under it never comes in.
TEST_F(Push, AnEarlierKeyThatIsNotHeldIsTakenAfterALaterOne) {
  EXPECT_TRUE(world.exchange(monitor, {make_epoch_key(monitor, 3)}).all<Reject>().empty());
  EXPECT_TRUE(world.exchange(monitor, {make_epoch_key(monitor, 2)}).all<Reject>().empty());
  EXPECT_EQ(world.exchange(lead).all<Row>().size(), 3u);
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.epoch = 2})}).receipt().seq, 1u);
}

TEST_F(Push, AnotherKeyForTheSameEpochIsAFork) {
  const auto reject = world.exchange(monitor, {make_epoch_key(monitor, 1)}).reject();
  EXPECT_EQ(reject.code, Refusal::kFork);
  EXPECT_EQ(reject.compartment, monitor.notebook());
  EXPECT_EQ(reject.seq, 1u);
  EXPECT_TRUE(reject.log.is_zero());
}

TEST_F(Push, EpochKeysThatBreakARuleAreRefused) {
  const auto refused = [&](auto change) {
    EpochKey key = make_epoch_key(monitor, 2);
    change(key);
    sign_again(monitor, key);
    return world.exchange(monitor, {key}).reject().code;
  };
  EXPECT_EQ(refused([&](EpochKey& key) { key.compartment = world.shared(); }), Refusal::kNotAllowed);
  EXPECT_EQ(refused([&](EpochKey& key) { key.compartment = lead.notebook(); }), Refusal::kNotAllowed);
  EXPECT_EQ(refused([&](EpochKey& key) { key.log = lead.log; }), Refusal::kNotAllowed);
  EXPECT_EQ(refused([](EpochKey& key) { key.compartment.bytes[0] ^= 1; }), Refusal::kUnknownCompartment);
  EXPECT_EQ(refused([](EpochKey& key) { key.epoch = 1 << 24 | 1; }), Refusal::kUnknownEpoch);
  EXPECT_EQ(refused([](EpochKey& key) { key.epoch = 0; }), Refusal::kUnknownEpoch);
  EXPECT_EQ(refused([](EpochKey& key) { key.m_seq += 1; }), Refusal::kUnknownMembership);
  EXPECT_EQ(refused([](EpochKey& key) { key.m_head.bytes[0] ^= 1; }), Refusal::kUnknownMembership);
  EXPECT_EQ(refused([](EpochKey& key) { key.grants.pop_back(); }), Refusal::kNotAllowed);
  EXPECT_EQ(refused([&](EpochKey& key) { key.grants.push_back({monitor.id, Bytes(132)}); }), Refusal::kNotAllowed);
  EXPECT_EQ(refused([](EpochKey& key) { key.grants.push_back(key.grants.back()); }), Refusal::kNotAllowed);
  EXPECT_EQ(refused([](EpochKey& key) { key.grants.back().sealed.pop_back(); }), Refusal::kMalformed);
  EpochKey unsigned_key = make_epoch_key(monitor, 2);
  unsigned_key.signature.bytes[0] ^= 1;
  EXPECT_EQ(world.exchange(monitor, {unsigned_key}).reject().code, Refusal::kBadSignature);
}

}  // namespace
}  // namespace haki::test
