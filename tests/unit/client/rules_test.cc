// Goal: each rule by which a device takes or refuses something holds by itself, so that none is carried by another alone
// (tests/guards takes them out one by one). Method: as in inbox_test.cc; one thing wrong at a time.
#include "client/session.h"
#include "inbox_fixture.h"

namespace haki::client {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST_F(InboxTest, TheCursorGoesWithWhatItBrought) {
  take(rows({monitor.epoch_key(), monitor.seal(notebook(), {monitor.observation(1, "one", id(1))})}));
  EXPECT_EQ(*home->settings->number(setting::kCursor), 2);
  sync::Inbound refused = rows({monitor.seal(notebook(), {monitor.observation(2, "two", id(2))})});
  refused.welcome.emplace();
  refused.welcome->heads = {{notebook(), 7, {}}};
  refused.welcome->heads_differ = true;
  EXPECT_FALSE(inbox->take(refused, {}));
  EXPECT_EQ(*home->settings->number(setting::kCursor), 2);
}

TEST_F(InboxTest, AChainThatGoesBackToAnOlderMemberListIsStopped) {
  take(rows({monitor.epoch_key()}));
  const std::uint32_t before = coalition.membership.newest();
  coalition.admit(envelope::Role::kMonitor);
  sync::Inbound tail;
  tail.entries = {coalition.entries.end() - 2, coalition.entries.end()};
  take(tail);
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {monitor.observation(1, "one", id(1))})})).received, 1u);
  monitor.cites = before;
  const Taking taking = take(rows({monitor.seal(notebook(), {monitor.observation(2, "two", id(2))})}));
  EXPECT_EQ(taking.received, 0u);
  ASSERT_THAT(taking.notes, SizeIs(1));
  EXPECT_THAT(taking.notes[0], HasSubstr("older member list"));
}

TEST_F(InboxTest, WhatFollowsHeldWorkWaitsBehindIt) {
  take(rows({monitor.epoch_key()}));
  Bytes newer = *payload::encode_batch(std::vector{monitor.observation(1, "x", id(1))}, monitor.identity.log);
  newer[1] = newer[3] = 9;  // schema and min_reader
  take(rows({monitor.seal_bytes(notebook(), newer, 1)}));
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {monitor.observation(2, "two", id(2))})})).held, 1u);
  EXPECT_EQ(observations(), 0u);
}

TEST_F(InboxTest, AnEpochKeyThatDoesNotProveItselfIsNotUsed) {
  envelope::EpochKey forged = monitor.epoch_key();
  forged.signature.bytes[7] ^= 1;
  const Taking taking = take(rows({forged, monitor.seal(notebook(), {monitor.observation(1, "one", id(1))})}));
  EXPECT_EQ(taking.held, 1u);
  EXPECT_THAT(taking.notes, SizeIs(1));
  EXPECT_EQ(take(rows({monitor.epoch_key()})).received, 1u);
}

TEST_F(InboxTest, ANotebookThatGoesBackToAnOlderKeyIsQuarantined) {
  const envelope::EpochKey first = monitor.epoch_key();
  crypto::EpochKey older = monitor.key.copy();
  monitor.key = keys::new_epoch_key(coalition.random);
  monitor.epoch = 2;
  take(rows({first, monitor.epoch_key()}));
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {monitor.observation(1, "one", id(1))})})).received, 1u);
  monitor.key = std::move(older);
  monitor.epoch = 1;
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {monitor.observation(2, "two", id(2))})})).quarantined, 1u);
}

TEST_F(InboxTest, AnItemOfALaterKindIsHeld) {
  take(rows({monitor.epoch_key()}));
  monitor.kind = envelope::kGroupKeyItem;
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {monitor.observation(1, "one", id(1))})})).held, 1u);
}

TEST_F(OtherLead, SharedWorkUnderAKeyThatIsNotInForceIsQuarantined) {
  lead.epoch = 2;
  EXPECT_EQ(take(rows({lead.seal(coalition.shared(), {lead.observation(1, "x", id(1))})})).quarantined, 1u);
}

TEST_F(InboxTest, WhatLeavesIsInTheOutboxAndTheCounterRises) {
  ASSERT_TRUE(Editor(*home).create({"observation", {{"narrative", "mine"}}, {}, true, {}}));
  const Progress none;
  Session session(*home, none);
  const auto first = session.prepare({true, 1'000'000, 0});
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_FALSE(home->database->in_transaction());
  const std::vector<store::SealedFrame> kept = *home->outbox->waiting(1'000'000);
  ASSERT_THAT(first->frames, SizeIs(2));
  ASSERT_THAT(kept, SizeIs(2));
  for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i].frame, first->frames[i]);
  const auto second = session.prepare({true, 1'000'000, 0});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->frames, first->frames) << "a retry repeats the items byte for byte";
  EXPECT_GT(second->hello.counter, first->hello.counter);
  EXPECT_EQ(*home->settings->number(setting::kCounter), static_cast<std::int64_t>(second->hello.counter));
}

TEST_F(OwnWork, AnotherItemUnderOurNameMeansACopiedHome) {
  sync::Inbound inbound;
  inbound.welcome.emplace();
  inbound.welcome->membership_count = home->membership.count();
  inbound.welcome->membership_head = home->membership.head();
  inbound.welcome->heads = {{chain->compartment, 1, crypto::hash32({as_bytes("another item")})}};
  inbound.welcome->heads_differ = true;
  const auto taken = inbox->take(inbound, {});
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("copied"));
}

// The home's own work, and another lead who may read it and says so.
struct OwnWorkRead : OwnWork {
  Author lead{coalition, coalition.admit(envelope::Role::kLead)};

  std::uint64_t acked_after(const Hash& head) {
    lead.key = home->key_ring.at({home->own_compartment(), 1}).key.copy();
    const std::uint64_t seq = lead.head.seq + 1;
    const changes::ChangeSet set{seq, changes::Hlc::of(1, 0), {changes::Ack{chain->log, 1, head}}};
    take(rows({lead.seal(home->own_compartment(), {set})}));
    EXPECT_EQ(home->chains->find(home->own_compartment(), lead.identity.log)->applied_seq, seq);
    return chain->acked_seq;
  }
};

TEST_F(OwnWorkRead, AnAckCountsForTheItemItNamesOnly) {
  EXPECT_EQ(acked_after(chain->head), 0u) << "the server has not even said that it has the item";
  sync::Inbound receipted;
  receipted.receipts = {receipt(coalition.server_sign.secret)};
  ASSERT_EQ(take(receipted).receipted, 1u);
  EXPECT_EQ(acked_after(crypto::hash32({as_bytes("another item")})), 0u);
  EXPECT_EQ(acked_after(chain->head), 1u);
}

// A home that has left its join request and is let in now.
struct Joiner : testing::Test {
  test::Coalition coalition;
  keys::Invite invite = coalition.invite(envelope::Role::kMonitor);
  std::string folder = testing::TempDir() + "haki-joiner-XXXXXX";
  std::unique_ptr<client::Home> home;

  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    home = std::move(*client::Home::create(folder + "/home", "four words of a test"));
    const auto request = keys::make_join_request(invite, home->identity);
    envelope::Append append;
    keys::EntryWriter writer(coalition.membership, keys::signer_of(coalition.founder), coalition.clock, coalition.random);
    ASSERT_TRUE(writer.add(append, keys::admission(request, invite.role, true)));
    coalition.entries.insert(coalition.entries.end(), append.entries.begin(), append.entries.end());
  }
  void TearDown() override {
    home.reset();
    std::filesystem::remove_all(folder);
  }
  Result<Taking> take(const std::vector<envelope::MembershipEntry>& entries) {
    EXPECT_TRUE(home->settings->put(setting::kOrg, invite.org));
    EXPECT_TRUE(home->settings->put_text(setting::kInvite, keys::invite_text(invite)));
    EXPECT_TRUE(home->reload());
    sync::Inbound inbound;
    inbound.entries = entries;
    return Inbox(*home).take(inbound, {});
  }
};

TEST_F(Joiner, IsLetInByTheMemberListOfItsInvite) {
  ASSERT_TRUE(take(coalition.entries));
  EXPECT_TRUE(home->admitted());
}

TEST_F(Joiner, AnotherCoalitionsMemberListIsNotTaken) {
  const auto taken = take(test::Coalition().entries);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::kUntrusted);
  EXPECT_EQ(home->membership.count(), 0u);
}

TEST_F(Joiner, AMemberListThatDoesNotFitTheInviteIsNotTaken) {
  invite.m_head.bytes[3] ^= 1;
  const auto taken = take(coalition.entries);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().message, HasSubstr("not the one the invite speaks of"));
  EXPECT_FALSE(home->admitted());
}

// Requests that answer this lead's invites.
struct JoinRequests : InboxTest {
  keys::Invite make_invite(const std::string& role) {
    EXPECT_TRUE(home->settings->put_text(setting::kServer, "https://haki.example"));
    return *keys::read_invite(People(*home).invite({role, "Amina", "", {}, "", 0})->text);
  }
  envelope::JoinRequest answer(const keys::Invite& invite) {
    return keys::make_join_request(invite, keys::Identity::generate(coalition.random));
  }
  // How many entries would let somebody in: two a device.
  std::size_t admitted() {
    std::vector<std::string> notes;
    envelope::Membership after = home->membership;
    envelope::Append append;
    EXPECT_TRUE(People(*home).admissions(after, append, notes));
    return append.entries.size();
  }
  std::string reason() { return People(*home).pending()->front().reason; }
};

TEST_F(JoinRequests, OnlyWhoHoldsTheInviteIsLetIn) {
  const keys::Invite invite = make_invite("monitor");
  envelope::JoinRequest forged = answer(invite);
  forged.mac.bytes[0] ^= 1;
  ASSERT_TRUE(People(*home).take_join(forged));
  EXPECT_EQ(admitted(), 0u);
  EXPECT_EQ(People(*home).approve("Amina").error().code, Code::kDenied);
  ASSERT_TRUE(People(*home).take_join(answer(make_invite("monitor"))));
  EXPECT_EQ(admitted(), 2u);
}

TEST_F(JoinRequests, AUsedOrTwiceAnsweredOrExpiredInviteLetsNobodyInByItself) {
  const keys::Invite invite = make_invite("monitor");
  ASSERT_TRUE(People(*home).take_join(answer(invite)));
  EXPECT_EQ(admitted(), 2u);
  ASSERT_TRUE(home->database->run("UPDATE invite SET expires_ms = 1"));
  EXPECT_EQ(admitted(), 0u);
  EXPECT_THAT(reason(), HasSubstr("expired"));
  ASSERT_TRUE(home->database->run("UPDATE invite SET expires_ms = ?", INT64_MAX));
  ASSERT_TRUE(People(*home).take_join(answer(invite)));
  EXPECT_EQ(admitted(), 0u);
  EXPECT_THAT(reason(), HasSubstr("two devices"));
  ASSERT_TRUE(home->database->run("DELETE FROM join_request"));
  ASSERT_TRUE(home->ledger->use_invite(envelope::invite_id(invite.secret), monitor.identity.device()));
  ASSERT_TRUE(People(*home).take_join(answer(invite)));
  EXPECT_EQ(admitted(), 0u);
  EXPECT_THAT(reason(), HasSubstr("used already"));
}

TEST_F(JoinRequests, ALeadIsLetInByHandOnly) {
  ASSERT_TRUE(People(*home).take_join(answer(make_invite("lead"))));
  EXPECT_EQ(admitted(), 0u);
  ASSERT_TRUE(People(*home).approve("Amina"));
  EXPECT_EQ(admitted(), 2u);
}

}  // namespace
}  // namespace haki::client
