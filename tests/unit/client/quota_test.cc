// Goal: work that the server marks as beyond its author's quota waits for a lead and for nobody else, and no more than that
// comes of the server's word; the author is told what was decided. Method: a real lead's home, authors made of keys and chains
// in the test, and answers written by hand.
#include "client/quarantine.h"
#include "inbox_fixture.h"

namespace haki::client {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

sync::Inbound marked(sync::Inbound inbound) {
  for (envelope::Row& row : inbound.rows) row.over_quota = true;
  return inbound;
}

struct Marked : OtherLead {
  void SetUp() override {
    OtherLead::SetUp();
    take(rows({monitor.epoch_key()}));
    lead.key = monitor.key.copy();
  }
  envelope::Run observation(std::uint8_t n) { return monitor.seal(notebook(), {monitor.observation(n, "seen", id(n))}); }
  envelope::Run word_on(const envelope::ChainHead& item, bool accepted) {
    const changes::ChangeSet set{lead.head.seq + 1, changes::Hlc::of(1, 0),
                                 {changes::Verdict{monitor.identity.log, item.seq, item.hash, accepted}}};
    return lead.seal(notebook(), {set});
  }
  // How far the home has told the monitor's notebook that it has read it.
  std::uint64_t acked() {
    const store::Chain* own = home->chains->find(notebook(), home->identity.log);
    std::uint64_t seq = 0;
    if (own == nullptr) return seq;
    const auto sets = home->records->change_sets(*own, 0, 100);
    for (const changes::ChangeSet& set : *sets) {
      for (const auto& one : set.operations) seq = std::get_if<changes::Ack>(&one) ? std::get<changes::Ack>(one).seq : seq;
    }
    return seq;
  }
};

TEST_F(Marked, WaitsForALeadAndTheChainGoesOn) {
  EXPECT_EQ(take(rows({observation(1)})).received, 1u);
  const Taking taking = take(marked(rows({observation(2)})));
  EXPECT_EQ(taking.quarantined, 1u);
  EXPECT_EQ(taking.received, 0u);
  EXPECT_EQ(take(rows({observation(3)})).received, 1u);
  EXPECT_EQ(observations(), 2u);
  EXPECT_EQ(acked(), 1u) << "what waits was not read";
  const auto waiting = Quarantine(*home).list();
  ASSERT_TRUE(waiting);
  ASSERT_THAT(*waiting, SizeIs(1));
  EXPECT_EQ(waiting->front().reason, "Its device has sent more than the server's operator allows.");
  ASSERT_TRUE(Quarantine(*home).decide(waiting->front().id, true));
  EXPECT_EQ(observations(), 3u);
  take(rows({observation(4)}));
  EXPECT_EQ(acked(), 4u);
}

// Its author, and another lead who took it in first, have written on over it: the earlier values do not come back beside theirs.
TEST_F(Marked, TakenInLateItStandsWhereItWouldHaveStood) {
  const auto edit = [&](Author& by, std::uint64_t seq, std::uint32_t over_op, std::uint32_t field, std::string value) {
    const changes::SetField write{id(1), field, std::move(value), {{monitor.identity.log, 1, over_op}}};
    return by.seal(notebook(), {changes::ChangeSet{seq, changes::Hlc::of(static_cast<std::int64_t>(seq) + 100, 0), {write}}});
  };
  take(marked(rows({observation(1)})));
  EXPECT_EQ(take(rows({edit(monitor, 2, 2, 10, "written again")})).received, 1u);
  EXPECT_EQ(take(rows({edit(lead, 1, 1, changes::kStateField, "approved")})).received, 1u);
  const auto waiting = Quarantine(*home).list();
  ASSERT_TRUE(waiting && waiting->size() == 1);
  ASSERT_TRUE(Quarantine(*home).decide(waiting->front().id, true));
  const auto row = home->records->load(id(1));
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->merged.conflicts().size(), 0u);
  EXPECT_EQ(*(*row)->merged.value(10), Value(std::string("written again")));
  EXPECT_EQ(changes::shown_state((*row)->merged), "approved");
  EXPECT_TRUE((*row)->merged.dead_ahead.empty());
  EXPECT_EQ(observations(), 1u);
}

TEST_F(Marked, AVerdictThatCameBeforeItCounts) {
  const envelope::Run accepted = observation(1);
  take(rows({word_on(monitor.head, true)}));
  EXPECT_EQ(take(marked(rows({accepted}))).received, 1u);
  const envelope::Run refused = observation(2);
  take(rows({word_on(monitor.head, false)}));
  const Taking taking = take(marked(rows({refused})));
  EXPECT_EQ(taking.received + taking.quarantined, 0u);
  EXPECT_EQ(observations(), 1u);
}

TEST_F(InboxTest, AHeldItemRemembersItsMark) {
  const auto run = monitor.seal(notebook(), {monitor.observation(1, "one", id(1))});
  EXPECT_EQ(take(marked(rows({run}))).held, 1u) << "without its key nobody could look at it";
  ASSERT_TRUE(home->reload());
  const Taking taking = take(rows({monitor.epoch_key()}));
  EXPECT_EQ(taking.quarantined, 1u);
  EXPECT_EQ(taking.received, 0u);
  EXPECT_EQ(*home->ledger->held_count(), 0u);
}

TEST_F(Marked, IsReadAsEverOutsideItsAuthorsNotebook) {
  const auto in_a_notebook = lead.seal(notebook(), {lead.observation(1, "a lead's", id(7))});
  EXPECT_EQ(take(marked(rows({in_a_notebook}))).received, 1u);
  Author elsewhere{coalition, copy_of(lead.identity)};
  elsewhere.key = coalition.founding.keys[0].key.copy();
  const auto for_all = elsewhere.seal(coalition.shared(), {elsewhere.observation(1, "for all", id(8))});
  EXPECT_EQ(take(marked(rows({for_all}))).received, 1u);
  EXPECT_EQ(observations(), 2u);
}

// Nobody but leads reads another's notebook; a device that has the key all the same is not stopped by the server's word.
TEST_F(Marked, IsReadAsEverByWhoIsNoLead) {
  const keys::Identity other = coalition.admit(envelope::Role::kMonitor);
  sync::Inbound tail;
  tail.entries = {coalition.entries.end() - 2, coalition.entries.end()};
  take(tail);
  home->identity = copy_of(other);
  home->device = other.device();
  EXPECT_EQ(take(marked(rows({observation(1)}))).received, 1u);
}

// ---- the author ----

struct OwnWorkJudged : OwnWork {
  Author lead{coalition, coalition.admit(envelope::Role::kLead)};

  std::vector<std::string> notes_on(const Hash& head, bool accepted) {
    lead.key = home->key_ring.at({home->own_compartment(), 1}).key.copy();
    const changes::ChangeSet set{lead.head.seq + 1, changes::Hlc::of(1, 0), {changes::Verdict{chain->log, 1, head, accepted}}};
    return take(rows({lead.seal(home->own_compartment(), {set})})).notes;
  }
};

TEST_F(OwnWorkJudged, ItsAuthorReadsWhatALeadDecidedAndOfWhich) {
  EXPECT_THAT(notes_on(crypto::hash32({as_bytes("another item")}), true), SizeIs(0));
  const auto out = notes_on(chain->head, false);
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_THAT(out[0], HasSubstr("keeps out what had been set aside of this device's work: observation "));
  const auto in = notes_on(chain->head, true);
  ASSERT_THAT(in, SizeIs(1));
  EXPECT_THAT(in[0], HasSubstr("took in what had been set aside of this device's work: observation "));
  EXPECT_EQ(observations(), 1u);
}

TEST_F(OwnWork, ItsAuthorReadsWhetherTheServerTookWhatIsBeyondTheQuota) {
  const auto told = [&](std::vector<envelope::Receipt> receipts, std::uint64_t first_seq) {
    sync::Inbound inbound;
    inbound.receipts = std::move(receipts);
    inbound.rejects = {{envelope::Refusal::kQuota, chain->compartment, chain->log, first_seq, {}, 0, 0}};
    auto taken = inbox->take(inbound, *home->outbox->waiting(1'000'000));
    EXPECT_TRUE(taken);
    return taken->notes;
  };
  const auto refused = told({}, 1);
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_THAT(refused[0], HasSubstr("the work stays on this device, unsent"));
  const auto waiting = *home->outbox->waiting(1'000'000);
  ASSERT_THAT(waiting, SizeIs(1)) << "its key was taken beside it, and is not sent again";
  EXPECT_EQ(waiting[0].kind, store::SealedKind::kRun);
  const auto taken = told({receipt(coalition.server_sign.secret)}, 1);
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_THAT(taken[0], HasSubstr("it waits for a lead"));
  EXPECT_FALSE(*home->outbox->any_waiting());
}

}  // namespace
}  // namespace haki::client
