// Goal: records do what DESIGN says of them: states, edits, sets, groups, deletes, conflicts, search in four languages, and
// what a save promises. Method: one real home without a server; a second device is played by the merge itself.
#include <gmock/gmock.h>

#include "client/editor.h"
#include "client/reader.h"
#include "one_home.h"

namespace haki::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct RecordsTest : OneHome {
  void reopen() {
    home.reset();
    auto opened = client::Home::open(folder + "/home", "four words of a test");
    ASSERT_TRUE(opened) << opened.error().message;
    home = std::move(*opened);
  }

  RecordId make(std::vector<FieldInput> fields, bool submit = false, std::string form = "observation") {
    const auto id = Editor(*home).create({std::move(form), std::move(fields), {}, submit, {}});
    EXPECT_TRUE(id) << (id ? "" : id.error().message);
    return id ? *id : RecordId{};
  }
  RecordView view(const RecordId& id) { return *Reader(*home).record(id); }
  std::string text(const RecordId& id, std::string_view field) {
    const RecordView seen = view(id);
    const FieldView* found = seen.field(field);
    return found ? to_text(found->values.front()) : "";
  }
  std::size_t found(std::string_view words) { return Reader(*home).search(words, 0)->size(); }
};

TEST_F(RecordsTest, WhatIsSavedIsThereAfterReopening) {
  const RecordId id = make({{"narrative", "The well is dry"}, {"district", "KE002"}});
  reopen();
  EXPECT_EQ(text(id, "narrative"), "The well is dry");
  EXPECT_EQ(view(id).state, "draft");
  EXPECT_EQ(view(id).whereabouts, Whereabouts::kOnThisDevice);
}

TEST_F(RecordsTest, AWrongValueNamesItsFieldAndNothingIsKept) {
  const auto wrong = Editor(*home).create({"observation", {{"narrative", "x"}, {"observed_on", "31.2.2026"}}, {}, false, {}});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("observed_on"));
  const auto unknown = Editor(*home).create({"observation", {{"colour", "x"}}, {}, false, {}});
  EXPECT_THAT(unknown.error().message, HasSubstr("colour"));
  const auto form = Editor(*home).create({"nonsense", {}, {}, false, {}});
  EXPECT_EQ(form.error().code, Code::kNotFound);
  EXPECT_THAT(*Reader(*home).list({"observation", "", 0, true, "", false, false}), IsEmpty());
}

TEST_F(RecordsTest, ADraftMayLackWhatASubmissionMustHave) {
  const RecordId id = make({{"district", "KE002"}});
  const auto early = Editor(*home).submit(std::span(&id, 1));
  ASSERT_FALSE(early);
  EXPECT_THAT(early.error().message, HasSubstr("narrative"));
  ASSERT_TRUE(Editor(*home).edit({id, {{"narrative", "Now it is there"}}, {}, {}, {}}));
  ASSERT_TRUE(Editor(*home).submit(std::span(&id, 1)));
  EXPECT_EQ(view(id).state, "submitted");
  ASSERT_TRUE(Editor(*home).submit(std::span(&id, 1)));  // twice is once
}

TEST_F(RecordsTest, AnEditKeepsTheEarlierValueReadable) {
  const RecordId id = make({{"narrative", "first"}});
  ASSERT_TRUE(Editor(*home).edit({id, {{"narrative", "second"}}, {}, {}, {}}));
  EXPECT_EQ(text(id, "narrative"), "second");
  std::vector<std::string> values;
  const std::vector<HistoryEntry> history = *Reader(*home).history(id);
  for (const HistoryEntry& entry : history) {
    if (entry.field == "narrative") values.push_back(to_text(*entry.value) + (entry.standing ? "*" : ""));
  }
  EXPECT_THAT(values, ElementsAre("first", "second*"));
  const auto before = home->chains->own().front()->applied_seq;
  ASSERT_TRUE(Editor(*home).edit({id, {{"narrative", "second"}}, {}, {}, {}}));
  EXPECT_EQ(home->chains->own().front()->applied_seq, before);  // no change, no change set
}

TEST_F(RecordsTest, SetsGainAndLoseElements) {
  const RecordId id = make({{"narrative", "x"}, {"themes", "water"}, {"themes", "land"}});
  ASSERT_TRUE(Editor(*home).edit({id, {}, {{"themes", "health"}}, {{"themes", "land"}}, {}}));
  EXPECT_THAT(view(id).field("themes")->values, ElementsAre(Value("health"), Value("water")));
  ASSERT_TRUE(Editor(*home).edit({id, {{"themes", "only"}}, {}, {}, {}}));
  EXPECT_THAT(view(id).field("themes")->values, ElementsAre(Value("only")));
}

TEST_F(RecordsTest, AClearedFieldIsGone) {
  const RecordId id = make({{"narrative", "x"}, {"place", "Kinango"}});
  ASSERT_TRUE(Editor(*home).edit({id, {{"place", ""}}, {}, {}, {}}));
  EXPECT_EQ(view(id).field("place"), nullptr);
}

TEST_F(RecordsTest, VisitingShowsWhatListDoesAndStopsWhenAsked) {
  for (const char* text : {"one", "two", "three"}) make({{"narrative", text}});
  const Query query{"observation", "", 0, false, "", false, false};
  std::vector<RecordId> visited;
  ASSERT_TRUE(Reader(*home).visit(query, [&](RecordView&& one) -> Result<bool> {
    EXPECT_TRUE(Reader(*home).record(one.id));  // reading meanwhile is fine
    visited.push_back(one.id);
    return true;
  }));
  std::vector<RecordId> listed;
  const auto list = Reader(*home).list(query);
  for (const RecordView& one : *list) listed.push_back(one.id);
  EXPECT_EQ(visited, listed);
  int seen = 0;
  ASSERT_TRUE(Reader(*home).visit(query, [&](RecordView&&) -> Result<bool> { return ++seen < 2; }));
  EXPECT_EQ(seen, 2);
  EXPECT_THAT(*Reader(*home).list({"observation", "", 2, false, "", false, false}), SizeIs(2));
  const auto failed = Reader(*home).visit(query, [](RecordView&&) -> Result<bool> { return Error{Code::kDiskFull, "full"}; });
  EXPECT_EQ(failed.error().code, Code::kDiskFull);
}

TEST_F(RecordsTest, GroupRowsGoWithTheirParent) {
  const Draft session{"outreach_session",
                      {{"district", "KE002"}, {"held_on", "2020-11-03"}, {"total", "30"}},
                      {{"counts", {{{"sex", "female"}, {"people", "20"}}, {{"sex", "male"}, {"people", "10"}}}}},
                      true,
                      {}};
  const RecordId id = *Editor(*home).create(session);
  ASSERT_THAT(view(id).groups, SizeIs(1));
  EXPECT_THAT(view(id).groups[0].rows, SizeIs(2));
  EXPECT_THAT(*Reader(*home).list({"outreach_session", "", 0, false, "", false, false}), SizeIs(1));
  Draft wrong = session;
  wrong.groups[0].rows[1][1].text = "many";
  EXPECT_THAT(Editor(*home).create(wrong).error().message, HasSubstr("counts row 2"));
  ASSERT_TRUE(Editor(*home).remove(id));
  EXPECT_THAT(*Reader(*home).list({"outreach_session", "", 0, false, "", false, false}), IsEmpty());
}

TEST_F(RecordsTest, WhereFiltersAndNamesAWrongField) {
  make({{"narrative", "a"}, {"district", "KE002"}, {"people_affected", "5"}});
  make({{"narrative", "b"}, {"district", "KE003"}, {"people_affected", "50"}});
  const auto list = [&](std::string where) { return Reader(*home).list({"observation", where, 0, true, "", false, false}); };
  EXPECT_THAT(*list("district = 'KE002'"), SizeIs(1));
  EXPECT_THAT(*list("district != 'KE002' and people_affected > 10"), SizeIs(1));
  EXPECT_THAT(*list("state = 'draft' and people_affected > 1"), SizeIs(2));
  EXPECT_THAT(list("distrct = 'x'").error().message, HasSubstr("distrct"));
  EXPECT_EQ(list("district = ").error().code, Code::kInvalid);
}

TEST_F(RecordsTest, SearchWorksInTheLanguagesOfTheField) {
  make({{"narrative", "L'école n'a plus d'élèves depuis février"}}, true);
  make({{"narrative", "Kisima cha kijiji kimekauka"}}, true);
  make({{"narrative", "المدرسةُ مغلقة منذ شهر"}}, true);
  make({{"narrative", "गाउँको शिक्षा कार्यालय बन्द छ"}}, true);
  EXPECT_EQ(found("ecole"), 1u);
  EXPECT_EQ(found("ÉLÈVES"), 1u);
  EXPECT_EQ(found("kijiji kime"), 1u);  // the last word as a beginning
  EXPECT_EQ(found("kime kijiji"), 0u);  // only the last
  EXPECT_EQ(found("مدرسة"), 1u);        // without the article, with another ending letter
  EXPECT_EQ(found("المدرسه"), 1u);
  EXPECT_EQ(found("शिक्षा"), 1u);
  EXPECT_EQ(found("शुक्षि"), 0u);        // other vowel signs are another word
  EXPECT_EQ(Reader(*home).search("...", 0).error().code, Code::kInvalid);
}

TEST_F(RecordsTest, SearchFollowsEditsAndDeletes) {
  const RecordId id = make({{"narrative", "a broken pump"}});
  EXPECT_EQ(found("pump"), 1u);
  ASSERT_TRUE(Editor(*home).edit({id, {{"narrative", "a mended well"}}, {}, {}, {}}));
  EXPECT_EQ(found("pump"), 0u);
  EXPECT_EQ(found("mended"), 1u);
  ASSERT_TRUE(Editor(*home).remove(id));
  EXPECT_EQ(found("mended"), 0u);
}

TEST_F(RecordsTest, IdsAreFoundByTheirBeginning) {
  const RecordId id = make({{"narrative", "x"}});
  EXPECT_EQ(*Reader(*home).find_record(to_hex(id).substr(0, 8)), id);
  EXPECT_EQ(Reader(*home).find_record("").error().code, Code::kInvalid);
  EXPECT_EQ(Reader(*home).find_record("xyz").error().code, Code::kInvalid);
}

TEST_F(RecordsTest, ASaveTooLargeIsRefusedWholeAndSaysSo) {
  const auto large = Editor(*home).create({"observation", {{"narrative", std::string(70'000, 'x')}}, {}, false, {}});
  ASSERT_FALSE(large);
  EXPECT_THAT(large.error().message, HasSubstr("narrative"));
  EXPECT_TRUE(make({{"narrative", std::string(60'000, 'x')}}) != RecordId{});
}

TEST_F(RecordsTest, AMonitorDoesNotWriteForAll) {
  EXPECT_EQ(Editor(*home).create({"recommendation", {{"text", "x"}}, {}, true, {}}).error().code, Code::kDenied);
  EXPECT_EQ(Editor(*home).review({}, "approved", "").error().code, Code::kDenied);
}

TEST_F(RecordsTest, AChangeAndTheStateItMakesAreKeptTogetherOrNotAtAll) {
  make({{"narrative", "one"}});
  ASSERT_TRUE(home->database->execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'the disk gave up here'); END"));
  EXPECT_FALSE(Editor(*home).create({"observation", {{"narrative", "two"}}, {}, false, {}}));
  EXPECT_EQ(*home->database->number("SELECT count(*) FROM change_set"), 1);
  ASSERT_TRUE(home->database->execute("DROP TRIGGER refuse"));
  make({{"narrative", "three"}});
  EXPECT_EQ(*home->database->number("SELECT max(id) - min(id) FROM change_set"), 1) << "a number is missing in the chain";
}

TEST_F(RecordsTest, IndexesFollowWhatWasSavedSinceTheLastQuestion) {
  const auto in = [&](std::string district) {
    return Reader(*home).list({"observation", "district = '" + district + "'", 0, true, "", false, false})->size();
  };
  const RecordId first = make({{"narrative", "a"}, {"district", "KE002"}});
  EXPECT_EQ(in("KE002"), 1u);
  make({{"narrative", "b"}, {"district", "KE002"}});
  EXPECT_EQ(in("KE002"), 2u);
  ASSERT_TRUE(Editor(*home).edit({first, {{"district", "KE003"}}, {}, {}, {}}));
  EXPECT_EQ(in("KE002"), 1u);
  EXPECT_EQ(in("KE003"), 1u);
  reopen();
  EXPECT_EQ(in("KE003"), 1u);
  ASSERT_TRUE(Editor(*home).remove(first));
  EXPECT_EQ(in("KE003"), 0u);
}

TEST_F(RecordsTest, ARowNumberGivenAgainIsIndexedLikeAnyOther) {
  make({{"narrative", "the pump"}, {"district", "KE002"}});
  EXPECT_EQ(found("pump"), 1u);
  ASSERT_TRUE(home->records->index_cells());
  ASSERT_TRUE(home->database->run("DELETE FROM record"));
  EXPECT_EQ(found("pump"), 0u);
  make({{"narrative", "the well"}, {"district", "KE003"}});
  EXPECT_EQ(found("pump"), 0u);
  EXPECT_EQ(found("well"), 1u);
  EXPECT_THAT(*Reader(*home).list({"observation", "district = 'KE003'", 0, true, "", false, false}), SizeIs(1));
}

// What a commit costs is mostly the pages it seals (tests/bench); a table or an index more shows here first.
TEST_F(RecordsTest, ASaveSealsFewPages) {
  constexpr int kSaves = 200;
  make({{"narrative", "the first makes what all need"}});
  const auto before = home->database->counters().records_sealed;
  for (int i = 0; i < kSaves; ++i) make({{"narrative", std::string(600, 'n')}, {"district", "KE002"}}, true);
  const double pages = static_cast<double>(home->database->counters().records_sealed - before) / kSaves;
  std::printf("  %.1f pages a save\n", pages);
  EXPECT_LT(pages, 8.0);
}

TEST_F(RecordsTest, TheOutboxNamesEachRecordOnceWithItsChanges) {
  const RecordId id = make({{"narrative", "first"}});
  ASSERT_TRUE(Editor(*home).edit({id, {{"narrative", "second"}}, {}, {}, {}}));
  make({{"district", "KE002"}, {"held_on", "2020-11-03"}, {"total", "30"}}, false, "outreach_session");
  const std::vector<OutboxEntry> entries = *Reader(*home).outbox();
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].record, id);
  EXPECT_EQ(entries[0].title, "second");
  EXPECT_EQ(entries[0].changes, 2u);
  EXPECT_FALSE(entries[0].sealed);
  EXPECT_EQ(entries[1].changes, 1u);
}

TEST_F(RecordsTest, TheClockNeverGoesBackEvenAfterReopening) {
  make({{"narrative", "one"}});
  const auto first = home->hybrid_clock->last();
  reopen();
  make({{"narrative", "two"}});
  EXPECT_GT(home->hybrid_clock->last(), first);
}

}  // namespace
}  // namespace haki::client
