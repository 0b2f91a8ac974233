// Goal: whoever comes later reads what leads have put together first, and nothing is believed that the signed work does not say.
// Method: a coalition of real homes on the real relay; a lead's second device as the one that comes later; the relay's answers
// changed where a server or a lead lies.
#include <algorithm>

#include "client/administration.h"
#include "client/editor.h"
#include "client/erasures.h"
#include "client/quarantine.h"
#include "client/snapshot_maker.h"
#include "client/snapshot_seal.h"
#include "crypto/hash.h"
#include "payload/record_state.h"
#include "payload/snapshot_part.h"
#include "stage.h"
#include "store/snapshots.h"

namespace haki::test {
namespace {

using store::SnapshotState;

class SnapshotTest : public testing::Test {
 protected:
  // Enough work in the notebook and for all that each lead puts something together.
  void grow(int records = 12) {
    for (int i = 0; i < records; ++i) {
      stage.record(stage.monitor, "Observation " + std::to_string(i) + " of the well at the school");
      stage.publish(stage.lead, "Recommendation " + std::to_string(i));
    }
    set_every(stage.lead, 8);
    set_every(stage.second, 8);
    for (int round = 0; round < 3; ++round) {
      stage.sync_honestly(stage.monitor);
      stage.sync(stage.lead);
      stage.sync(stage.second);
    }
  }
  static void set_every(Member& member, std::int64_t every) {
    ASSERT_TRUE(member.home->settings->put_number(client::setting::kSnapshotEvery, every));
  }
  static std::map<CompartmentId, SnapshotState> states(Member& member) {
    std::map<CompartmentId, SnapshotState> states;
    const auto all = store::Snapshots(*member.home->database).all();
    EXPECT_TRUE(all);
    for (const auto& one : *all) states[one.compartment] = one.state;
    return states;
  }
  static std::uint32_t confirmed(Member& member, const CompartmentId& compartment) {
    const auto all = store::Snapshots(*member.home->database).all();
    EXPECT_TRUE(all);
    for (const auto& one : *all) {
      if (one.compartment == compartment) return one.confirmed;
    }
    return 0;
  }
  std::size_t put_together() const {
    return static_cast<std::size_t>(std::ranges::count_if(stage.server.frames(), [](const envelope::Frame& frame) {
      return std::holds_alternative<envelope::Snapshot>(frame);
    }));
  }
  std::ptrdiff_t words_given() const {
    return std::ranges::count_if(stage.server.frames(), [](const envelope::Frame& frame) {
      return std::holds_alternative<envelope::SnapshotWord>(frame);
    });
  }
  void expect_same(Member& a, Member& b) { EXPECT_EQ(stage.records(a), stage.records(b)); }

  Stage stage;
};

TEST_F(SnapshotTest, AreMadeWhenEnoughHasCome) {
  set_every(stage.lead, 1000);
  stage.record(stage.monitor, "One");
  for (Member* member : {&stage.monitor, &stage.lead}) stage.sync_honestly(*member);
  EXPECT_EQ(put_together(), 0u);
  grow();
  EXPECT_GE(put_together(), 2u);  // the notebook, and what is for all
  EXPECT_GE(words_given(), 2);  // by the other lead
  stage.check_leaks();
}

TEST_F(SnapshotTest, ANewDeviceShowsEverythingAndThenReadsTheWorkBehindIt) {
  grow();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_honestly(tablet);
  expect_same(tablet, stage.lead);
  const CompartmentId notebook = stage.notebook(stage.monitor);
  ASSERT_TRUE(states(tablet).contains(notebook));
  EXPECT_EQ(states(tablet)[notebook], SnapshotState::kWhole);
  EXPECT_EQ(confirmed(tablet, notebook), 1u);
  for (int session = 0; session < 4; ++session) stage.sync_honestly(tablet);
  for (const auto& [compartment, state] : states(tablet)) EXPECT_EQ(state, SnapshotState::kAudited);
  expect_same(tablet, stage.lead);
  // The history of a record came with the work.
  const RecordId any = *stage.monitor.made.begin();
  const auto row = tablet.home->records->load(any);
  ASSERT_TRUE(row && *row);
  const auto history = tablet.home->records->history((*row)->no);
  ASSERT_TRUE(history);
  EXPECT_FALSE(history->empty());
  EXPECT_TRUE(stage.words.empty()) << stage.all_words();
}

// The server lets go of what tells the record, leads put the compartment together anew, and who comes later hears of the erasure from that.
TEST_F(SnapshotTest, AreMadeAnewWithoutWhatWasErased) {
  grow();
  const RecordId record = *stage.monitor.made.begin();
  const std::size_t made = put_together();
  const std::ptrdiff_t words = words_given();
  stage.erase(stage.lead, record);
  for (int round = 0; round < 4; ++round) {
    for (Member* member : {&stage.lead, &stage.second, &stage.monitor}) stage.sync_honestly(*member);
  }
  EXPECT_GT(put_together(), made);
  EXPECT_GT(words_given(), words) << "what the other lead has is the same";
  EXPECT_FALSE(stage.heard("is not what this device has")) << stage.all_words();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_honestly(tablet);
  const CompartmentId notebook = stage.notebook(stage.monitor);
  ASSERT_TRUE(states(tablet).contains(notebook)) << "it read everything instead";
  expect_same(tablet, stage.lead);
  EXPECT_FALSE(stage.records(tablet).contains(record));
  const auto view = client::Erasures(*tablet.home).view(record);
  ASSERT_TRUE(view && *view);
  EXPECT_EQ((*view)->tombstones.front().reason, "Consent withdrawn");
  for (int session = 0; session < 4; ++session) stage.sync_honestly(tablet);
  EXPECT_EQ(states(tablet)[notebook], SnapshotState::kAudited);
  expect_same(tablet, stage.lead);
  EXPECT_TRUE(stage.words.empty()) << stage.all_words();
}

TEST_F(SnapshotTest, WorkAfterItIsAppliedAndMergesWithEditsMadeMeanwhile) {
  grow();
  stage.record(stage.monitor, "After the snapshot");
  stage.sync_honestly(stage.monitor);
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_honestly(tablet);
  stage.publish(tablet, "From the tablet");
  stage.check_together();
  expect_same(tablet, stage.lead);
}

TEST_F(SnapshotTest, WhoHasJustReadMuchLooksAtItWithTheNextSession) {
  for (int i = 0; i < 1'000; ++i) stage.publish(stage.lead, "Recommendation " + std::to_string(i));
  stage.sync_honestly(stage.lead);
  const std::size_t made = put_together();
  EXPECT_GE(made, 1u);  // it wrote all this, and waited for nothing
  stage.sync_honestly(stage.second);
  EXPECT_EQ(words_given(), 0);
  stage.sync_honestly(stage.second);
  EXPECT_EQ(words_given(), 1);
  EXPECT_EQ(put_together(), made);
}

// Its maker passed over it, or took it in by a lead's word; whoever compares does the same.
TEST_F(SnapshotTest, WhatWasSetAsideIsPassedOverByTheAuditToo) {
  for (int i = 0; i < 12; ++i) stage.record(stage.clinic, "Seen at the clinic " + std::to_string(i));
  for (Member* member : {&stage.clinic, &stage.lead, &stage.second, &stage.lead}) stage.sync_honestly(*member);
  ASSERT_TRUE(client::Administration(*stage.lead.home).remove(stage.clinic.name, {}));
  stage.sync_honestly(stage.lead);
  stage.clinic.rogue = true;  // it goes its own way
  const RecordId taken = stage.record(stage.clinic, "Taken in later");
  stage.sync(stage.clinic);
  const RecordId kept_out = stage.record(stage.clinic, "Kept out");
  stage.sync(stage.clinic);
  stage.sync_honestly(stage.lead);
  client::Quarantine quarantine(*stage.lead.home);
  const auto waiting = quarantine.list();
  ASSERT_TRUE(waiting);
  ASSERT_EQ(waiting->size(), 2u);
  ASSERT_TRUE(quarantine.decide(waiting->front().id, true));
  ASSERT_TRUE(quarantine.decide(waiting->back().id, false));
  set_every(stage.lead, 4);
  set_every(stage.second, 4);
  for (int round = 0; round < 4; ++round) {
    for (Member* member : {&stage.lead, &stage.second}) stage.sync_honestly(*member);
  }
  stage.words.clear();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  for (int session = 0; session < 8; ++session) stage.sync(tablet);
  const CompartmentId notebook = stage.notebook(stage.clinic);
  ASSERT_TRUE(states(tablet).contains(notebook));
  EXPECT_EQ(states(tablet)[notebook], SnapshotState::kAudited);
  const auto records = stage.records(tablet);
  EXPECT_TRUE(records.contains(taken));
  EXPECT_FALSE(records.contains(kept_out));
  expect_same(tablet, stage.lead);
  EXPECT_TRUE(stage.words.empty()) << stage.all_words();
}

TEST_F(SnapshotTest, CutAfterAnyNumberOfBytesItGoesOnWhereItWas) {
  grow(40);
  Member& tablet = stage.another_device(stage.lead, "tablet");
  std::size_t cut = 3000;
  int cuts = 0;
  for (; cuts < 60; ++cuts) {
    stage.server.spoil([&](std::string& answer) {
      if (answer.size() > cut) answer.resize(cut);
    });
    stage.sync(tablet);
    cut += 2777;
    if (!states(tablet).empty() && std::ranges::none_of(states(tablet), [](const auto& one) { return one.second == SnapshotState::kComing; }))
      break;
  }
  stage.server.be_honest();
  stage.server.spoil(nullptr);
  for (int session = 0; session < 6; ++session) stage.sync_honestly(tablet);
  expect_same(tablet, stage.lead);
  for (const auto& [compartment, state] : states(tablet)) EXPECT_EQ(state, SnapshotState::kAudited);
}

// ---- what the server lets go ----

TEST_F(SnapshotTest, CountingWhatWouldBeLetGoChangesNothing) {
  grow();
  const auto plan = stage.server.compact(stage.lead.home->org, true);
  EXPECT_GT(plan.items, 0u);
  EXPECT_EQ(stage.server.compact(stage.lead.home->org, true).items, plan.items);  // counting changes nothing
}

TEST_F(SnapshotTest, WhoWasAwayTakesTheSnapshotForWhatWasLetGo) {
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_honestly(tablet);
  grow();
  stage.publish(tablet, "Written while away");
  EXPECT_GT(stage.server.compact(stage.lead.home->org).items, 0u);
  stage.record(stage.monitor, "After the server made room");
  stage.sync_honestly(stage.monitor);
  for (int session = 0; session < 2; ++session) stage.sync_honestly(tablet);
  stage.check_together();
  expect_same(tablet, stage.lead);
  EXPECT_EQ(*tablet.home->ledger->held_count(), 0u);
}

TEST_F(SnapshotTest, ANewDeviceRestsOnTheWordsOfTwoLeadsWhereTheWorkIsGone) {
  grow();
  EXPECT_GT(stage.server.compact(stage.lead.home->org).items, 0u);
  Member& tablet = stage.another_device(stage.lead, "tablet");
  for (int session = 0; session < 4; ++session) stage.sync_honestly(tablet);
  expect_same(tablet, stage.lead);
  EXPECT_EQ(states(tablet)[stage.notebook(stage.monitor)], SnapshotState::kUnauditable);
  EXPECT_EQ(confirmed(tablet, stage.notebook(stage.monitor)), 1u);
  stage.check_together();
}

// A device that stands on one snapshot, unproven, and takes a later one: nothing of either may be made again from change sets it
// does not have.
TEST_F(SnapshotTest, ASecondOneOverAnUnprovenFirstLosesNothing) {
  grow();
  EXPECT_GT(stage.server.compact(stage.lead.home->org).items, 0u);
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_honestly(tablet);
  const auto before = stage.records(tablet);
  grow(20);
  EXPECT_GT(stage.server.compact(stage.lead.home->org).items, 0u);
  // First a spoilt one, which is dropped, then the true one.
  stage.sync_under(tablet, [](Turn& turn) {
    for (auto* piece : turn.all<envelope::SnapshotBytes>()) piece->bytes[piece->bytes.size() / 2] ^= 1;
  });
  EXPECT_TRUE(stage.heard("a part is not the one that was signed")) << stage.all_words();
  for (const auto& [id, text] : before) EXPECT_TRUE(stage.records(tablet).contains(id)) << text;
  for (int session = 0; session < 4; ++session) stage.sync_honestly(tablet);
  stage.check_together();
  expect_same(tablet, stage.lead);
}

// The work behind the second is there, that behind the first is not: comparing would take the first one's records for unsigned.
TEST_F(SnapshotTest, ALaterOneWhoseWorkIsThereIsNotComparedWhereEarlierWorkIsNot) {
  for (int i = 0; i < 6; ++i) stage.publish(stage.second, "Of the second lead " + std::to_string(i));
  stage.sync_honestly(stage.second);
  grow();
  EXPECT_GT(stage.server.compact(stage.lead.home->org).items, 0u);
  Member& tablet = stage.another_device(stage.lead, "tablet");
  for (int session = 0; session < 4; ++session) stage.sync_honestly(tablet);
  ASSERT_EQ(states(tablet)[stage.shared()], SnapshotState::kUnauditable);
  const auto before = stage.records(tablet);
  for (int i = 0; i < 20; ++i) stage.publish(stage.lead, "Of the first lead " + std::to_string(i));
  for (Member* member : {&stage.lead, &stage.second, &stage.lead}) stage.sync_honestly(*member);
  stage.publish(stage.second, "Above the marks");
  stage.sync_honestly(stage.second);
  stage.sync_under(tablet, [&](Turn& turn) {
    std::erase_if(turn.rest, [&](const envelope::Frame& frame) {
      const auto* row = std::get_if<envelope::Row>(&frame);
      const auto* run = row != nullptr ? std::get_if<envelope::Run>(&row->content) : nullptr;
      return run != nullptr && run->compartment == stage.shared() && run->log == stage.lead.home->identity.log;
    });
    for (envelope::Run* run : turn.runs()) {
      if (run->compartment == stage.shared() && run->log == stage.second.home->identity.log) run->items.back().sealed.clear();
    }
  });
  ASSERT_NE(states(tablet)[stage.shared()], SnapshotState::kComing);
  for (int session = 0; session < 4; ++session) stage.sync_honestly(tablet);
  const auto after = stage.records(tablet);
  for (const auto& [id, text] : before) EXPECT_TRUE(after.contains(id)) << text;
  EXPECT_EQ(states(tablet)[stage.shared()], SnapshotState::kUnauditable);
  stage.check_together();
  expect_same(tablet, stage.lead);
}

// ---- lies ----

TEST_F(SnapshotTest, ChangedBytesAreDroppedAndTheWorkItselfIsRead) {
  grow();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_under(tablet, [](Turn& turn) {
    for (auto* piece : turn.all<envelope::SnapshotBytes>()) piece->bytes[piece->bytes.size() / 2] ^= 1;
  });
  EXPECT_TRUE(stage.heard("a part is not the one that was signed")) << stage.all_words();
  stage.check_together();
  expect_same(tablet, stage.lead);
}

// Another state than the signed one, in parts that are signed: its maker's own doing.
TEST_F(SnapshotTest, PartsThatAreNotTheStateThatWasSignedAreDropped) {
  grow();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  const client::Home& maker = *stage.lead.home;
  stage.sync_under(tablet, [&](Turn& turn) {
    for (auto* offer : turn.all<envelope::Snapshot>()) {
      offer->state_root.bytes[0] ^= 1;
      offer->signature = crypto::sign(maker.identity.sign.secret, "HAKI1.snp", envelope::snapshot_message(maker.org, *offer));
    }
  });
  EXPECT_TRUE(stage.heard("is not what it was signed as")) << stage.all_words();
  stage.check_together();
  expect_same(tablet, stage.lead);
}

TEST_F(SnapshotTest, OneOfAMonitorIsRefused) {
  grow();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  const client::Home& maker = *stage.monitor.home;
  stage.sync_under(tablet, [&](Turn& turn) {
    for (auto* offer : turn.all<envelope::Snapshot>()) {
      if (offer->compartment != stage.shared()) continue;
      offer->by = maker.device;
      offer->m_seq = maker.membership.newest();
      offer->m_head = maker.membership.head();
      offer->signature = crypto::sign(maker.identity.sign.secret, "HAKI1.snp", envelope::snapshot_message(maker.org, *offer));
    }
  });
  EXPECT_TRUE(stage.heard("whoever made it is no lead")) << stage.all_words();
  stage.check_together();
  expect_same(tablet, stage.lead);
}

// With the snapshot still on its way nothing above its marks is applied: it would be merged into half a state.
TEST_F(SnapshotTest, WorkAboveTheMarksWaitsForTheSnapshot) {
  grow();
  const RecordId later = stage.record(stage.monitor, "After the snapshot");
  stage.sync_honestly(stage.monitor);
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_under(tablet, [](Turn& turn) {  // the connection ends where the bytes are asked for
    const bool asked = std::ranges::any_of(turn.request, [](const envelope::Frame& frame) {
      const auto* want = std::get_if<envelope::SnapshotWant>(&frame);
      return want != nullptr && !want->id.is_zero();
    });
    if (asked) turn.instead = Bytes{1, 2, 3};
  });
  EXPECT_EQ(states(tablet)[stage.notebook(stage.monitor)], SnapshotState::kComing);
  EXPECT_FALSE(stage.records(tablet).contains(later));
  stage.check_together();
  EXPECT_TRUE(stage.records(tablet).contains(later));
  expect_same(tablet, stage.lead);
}

TEST_F(SnapshotTest, AnOfferThatIsNotGivenIsNotWaitedForForEver) {
  grow();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_under(tablet, [](Turn& turn) { turn.drop<envelope::SnapshotBytes>(); });
  for (int session = 0; session < 3; ++session) stage.sync_under(tablet, [](Turn& turn) { turn.drop<envelope::SnapshotBytes>(); });
  EXPECT_TRUE(stage.heard("does not give it")) << stage.all_words();
  stage.check_together();
  expect_same(tablet, stage.lead);
}

TEST_F(SnapshotTest, OneThatNobodySignedIsRefused) {
  grow();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_under(tablet, [](Turn& turn) {
    for (auto* offer : turn.all<envelope::Snapshot>()) offer->time_ms += 1;
  });
  EXPECT_TRUE(stage.heard("its signature does not hold")) << stage.all_words();
  stage.check_together();
  expect_same(tablet, stage.lead);
}

// A lead who signs what the work does not say: the records are shown at first, the audit finds them, and what was signed stands.
TEST_F(SnapshotTest, AFalseOneOfALeadIsFoundByTheAudit) {
  grow();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  client::Home& liar = *stage.second.home;
  const CompartmentId notebook = stage.notebook(stage.monitor);
  Bytes forged;
  envelope::Snapshot offer;
  const auto lie = [&](Turn& turn) {
    for (auto* honest : turn.all<envelope::Snapshot>()) {
      if (honest->compartment != notebook) continue;
      if (forged.empty()) {
        std::vector<Bytes> states;
        std::vector<Hash> leaves;
        const auto numbers = *liar.records->rows_of(notebook);
        for (const std::int64_t no : numbers) {
          auto row = *liar.records->load_row(no);
          for (changes::FieldState& field : row->merged.fields) {
            if (field.field == 10) field.siblings.front().value = std::string("All is well");
          }
          states.push_back(payload::encode_record_state(row->merged));
          leaves.push_back(crypto::hash32({states.back()}));
        }
        std::ranges::sort(leaves);
        offer = *honest;
        offer.words.clear();
        offer.by = liar.device;
        const auto key = liar.key_ring.find({notebook, offer.epoch});
        forged = client::seal_part(key->second.key, {liar.org, notebook, offer.id}, 0, payload::pack_states(states));
        offer.parts = {{static_cast<std::uint32_t>(forged.size()), crypto::hash32({forged})}};
        offer.state_root = client::state_root(leaves);
        offer.signature = crypto::sign(liar.identity.sign.secret, "HAKI1.snp", envelope::snapshot_message(liar.org, offer));
      }
      *honest = offer;
    }
    std::erase_if(turn.rest, [&](const envelope::Frame& frame) {
      const auto* piece = std::get_if<envelope::SnapshotBytes>(&frame);
      return piece != nullptr && piece->compartment == notebook;
    });
    for (const envelope::Frame& frame : turn.request) {
      const auto* want = std::get_if<envelope::SnapshotWant>(&frame);
      if (want == nullptr || want->compartment != notebook || want->id.is_zero() || want->offset >= forged.size()) continue;
      turn.rest.push_back(envelope::SnapshotBytes{notebook, offer.id, want->offset, Bytes(forged.begin() + static_cast<std::ptrdiff_t>(want->offset), forged.end())});
    }
  };
  stage.sync_under(tablet, lie);
  ASSERT_FALSE(forged.empty());
  bool believed = false;
  for (const auto& [id, text] : stage.records(tablet)) believed = believed || text.find("All is well") != std::string::npos;
  EXPECT_TRUE(believed);  // else nothing was there to be found
  EXPECT_EQ(confirmed(tablet, notebook), 0u);
  for (int session = 0; session < 4; ++session) stage.sync(tablet);
  EXPECT_TRUE(stage.heard("otherwise than the signed work does")) << stage.all_words();
  expect_same(tablet, stage.lead);
  for (const auto& [id, text] : stage.records(tablet)) EXPECT_EQ(text.find("All is well"), std::string::npos);
}

// The state is right, but it is said to rest on another item than the one that was signed.
TEST_F(SnapshotTest, OneThatRestsOnWorkNobodySignedIsFoundByTheAudit) {
  grow();
  Member& tablet = stage.another_device(stage.lead, "tablet");
  const client::Home& maker = *stage.lead.home;
  stage.sync_under(tablet, [&](Turn& turn) {
    for (auto* offer : turn.all<envelope::Snapshot>()) {
      for (envelope::SnapshotMark& mark : offer->marks) mark.hash.bytes[0] ^= 1;
      offer->signature = crypto::sign(maker.identity.sign.secret, "HAKI1.snp", envelope::snapshot_message(maker.org, *offer));
    }
  });
  for (int session = 0; session < 4; ++session) stage.sync(tablet);
  EXPECT_TRUE(stage.heard("that was never signed")) << stage.all_words();
  stage.check_together();
  expect_same(tablet, stage.lead);
}

TEST_F(SnapshotTest, NoWordIsGivenForWhatIsNotHere) {
  grow();
  stage.server.forget();
  // The other lead's device is asked to vouch for a state that is not its own.
  for (int i = 0; i < 12; ++i) stage.record(stage.monitor, "More " + std::to_string(i));
  for (Member* member : {&stage.monitor, &stage.lead}) stage.sync_honestly(*member);
  stage.sync_under(stage.second, [&](Turn& turn) {
    for (auto* offer : turn.all<envelope::Snapshot>()) {
      offer->state_root.bytes[0] ^= 1;
      offer->signature = crypto::sign(stage.lead.home->identity.sign.secret, "HAKI1.snp",
                                      envelope::snapshot_message(stage.lead.home->org, *offer));
    }
  });
  EXPECT_TRUE(stage.heard("is not what this device has")) << stage.all_words();
  for (const envelope::Frame& frame : stage.server.frames()) EXPECT_FALSE(std::holds_alternative<envelope::SnapshotWord>(frame));
}

}  // namespace
}  // namespace haki::test
