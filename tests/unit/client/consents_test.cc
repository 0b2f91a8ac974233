// Goal: every consent that concerns a record is found, whichever record names which, and the narrower holds where edits differ.
// Method: one real home; another member's device is played by change sets of its own log.
#include <gmock/gmock.h>

#include "client/editor.h"
#include "client/reader.h"
#include "haki/consent.h"
#include "haki/evidence.h"
#include "one_home.h"

namespace haki::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct ConsentsTest : OneHome {
  RecordId make(const std::string& form, std::vector<FieldInput> fields, std::vector<AttachmentInput> files = {}) {
    Draft draft{form, std::move(fields), {}, true, {}};
    draft.attachments = std::move(files);
    const auto id = draft.attachments.empty() ? Editor(*home).create(draft) : Editor(*home).create_with_files(draft, {});
    EXPECT_TRUE(id) << (id ? "" : id.error().message);
    return id ? *id : RecordId{};
  }
  RecordId consent(std::vector<std::string> scope, std::vector<FieldInput> more = {}) {
    for (const std::string& code : scope) more.push_back({"scope", code});
    return make("consent", more);
  }
  RecordId observation(std::vector<FieldInput> more = {}) {
    more.push_back({"narrative", "The well is dry"});
    return make("observation", std::move(more));
  }
  RecordId evidence(std::vector<FieldInput> more = {}) {
    more.push_back({"title", "The well"});
    return make("evidence", std::move(more));
  }
  Withheld why(const RecordId& record, Purpose purpose) {
    const auto judgement = Consents(*home).may_leave(record, purpose);
    EXPECT_TRUE(judgement) << (judgement ? "" : judgement.error().message);
    return judgement ? judgement->why : Withheld::kNot;
  }
  // What another member wrote without having seen ours.
  void other_member(changes::Operation operation) {
    LogId log;
    log.bytes.fill(0x42);
    store::Transaction transaction(*home->database);
    const auto chain = home->chains->open(home->own_compartment(), log);
    ASSERT_TRUE(chain);
    const changes::ChangeSet set{(*chain)->applied_seq + 1, changes::Hlc::of(1, 0), {std::move(operation)}};
    ASSERT_TRUE(home->records->apply(**chain, set));
    ASSERT_TRUE(transaction.commit());
  }
  static std::uint32_t field(const char* form, const char* name) { return model::built_in_form(form)->field(name)->id; }
  static FieldInput link(const char* name, const RecordId& to) { return {name, to_hex(to)}; }
};

TEST_F(ConsentsTest, ARecordObeysWhatItNamesAndWhatNamesIt) {
  const RecordId named = consent({"share_coalition", "share_united_nations"});
  const RecordId record = observation({link("consent", named)});
  EXPECT_EQ(why(record, Purpose::kUnitedNations), Withheld::kNot);
  consent({"share_coalition"}, {link("observation", record)});
  EXPECT_EQ(why(record, Purpose::kUnitedNations), Withheld::kNotAgreed);
  EXPECT_EQ(why(record, Purpose::kCoalition), Withheld::kNot);
  EXPECT_EQ(why(observation(), Purpose::kPublic), Withheld::kNot) << "about nobody";
}

TEST_F(ConsentsTest, EvidenceObeysItsObservationAndWhatItCorrects) {
  const RecordId closed = consent({"share_coalition"});
  const RecordId record = observation({link("consent", closed)});
  const RecordId naming = evidence({link("observation", record)});
  const RecordId correction = evidence({link("supersedes", naming)});
  const RecordId listed = evidence();
  EXPECT_EQ(why(listed, Purpose::kUnitedNations), Withheld::kNot);
  const RecordId listing = observation({link("consent", closed), link("evidence", listed)});
  for (const RecordId& one : {naming, correction, listed}) EXPECT_EQ(why(one, Purpose::kUnitedNations), Withheld::kNotAgreed);
  EXPECT_THAT(*Consents(*home).records_under(closed), testing::IsSupersetOf({record, listing, naming, correction, listed}));
}

TEST_F(ConsentsTest, AReviewObeysWhatItIsAbout) {
  const RecordId record = observation({link("consent", consent({"share_coalition"}))});
  const RecordId review = make("review", {link("record", record), {"verdict", "has_issues"}, {"reason", "Which school was it?"}});
  EXPECT_EQ(why(review, Purpose::kCoalition), Withheld::kNot);
  EXPECT_EQ(why(review, Purpose::kPublic), Withheld::kNotAgreed);
}

TEST_F(ConsentsTest, WithdrawnAndDeletedConsentsCloseEverything) {
  const RecordId withdrawn = consent({"share_coalition"}), deleted = consent({"share_coalition"});
  const RecordId first = observation({link("consent", withdrawn)}), second = observation({link("consent", deleted)});
  const RecordId third = observation();
  const RecordId naming = consent({"share_coalition"}, {link("observation", third)});
  ASSERT_TRUE(Editor(*home).edit({withdrawn, {{"withdrawn_on", home->today()}}, {}, {}, {}}));
  ASSERT_TRUE(Editor(*home).remove(deleted));
  ASSERT_TRUE(Editor(*home).remove(naming));
  for (const RecordId& one : {first, second, third}) EXPECT_EQ(why(one, Purpose::kCoalition), Withheld::kWithdrawn);
  ASSERT_TRUE(Editor(*home).edit({withdrawn, {{"withdrawn_on", ""}}, {}, {}, {}}));
  EXPECT_EQ(why(first, Purpose::kCoalition), Withheld::kNot) << "given anew";
}

TEST_F(ConsentsTest, AWithdrawalHoldsThoughSomebodyElseWroteOtherwise) {
  const RecordId given = consent({"share_coalition"});
  const RecordId record = observation({link("consent", given)});
  other_member(changes::SetField{given, field("consent", "withdrawn_on"), std::string("2026-01-01"), {}});
  ASSERT_EQ(why(record, Purpose::kCoalition), Withheld::kWithdrawn);
  const RecordId cleared = consent({"share_coalition"}, {{"withdrawn_on", home->today()}});
  other_member(changes::SetField{cleared, field("consent", "withdrawn_on"), std::string(), {}});
  EXPECT_EQ(why(observation({link("consent", cleared)}), Purpose::kCoalition), Withheld::kWithdrawn);
}

TEST_F(ConsentsTest, OfAFieldInConflictEveryValueIsObeyed) {
  const RecordId open = consent({"share_coalition", "share_united_nations"}), closed = consent({"share_coalition"});
  const RecordId record = observation({link("consent", open)});
  other_member(changes::SetField{record, field("observation", "consent"), closed, {}});
  ASSERT_THAT(Reader(*home).record(record)->conflicts, ElementsAre("consent"));
  EXPECT_EQ(why(record, Purpose::kUnitedNations), Withheld::kNotAgreed);
  const RecordId shown = evidence({{"disclosure", "public"}});
  other_member(changes::SetField{shown, field("evidence", "disclosure"), std::string("leads"), {}});
  EXPECT_EQ(why(shown, Purpose::kCoalition), Withheld::kDisclosure);
}

TEST_F(ConsentsTest, WhatIsNotOnThisDeviceIsNotGuessedAt) {
  const RecordId record = observation(), alone = evidence();
  RecordId elsewhere;
  elsewhere.bytes.fill(0x99);
  other_member(changes::SetField{record, field("observation", "consent"), elsewhere, {}});
  other_member(changes::SetField{alone, field("evidence", "observation"), elsewhere, {}});
  EXPECT_EQ(why(record, Purpose::kCoalition), Withheld::kNotHere);
  EXPECT_EQ(why(alone, Purpose::kCoalition), Withheld::kNotHere);
}

TEST_F(ConsentsTest, ACircleOfCorrectionsEnds) {
  const RecordId first = evidence(), second = evidence({link("supersedes", first)});
  const RecordId closed = consent({"share_coalition"});
  other_member(changes::SetField{first, field("evidence", "supersedes"), second, {}});
  other_member(changes::SetField{second, field("evidence", "consent"), closed, {}});
  EXPECT_EQ(why(first, Purpose::kUnitedNations), Withheld::kNotAgreed);
  EXPECT_EQ(why(second, Purpose::kUnitedNations), Withheld::kNotAgreed);
}

TEST_F(ConsentsTest, CorrectionsAreFollowedAsFarAsTheyGo) {
  const RecordId closed = consent({"share_coalition"});
  RecordId newest = evidence({link("consent", closed)});
  for (int i = 0; i < 64; ++i) newest = evidence({link("supersedes", newest)});
  EXPECT_EQ(why(newest, Purpose::kCoalition), Withheld::kNot);
  EXPECT_EQ(why(newest, Purpose::kPublic), Withheld::kNotAgreed);
  newest = evidence({link("supersedes", newest)});
  EXPECT_EQ(why(newest, Purpose::kCoalition), Withheld::kNotHere) << "too far to be judged, so it stays";
}

TEST_F(ConsentsTest, ADossierIsToldWhatStaysAndWhy) {
  const auto picture = [](const char* name, Relation relation) {
    AttachmentInput input;
    input.content = Bytes{1, 2, 3};
    input.name = name;
    input.relation = relation;
    if (relation != Relation::kOriginal) input.of_input = 0;
    input.facts.media_type = "image/jpeg";
    return input;
  };
  const RecordId anonymous = consent({"photograph", "publish_anonymous", "share_united_nations"});
  const RecordId record = make("observation", {{"narrative", "She spoke"}, link("consent", anonymous)},
                               {picture("her.jpg", Relation::kOriginal), picture("blurred.jpg", Relation::kRedacted)});
  const RecordId closed = observation({link("consent", consent({"share_coalition"}))});
  std::vector<RecordId> files;
  RecordId original;
  haki::Evidence attached(*home);
  const auto views = attached.attachments(record);
  ASSERT_TRUE(views);
  for (const AttachmentView& one : *views) {
    files.push_back(one.id);
    if (one.relation == Relation::kOriginal) original = one.id;
  }
  ASSERT_EQ(files.size(), 2u);
  const std::vector<RecordId> records{record, closed};
  Consents consents(*home);
  const auto for_un = *consents.left_out_of_dossier(records, files, Purpose::kUnitedNations);
  ASSERT_EQ(for_un.size(), 1u);
  EXPECT_EQ(for_un[0].record, closed);
  EXPECT_EQ(for_un[0].why, Withheld::kNotAgreed);
  const auto for_all = *consents.left_out_of_dossier(records, files, Purpose::kPublic);
  ASSERT_EQ(for_all.size(), 2u);
  EXPECT_EQ(for_all[0].attachment, original);
  EXPECT_EQ(for_all[0].why, Withheld::kIdentifying);
  EXPECT_EQ(for_all[1].record, closed);
  const auto strange = consents.left_out_of_dossier(std::vector{closed}, files, Purpose::kPublic);
  ASSERT_FALSE(strange);
  EXPECT_EQ(strange.error().code, Code::kNotFound);
  EXPECT_THAT(*consents.left_out_of_dossier(std::vector<RecordId>(), {}, Purpose::kPublic), IsEmpty());
}

}  // namespace
}  // namespace haki::client
