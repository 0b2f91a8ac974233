// Goal: a lead has the server let go of what was erased, and nobody else has it let go of anything; what is kept in its place is a
// lead's, the chain still verifies, and no snapshot tells what is gone. Method: real frames and signatures through the relay,
// sealed bytes at random.
#include "relay/compaction.h"
#include "snapshot_world.h"

namespace haki::test {
namespace {

using namespace envelope;

struct Tombstone {
  LogId log;
  std::uint64_t seq = 0;
};

Remainder remainder_of(const FakeDevice& by, const Hash& item, std::optional<std::uint32_t> m_seq = {}, std::size_t size = 40) {
  const crypto::EpochKey key(Bytes(32, 9));
  return seal_remainder(item, by.id, m_seq.value_or(by.membership->newest()), Bytes(size, 7), key, by.sign->secret);
}

class Erasing : public SnapshotTest {
 protected:
  Erasing() {
    world.exchange(monitor);
    world.exchange(second);
    place = monitor.notebook();
    world.exchange(monitor, {make_run(monitor, place, {.bytes = 500})});
    item = monitor.chains.at(place);
    tomb = entomb(lead);
  }
  // An item of this lead in the notebook: what is in it, the server does not know.
  Tombstone entomb(FakeDevice& by) {
    EXPECT_TRUE(world.exchange(by, {make_run(by, place)}).all<Reject>().empty());
    return {by.log, by.chains.at(place).seq};
  }
  Erase erase(const Tombstone& why, const std::optional<Remainder>& left = std::nullopt) const {
    return {place, monitor.log, item.seq, item.hash, why.log, why.seq, left, {}};
  }
  Erased answer(FakeDevice& by, const Erase& frame) {
    const Answer all = world.exchange(by, {frame});
    EXPECT_TRUE(all.all<Reject>().empty()) << static_cast<int>(all.reject().code);
    const auto found = all.all<Erased>();
    EXPECT_EQ(found.size(), 1u);
    if (found.size() != 1) return {};
    EXPECT_EQ(found[0].compartment, frame.compartment);
    EXPECT_EQ(found[0].log, frame.log);
    EXPECT_EQ(found[0].seq, frame.seq);
    EXPECT_EQ(found[0].tomb_seq, frame.tomb_seq);
    if (!found[0].wanted && !found[0].refused) {
      EXPECT_TRUE(crypto::verify(world.keys.sign.verify, "HAKI1.ers",
                                 erased_item_message(lead.org, frame.log, frame.compartment, frame.seq, frame.hash, found[0].time_ms),
                                 found[0].signature));
    }
    return found[0];
  }
  Refusal refused(FakeDevice& by, const Erase& frame) {
    const Erased said = answer(by, frame);
    EXPECT_TRUE(said.refused);
    return said.refused.value_or(Refusal::kInternal);
  }
  // The item as a reader gets it, its chain verified.
  Item pulled(FakeDevice& reader) {
    world.exchange(reader);  // what is news is not pulled
    Item found;
    ChainHead head;
    for (const envelope::Run& run : world.exchange(reader, {Pull{place, monitor.log, 0}}).runs()) {
      if (run.log != monitor.log || run.after_seq != head.seq) continue;
      const auto verified = verify_run(lead.org, run, monitor.log, head, *reader.membership->hash_at(run.m_seq), monitor.sign->verify);
      EXPECT_TRUE(verified) << verified.error().message;
      if (!verified) return {};
      for (const VerifiedItem& one : *verified) {
        if (one.hash == item.hash) found = *one.item;
      }
      head = {verified->back().last_seq, verified->back().hash};
    }
    EXPECT_GE(head.seq, item.seq);
    return found;
  }
  std::uint64_t held_bytes() {
    const auto snapshot = world.store.read();
    const auto coalition = (*snapshot)->coalition(lead.org);
    return *(*snapshot)->bytes_of_log((*coalition)->key, monitor.log);
  }
  std::vector<SnapshotId> kept() {
    const auto snapshot = world.store.read();
    const auto coalition = (*snapshot)->coalition(lead.org);
    std::vector<SnapshotId> ids;
    const auto held = (*snapshot)->held_snapshots((*coalition)->key, place);
    for (const storage::HeldSnapshot& one : *held) ids.push_back(one.offer.id);
    return ids;
  }
  relay::Compacted compact() {
    relay::Coalitions logs;
    const auto done = relay::compact(world.store, logs, lead.org, world.clock.time_ms, 90 * kDayMs, false);
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
    return done ? *done : relay::Compacted{};
  }

  CompartmentId place;  // the monitor's notebook
  ChainHead item;       // the monitor's, in it
  Tombstone tomb;       // the lead's
};

// ---- items ----

TEST_F(Erasing, IsAskedForARemainderThenGoneAndTheSameAgainGivesTheFirstTime) {
  EXPECT_TRUE(answer(lead, erase(tomb)).wanted);
  EXPECT_EQ(pulled(second).sealed.size(), 500u) << "asking lets go of nothing";
  const Remainder left = remainder_of(lead, item.hash);
  const std::int64_t then = world.clock.time_ms;
  EXPECT_EQ(answer(lead, erase(tomb, left)).time_ms, then);
  world.clock.time_ms += kDayMs;
  EXPECT_EQ(answer(lead, erase(tomb, left)).time_ms, then);
  EXPECT_EQ(answer(second, erase(tomb)).time_ms, then) << "another lead hears the same";
  EXPECT_EQ(answer(second, erase(tomb, remainder_of(second, item.hash))).time_ms, then);
  world.restart(0);
  EXPECT_EQ(answer(lead, erase(tomb)).time_ms, then);

  const Item got = pulled(second);
  EXPECT_TRUE(got.sealed.empty());
  EXPECT_EQ(got.sealed_length, 500u);
  ASSERT_TRUE(got.remainder);
  EXPECT_EQ(encode_remainder(*got.remainder), encode_remainder(left)) << "what another lead sent later changed nothing";
  EXPECT_EQ(held_bytes(), encode_remainder(left).size());
  // Its author goes on, and sends the same again, as ever.
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, place)}).receipt().seq, item.seq + 1);
}

TEST_F(Erasing, ReachesAReaderFromTheBeginningInItsRows) {
  answer(lead, erase(tomb, remainder_of(lead, item.hash)));
  RequestBuilder anew(second);
  anew.hello.cursor = 0;
  std::size_t left = 0;
  for (const envelope::Run& run : world.exchange(second, anew).runs()) {
    for (const Item& one : run.items) left += one.remainder ? 1 : 0;
    EXPECT_TRUE(run.has_content());
  }
  EXPECT_EQ(left, 1u);
}

TEST_F(Erasing, SeesTheRunsOfItsOwnRequest) {
  const envelope::Run stone = make_run(lead, place);
  const Tombstone fresh{lead.log, lead.chains.at(place).seq};
  const Answer both = world.exchange(lead, {stone, erase(fresh, remainder_of(lead, item.hash))});
  EXPECT_EQ(both.receipt().seq, fresh.seq);
  ASSERT_EQ(both.all<Erased>().size(), 1u);
  EXPECT_FALSE(both.all<Erased>()[0].wanted);
  // An item of the lead's own, and its erasure, in one.
  const envelope::Run own = make_run(lead, place, {.bytes = 300});
  const ChainHead head = lead.chains.at(place);
  const Erase own_erase{place, lead.log, head.seq, head.hash, tomb.log, tomb.seq, remainder_of(lead, head.hash), {}};
  const Answer again = world.exchange(lead, {own, own_erase, own_erase});
  EXPECT_EQ(again.receipt().seq, head.seq);
  ASSERT_EQ(again.all<Erased>().size(), 2u);
  EXPECT_EQ(again.all<Erased>()[0].signature, again.all<Erased>()[1].signature);
  const auto runs = world.exchange(second, {Pull{place, lead.log, head.seq - 1}}).runs();
  ASSERT_FALSE(runs.empty());
  EXPECT_TRUE(runs.back().items.back().remainder);
}

TEST_F(Erasing, OfWhatIsNotThereIsRefusedByName) {
  const Remainder left = remainder_of(lead, item.hash);
  const auto with = [&](auto change) {
    Erase frame = erase(tomb, left);
    change(frame);
    return refused(lead, frame);
  };
  EXPECT_EQ(with([](Erase& one) { one.compartment.bytes[0] ^= 1; }), Refusal::kUnknownCompartment);
  EXPECT_EQ(with([](Erase& one) { one.seq += 1; }), Refusal::kGap);
  EXPECT_EQ(with([&](Erase& one) { one.log = second.log; }), Refusal::kGap) << "it wrote nothing there";
  EXPECT_EQ(with([](Erase& one) { one.log.bytes[0] ^= 1; }), Refusal::kGap);
  EXPECT_EQ(with([](Erase& one) { one.tomb_seq += 1; }), Refusal::kGap) << "the tombstone is not here";
  EXPECT_EQ(with([](Erase& one) { one.hash.bytes[0] ^= 1; }), Refusal::kFork);
  EXPECT_EQ(with([](Erase& one) { one.tomb_seq = 0; }), Refusal::kMalformed);
  EXPECT_EQ(with([](Erase& one) { one.tomb_log = {}; }), Refusal::kMalformed);
  EXPECT_EQ(with([](Erase& one) { one.log = {}; }), Refusal::kMalformed);
  EXPECT_EQ(with([](Erase& one) { one.seq = 0; }), Refusal::kMalformed);
  EXPECT_EQ(with([](Erase& one) { one.hash = {}; }), Refusal::kMalformed);
  EXPECT_EQ(with([](Erase& one) { one.blob.bytes[0] = 1; }), Refusal::kMalformed) << "both an item and a blob";
  // In the middle of an item.
  world.exchange(monitor, {make_run(monitor, place, {.sets = 3})});
  EXPECT_EQ(with([](Erase& one) { one.seq += 1; }), Refusal::kFork);
  EXPECT_EQ(pulled(second).sealed.size(), 500u);
}

TEST_F(Erasing, WithARemainderThatDoesNotHoldIsRefused) {
  const auto with = [&](const Remainder& left) { return refused(lead, erase(tomb, left)); };
  Remainder forged = remainder_of(lead, item.hash);
  forged.signature.bytes[0] ^= 1;
  EXPECT_EQ(with(forged), Refusal::kBadSignature);
  Remainder changed = remainder_of(lead, item.hash);
  changed.sealed[0] ^= 1;
  EXPECT_EQ(with(changed), Refusal::kBadSignature);
  EXPECT_EQ(with(remainder_of(lead, Hash{})), Refusal::kBadSignature) << "another item's";
  Remainder named = remainder_of(second, item.hash);
  named.by = lead.id;
  EXPECT_EQ(with(named), Refusal::kBadSignature) << "made by another lead than it says";
  EXPECT_EQ(with(remainder_of(lead, item.hash, lead.membership->count())), Refusal::kUnknownMembership);
  EXPECT_EQ(with(remainder_of(monitor, item.hash)), Refusal::kNotAllowed);
  EXPECT_EQ(with(remainder_of(second, item.hash, 0)), Refusal::kNotAllowed) << "it was not there then";
  FakeDevice stranger(Role::kLead);
  stranger.membership = lead.membership;
  EXPECT_EQ(with(remainder_of(stranger, item.hash)), Refusal::kNotAllowed);
  EXPECT_EQ(pulled(second).sealed.size(), 500u);
  EXPECT_TRUE(answer(lead, erase(tomb)).wanted);
  EXPECT_FALSE(answer(lead, erase(tomb, remainder_of(second, item.hash))).wanted) << "another lead's, that holds";
}

TEST_F(Erasing, IsForLeadsOfTheCompartmentAlone) {
  const Remainder left = remainder_of(lead, item.hash);
  EXPECT_EQ(refused(monitor, erase(tomb, left)), Refusal::kNotAllowed) << "also of its own work";
  EXPECT_EQ(refused(monitor, erase(tomb)), Refusal::kNotAllowed);
  // A lead who does not write in a case has nothing let go of there.
  const CompartmentId of_few = random_of<CompartmentId>();
  std::vector<DeviceId> readers = {lead.id, monitor.id};
  std::ranges::sort(readers);
  Append made;
  made.entries.push_back(world.entry(lead, NewCompartment{of_few, CompartmentKind::kCase, {}, readers, readers}));
  made.entries.push_back(world.entry(lead, NewEpoch{of_few, 1, random_of<KeyId>(), {}}));
  ASSERT_TRUE(world.exchange(lead, {made}).all<Reject>().empty());
  ASSERT_TRUE(world.exchange(lead, {make_run(lead, of_few)}).all<Reject>().empty());
  const ChainHead there = lead.chains.at(of_few);
  Erase of_case{of_few, lead.log, there.seq, there.hash, lead.log, there.seq, remainder_of(lead, there.hash), {}};
  world.exchange(second);
  EXPECT_EQ(refused(second, of_case), Refusal::kNotAllowed);
  of_case.remainder = remainder_of(second, there.hash);
  EXPECT_EQ(refused(lead, of_case), Refusal::kNotAllowed) << "nor is what it leaves taken from another";
  of_case.remainder = remainder_of(lead, there.hash);
  EXPECT_FALSE(answer(lead, of_case).wanted);
}

TEST_F(Erasing, OfALeadOfBeforeIsJudgedByWhatItWasThen) {
  FakeDevice third(Role::kLead);
  admit_lead(third);
  const std::uint32_t then = lead.membership->newest();
  const Remainder before = remainder_of(third, item.hash, then);
  suspend(third);
  const Remainder after = remainder_of(third, item.hash, lead.membership->newest());
  EXPECT_EQ(refused(third, erase(tomb, before)), Refusal::kNotAllowed);
  EXPECT_EQ(refused(lead, erase(tomb, after)), Refusal::kNotAllowed);
  EXPECT_FALSE(answer(lead, erase(tomb, before)).wanted);
}

TEST_F(Erasing, BeyondTheirPlaceOrNumberInARequestIsRefused) {
  const auto send = [&](const std::vector<Frame>& frames) {
    RequestBuilder request(lead);
    for (const Frame& frame : frames) request.add(frame);
    return world.send(request, lead.org);
  };
  EXPECT_EQ(send(std::vector<Frame>(64, erase(tomb))).all<Erased>().size(), 64u) << "one for each";
  EXPECT_EQ(send(std::vector<Frame>(65, erase(tomb))).status, 413);
  FakeDevice copy = lead;
  const std::vector<std::vector<Frame>> wrong = {{erase(tomb), make_run(copy, place)},
                                                 {Wiped{lead.id, {}}, erase(tomb)},
                                                 {Pull{place, {}, 0}, erase(tomb)},
                                                 {Erased{place, {}, 0, {}, true, 0, {}}}};
  for (const auto& frames : wrong) EXPECT_EQ(send(frames).reject().code, Refusal::kMalformed);
}

// Two leads erase two records of one item, each before it has heard of the other's erasure: what the second leaves still has the first
// record in it. So the first tombstone is asked for again, and only what was given for both counts for both.
TEST_F(Erasing, ForTwoTombstonesHoldsForThoseThatWhatIsKeptWasGivenFor) {
  const Tombstone others = entomb(second);
  const std::int64_t first_time = world.clock.time_ms;
  answer(lead, erase(tomb, remainder_of(lead, item.hash)));
  world.clock.time_ms += 1000;
  EXPECT_TRUE(answer(second, erase(others)).wanted) << "it holds for another tombstone only";
  const Remainder unaware = remainder_of(second, item.hash);
  EXPECT_EQ(answer(second, erase(others, unaware)).time_ms, first_time + 1000);
  EXPECT_EQ(encode_remainder(*pulled(lead).remainder), encode_remainder(unaware));
  EXPECT_TRUE(answer(lead, erase(tomb)).wanted) << "what is kept now was not made for it";
  const Remainder of_both = remainder_of(lead, item.hash, {}, 60);
  const Answer given = world.exchange(lead, {erase(tomb, of_both), erase(others, of_both), erase(tomb), erase(others)});
  const auto erased = given.all<Erased>();
  ASSERT_EQ(erased.size(), 4u);
  for (const std::size_t i : {0u, 1u, 2u, 3u}) {
    EXPECT_FALSE(erased[i].wanted) << i;
    EXPECT_EQ(erased[i].time_ms, first_time + (i % 2) * 1000) << "each has its first time";
  }
  for (FakeDevice* by : {&lead, &second}) {
    EXPECT_FALSE(answer(*by, erase(tomb)).wanted);
    EXPECT_FALSE(answer(*by, erase(others)).wanted);
  }
  // Given again, and for the other tombstone again, in a request of its own: nothing moves.
  const Answer repeated = world.exchange(lead, {erase(others, of_both), erase(tomb, of_both)});
  EXPECT_EQ(repeated.status, 200);
  EXPECT_EQ(repeated.all<Erased>().size(), 2u);
  EXPECT_EQ(encode_remainder(*pulled(second).remainder), encode_remainder(of_both));
  EXPECT_EQ(held_bytes(), encode_remainder(of_both).size());
}

TEST_F(Erasing, ThatLostTheRaceToAnotherLeadIsJudgedAgain) {
  const Tombstone others = entomb(second);
  const std::int64_t then = world.clock.time_ms;
  const auto race = [&](const Erase& theirs) {
    world.store.before_commit = [&, theirs] {
      answer(second, theirs);
      world.clock.time_ms += 1000;
    };
  };
  race(erase(tomb, remainder_of(second, item.hash)));
  EXPECT_EQ(answer(lead, erase(tomb, remainder_of(lead, item.hash))).time_ms, then);
  EXPECT_EQ(pulled(lead).remainder->by, second.id);
  // What was given for one tombstone does not hold for it any more once another lead gave something else for another.
  const Remainder given = *pulled(lead).remainder;
  race(erase(others, remainder_of(second, item.hash)));
  EXPECT_EQ(answer(lead, erase(others, given)).time_ms, then + 1000) << "the other lead's word for it stands";
  EXPECT_TRUE(answer(lead, erase(tomb)).wanted);
}

TEST_F(Erasing, OnAFullDiskSaysBusyAndLetsGoOfNothing) {
  world.store.instead_of_commit = storage::Outcome::Kind::kFull;
  EXPECT_EQ(world.exchange(lead, {erase(tomb, remainder_of(lead, item.hash))}).reject().code, Refusal::kBusy);
  world.store.instead_of_commit.reset();
  EXPECT_EQ(pulled(lead).sealed.size(), 500u);
  EXPECT_TRUE(answer(lead, erase(tomb)).wanted);
}

// ---- a server that is filled again ----

class Refill : public Erasing {
 protected:
  // What the monitor has not sent yet, as a lead carries it who has erased something in it.
  envelope::Run left_of_next(const FakeDevice& by, std::size_t count = 1) {
    envelope::Run run = make_run(monitor, place, {.count = count, .bytes = 700, .sign_every = true});
    const auto verified = verify_run(lead.org, run, monitor.log, item, *monitor.membership->hash_at(run.m_seq), monitor.sign->verify);
    EXPECT_TRUE(verified) << verified.error().message;
    run.log = monitor.log;
    run.items.back().sealed.clear();
    run.items.back().remainder = remainder_of(by, verified->back().hash);
    return run;
  }
};

TEST_F(Refill, ByALeadBringsWhatIsLeftOfAnItem) {
  const std::uint64_t before = held_bytes();
  const envelope::Run run = left_of_next(lead, 2);
  EXPECT_EQ(world.exchange(second, {run}).receipt().seq, item.seq + 2) << "also what another lead has left";
  EXPECT_EQ(held_bytes(), before + 700 + encode_remainder(*run.items.back().remainder).size());
  item = monitor.chains.at(place);
  EXPECT_EQ(encode_remainder(*pulled(lead).remainder), encode_remainder(*run.items.back().remainder));
  EXPECT_TRUE(answer(lead, erase(tomb)).wanted) << "for which tombstone, it does not say";
  EXPECT_FALSE(answer(lead, erase(tomb, run.items.back().remainder)).wanted);
  // Its author brings the ciphertext of what is there: passed over.
  EXPECT_EQ(world.exchange(lead, {run}).receipt().seq, item.seq);
  EXPECT_TRUE(pulled(lead).sealed.empty());
}

TEST_F(Refill, IsAskedInTheSameRequestForWhatItBrings) {
  const envelope::Run run = left_of_next(lead);
  item = monitor.chains.at(place);
  const Answer both = world.exchange(lead, {run, erase(tomb), erase(tomb, run.items[0].remainder)});
  const auto erased = both.all<Erased>();
  ASSERT_EQ(erased.size(), 2u);
  EXPECT_TRUE(erased[0].wanted);
  EXPECT_FALSE(erased[1].wanted);
  EXPECT_FALSE(answer(second, erase(tomb)).wanted);
}

TEST_F(Refill, ByNobodyElseAndOfNobodyElse) {
  FakeDevice courier;
  world.admit(lead, courier);
  const envelope::Run good = left_of_next(lead);
  EXPECT_EQ(world.exchange(courier, {good}).reject().code, Refusal::kNotAllowed);
  EXPECT_EQ(world.exchange(monitor, {good}).reject().code, Refusal::kNotAllowed) << "nor by its author";
  envelope::Run forged = good;
  forged.items[0].remainder->signature.bytes[0] ^= 1;
  EXPECT_EQ(world.exchange(lead, {forged}).reject().code, Refusal::kBadSignature);
  envelope::Run monitors = good;
  monitors.items[0].remainder = remainder_of(monitor, monitor.chains.at(place).hash);
  EXPECT_EQ(world.exchange(lead, {monitors}).reject().code, Refusal::kNotAllowed);
  envelope::Run later = good;
  later.items[0].remainder = remainder_of(lead, monitor.chains.at(place).hash, lead.membership->count());
  EXPECT_EQ(world.exchange(lead, {later}).reject().code, Refusal::kUnknownMembership);
  envelope::Run neither = good;
  neither.items[0].remainder.reset();
  EXPECT_EQ(world.exchange(lead, {neither}).reject().code, Refusal::kMalformed);
  EXPECT_EQ(world.exchange(lead, {good}).receipt().seq, item.seq + 1);
}

// It erased in its own work, and leads no more: its chain must not end there.
TEST_F(Refill, ByWhoLeftItOfItsOwnWorkNeedsNoLead) {
  FakeDevice third(Role::kLead);
  admit_lead(third);
  third.membership = std::make_shared<Membership>(*lead.membership);
  envelope::Run run = make_run(third, place, {.bytes = 300});
  const Hash hash = third.chains.at(place).hash;
  run.items[0].sealed.clear();
  run.items[0].remainder = remainder_of(third, hash);
  suspend(third);
  EXPECT_EQ(world.exchange(third, {run}).receipt().seq, 1u);
}

TEST_F(Refill, CountsAgainstTheQuotaWithWhatIsLeft) {
  const envelope::Run run = left_of_next(lead);
  world.restart(held_bytes() + encode_remainder(*run.items[0].remainder).size());
  EXPECT_TRUE(world.exchange(lead, {run}).all<Reject>().empty()) << "700 bytes more would not fit";
  EXPECT_EQ(world.exchange(monitor, {make_run(monitor, place)}).reject().code, Refusal::kQuota);
}

// ---- snapshots ----

TEST_F(Erasing, DropsSnapshotsThatReachTheItemAndNotTheTombstone) {
  // The constructor's tombstone lies behind none of these: a new one is needed.
  const MadeSnapshot tells = make(lead, place, {&monitor});
  const MadeSnapshot also = make(second, place, {&monitor, &lead});
  upload(lead, tells);
  upload(second, also);
  const MadeSnapshot growing = make(lead, place, {&monitor, &lead});
  world.exchange(lead, {growing.frame});
  world.exchange(lead, {growing.piece(0, 1000)});
  const MadeSnapshot elsewhere = make(second, place, {&lead});
  upload(second, elsewhere);
  ASSERT_EQ(kept().size(), 4u);

  const Tombstone fresh = entomb(lead);
  EXPECT_TRUE(answer(lead, erase(fresh)).wanted);
  EXPECT_EQ(kept().size(), 4u) << "not before it is erased";
  const Answer done = world.exchange(lead, {erase(fresh, remainder_of(lead, item.hash)), growing.piece(1000, 1000)});
  EXPECT_EQ(done.all<Erased>().size(), 1u);
  EXPECT_EQ(done.reject().code, Refusal::kNotAllowed) << "what is sent of one under way is unknown";
  EXPECT_EQ(kept(), std::vector{elsewhere.frame.id}) << "it does not reach the item";
  EXPECT_TRUE(download(second, tells).empty());
  EXPECT_EQ(world.exchange(lead, {growing.piece(1000, 1000)}).reject().code, Refusal::kNotAllowed);
  EXPECT_EQ(world.exchange(lead, {growing.frame}).reject().code, Refusal::kNotAllowed) << "nor begun anew";
  EXPECT_EQ(world.exchange(lead, {tells.frame}).reject().code, Refusal::kNotAllowed);
  const MadeSnapshot reaches = make(lead, place, {&monitor, &lead});
  upload(lead, reaches);
  answer(second, erase(fresh));
  EXPECT_THAT(kept(), testing::Contains(reaches.frame.id)) << "it reaches the tombstone";
}

TEST_F(Erasing, OfAnItemThatCompactionLetGoOfKeepsItsSnapshotUntilTwoLeadsSignedAnother) {
  const MadeSnapshot old = make(lead, place, {&monitor, &lead});
  upload(lead, old);
  world.exchange(second, {word(second, old.frame)});
  world.clock.time_ms += 91 * kDayMs;
  ASSERT_EQ(compact().items, 2u);
  const MadeSnapshot unvouched = make(second, place, {&monitor, &lead});
  upload(second, unvouched);

  const Tombstone fresh = entomb(lead);
  EXPECT_FALSE(answer(lead, erase(fresh)).wanted) << "nothing is there to be let go of";
  EXPECT_THAT(kept(), testing::UnorderedElementsAre(old.frame.id, unvouched.frame.id)) << "both tell of what is nowhere else";
  const auto time_ms = answer(lead, erase(fresh)).time_ms;
  world.clock.time_ms += 91 * kDayMs;
  EXPECT_EQ(answer(second, erase(fresh, remainder_of(second, item.hash))).time_ms, time_ms);
  EXPECT_TRUE(pulled(second).sealed.empty());
  EXPECT_FALSE(pulled(second).remainder);
  world.exchange(monitor, {make_run(monitor, place)});
  world.clock.time_ms += 91 * kDayMs;
  EXPECT_EQ(compact().items, 0u) << "nothing more rests on what is to go";

  const MadeSnapshot narrow = make(lead, place, {&lead});  // reaches the tombstone, and does not tell of the item
  upload(lead, narrow);
  world.exchange(second, {word(second, narrow.frame)});
  EXPECT_THAT(kept(), testing::Contains(old.frame.id));
  const MadeSnapshot next = make(lead, place, {&monitor, &lead});
  upload(lead, next);
  EXPECT_THAT(kept(), testing::Contains(old.frame.id)) << "one lead's alone";
  world.exchange(second, {word(second, next.frame)});
  EXPECT_THAT(kept(), testing::UnorderedElementsAre(narrow.frame.id, next.frame.id)) << "at once";
  EXPECT_GT(compact().items, 0u);
}

// Compaction may let go of what a lead left, too; that the item was erased stays known.
TEST_F(Erasing, StaysKnownWhenCompactionLetsGoOfWhatWasLeft) {
  const std::int64_t then = world.clock.time_ms;
  answer(lead, erase(tomb, remainder_of(lead, item.hash)));
  const MadeSnapshot made = make(lead, place, {&monitor, &lead});
  upload(lead, made);
  world.exchange(second, {word(second, made.frame)});
  world.clock.time_ms += 91 * kDayMs;
  ASSERT_EQ(compact().items, 2u);
  EXPECT_EQ(held_bytes(), 0u);
  EXPECT_EQ(pulled(second).sealed_length, 500u);
  EXPECT_FALSE(pulled(second).remainder);
  EXPECT_EQ(answer(lead, erase(tomb)).time_ms, then);
  EXPECT_EQ(compact().items, 0u);
}

// A snapshot that was erased under a compaction that rests on it: nothing more is let go of.
TEST_F(Erasing, StopsACompactionThatRestsOnASnapshotThatGoes) {
  const MadeSnapshot old = make(lead, place, {&monitor, &lead});
  upload(lead, old);
  world.exchange(second, {word(second, old.frame)});
  const Tombstone fresh = entomb(lead);
  world.clock.time_ms += 91 * kDayMs;
  world.store.before_commit = [&] { answer(lead, erase(fresh, remainder_of(lead, item.hash))); };
  EXPECT_EQ(compact().items, 0u);
  EXPECT_TRUE(kept().empty());
  EXPECT_TRUE(pulled(second).remainder);
}

// ... and the other way round: compaction lets go between an erasure's judgement and its write.
TEST_F(Erasing, IsJudgedAgainWhereCompactionLetGoMeanwhile) {
  const MadeSnapshot old = make(lead, place, {&monitor, &lead});
  upload(lead, old);
  world.exchange(second, {word(second, old.frame)});
  const Tombstone fresh = entomb(lead);
  world.clock.time_ms += 91 * kDayMs;
  world.store.before_commit = [&] { EXPECT_EQ(compact().items, 2u); };
  EXPECT_FALSE(answer(lead, erase(fresh, remainder_of(lead, item.hash))).wanted);
  EXPECT_EQ(kept(), std::vector{old.frame.id}) << "it tells what is nowhere else";
  EXPECT_FALSE(pulled(second).remainder);
}

}  // namespace
}  // namespace haki::test
