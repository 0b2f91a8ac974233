// Goal: the server keeps snapshots of leads alone, whole and byte for byte, gives them to those who may read the compartment, and
// lets go of content only where two leads have signed one that tells it.
#include "relay/compaction.h"
#include "world.h"

namespace haki::test {
namespace {

using namespace envelope;

constexpr std::int64_t kDayMs = 24LL * 3'600'000;

class SnapshotsTest : public CoalitionTest {
 protected:
  SnapshotsTest() {
    world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 3})});
    world.exchange(lead);
    content.resize(50'000);
    world.random.fill(content);
  }
  // Of the monitor's notebook, as `by` has it.
  Snapshot offer_of(const FakeDevice& by, std::uint8_t name = 1) const {
    Snapshot offer;
    offer.compartment = monitor.notebook();
    offer.id.bytes.fill(name);
    offer.epoch = 1;
    offer.m_seq = by.membership->newest();
    offer.m_head = by.membership->head();
    const ChainHead head = monitor.chains.at(monitor.notebook());
    offer.marks = {{monitor.log, head.seq, head.hash, offer.m_seq, 1}};
    offer.parts = {{30'000, {}}, {20'000, {}}};
    offer.time_ms = world.clock.time_ms;
    offer.by = by.id;
    sign(by, offer);
    return offer;
  }
  static void sign(const FakeDevice& by, Snapshot& offer) {
    offer.signature = crypto::sign(by.sign->secret, "HAKI1.snp", snapshot_message(by.org, offer));
  }
  SnapshotBytes piece(const Snapshot& offer, std::size_t from, std::size_t size) const {
    return {offer.compartment, offer.id, from, Bytes(content.begin() + static_cast<std::ptrdiff_t>(from),
                                                     content.begin() + static_cast<std::ptrdiff_t>(from + size))};
  }
  void put_whole(FakeDevice& by, const Snapshot& offer) {
    world.exchange(by, {offer});
    const Answer answer = world.exchange(by, {piece(offer, 0, 30'000), piece(offer, 30'000, 20'000)});
    ASSERT_EQ(held(answer), 50'000u);
  }
  static std::uint64_t held(const Answer& answer) {
    const auto have = answer.all<SnapshotHave>();
    EXPECT_EQ(have.size(), 1u);
    return have.empty() ? UINT64_MAX : have[0].bytes;
  }
  FakeDevice second_lead() {
    FakeDevice second(Role::kLead);
    world.admit(lead, second);
    world.exchange(second);
    return second;
  }
  static SnapshotWord word_of(const FakeDevice& by, const Snapshot& offer) {
    return {offer.compartment, offer.id, {by.id, crypto::sign(by.sign->secret, "HAKI1.sno", snapshot_word_message(by.org, offer))}};
  }
  Refusal refusal_of(FakeDevice& by, const Frame& frame) { return world.exchange(by, {frame}).reject().code; }

  Bytes content;
};

TEST_F(SnapshotsTest, ComesInPiecesThatFollowEachOther) {
  const Snapshot offer = offer_of(lead);
  EXPECT_EQ(held(world.exchange(lead, {offer})), 0u);
  EXPECT_EQ(held(world.exchange(lead, {piece(offer, 0, 10'000)})), 10'000u);
  EXPECT_EQ(held(world.exchange(lead, {piece(offer, 0, 10'000)})), 10'000u);       // again
  EXPECT_EQ(held(world.exchange(lead, {piece(offer, 20'000, 10'000)})), 10'000u);  // with a hole before it
  EXPECT_EQ(held(world.exchange(lead, {offer})), 10'000u);                         // asked after a break
  EXPECT_TRUE(world.exchange(lead, {SnapshotWant{}}).all<Snapshot>().empty());     // not offered while it is not whole
  EXPECT_EQ(held(world.exchange(lead, {piece(offer, 10'000, 40'000)})), 50'000u);
  EXPECT_EQ(world.exchange(lead, {SnapshotWant{}}).all<Snapshot>().size(), 1u);
}

TEST_F(SnapshotsTest, MoreThanItSaidIsNotTaken) {
  Snapshot offer = offer_of(lead);
  offer.parts = {{9'000, {}}};
  sign(lead, offer);
  world.exchange(lead, {offer});
  EXPECT_EQ(held(world.exchange(lead, {piece(offer, 0, 9'001)})), 0u);
}

TEST_F(SnapshotsTest, IsGivenFromAnyByteOn) {
  const Snapshot offer = offer_of(lead);
  put_whole(lead, offer);
  for (const std::size_t offset : {std::size_t{0}, std::size_t{1}, std::size_t{29'999}, std::size_t{30'000}, std::size_t{49'999}}) {
    const Answer answer = world.exchange(lead, {SnapshotWant{offer.compartment, offer.id, offset}});
    Bytes got;
    for (const SnapshotBytes& one : answer.all<SnapshotBytes>()) {
      ASSERT_EQ(one.offset, offset + got.size());
      got.insert(got.end(), one.bytes.begin(), one.bytes.end());
    }
    EXPECT_EQ(got, Bytes(content.begin() + static_cast<std::ptrdiff_t>(offset), content.end())) << offset;
  }
  EXPECT_TRUE(world.exchange(lead, {SnapshotWant{offer.compartment, offer.id, 50'000}}).all<SnapshotBytes>().empty());
}

TEST_F(SnapshotsTest, OnlyALeadMakesOneAndOnlyOfWhatIsThere) {
  FakeDevice other;
  world.admit(lead, other);
  EXPECT_EQ(refusal_of(monitor, offer_of(monitor)), Refusal::kNotAllowed);
  EXPECT_EQ(refusal_of(lead, offer_of(monitor)), Refusal::kNotAllowed);  // in another's name
  Snapshot offer = offer_of(lead);
  offer.time_ms += 1;
  EXPECT_EQ(refusal_of(lead, offer), Refusal::kBadSignature);
  offer = offer_of(lead);
  offer.marks[0].seq += 1;
  sign(lead, offer);
  EXPECT_EQ(refusal_of(lead, offer), Refusal::kGap);
  offer = offer_of(lead);
  offer.marks[0].hash.bytes[0] ^= 1;
  sign(lead, offer);
  EXPECT_EQ(refusal_of(lead, offer), Refusal::kGap);
  offer = offer_of(lead);
  offer.m_head.bytes[0] ^= 1;
  sign(lead, offer);
  EXPECT_EQ(refusal_of(lead, offer), Refusal::kUnknownMembership);
  offer = offer_of(lead);
  offer.words = {word_of(lead, offer).word};
  EXPECT_EQ(refusal_of(lead, offer), Refusal::kMalformed);
  offer = offer_of(lead);
  offer.compartment.bytes[0] ^= 1;
  sign(lead, offer);
  EXPECT_EQ(refusal_of(lead, offer), Refusal::kUnknownCompartment);
  EXPECT_EQ(refusal_of(lead, piece(offer_of(lead), 0, 100)), Refusal::kNotAllowed);  // of one that was never begun
}

TEST_F(SnapshotsTest, IsForThoseWhoMayReadTheCompartment) {
  const Snapshot offer = offer_of(lead);
  put_whole(lead, offer);
  FakeDevice stranger;
  world.admit(lead, stranger);
  EXPECT_TRUE(world.exchange(stranger, {SnapshotWant{}}).all<Snapshot>().empty());
  EXPECT_EQ(refusal_of(stranger, SnapshotWant{offer.compartment, {}, 0}), Refusal::kNotAllowed);
  EXPECT_EQ(refusal_of(stranger, SnapshotWant{offer.compartment, offer.id, 0}), Refusal::kNotAllowed);
}

TEST_F(SnapshotsTest, WhatItTellsIsLeftOutWhereItIsAskedForAndWhatCameLaterIsNot) {
  put_whole(lead, offer_of(lead));
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2})});
  FakeDevice second = second_lead();
  second.cursor = 0;
  const Answer all = world.exchange(second);
  second.cursor = 0;
  const Answer rest = world.exchange(second, {SnapshotWant{}});
  EXPECT_EQ(all.runs().at(0).after_seq, 0u);
  ASSERT_EQ(rest.runs().size(), 1u);
  EXPECT_EQ(rest.runs()[0].after_seq, 3u);
  EXPECT_EQ(rest.all<Snapshot>().size(), 1u);
  EXPECT_EQ(rest.welcome().cursor, all.welcome().cursor);  // what was left out is passed over
}

TEST_F(SnapshotsTest, AnUnfinishedOneGivesWayToItsMakersNext) {
  const Snapshot first = offer_of(lead, 1), next = offer_of(lead, 2);
  world.exchange(lead, {first});
  world.exchange(lead, {piece(first, 0, 10'000)});
  world.exchange(lead, {next});
  EXPECT_EQ(refusal_of(lead, piece(first, 10'000, 10'000)), Refusal::kNotAllowed);
}

TEST_F(SnapshotsTest, AWordIsAnotherPersonsWhoIsALead) {
  FakeDevice second = second_lead();
  world.exchange(lead);
  const Snapshot offer = offer_of(lead);
  EXPECT_EQ(refusal_of(second, word_of(second, offer)), Refusal::kNotAllowed);  // not there yet
  put_whole(lead, offer);
  EXPECT_EQ(refusal_of(lead, word_of(lead, offer)), Refusal::kNotAllowed);
  EXPECT_EQ(refusal_of(monitor, word_of(monitor, offer)), Refusal::kNotAllowed);
  EXPECT_EQ(refusal_of(second, word_of(lead, offer)), Refusal::kNotAllowed);
  SnapshotWord wrong = word_of(second, offer);
  wrong.word.signature.bytes[0] ^= 1;
  EXPECT_EQ(refusal_of(second, wrong), Refusal::kBadSignature);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(world.exchange(second, {word_of(second, offer)}).all<Reject>().empty());
  EXPECT_EQ(world.exchange(second, {SnapshotWant{}}).all<Snapshot>().at(0).words.size(), 1u);
}

TEST_F(SnapshotsTest, ContentIsLetGoOnlyOfWhatTwoLeadsSignedAndIsOldEnough) {
  const auto compact = [&](std::int64_t later_ms, bool only_count = false) {
    relay::Coalitions logs;  // read anew, as the command does
    const auto done = relay::compact(world.store, logs, lead.org, world.clock.time_ms + later_ms, 90 * kDayMs, only_count);
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return *done;
  };
  put_whole(lead, offer_of(lead));
  EXPECT_TRUE(compact(100 * kDayMs).one_lead);
  EXPECT_EQ(compact(100 * kDayMs).items, 0u);
  FakeDevice second = second_lead();
  world.exchange(lead);
  EXPECT_EQ(compact(100 * kDayMs).items, 0u);  // of one lead alone
  const Snapshot offer = world.exchange(second, {SnapshotWant{}}).all<Snapshot>().at(0);
  world.exchange(second, {word_of(second, offer)});
  EXPECT_EQ(compact(89 * kDayMs).items, 0u);  // too young
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2})});
  EXPECT_EQ(compact(100 * kDayMs, true).items, 3u);
  const relay::Compacted done = compact(100 * kDayMs);
  EXPECT_EQ(done.items, 3u);  // not the two above the mark
  EXPECT_EQ(done.bytes, 3u * 112);
  EXPECT_EQ(compact(100 * kDayMs).items, 0u);
  // The chain verifies as before, and goes on.
  lead.cursor = 0;
  const Answer answer = world.exchange(lead);
  ChainHead head;
  std::size_t bare = 0;
  for (const envelope::Run& run : answer.runs()) {
    const auto verified = verify_run(monitor.org, run, monitor.log, head, *monitor.membership->hash_at(run.m_seq), monitor.sign->verify);
    ASSERT_TRUE(verified) << verified.error().message;
    for (const Item& item : run.items) bare += item.sealed.empty() ? 1 : 0;
    head = {verified->back().last_seq, verified->back().hash};
  }
  EXPECT_EQ(head.seq, 5u);
  EXPECT_EQ(bare, 3u);
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, monitor.notebook())}).receipt().seq, 6u);
}

TEST_F(SnapshotsTest, ASupersededOneGoesAfterAMonth) {
  put_whole(lead, offer_of(lead, 1));
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  world.exchange(lead);
  put_whole(lead, offer_of(lead, 2));
  const Snapshot first = offer_of(lead, 1);
  EXPECT_FALSE(world.exchange(lead, {SnapshotWant{first.compartment, first.id, 0}}).all<SnapshotBytes>().empty());
  world.clock.time_ms += 31 * kDayMs;
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  world.exchange(lead);
  put_whole(lead, offer_of(lead, 3));
  const Answer gone = world.exchange(lead, {SnapshotWant{first.compartment, first.id, 0}});
  EXPECT_TRUE(gone.all<SnapshotBytes>().empty());
  EXPECT_EQ(gone.all<Snapshot>().at(0).id, offer_of(lead, 3).id);  // the newest is offered instead
}

}  // namespace
}  // namespace haki::test
