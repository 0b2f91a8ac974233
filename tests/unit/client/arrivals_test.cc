// Goal: what arrives in another order than it was made is neither lost nor found too late: forms after their records, children before
// their parents, work that cites what has not come, times from the future; and a request carries things in the order the server
// needs. Method: as in inbox_test.cc.
#include "base/limits.h"
#include "client/session.h"
#include "inbox_fixture.h"

namespace haki::client {
namespace {

using testing::SizeIs;

TEST_F(InboxTest, ARequestHasItsEpochKeysBeforeItsRunsWhicheverWasSealedFirst) {
  ASSERT_TRUE(Editor(*home).create({"recommendation", {{"text", "Bring water"}}, {}, true, {}}));
  ASSERT_TRUE(Sealer(*home).seal(1'000'000));
  ASSERT_TRUE(Editor(*home).create({"observation", {{"narrative", "mine"}}, {}, true, {}}));
  const Progress none;
  const auto prepared = Session(*home, none).prepare({true, 1'000'000, 0});
  ASSERT_TRUE(prepared) << prepared.error().message;
  std::vector<store::SealedKind> made, sent;
  const std::vector<store::SealedFrame> waiting = *home->outbox->waiting(1'000'000);
  for (const store::SealedFrame& frame : waiting) made.push_back(frame.kind);
  for (const Bytes& frame : prepared->frames) {
    const auto read = envelope::FrameReader(frame).next();
    ASSERT_TRUE(read);
    sent.push_back(std::holds_alternative<envelope::EpochKey>(*read) ? store::SealedKind::kEpochKey : store::SealedKind::kRun);
  }
  using enum store::SealedKind;
  EXPECT_THAT(made, testing::ElementsAre(kRun, kEpochKey, kRun)) << "the test's own premise";
  EXPECT_THAT(sent, testing::ElementsAre(kEpochKey, kRun, kRun));
}

TEST_F(InboxTest, MembersSayHowMuchOfADeviceHasComeAndWaits) {
  const auto backlog = [&](const DeviceId& device) {
    const std::vector<MemberView> members = *People(*home).members();
    return std::ranges::find(members, device, &MemberView::device)->backlog;
  };
  EXPECT_EQ(backlog(monitor.identity.device()), std::nullopt);
  const auto first = monitor.seal(notebook(), {monitor.observation(1, "one", id(1)), monitor.observation(2, "two", id(2))});
  const auto second = monitor.seal(notebook(), {monitor.observation(3, "three", id(3))});
  take(rows({first, second}));
  EXPECT_EQ(backlog(monitor.identity.device()), 3u);
  take(rows({monitor.epoch_key()}));
  EXPECT_EQ(backlog(monitor.identity.device()), 0u);
  ASSERT_TRUE(Editor(*home).create({"recommendation", {{"text", "Bring water"}}, {}, true, {}}));
  EXPECT_EQ(backlog(home->device), 2u);  // with what says that the notebook was read
}

TEST_F(InboxTest, AClockFarAheadIsTakenAndDoesNotDragThisOne) {
  take(rows({monitor.epoch_key()}));
  const std::int64_t before_ms = home->clock.now_ms();
  const std::int64_t ahead_ms = before_ms + 3 * 24 * limits::kClockLeadMsMax;
  monitor.time = static_cast<std::uint64_t>(ahead_ms);
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {monitor.observation(1, "from the future", id(1))})})).received, 1u);
  EXPECT_GT(Reader(*home).record(id(1))->at_ms, ahead_ms);
  const auto expect_within_the_hour = [&] {
    EXPECT_GE(home->hybrid_clock->last().ms(), before_ms + limits::kClockLeadMsMax);
    EXPECT_LE(home->hybrid_clock->last().ms(), home->clock.now_ms() + limits::kClockLeadMsMax + 1);
  };
  expect_within_the_hour();
  ASSERT_TRUE(home->reload());
  expect_within_the_hour();
  const RecordId mine = *Editor(*home).create({"observation", {{"narrative", "mine"}}, {}, false, {}});
  EXPECT_LE(Reader(*home).record(mine)->at_ms, home->clock.now_ms() + limits::kClockLeadMsMax + 1);
}

TEST_F(InboxTest, AChildMayStandBeforeItsParentAndARecordMayNameItself) {
  take(rows({monitor.epoch_key()}));
  const auto link = [](const RecordId& to) { return changes::Cell{changes::kParentField, to}; };
  changes::ChangeSet set{1, changes::Hlc::of(1, 0), {}};
  set.operations.push_back(changes::NewRecord{id(8), model::form_id_of("outreach_session/counts"), {link(id(7))}});
  set.operations.push_back(changes::NewRecord{id(7), model::form_id_of("outreach_session"), {}});
  set.operations.push_back(changes::NewRecord{id(9), model::form_id_of("observation"), {link(id(9))}});
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {set})})).received, 1u);
  EXPECT_THAT(Reader(*home).record(id(7))->groups, SizeIs(1));
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {monitor.observation(2, "goes on", id(1))})})).received, 1u);
}

// A malicious or broken author cites dots of a log that has not come: more than any honest one could have seen.
TEST_F(OtherLead, WorkThatCitesMoreThanCanBeKeptInMindWaitsForWhatItCites) {
  take(rows({monitor.epoch_key()}));
  constexpr std::size_t kDots = limits::kOverDotsPerOpMax;
  constexpr std::uint64_t kSets = limits::kDeadAheadPerRecordMax / kDots + 1;
  changes::ChangeSet citing = monitor.observation(1, "cites much", id(1));
  for (std::uint64_t seq = 1; seq <= kSets; ++seq) {
    changes::SetField write{id(1), 10, std::string("written over"), {}};
    for (std::uint32_t op = 0; op < kDots; ++op) write.over.push_back({lead.identity.log, seq, op});
    citing.operations.push_back(std::move(write));
  }
  EXPECT_EQ(take(rows({monitor.seal(notebook(), {citing})})).held, 1u);
  EXPECT_EQ(observations(), 0u);
  lead.key = monitor.key.copy();
  std::vector<changes::ChangeSet> cited;
  for (std::uint64_t seq = 1; seq <= kSets; ++seq) cited.push_back({seq, changes::Hlc::of(1, 0), {}});
  EXPECT_EQ(take(rows({lead.seal(notebook(), cited)})).received, 1u);
  EXPECT_EQ(observations(), 1u);
  EXPECT_EQ(*home->ledger->held_count(), 0u);
}

// Forms that the other lead makes for all.
struct Forms : OtherLead {
  static std::string form_text(std::string_view indexed_field) {
    std::string text = "name = \"well_check\"\ntitle.en = \"Check of a well\"\ntitle_field = \"note\"\n";
    for (const auto& [number, name] : {std::pair{"10", "ward"}, {"11", "note"}}) {
      text += std::string("[[fields]]\nid = ") + number + "\nname = \"" + name + "\"\ntype = \"text\"\nlabel.en = \"" +
              name + "\"\n";
      text += name == indexed_field ? "indexed = true\n" : "searched = true\n";
    }
    return text;
  }
  changes::Operation definition() {
    const Form& form = *model::built_in_form("form");
    return changes::NewRecord{id(50), form.id,
                              {{changes::kStateField, std::string("submitted")},
                               {form.field("name")->id, std::string("well_check")},
                               {form.field("text")->id, form_text("ward")}}};
  }
  // In the order in which they were made: the whole chain of the lead in `ref`.
  Taking take_from_lead(changes::Operation operation) {
    lead.key = coalition.founding.keys[0].key.copy();
    const std::uint64_t seq = lead.head.seq + 1;
    return take(rows({lead.seal(coalition.shared(), {{seq, changes::Hlc::of(static_cast<std::int64_t>(seq), 0), {operation}}})}));
  }
  std::size_t listed(std::string where) {
    const auto list = Reader(*home).list({"well_check", std::move(where), 0, false, "", false, false});
    EXPECT_TRUE(list) << (list ? "" : list.error().message);
    return list ? list->size() : 0;
  }
  std::size_t found(std::string_view words) { return Reader(*home).search(words, 0)->size(); }
};

TEST_F(Forms, AFormImportedElsewhereIsUsableAtOnce) {
  EXPECT_EQ(Editor(*home).create({"well_check", {{"note", "salty"}}, {}, true, {}}).error().code, Code::kNotFound);
  ASSERT_EQ(take_from_lead(definition()).received, 1u);
  EXPECT_TRUE(Editor(*home).create({"well_check", {{"ward", "KE002"}, {"note", "salty"}}, {}, true, {}}));
  EXPECT_EQ(listed("ward = 'KE002'"), 1u);
}

TEST_F(Forms, RecordsThatCameBeforeTheirFormAreFoundOnceItComes) {
  take(rows({monitor.epoch_key()}));
  const changes::NewRecord check{id(60), model::form_id_of("well_check"),
                                 {{changes::kStateField, std::string("submitted")},
                                  {10, std::string("KE002")},
                                  {11, std::string("salty water")}}};
  ASSERT_EQ(take(rows({monitor.seal(notebook(), {{1, changes::Hlc::of(1, 0), {check}}})})).received, 1u);
  // Questions asked before, which bring the indexes up as far as they can be.
  EXPECT_EQ(found("salty"), 0u);
  ASSERT_TRUE(home->records->index_cells());
  ASSERT_EQ(take_from_lead(definition()).received, 1u);
  EXPECT_EQ(listed("ward = 'KE002'"), 1u);
  EXPECT_EQ(found("salty"), 1u);
  // And again when the definition changes what is indexed.
  const std::uint32_t text = model::built_in_form("form")->field("text")->id;
  const changes::Dot defined{lead.identity.log, 1, 3};  // the creation, two cells, then this
  ASSERT_EQ(take_from_lead(changes::SetField{id(50), text, form_text("note"), {defined}}).received, 1u);
  EXPECT_EQ(listed("note = 'salty water'"), 1u);
  EXPECT_EQ(found("KE002"), 1u);
}

}  // namespace
}  // namespace haki::client
