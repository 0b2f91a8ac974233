// Goal: a device applies only what proves itself, whatever the server hands it: signatures, chains, rights, keys, receipts; what
// it cannot use yet is held, what is not permitted is quarantined, and the rest goes on. Method: a real lead's home; a monitor made of
// keys and chains in the test; answers written by hand, one thing wrong at a time.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "client/inbox.h"
#include "client/reader.h"
#include "client/sealer.h"
#include "client/editor.h"
#include "coalition.h"
#include "crypto/hash.h"
#include "payload/batch.h"
#include "payload/pack.h"

namespace haki::client {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

keys::Identity copy_of(const keys::Identity& identity) {
  const crypto::SecretBytes key(32);
  return std::move(*keys::open_identity(keys::seal_identity(identity, key), key));
}

std::array<std::uint8_t, 8> first8(const Hash& hash) {
  std::array<std::uint8_t, 8> bytes;
  std::memcpy(bytes.data(), hash.bytes.data(), 8);
  return bytes;
}

// A monitor whose every byte the test makes.
struct Author {
  test::Coalition& coalition;
  keys::Identity identity;
  crypto::EpochKey key;
  envelope::ChainHead head;
  std::uint64_t time = 1;

  Author(test::Coalition& in, keys::Identity who)
      : coalition(in), identity(std::move(who)), key(keys::new_epoch_key(in.random)) {}

  envelope::EpochKey epoch_key() { return keys::make_own_epoch(key, 1, coalition.membership, coalition.membership.newest(), identity); }

  changes::ChangeSet observation(std::uint64_t seq, std::string text, RecordId id) {
    return {seq, changes::Hlc::of(static_cast<std::int64_t>(++time), 0),
            {changes::NewRecord{id, model::form_id_of("observation"),
                                {{changes::kStateField, std::string("submitted")}, {10, std::move(text)}}}}};
  }
  // Seals as the next item of the chain in `compartment` and moves on.
  envelope::Run seal(const CompartmentId& compartment, std::vector<changes::ChangeSet> sets) {
    return seal_bytes(compartment, *payload::encode_batch(sets, identity.log), static_cast<std::uint32_t>(sets.size()));
  }
  envelope::Run seal_bytes(const CompartmentId& compartment, ByteView batch, std::uint32_t sets) {
    envelope::ItemHeader header;
    header.org = coalition.membership.org();
    header.compartment = compartment;
    header.log = identity.log;
    header.seq = head.seq + sets;
    header.prev = head.hash;
    header.epoch = 1;
    header.m_seq = coalition.membership.newest();
    header.m_head = coalition.membership.head();
    const auto sealed = envelope::seal_item(header, sets, payload::pack(batch, payload::Effort::kFast), key,
                                            identity.sign.secret);
    envelope::Run run;
    run.compartment = compartment;
    run.log = identity.log;
    run.after_seq = head.seq;
    if (head.seq > 0) run.prev8 = first8(head.hash);
    run.epoch = 1;
    run.m_seq = header.m_seq;
    run.m_head8 = first8(header.m_head);
    run.items.push_back(sealed.item);
    head = {header.seq, sealed.hash};
    return run;
  }
};

struct InboxTest : testing::Test {
  test::Coalition coalition;
  Author monitor{coalition, coalition.admit(envelope::Role::kMonitor)};
  std::string folder = testing::TempDir() + "haki-inbox-XXXXXX";
  std::unique_ptr<client::Home> home;
  std::unique_ptr<Inbox> inbox;
  std::uint64_t server_seq = 0;

  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    auto made = client::Home::create(folder + "/home", "four words of a test");
    ASSERT_TRUE(made) << made.error().message;
    home = std::move(*made);
    home->identity = copy_of(coalition.founder);
    home->device = coalition.founder.device();
    store::Transaction transaction(*home->database);
    ASSERT_TRUE(home->settings->put(setting::kOrg, coalition.membership.org()));
    for (const auto& made_key : coalition.founding.keys) {
      ASSERT_TRUE(home->ledger->put_key({made_key.compartment, made_key.epoch, made_key.key.copy(), 0, {}}));
    }
    ASSERT_TRUE(transaction.commit());
    ASSERT_TRUE(home->reload());
    inbox = std::make_unique<Inbox>(*home);
    sync::Inbound first;
    first.entries = coalition.entries;
    ASSERT_TRUE(inbox->take(first, {}));
  }
  void TearDown() override {
    inbox.reset();
    home.reset();
    std::filesystem::remove_all(folder);
  }

  sync::Inbound rows(std::vector<decltype(envelope::Row::content)> contents) {
    sync::Inbound inbound;
    for (auto& content : contents) inbound.rows.push_back({++server_seq, std::move(content)});
    return inbound;
  }
  Taking take(const sync::Inbound& inbound) {
    auto taken = inbox->take(inbound, {});
    EXPECT_TRUE(taken) << (taken ? "" : taken.error().message);
    return taken ? *taken : Taking{};
  }
  std::size_t observations() {
    Query query;
    query.form = "observation";
    return Reader(*home).list(query)->size();
  }
  CompartmentId notebook() { return coalition.own(monitor.identity); }
  RecordId id(std::uint8_t n) {
    RecordId record;
    record.bytes.fill(n);
    return record;
  }
};

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

struct OwnWork : InboxTest {
  store::Chain* chain = nullptr;
  void SetUp() override {
    InboxTest::SetUp();
    ASSERT_TRUE(Editor(*home).create({"observation", {{"narrative", "mine"}}, {}, true, {}}));
    ASSERT_TRUE(Sealer(*home).seal(1'000'000));
    chain = home->chains->find(home->own_compartment(), home->identity.log);
    ASSERT_NE(chain, nullptr);
    ASSERT_EQ(chain->head_seq, 1u);
  }
  envelope::Receipt receipt(const crypto::SigningSecret& signer) {
    return {chain->compartment, {}, 1, 5,
            crypto::sign(signer, "HAKI1.rcp",
                         envelope::receipt_message(home->org, chain->log, chain->compartment, 1, chain->head, 5))};
  }
};

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
