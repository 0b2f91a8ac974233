// Goal: a device applies only what proves itself, whatever the server hands it: signatures, chains, rights, keys, receipts; what
// it cannot use yet is held, what is not permitted is quarantined, and the rest goes on. Method: a real lead's home; a monitor made of
// keys and chains in the test; answers written by hand, one thing wrong at a time.
#include "inbox_fixture.h"

namespace haki::client {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST_F(InboxTest, TakesWhatProvesItself) {
  const auto run = monitor.seal(notebook(), {monitor.observation(1, "one", id(1)), monitor.observation(2, "two", id(2))});
  const Taking taking = take(rows({monitor.epoch_key(), run}));
  EXPECT_EQ(taking.received, 2u);
  EXPECT_EQ(taking.acks_made, 1u);  // its author will know a lead has read it
  EXPECT_EQ(observations(), 2u);
  // The same again changes nothing.
  const Taking again = take(rows({run}));
  EXPECT_EQ(again.received, 0u);
  EXPECT_EQ(observations(), 2u);
}

TEST_F(InboxTest, AChangedByteStopsTheChainAndTellsWhose) {
  take(rows({monitor.epoch_key()}));
  auto run = monitor.seal(notebook(), {monitor.observation(1, "one", id(1))});
  auto changed = run;
  changed.items[0].sealed[10] ^= 1;
  changed.items[0].sealed_hash = crypto::hash32({changed.items[0].sealed});
  const Taking taking = take(rows({changed}));
  EXPECT_EQ(taking.received, 0u);
  ASSERT_THAT(taking.notes, SizeIs(1));
  EXPECT_THAT(taking.notes[0], HasSubstr("was not taken"));
  EXPECT_EQ(observations(), 0u);
  EXPECT_EQ(take(rows({run})).received, 1u);  // the true one is taken after all
}

TEST_F(InboxTest, SomebodyElsesSignatureUnderTheMonitorsNameIsNotTaken) {
  take(rows({monitor.epoch_key()}));
  Author forger{coalition, keys::Identity::generate(coalition.random)};
  forger.key = monitor.key.copy();
  forger.identity.log = monitor.identity.log;
  const Taking taking = take(rows({forger.seal(notebook(), {forger.observation(1, "forged", id(9))})}));
  EXPECT_EQ(taking.received, 0u);
  EXPECT_EQ(observations(), 0u);
  Author ghost{coalition, keys::Identity::generate(coalition.random)};
  EXPECT_EQ(take(rows({ghost.seal(notebook(), {ghost.observation(1, "ghost", id(8))})})).received, 0u);
}

TEST_F(InboxTest, WorkWhereItsAuthorMayNotWriteIsQuarantinedAndTheChainGoesOn) {
  monitor.key = coalition.founding.keys[0].key.copy();  // it may read `ref`, not write it
  const auto run = monitor.seal(coalition.shared(), {monitor.observation(1, "not mine to write", id(3))});
  const Taking taking = take(rows({run}));
  EXPECT_EQ(taking.quarantined, 1u);
  EXPECT_EQ(observations(), 0u);
  EXPECT_EQ(take(rows({monitor.seal(coalition.shared(), {monitor.observation(2, "again", id(4))})})).quarantined, 1u);
  EXPECT_EQ(*home->ledger->quarantine_count(), 2u);
}

TEST_F(InboxTest, WhatWaitsForItsKeyIsHeldInOrderAndTakenWhenTheKeyComes) {
  const auto first = monitor.seal(notebook(), {monitor.observation(1, "one", id(1))});
  const auto second = monitor.seal(notebook(), {monitor.observation(2, "two", id(2))});
  const Taking held = take(rows({first, second}));
  EXPECT_EQ(held.held, 2u);
  EXPECT_EQ(held.received, 0u);
  EXPECT_EQ(take(rows({monitor.epoch_key()})).received, 2u);
  EXPECT_EQ(observations(), 2u);
  EXPECT_EQ(*home->ledger->held_count(), 0u);
}

TEST_F(InboxTest, AGapIsAskedForAndNothingBehindItIsApplied) {
  take(rows({monitor.epoch_key()}));
  const auto first = monitor.seal(notebook(), {monitor.observation(1, "one", id(1))});
  const auto second = monitor.seal(notebook(), {monitor.observation(2, "two", id(2))});
  EXPECT_EQ(take(rows({second})).received, 0u);
  ASSERT_THAT(inbox->pulls(), SizeIs(1));
  EXPECT_EQ(inbox->pulls()[0].after_seq, 0u);
  EXPECT_EQ(take(rows({first, second})).received, 2u);
  EXPECT_THAT(inbox->pulls(), SizeIs(0));
}

TEST_F(InboxTest, ABatchOfANewerVersionIsHeldAndAMalformedOneQuarantined) {
  take(rows({monitor.epoch_key()}));
  Bytes newer = *payload::encode_batch(std::vector{monitor.observation(1, "x", id(1))}, monitor.identity.log);
  ASSERT_EQ(newer[0], 0x08);  // schema, then min_reader
  ASSERT_EQ(newer[2], 0x10);
  newer[1] = newer[3] = 9;
  EXPECT_EQ(take(rows({monitor.seal_bytes(notebook(), newer, 1)})).held, 1u);

  Author other{coalition, coalition.admit(envelope::Role::kMonitor)};
  sync::Inbound tail;
  tail.entries = {coalition.entries.end() - 2, coalition.entries.end()};
  take(tail);
  take(rows({other.epoch_key()}));
  const auto place = coalition.own(other.identity);
  EXPECT_EQ(take(rows({other.seal_bytes(place, as_bytes("nonsense"), 1)})).quarantined, 1u);
  EXPECT_EQ(take(rows({other.seal(place, {other.observation(2, "after", id(5))})})).received, 1u);
}

TEST_F(InboxTest, AnotherCoalitionsOrAChangedMemberListIsRefusedWhole) {
  test::Coalition foreign;
  sync::Inbound inbound;
  inbound.entries = {foreign.entries[1]};
  EXPECT_FALSE(inbox->take(inbound, {}));
  coalition.admit(envelope::Role::kMonitor);
  auto forged = coalition.entries.back();
  forged.body[20] ^= 1;
  inbound.entries = {coalition.entries[coalition.entries.size() - 2], forged};
  EXPECT_FALSE(inbox->take(inbound, {}));
  // Nothing of the refused answer stayed, not even its good first entry.
  EXPECT_EQ(home->membership.count(), coalition.entries.size() - 2);
}

TEST_F(InboxTest, AHiddenOrOtherMemberListIsAFork) {
  sync::Inbound inbound;
  inbound.welcome.emplace();
  inbound.welcome->membership_count = home->membership.count();
  inbound.welcome->membership_head.bytes.fill(7);
  const auto taken = inbox->take(inbound, {});
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::kUntrusted);
  EXPECT_THAT(taken.error().message, HasSubstr("fork"));
}

TEST_F(OwnWork, OnlyTheServersSignedReceiptCountsAsSent) {
  sync::Inbound lying;
  lying.receipts = {receipt(monitor.identity.sign.secret)};
  EXPECT_EQ(take(lying).receipted, 0u);
  EXPECT_EQ(chain->receipted_seq, 0u);
  sync::Inbound honest;
  honest.receipts = {receipt(coalition.server_sign.secret)};
  EXPECT_EQ(take(honest).receipted, 1u);
  EXPECT_EQ(chain->receipted_seq, 1u);
  EXPECT_EQ(take(honest).receipted, 0u);
}

TEST_F(OwnWork, AServerThatHoldsMoreThanThisHomeMeansACopiedHome) {
  sync::Inbound inbound;
  inbound.welcome.emplace();
  inbound.welcome->membership_count = home->membership.count();
  inbound.welcome->membership_head = home->membership.head();
  inbound.welcome->heads = {{chain->compartment, 2, {}}};
  inbound.welcome->heads_differ = true;
  const auto taken = inbox->take(inbound, {});
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("copied"));
}

TEST_F(OwnWork, AServerThatLostWorkGetsItAgainByteForByte) {
  const auto sent = *home->outbox->waiting(1'000'000);
  sync::Inbound receipted;
  receipted.receipts = {receipt(coalition.server_sign.secret)};
  take(receipted);
  EXPECT_FALSE(*home->outbox->any_waiting() && home->outbox->waiting(1'000'000)->size() > 1);
  sync::Inbound restored;
  restored.rejects = {{envelope::Refusal::kGap, chain->compartment, {}, 0, {}, 0, 0}};
  take(restored);
  const auto again = *home->outbox->waiting(1'000'000);
  ASSERT_EQ(again.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(again[i].frame, sent[i].frame);
}

TEST_F(OwnWork, SealingAgainMakesNothingNew) {
  const auto before = *home->outbox->waiting(1'000'000);
  ASSERT_TRUE(Sealer(*home).seal(1'000'000));
  EXPECT_EQ(home->outbox->waiting(1'000'000)->size(), before.size());
}

}  // namespace
}  // namespace haki::client
