// Goal: no order in which edits arrive loses a value, brings a covered one back, or makes two replicas differ. Method:
// small histories written with the literals of history.h, applied in every order that keeps each author's own; the
// tests are grouped by the laws of proto/spec/20-merge.md. Generated histories: tests/property.
#include "changes/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/limits.h"
#include "history.h"

namespace haki::changes {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Merge : public testing::Test {
 protected:
  Author amina{"amina"}, baraka{"baraka"}, chichi{"chichi"};
};

// M1 Kept

TEST_F(Merge, ConcurrentWritesAreBothKept) {
  const Edit first = amina.writes("well is dry");
  const Edit second = baraka.writes("well is locked");

  for (const RecordState& record : apply_in_every_order({first, second})) {
    EXPECT_THAT(record.conflicts(), ElementsAre(kNote));
    EXPECT_THAT(texts_of(record), UnorderedElementsAre("well is dry", "well is locked"));
  }
}

TEST_F(Merge, TheSameValueWrittenTwiceIsNoConflict) {
  const auto states = apply_in_every_order({amina.writes("well is dry"), baraka.writes("well is dry")});
  for (const RecordState& record : states) {
    EXPECT_THAT(record.conflicts(), IsEmpty());
    EXPECT_EQ(record.field(kNote)->siblings.size(), 2u);
  }
}

TEST_F(Merge, DecimalsConflictByTheirBits) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const RecordState& record : apply_in_every_order({amina.writes(Value(nan)), baraka.writes(Value(nan))})) {
    EXPECT_THAT(record.conflicts(), IsEmpty());
  }
  Author dia{"dia"}, essa{"essa"};
  for (const RecordState& record : apply_in_every_order({dia.writes(Value(0.0)), essa.writes(Value(-0.0))})) {
    EXPECT_THAT(record.conflicts(), ElementsAre(kNote));
  }
}

TEST_F(Merge, TwoCreationsOfOneRecordAreSiblingsAndTheFirstByDotGivesTheForm) {
  const Edit one = amina.creates({{kNote, std::string("a")}}, form_named('x'));
  const Edit other = baraka.creates({{kNote, std::string("b")}}, form_named('y'));

  for (const RecordState& record : apply_in_every_order({one, other})) {
    EXPECT_EQ(record.form, form_named('x'));
    EXPECT_EQ(record.creations.size(), 2u);
    EXPECT_THAT(texts_of(record), UnorderedElementsAre("a", "b"));
  }
}

TEST_F(Merge, ACreationsValuesHaveTheDotsAfterItsOwn) {
  Replica replica;
  replica.receive(amina.creates({{kNote, std::string("dry")}, {12, std::int64_t{3}}}));

  EXPECT_EQ(replica.record.creations[0].dot, (Dot{amina.log(), 1, 0}));
  EXPECT_THAT(replica.record.dots_of(kNote), ElementsAre(Dot{amina.log(), 1, 1}));
  EXPECT_THAT(replica.record.dots_of(12), ElementsAre(Dot{amina.log(), 1, 2}));
}

TEST_F(Merge, ReceivingAgainChangesNothing) {
  const Edit first = amina.writes("well is dry");
  const Edit second = amina.writes("well is locked").over(first);
  Replica replica;
  EXPECT_TRUE(replica.receive(first));
  EXPECT_TRUE(replica.receive(second));
  const RecordState before = replica.record;

  EXPECT_FALSE(replica.receive(first));
  EXPECT_FALSE(replica.receive(second));
  EXPECT_EQ(replica.record, before);
}

// M2 Cover

TEST_F(Merge, AWriteThatSawBothSettlesTheConflict) {
  const Edit first = amina.writes("well is dry");
  const Edit second = baraka.writes("well is locked");
  const Edit settled = amina.writes("locked, and dry since March").over(first, second);

  for (const RecordState& record : apply_in_every_order({first, second, settled})) {
    EXPECT_THAT(record.conflicts(), IsEmpty());
    EXPECT_EQ(*record.value(kNote), Value("locked, and dry since March"));
    EXPECT_THAT(record.dead_ahead, IsEmpty());
  }
}

TEST_F(Merge, AWriteCoversTheCellOfACreationThatComesLater) {
  const Edit made = amina.creates({{kNote, std::string("dry")}, {12, std::string("north")}});
  const Edit edited = baraka.writes("wet").over_dots({made.dot(1)});

  for (const RecordState& record : apply_in_every_order({made, edited})) {
    EXPECT_THAT(texts_of(record), ElementsAre("wet"));
    EXPECT_THAT(texts_of(record, 12), ElementsAre("north"));
    EXPECT_EQ(record.form, form_named('f'));
  }
}

TEST_F(Merge, AnAuthorCoversWhatTheSameChangeSetWrote) {
  const SetField first{the_record(), kNote, std::string("typo"), {}};
  SetField second{the_record(), kNote, std::string("right"), {Dot{amina.log(), 1, 0}}};
  Replica replica;
  replica.receive(amina.edits({first, second}));

  EXPECT_THAT(texts_of(replica.record), ElementsAre("right"));
  EXPECT_THAT(replica.record.dead_ahead, IsEmpty());
}

TEST_F(Merge, ACreationCannotBeCovered) {
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  const Edit hostile = baraka.writes("mine").over_dots({made.dot(0), made.dot(1)});

  for (const RecordState& record : apply_in_every_order({made, hostile})) {
    EXPECT_EQ(record.creations.size(), 1u);
    EXPECT_EQ(record.form, form_named('f'));
    EXPECT_THAT(texts_of(record), ElementsAre("mine"));
  }
}

// An honest author covers values of the field it writes. A dot of another field must mean the same in every order.
TEST_F(Merge, ADotOfAnotherFieldIsCoveredInEveryOrder) {
  const Edit elsewhere = amina.writes("north", 12);
  const Edit write = baraka.writes("wet").over(elsewhere);

  for (const RecordState& record : apply_in_every_order({elsewhere, write})) {
    EXPECT_EQ(record.field(12), nullptr);
    EXPECT_THAT(texts_of(record), ElementsAre("wet"));
  }
}

TEST_F(Merge, ACoveredDotThatIsNeverWrittenLeavesNoTrace) {
  const Edit write = baraka.writes("wet").over_dots({Dot{amina.log(), 1, 7}});
  const auto states = apply_in_every_order({amina.writes("dry"), write});
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0], states[1]);
  EXPECT_THAT(states[0].dead_ahead, IsEmpty());
}

TEST_F(Merge, NobodyCoversHisOwnFuture) {
  const Edit first = amina.writes("now").over_dots({Dot{amina.log(), 2, 0}, Dot{amina.log(), 1, 0}});
  const Edit second = amina.writes("later");
  for (const RecordState& record : apply_in_every_order({first, second})) {
    EXPECT_THAT(texts_of(record), ElementsAre("now", "later"));
    EXPECT_THAT(record.dead_ahead, IsEmpty());
  }
}

// M3 The late write

// Dropping a covered write that comes late, without applying what it covered, made replicas differ.
TEST_F(Merge, LateCoveredWriteStillCoversWhatItSaw) {
  const Edit oldest = amina.writes("a");
  const Edit middle = baraka.writes("b").over(oldest);
  const Edit newest = chichi.writes("c").over(middle);

  for (const RecordState& record : apply_in_every_order({oldest, middle, newest})) {
    EXPECT_THAT(texts_of(record), ElementsAre("c"));
    EXPECT_THAT(record.dead_ahead, IsEmpty());
  }
}

TEST_F(Merge, ACoveredValueThatComesLateIsNotShown) {
  const Edit first = amina.writes("a");
  const Edit second = baraka.writes("b").over(first);
  Replica replica;
  replica.receive(second);
  EXPECT_THAT(replica.record.dead_ahead, ElementsAre(first.dot()));

  EXPECT_TRUE(replica.receive(first)) << "the note was used up";
  EXPECT_THAT(texts_of(replica.record), ElementsAre("b"));
  EXPECT_THAT(replica.record.dead_ahead, IsEmpty());
}

TEST_F(Merge, ANoteGoesWhenItsChangeSetIsRefused) {
  Replica replica;
  replica.receive(baraka.writes("b").over(amina.writes("refused by readers")));
  ASSERT_EQ(replica.record.dead_ahead.size(), 1u);
  replica.applied[amina.log()] = 1;

  replica.receive(baraka.writes("north", 12));
  EXPECT_THAT(replica.record.dead_ahead, IsEmpty());
}

TEST_F(Merge, AChainThatWouldAddTooManyNotesIsHeld) {
  RecordState record;
  record.dead_ahead.resize(limits::kDeadAheadPerRecordMax - 1);
  const Operation one = SetField{the_record(), kNote, std::string("x"), {Dot{amina.log(), 1, 0}}};
  const Operation two = SetRemove{the_record(), kTags, {Dot{amina.log(), 1, 0}, Dot{amina.log(), 2, 0}}};
  const Operation none = SetField{the_record(), kNote, std::string("x"), {}};

  EXPECT_FALSE(too_far_ahead(record, one));
  EXPECT_TRUE(too_far_ahead(record, two));
  record.dead_ahead.resize(limits::kDeadAheadPerRecordMax);
  EXPECT_TRUE(too_far_ahead(record, one));
  EXPECT_FALSE(too_far_ahead(record, none));
}

// M4 Add wins

TEST_F(Merge, ARemovalTakesOnlyTheAdditionsItsAuthorSaw) {
  const Edit seen = amina.adds("water");
  const Edit again = chichi.adds("water");
  const Edit removal = baraka.removes().over(seen);

  for (const RecordState& record : apply_in_every_order({seen, again, removal})) {
    EXPECT_THAT(tags_of(record), ElementsAre("water"));
    EXPECT_THAT(record.dots_of(kTags, true), ElementsAre(again.dot()));
  }
}

TEST_F(Merge, ElementsOfASetAreNoConflict) {
  for (const RecordState& record : apply_in_every_order({amina.adds("water"), baraka.adds("health")})) {
    EXPECT_THAT(record.conflicts(), IsEmpty());
    EXPECT_THAT(tags_of(record), UnorderedElementsAre("water", "health"));
  }
}

TEST_F(Merge, AFieldAndASetOfOneNumberAreApart) {
  const Edit write = amina.writes("value", kTags);
  const Edit addition = baraka.adds("element");
  for (const RecordState& record : apply_in_every_order({write, addition})) {
    EXPECT_THAT(texts_of(record, kTags), ElementsAre("value"));
    EXPECT_THAT(tags_of(record), ElementsAre("element"));
  }
}

// M5 Tombs

TEST_F(Merge, ADeletedRecordIsHiddenAndKeepsItsValues) {
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  const Edit deleted = baraka.deletes(made);
  for (const RecordState& record : apply_in_every_order({made, deleted})) {
    EXPECT_TRUE(record.hidden());
    EXPECT_FALSE(record.deleted_and_changed());
    EXPECT_THAT(texts_of(record), ElementsAre("dry"));
  }
}

TEST_F(Merge, AnEditThatTheDeleterHadNotSeenKeepsTheRecord) {
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  const Edit edited = chichi.writes("wet").over_dots({made.dot(1)});
  const Edit deleted = baraka.deletes(made);
  for (const RecordState& record : apply_in_every_order({made, edited, deleted})) {
    EXPECT_FALSE(record.hidden());
    EXPECT_TRUE(record.deleted_and_changed());
    EXPECT_THAT(texts_of(record), ElementsAre("wet"));
  }
}

TEST_F(Merge, WhatTheSameAuthorWroteAfterTheDeleterLookedKeepsTheRecord) {
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  const Edit edited = amina.writes("wet").over_dots({made.dot(1)});
  const Edit deleted = baraka.deletes(made);
  for (const RecordState& record : apply_in_every_order({made, edited, deleted})) EXPECT_FALSE(record.hidden());
}

TEST_F(Merge, UndeletingCoversTheTomb) {
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  const Edit deleted = baraka.deletes(made);
  const Edit undeleted = chichi.writes("dry").over_dots({made.dot(1), deleted.dot()});
  for (const RecordState& record : apply_in_every_order({made, deleted, undeleted})) {
    EXPECT_FALSE(record.hidden());
    EXPECT_FALSE(record.deleted_and_changed());
    EXPECT_THAT(record.tombs, IsEmpty());
  }
}

TEST_F(Merge, ATombCoveredBeforeItComesStillCoversEarlierTombs) {
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  const Edit first = baraka.deletes(made);
  const Edit second = chichi.deletes(made).over(first);
  Author dia{"dia"};
  const Edit undeleted = dia.writes("dry").over_dots({made.dot(1), second.dot()});
  for (const RecordState& record : apply_in_every_order({made, first, second, undeleted})) {
    EXPECT_THAT(record.tombs, IsEmpty());
    EXPECT_FALSE(record.hidden());
  }
}

TEST_F(Merge, TwoDeletersBothSeeTheRecordHidden) {
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  for (const RecordState& record : apply_in_every_order({made, baraka.deletes(made), chichi.deletes(made)})) {
    EXPECT_TRUE(record.hidden());
    EXPECT_EQ(record.tombs.size(), 2u);
  }
}

TEST_F(Merge, ARecordMadeAnewAfterItsDeletionIsShown) {
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  const Edit deleted = baraka.deletes(made);
  const Edit remade = chichi.creates({});
  for (const RecordState& record : apply_in_every_order({made, deleted, remade})) {
    EXPECT_FALSE(record.hidden());
    EXPECT_TRUE(record.deleted_and_changed());
  }
}

TEST_F(Merge, ATombNamesWhatLivesByLog) {
  Replica replica;
  const Edit made = amina.creates({{kNote, std::string("dry")}});
  const Edit tagged = amina.adds("water");
  const Edit earlier = chichi.deletes(made);
  for (const Edit& edit : {made, tagged, baraka.writes("wet").over_dots({made.dot(1)}), earlier}) replica.receive(edit);

  const Tomb tomb = replica.record.tomb();
  EXPECT_EQ(tomb.record, the_record());
  EXPECT_THAT(tomb.over, ElementsAre(earlier.dot()));
  EXPECT_THAT(tomb.seen, ElementsAre(SeenLog{amina.log(), 2}, SeenLog{baraka.log(), 1}));
  replica.receive(chichi.edit(tomb));
  EXPECT_TRUE(replica.record.hidden());
}

TEST_F(Merge, ATombThatNamesALogTwiceCountsTheGreater) {
  const Edit made = amina.creates({});
  Replica replica;
  replica.receive(made);
  replica.receive(baraka.edit(Tomb{the_record(), {}, {{amina.log(), 1}, {amina.log(), 0}}}));
  EXPECT_TRUE(replica.record.hidden());
  EXPECT_THAT(replica.record.tombs[0].seen, ElementsAre(SeenLog{amina.log(), 1}));
}

// Winner, review state, dates

TEST_F(Merge, M6AnErasureLeavesItselfAloneAndNothingIsAliveAgain) {
  const Edit made = amina.creates({{kNote, std::string("Amina told of the well")}});
  const Edit tagged = baraka.adds("water");
  const Edit erased = baraka.edit(Erase{the_record(), "Consent withdrawn"});
  const Edit late = amina.writes("more of it").over(made);
  for_every_order({made, tagged, erased, late}, [&](const Order& order) {
    Replica replica;
    for (const Edit* edit : order) replica.receive(*edit);
    EXPECT_TRUE(replica.record.erased());
    EXPECT_TRUE(replica.record.hidden());
    EXPECT_EQ(shown_state(replica.record), kErasedState);
    RecordState expected{the_record(), {}, {}, {}, {}, {}};
    expected.erasures = {{erased.dot(), erased.set.time, "Consent withdrawn"}};
    EXPECT_EQ(replica.record, expected);
    return true;
  });
}

TEST_F(Merge, M6ARecordThatIsMadeAgainStaysErased) {
  RecordState again{the_record(), {}, {}, {}, {}, {}};
  const Edit made = amina.creates({{kNote, std::string("v")}});
  apply(again, made.set.operations[0], made.dot(), made.set.time, [](const LogId&) { return std::uint64_t{0}; });
  keep_erased(again, {{baraka.adds("x").dot(), Hlc::of(5, 0), "why"}});
  EXPECT_TRUE(again.erased());
  EXPECT_TRUE(again.fields.empty() && again.creations.empty() && again.form.is_zero());
}

TEST_F(Merge, TheShownSiblingIsTheGreatestByTimeThenLogThenSeq) {
  for (const RecordState& record : apply_in_every_order({amina.writes("late").at(9), baraka.writes("early").at(2)})) {
    EXPECT_EQ(*record.value(kNote), Value("late"));
  }
  Author dia{"dia"}, essa{"essa"};
  for (const RecordState& record : apply_in_every_order({dia.writes("d").at(5), essa.writes("e").at(5)})) {
    EXPECT_EQ(*record.value(kNote), Value("e"));
  }
  Author femi{"femi"};
  for (const RecordState& record : apply_in_every_order({femi.writes("1").at(5), femi.writes("2").at(5)})) {
    EXPECT_EQ(*record.value(kNote), Value("2"));
  }
}

TEST_F(Merge, TheShownReviewStateAsksForMostAttention) {
  const std::vector<const char*> codes = {"edited", "submitted", "has_issues", "rejected", "approved", "draft"};
  for (std::size_t first = 0; first < codes.size(); ++first) {
    for (std::size_t second = first; second < codes.size(); ++second) {
      Author one{"one"}, two{"two"};
      const Edit calmer = one.writes(codes[second], kStateField).at(9);
      const Edit louder = two.writes(codes[first], kStateField).at(1);
      for (const RecordState& record : apply_in_every_order({calmer, louder})) {
        EXPECT_EQ(shown_state(record), codes[first]);
        EXPECT_THAT(record.conflicts(), IsEmpty());
      }
    }
  }
}

TEST_F(Merge, AReviewStateOfALaterVersionIsShownOnlyAlone) {
  EXPECT_EQ(shown_state(RecordState{}), "draft");
  Replica replica;
  replica.receive(amina.writes("embargoed", kStateField));
  EXPECT_EQ(shown_state(replica.record), "embargoed");
  replica.receive(baraka.writes("draft", kStateField));
  EXPECT_EQ(shown_state(replica.record), "draft");
  Replica odd;
  odd.receive(chichi.writes(Value(true), kStateField));
  EXPECT_EQ(shown_state(odd.record), "draft");
}

TEST_F(Merge, DatesComeFromCreationsAndFromAllThatLives) {
  EXPECT_EQ(RecordState{}.created(), Hlc{});
  EXPECT_EQ(RecordState{}.changed(), Hlc{});
  const Edit made = amina.creates({{kNote, std::string("dry")}}).at(50);
  const Edit remade = baraka.creates({}).at(20);
  const Edit deleted = chichi.deletes(made, remade).at(70);
  for (const RecordState& record : apply_in_every_order({made, remade, deleted})) {
    EXPECT_EQ(record.created(), Hlc::of(20, 0));
    EXPECT_EQ(record.changed(), Hlc::of(70, 0));
  }
}

TEST_F(Merge, AcknowledgementsAndUnknownOperationsTakeAnIndexAndChangeNothing) {
  Replica replica;
  const SetField write{the_record(), kNote, std::string("dry"), {}};
  EXPECT_FALSE(replica.receive(amina.edits({Ack{baraka.log(), 1, {}}})));
  EXPECT_TRUE(replica.receive(amina.edits({Ack{baraka.log(), 1, {}}, UnknownOperation{{9, 1}}, write})));
  EXPECT_THAT(replica.record.dots_of(kNote), ElementsAre(Dot{amina.log(), 2, 2}));
  EXPECT_EQ(record_of(Ack{}), nullptr);
  EXPECT_EQ(record_of(UnknownOperation{}), nullptr);
  EXPECT_EQ(*record_of(write), the_record());
}

}  // namespace
}  // namespace haki::changes
