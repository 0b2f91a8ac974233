// Goal: a lead's snapshot is taken in pieces, whole and from nobody else; it is given to those who may read its
// compartment, and no row is lost beside it. Method: real frames and signatures through the relay, sealed bytes at random.
#include "crypto/hash.h"
#include "snapshot_world.h"

namespace haki::test {
namespace {

using namespace envelope;
using Snapshots = SnapshotTest;

SnapshotHave have(const Answer& answer) {
  const auto found = answer.all<SnapshotHave>();
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? SnapshotHave{} : found[0];
}


// ---- sending ----

TEST_F(Snapshots, ComeInPiecesAcrossACutAndAreGivenByteForByte) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 3})});
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  EXPECT_EQ(have(world.exchange(lead, {made.frame})).bytes, 0u);
  EXPECT_EQ(have(world.exchange(lead, {made.piece(0, 50'000)})).bytes, 50'000u);
  EXPECT_EQ(have(world.exchange(lead, {made.piece(0, 50'000)})).bytes, 50'000u) << "again";
  EXPECT_EQ(have(world.exchange(lead, {made.piece(60'000, 100)})).bytes, 50'000u) << "a gap";
  EXPECT_EQ(have(world.exchange(lead, {made.piece(49'999, 100)})).bytes, 50'000u) << "an overlap";
  EXPECT_TRUE(offered(second).empty()) << "not whole yet";
  // Cut: the device does not know how far it got, and begins with the frame.
  const SnapshotHave again = have(world.exchange(lead, {made.frame}));
  EXPECT_EQ(again.id, made.frame.id);
  EXPECT_EQ(again.bytes, 50'000u);
  EXPECT_EQ(have(world.exchange(lead, {made.piece(50'000, 65'536), made.piece(115'536, 65'536)})).bytes,
            made.bytes.size());
  EXPECT_EQ(have(world.exchange(lead, {made.frame, made.piece(0, 100)})).bytes, made.bytes.size()) << "all there";

  const auto given = world.exchange(second, {SnapshotWant{}}).all<Snapshot>();
  ASSERT_EQ(given.size(), 1u);
  EXPECT_EQ(snapshot_message(lead.org, given[0]), snapshot_message(lead.org, made.frame));
  EXPECT_EQ(given[0].signature, made.frame.signature);
  for (const std::size_t from : {0ul, 1ul, 16'383ul, 16'384ul, 49'999ul, 50'000ul, 50'001ul, 115'536ul,
                                 made.bytes.size() - 1, made.bytes.size(), made.bytes.size() + 7}) {
    const ByteView rest = from < made.bytes.size() ? ByteView(made.bytes).subspan(from) : ByteView();
    EXPECT_EQ(download(second, made, from), Bytes(rest.begin(), rest.end())) << from;
  }
}

TEST_F(Snapshots, ThatIsNewerTakesThePlaceOfAnUnfinishedOne) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const MadeSnapshot first = make(lead, monitor.notebook(), {&monitor});
  const MadeSnapshot next = make(lead, monitor.notebook(), {&monitor});
  const MadeSnapshot others = make(second, monitor.notebook(), {&monitor});
  for (const auto& [device, made] : {std::pair{&lead, &first}, {&second, &others}}) {
    world.exchange(*device, {made->frame});
    EXPECT_EQ(have(world.exchange(*device, {made->piece(0, 1000)})).bytes, 1000u);
  }
  const Answer answer = world.exchange(lead, {next.frame, first.piece(1000, 1000), next.piece(0, 1000)});
  EXPECT_EQ(answer.reject().code, Refusal::kNotAllowed) << "the first is gone with this request";
  EXPECT_EQ(have(answer).id, next.frame.id);
  EXPECT_EQ(have(answer).bytes, 0u) << "bytes are taken once the frame is held";
  EXPECT_EQ(world.exchange(lead, {first.piece(1000, 1000)}).reject().code, Refusal::kNotAllowed);
  EXPECT_EQ(have(world.exchange(second, {others.frame})).bytes, 1000u) << "another device's stays";
  // A whole one stays too.
  upload(lead, next);
  EXPECT_EQ(have(world.exchange(lead, {first.frame})).bytes, 0u);
  EXPECT_EQ(offered(second), std::vector{next.frame.id});
}

TEST_F(Snapshots, ThatBreakARuleAreRefused) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2, .sets = 2, .sign_every = true})});
  const auto refused = [&](auto change) {
    MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
    change(made.frame);
    sign(lead, made.frame);
    const Answer answer = world.exchange(lead, {made.frame});
    EXPECT_TRUE(answer.all<SnapshotHave>().empty());
    EXPECT_EQ(answer.reject().compartment, made.frame.compartment);
    return answer.reject().code;
  };
  EXPECT_EQ(refused([](Snapshot& one) { one.compartment.bytes[0] ^= 1; }), Refusal::kUnknownCompartment);
  EXPECT_EQ(refused([&](Snapshot& one) { one.by = second.id; }), Refusal::kNotAllowed);
  EXPECT_EQ(refused([&](Snapshot& one) { one.words.push_back(word(second, one).word); }), Refusal::kMalformed);
  EXPECT_EQ(refused([](Snapshot& one) { one.m_head.bytes[0] ^= 1; }), Refusal::kUnknownMembership);
  EXPECT_EQ(refused([](Snapshot& one) { one.m_seq += 1; }), Refusal::kUnknownMembership);
  EXPECT_EQ(refused([](Snapshot& one) { one.marks[0].seq += 2; }), Refusal::kGap);
  EXPECT_EQ(refused([](Snapshot& one) { one.marks[0].seq -= 1; }), Refusal::kGap) << "in the middle of an item";
  EXPECT_EQ(refused([](Snapshot& one) { one.marks[0].hash.bytes[0] ^= 1; }), Refusal::kGap);
  EXPECT_EQ(refused([&](Snapshot& one) { one.marks[0].log = lead.log; }), Refusal::kGap) << "it wrote nothing there";
  MadeSnapshot forged = make(lead, monitor.notebook(), {&monitor});
  forged.frame.signature.bytes[0] ^= 1;
  EXPECT_EQ(world.exchange(lead, {forged.frame}).reject().code, Refusal::kBadSignature);
  const MadeSnapshot by_monitor = make(monitor, monitor.notebook(), {&monitor});
  EXPECT_EQ(world.exchange(monitor, {by_monitor.frame}).reject().code, Refusal::kNotAllowed);
  EXPECT_TRUE(offered(second).empty());

  const MadeSnapshot good = make(lead, monitor.notebook(), {&monitor}, {1000});
  world.exchange(lead, {good.frame});
  EXPECT_EQ(world.exchange(second, {good.piece(0, 500)}).reject().code, Refusal::kNotAllowed) << "not its maker";
  SnapshotBytes too_long = good.piece(0, 1000);
  too_long.bytes.push_back(0);
  EXPECT_EQ(have(world.exchange(lead, {too_long})).bytes, 0u) << "beyond its end";
  EXPECT_EQ(have(world.exchange(lead, {good.frame})).bytes, 0u);
}

TEST_F(Snapshots, BeyondTheirPlaceOrNumberInARequestAreRefused) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor}, {1000});
  const auto code = [&](const Frame& frame, std::size_t count) {
    RequestBuilder request(lead);
    for (std::size_t i = 0; i < count; ++i) request.add(frame);
    return world.send(request, lead.org).status;
  };
  EXPECT_EQ(code(made.frame, 8), 200);
  EXPECT_EQ(code(made.frame, 9), 413);
  EXPECT_EQ(code(made.piece(0, 10), 64), 200);
  EXPECT_EQ(code(made.piece(0, 10), 65), 413);
  EXPECT_EQ(code(word(lead, made.frame), 16), 200);
  EXPECT_EQ(code(word(lead, made.frame), 17), 413);
  EXPECT_EQ(code(SnapshotWant{}, 16), 200);
  EXPECT_EQ(code(SnapshotWant{}, 17), 413);
  const std::vector<std::vector<Frame>> wrong = {{made.piece(0, 10), made.frame},
                                                 {word(lead, made.frame), made.piece(0, 10)},
                                                 {Pull{monitor.notebook(), {}, 0}, word(lead, made.frame)},
                                                 {SnapshotWant{}, Pull{monitor.notebook(), {}, 0}},
                                                 {HeadsWanted{monitor.id}, SnapshotWant{}},
                                                 {SnapshotHave{monitor.notebook(), {}, 0}}};
  for (const auto& frames : wrong) {
    RequestBuilder request(lead);
    for (const Frame& frame : frames) request.add(frame);
    EXPECT_EQ(world.send(request, lead.org).reject().code, Refusal::kMalformed);
  }
}

TEST_F(Snapshots, ThatLostTheRaceToACopyOfTheDeviceAreJudgedAgain) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  world.exchange(lead, {made.frame});
  FakeDevice clone = lead;
  RequestBuilder theirs(clone);
  theirs.add(made.piece(0, 500));
  RequestBuilder ours(lead);
  ours.hello.counter += 1;
  ours.add(made.piece(0, 700));
  world.store.before_commit = [&] { EXPECT_EQ(have(world.send(theirs, lead.org)).bytes, 500u); };
  EXPECT_EQ(have(world.send(ours, lead.org)).bytes, 500u);
}

// ---- words ----

TEST_F(Snapshots, GetTheWordOfAnotherPersonOnceADevice) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  EXPECT_EQ(world.exchange(second, {word(second, made.frame)}).reject().code, Refusal::kNotAllowed) << "of nothing";
  upload(lead, made);
  FakeDevice same_person(Role::kLead);
  admit_lead(same_person, lead.id);
  EXPECT_EQ(world.exchange(lead, {word(lead, made.frame)}).reject().code, Refusal::kNotAllowed);
  EXPECT_EQ(world.exchange(same_person, {word(same_person, made.frame)}).reject().code, Refusal::kNotAllowed);
  EXPECT_EQ(world.exchange(monitor, {word(monitor, made.frame)}).reject().code, Refusal::kNotAllowed);
  SnapshotWord forged = word(second, made.frame);
  forged.word.signature.bytes[0] ^= 1;
  EXPECT_EQ(world.exchange(second, {forged}).reject().code, Refusal::kBadSignature);
  SnapshotWord for_another = word(second, made.frame);
  for_another.word.by = lead.id;
  EXPECT_EQ(world.exchange(second, {for_another}).reject().code, Refusal::kNotAllowed);
  const auto words = [&] { return world.exchange(lead, {SnapshotWant{}}).all<Snapshot>().at(0).words; };
  EXPECT_TRUE(words().empty());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(world.exchange(second, {word(second, made.frame)}).all<Reject>().empty());
  ASSERT_EQ(words().size(), 1u);
  EXPECT_EQ(words()[0].by, second.id);
  EXPECT_TRUE(crypto::verify(second.sign->verify, "HAKI1.sno", snapshot_word_message(lead.org, made.frame),
                             words()[0].signature));
}

// ---- asking ----

TEST_F(Snapshots, AreNotGivenToWhoMayNotReadThem) {
  FakeDevice stranger;
  world.admit(lead, stranger);
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  world.exchange(lead, {make_run(lead, world.leads()), make_run(lead, world.shared())});
  const MadeSnapshot of_notebook = make(lead, monitor.notebook(), {&monitor});
  const MadeSnapshot of_leads = make(lead, world.leads(), {&lead});
  const MadeSnapshot of_all = make(lead, world.shared(), {&lead});
  for (const MadeSnapshot* one : {&of_notebook, &of_leads, &of_all}) upload(lead, *one);
  EXPECT_EQ(offered(stranger), std::vector{of_all.frame.id});
  EXPECT_EQ(offered(monitor).size(), 2u) << "its own notebook too";
  EXPECT_EQ(offered(second).size(), 3u);
  for (const MadeSnapshot* one : {&of_notebook, &of_leads}) {
    for (const SnapshotId& id : {SnapshotId{}, one->frame.id}) {
      const Answer answer = world.exchange(stranger, {SnapshotWant{one->frame.compartment, id, 0}});
      EXPECT_EQ(answer.reject().code, Refusal::kNotAllowed);
      EXPECT_TRUE(answer.all<Snapshot>().empty());
      EXPECT_TRUE(answer.all<SnapshotBytes>().empty());
    }
  }
  CompartmentId nowhere = world.shared();
  nowhere.bytes[0] ^= 1;
  EXPECT_EQ(world.exchange(stranger, {SnapshotWant{nowhere, {}, 0}}).reject().code, Refusal::kUnknownCompartment);
}

TEST_F(Snapshots, OfOneCompartmentAreGivenByNameOrItIsSaidThatThereIsNone) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const Answer none = world.exchange(lead, {SnapshotWant{monitor.notebook(), {}, 0}});
  EXPECT_TRUE(have(none).id.is_zero());
  EXPECT_EQ(have(none).compartment, monitor.notebook());
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  upload(lead, made);
  const Answer given = world.exchange(second, {SnapshotWant{monitor.notebook(), {}, 0}});
  ASSERT_EQ(given.all<Snapshot>().size(), 1u);
  EXPECT_EQ(given.runs().size(), 1u) << "rows are left out only where all is asked for";
  SnapshotId gone = made.frame.id;
  gone.bytes[0] ^= 1;
  const Answer instead = world.exchange(second, {SnapshotWant{monitor.notebook(), gone, 100}});
  ASSERT_EQ(instead.all<Snapshot>().size(), 1u);
  EXPECT_EQ(instead.all<Snapshot>()[0].id, made.frame.id);
  EXPECT_TRUE(instead.all<SnapshotBytes>().empty());
}

TEST_F(Snapshots, OfferedLeaveOutTheRowsTheyCoverAndNoOthers) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 3, .sign_every = true})});
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  const ChainHead mark = monitor.chains[monitor.notebook()];
  upload(lead, made);
  world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 2})});
  world.exchange(lead, {make_run(lead, world.leads()), make_run(lead, monitor.notebook())});
  FakeDevice plain = second;
  const Answer answer = world.exchange(second, {SnapshotWant{}});
  EXPECT_FALSE(answer.welcome().more);
  EXPECT_EQ(answer.all<Row>().size(), 4u) << "an epoch key, two items above the mark in one run, two of another log";
  const auto runs = answer.runs();
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[0].after_seq, 3u);
  EXPECT_TRUE(verify_run(lead.org, runs[0], monitor.log, mark, *lead.membership->hash_at(runs[0].m_seq),
                         monitor.sign->verify));
  EXPECT_TRUE(world.exchange(second).all<Row>().empty()) << "the cursor is beyond what was left out";
  plain.counter = second.counter;
  EXPECT_EQ(world.exchange(plain).runs()[0].after_seq, 0u) << "who does not ask gets all";
}

TEST_F(Snapshots, OfferedWithRowsCutByCreditLoseNone) {
  for (int i = 0; i < 12; ++i) {
    world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.bytes = 1000})});
    world.exchange(lead, {make_run(lead, world.shared(), {.bytes = 1000})});
  }
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  upload(lead, made);
  for (int i = 0; i < 3; ++i) world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.bytes = 1000})});
  std::uint64_t of_monitor = 0, of_lead = 0;
  int replies = 0;
  for (bool more = true; more && replies < 30; ++replies) {
    RequestBuilder request(second);
    request.hello.credit = 3000;
    request.add(SnapshotWant{}).add(SnapshotWant{monitor.notebook(), made.frame.id, 0});
    const Answer answer = world.exchange(second, request);
    more = answer.welcome().more;
    for (const envelope::Run& run : answer.runs()) {
      if (run.log == lead.log) of_lead += run.items.size();
      else of_monitor += run.items.size();
    }
    std::size_t bytes = 0;
    for (const SnapshotBytes& piece : answer.all<SnapshotBytes>()) bytes += piece.bytes.size();
    EXPECT_TRUE(!more || bytes == 0) << "rows come first";
    EXPECT_LE(bytes, 3000u);
  }
  EXPECT_GE(replies, 4);
  EXPECT_EQ(of_lead, 12u);
  EXPECT_EQ(of_monitor, 3u);
  RequestBuilder request(second);
  request.hello.credit = 20'000;
  request.add(SnapshotWant{monitor.notebook(), made.frame.id, 0});
  const auto pieces = world.exchange(second, request).all<SnapshotBytes>();
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_LE(pieces[0].bytes.size() + pieces[1].bytes.size(), 20'000u);
  EXPECT_GE(pieces[0].bytes.size() + pieces[1].bytes.size(), 19'900u);
}

// Small items take less of a reply than they count, so that some of the credit seems left.
TEST_F(Snapshots, GiveNoBytesWhereRowsWereLeftOut) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  upload(lead, made);
  for (int i = 0; i < 3; ++i) {
    world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 50, .bytes = 16})});
  }
  RequestBuilder request(second);
  request.hello.credit = 8000;
  request.add(SnapshotWant{monitor.notebook(), made.frame.id, 0});
  const Answer answer = world.exchange(second, request);
  ASSERT_TRUE(answer.welcome().more);
  EXPECT_LT(answer.bytes, 7000u);
  EXPECT_TRUE(answer.all<SnapshotBytes>().empty());
}

// The items above a mark are found however long the chain below it is.
TEST_F(Snapshots, OfALongChainLeaveOutOnlyWhatTheyCover) {
  const auto push = [&](int runs) {
    for (int i = 0; i < runs; ++i) {
      ASSERT_TRUE(world.exchange(monitor, {make_run(monitor, monitor.notebook(), {.count = 50, .bytes = 16})})
                      .all<Reject>().empty());
    }
  };
  push(100);
  const MadeSnapshot made = make(lead, monitor.notebook(), {&monitor});
  upload(lead, made);
  push(1);
  FakeDevice plain = second;
  const auto runs = world.exchange(second, {SnapshotWant{}}).runs();
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].after_seq, 5000u);
  EXPECT_EQ(runs[0].items.size(), 50u);
  // Nor is any of many small items passed over where they fit a reply.
  plain.counter = second.counter;
  std::size_t items = 0;
  for (bool more = true; more;) {
    RequestBuilder request(plain);
    request.hello.credit = 2 * 1024 * 1024;
    const Answer answer = world.exchange(plain, request);
    for (const envelope::Run& run : answer.runs()) items += run.items.size();
    more = answer.welcome().more;
  }
  EXPECT_EQ(items, 5050u);
}

// ---- keeping ----

TEST_F(Snapshots, TheNewestAndTheNewestWithAWordStayOthersThirtyDays) {
  const auto grown = [&] {
    world.exchange(monitor, {make_run(monitor, monitor.notebook())});
    return make(lead, monitor.notebook(), {&monitor}, {100});
  };
  const auto held = [&](const MadeSnapshot& made) { return download(second, made) == made.bytes; };
  const MadeSnapshot oldest = grown();
  upload(lead, oldest);
  const MadeSnapshot worded = grown();
  upload(lead, worded);
  world.exchange(second, {word(second, worded.frame)});
  const MadeSnapshot middle = grown();
  upload(lead, middle);
  const MadeSnapshot newest = grown();
  upload(lead, newest);
  EXPECT_EQ(offered(second), std::vector{newest.frame.id});
  for (const MadeSnapshot* one : {&oldest, &worded, &middle, &newest}) EXPECT_TRUE(held(*one));
  MadeSnapshot unfinished = make(second, monitor.notebook(), {&monitor}, {100});
  world.exchange(second, {unfinished.frame});
  EXPECT_EQ(have(world.exchange(second, {unfinished.piece(0, 10)})).bytes, 10u);
  world.clock.time_ms += 31 * kDayMs;
  const MadeSnapshot latest = grown();
  upload(lead, latest);
  EXPECT_FALSE(held(oldest));
  EXPECT_FALSE(held(middle));
  EXPECT_TRUE(held(worded)) << "the newest with a word";
  EXPECT_TRUE(held(newest)) << "superseded a moment ago";
  EXPECT_TRUE(held(latest));
  EXPECT_EQ(world.exchange(second, {unfinished.piece(10, 10)}).reject().code, Refusal::kNotAllowed) << "gone";
}

TEST_F(Snapshots, OfEqualReachTheOneWithAWordIsTheNewest) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const MadeSnapshot first = make(lead, monitor.notebook(), {&monitor}, {100});
  const MadeSnapshot next = make(second, monitor.notebook(), {&monitor}, {100});
  upload(lead, first);
  upload(second, next);
  EXPECT_EQ(offered(second), std::vector{first.frame.id}) << "the first that was there";
  world.exchange(lead, {word(lead, next.frame)});
  EXPECT_EQ(offered(second), std::vector{next.frame.id});
}

// A reader would refuse it, and read from the beginning what this reply left out.
TEST_F(Snapshots, OfWhoLeadsNoMoreAreNotOffered) {
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const MadeSnapshot by_lead = make(lead, monitor.notebook(), {&monitor}, {100});
  upload(lead, by_lead);
  world.exchange(monitor, {make_run(monitor, monitor.notebook())});
  const MadeSnapshot by_second = make(second, monitor.notebook(), {&monitor}, {100});  // reaches further
  upload(second, by_second);
  ASSERT_EQ(offered(lead), std::vector{by_second.frame.id});
  FakeDevice third(Role::kLead);
  admit_lead(third);
  suspend(second);
  EXPECT_EQ(offered(lead), std::vector{by_lead.frame.id});
  EXPECT_TRUE(offered(second).empty()) << "a suspended device gets nothing";
}

}  // namespace
}  // namespace haki::test
