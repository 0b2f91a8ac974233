// Goal: a home that cannot go on under its device's name is let in anew and loses nothing: a copy, a member removed by mistake,
// one who followed a member list that was dropped. Method: real homes on the real relay; homes are copied as a backup would.
#include "client/rejoining.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "client/administration.h"
#include "client/circles.h"
#include "client/editor.h"
#include "client/erasures.h"
#include "client/people.h"
#include "client/reader.h"
#include "client/sealer.h"
#include "client/session.h"
#include "haki/evidence.h"
#include "stage.h"

namespace haki::test {
namespace {

using testing::HasSubstr;

class RejoiningTest : public testing::Test {
 protected:
  // The same home once more, as it stands: restored from a backup made now, or carried on a second phone.
  std::unique_ptr<Member> copy_of(Member& of) {
    auto copy = std::make_unique<Member>(of.name);
    const std::string path = of.home->path + "-copy";
    std::filesystem::copy(of.home->path, path, std::filesystem::copy_options::recursive);
    auto opened = client::Home::open(path, "four words of a test");
    EXPECT_TRUE(opened) << opened.error().message;
    copy->home = std::move(*opened);
    return copy;
  }
  std::string invite(const InviteOptions& options) {
    const auto made = client::People(*stage.lead.home).invite(options);
    EXPECT_TRUE(made) << made.error().message;
    return made->text;
  }
  std::string another_device_of(const Member& member) {
    InviteOptions options;
    options.another_device = member.name;
    return invite(options);
  }
  Rejoined rejoin(Member& member, const std::string& text) {
    const auto rejoined = client::Rejoining(*member.home).begin(text);
    EXPECT_TRUE(rejoined) << rejoined.error().message;
    return rejoined ? *rejoined : Rejoined{};
  }
  // The request goes out, the leads let it in, and everything is exchanged.
  void let_in(Member& member) {
    stage.sync_honestly(member);
    stage.sync_honestly(stage.lead);
    for (int round = 0; round < 2; ++round) {
      stage.sync_honestly(member);
      stage.sync_honestly(stage.lead);
    }
    EXPECT_TRUE(member.home->active());
  }
  // A lead's device, to which the other lead must agree.
  void let_in_as_lead(Member& member) {
    stage.sync_honestly(member);
    stage.sync_honestly(stage.lead);
    ASSERT_TRUE(client::People(*stage.lead.home).approve(member.name));
    stage.sync_honestly(stage.lead);
    stage.sync_honestly(stage.second);
    const auto proposals = client::Administration(*stage.second.home).proposals();
    ASSERT_TRUE(proposals);
    for (const Proposal& one : *proposals) ASSERT_TRUE(client::Administration(*stage.second.home).agree(to_hex(one.id)));
    for (Member* each : {&stage.second, &stage.lead, &member, &stage.lead}) stage.sync_honestly(*each);
    EXPECT_TRUE(member.home->is_lead());
  }
  std::string refused(Member& member) {
    stage.words.clear();
    stage.sync(member);
    return stage.all_words();
  }
  // How many records the member sees whose words are these.
  std::ptrdiff_t count(Member& member, const std::string& words) {
    const auto records = stage.records(member);
    return std::ranges::count_if(records, [&](const auto& one) { return one.second.find(words) != std::string::npos; });
  }
  void open_case(Member& lead, const std::string& name) {
    NewCompartmentOptions options;
    options.name = name;
    const auto opened = client::Administration(*lead.home).open_compartment(options);
    ASSERT_TRUE(opened) << opened.error().message;
  }
  // The case of that name, as the member sees it.
  static std::optional<CompartmentView> case_of(Member& member, const std::string& name) {
    const auto all = client::Circles(*member.home).all();
    EXPECT_TRUE(all);
    for (const CompartmentView& one : *all) {
      if (one.name == name) return one;
    }
    return std::nullopt;
  }
  RecordId record_saying(Member& member, const std::string& words) {
    for (const auto& [id, said] : stage.records(member)) {
      if (said.find(words) != std::string::npos) return id;
    }
    ADD_FAILURE() << "no record says '" << words << "'";
    return {};
  }
  static void edit(Member& member, const RecordId& id, const std::string& words) {
    const auto done = client::Editor(*member.home).edit({id, {{"narrative", words}}, {}, {}, {}});
    ASSERT_TRUE(done) << done.error().message;
  }

  Stage stage;
};

TEST_F(RejoiningTest, ACopyGoesOnUnderItsOwnNameAndNothingIsLost) {
  const RecordId sent = stage.record(stage.monitor, "The dispensary has no drugs");
  stage.sync_honestly(stage.monitor);
  const auto copy = copy_of(stage.monitor);
  stage.record(stage.monitor, "Recorded on the first phone");
  stage.sync_honestly(stage.monitor);
  stage.record(*copy, "Recorded on the copy");
  edit(*copy, sent, "The dispensary has drugs again");
  EXPECT_THAT(refused(*copy), HasSubstr("haki rejoin"));

  const Rejoined rejoined = rejoin(*copy, another_device_of(stage.monitor));
  EXPECT_EQ(rejoined.records, 2u);
  EXPECT_EQ(rejoined.changes, 0u);
  EXPECT_EQ(count(*copy, "Recorded on the copy"), 1);
  EXPECT_EQ(count(*copy, "has drugs again"), 1);
  let_in(*copy);
  // What was sealed under the former name waits for nobody any more.
  const auto waiting = copy->home->database->number("SELECT count(*) FROM outbox WHERE receipted = 0");
  ASSERT_TRUE(waiting);
  EXPECT_EQ(*waiting, 0);
  stage.sync_honestly(stage.second);
  for (Member* lead : {&stage.lead, &stage.second}) {
    EXPECT_EQ(count(*lead, "Recorded on the first phone"), 1) << lead->name;
    EXPECT_EQ(count(*lead, "Recorded on the copy"), 1) << lead->name;
    EXPECT_EQ(count(*lead, "has drugs again"), 1) << lead->name;
    EXPECT_EQ(count(*lead, "has no drugs"), 1) << lead->name;  // as it was sent; a lead settles which counts
  }
  // Both phones go on.
  stage.record(stage.monitor, "A second day on the first phone");
  stage.record(*copy, "A second day on the copy");
  stage.sync_honestly(stage.monitor);
  stage.sync_honestly(*copy);
  stage.sync_honestly(stage.lead);
  EXPECT_EQ(count(stage.lead, "A second day on"), 2);
  stage.sync_honestly(stage.second);
  EXPECT_EQ(stage.records(stage.lead), stage.records(stage.second));
}

TEST_F(RejoiningTest, WhatIsKeptIsThereWhenTheHomeIsOpenedAgain) {
  const auto copy = copy_of(stage.monitor);
  const LogId before = copy->home->identity.log;
  stage.record(*copy, "Recorded on the copy");
  rejoin(*copy, another_device_of(stage.monitor));
  const auto records = stage.records(*copy);
  const std::string path = copy->home->path;
  copy->home.reset();
  auto opened = client::Home::open(path, "four words of a test");
  ASSERT_TRUE(opened) << opened.error().message;
  copy->home = std::move(*opened);
  EXPECT_NE(copy->home->identity.log, before);
  EXPECT_EQ(stage.records(*copy), records);
  EXPECT_FALSE(copy->home->admitted());
  const auto own = copy->home->chains->own();
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own.front()->applied_seq, 1u);
  let_in(*copy);
  EXPECT_EQ(count(stage.lead, "Recorded on the copy"), 1);
}

TEST_F(RejoiningTest, AMemberRemovedByMistakeComesBackWithWhatWasNotSent) {
  ASSERT_TRUE(client::Administration(*stage.lead.home).remove(stage.monitor.name, {}));
  stage.sync_honestly(stage.lead);
  stage.record(stage.monitor, "Recorded before she knew");
  rejoin(stage.monitor, invite({"monitor", stage.monitor.name, "CSO", {}, "", 0}));
  let_in(stage.monitor);
  stage.sync_honestly(stage.second);
  EXPECT_EQ(count(stage.lead, "Recorded before she knew"), 1);
  EXPECT_EQ(count(stage.second, "Recorded before she knew"), 1);
  EXPECT_EQ(count(stage.monitor, "Ratify the protocol"), 1);
  stage.publish(stage.lead, "Published since");
  stage.sync_honestly(stage.lead);
  stage.sync_honestly(stage.monitor);
  EXPECT_EQ(count(stage.monitor, "Published since"), 1);
}

TEST_F(RejoiningTest, EditsWhereOthersWriteTooGoAlongAsTheyWere) {
  const RecordId shared = stage.publish(stage.second, "Train the police");
  stage.sync_honestly(stage.second);
  stage.sync_honestly(stage.lead);
  const auto copy = copy_of(stage.second);
  stage.publish(stage.second, "By the first laptop");
  stage.sync_honestly(stage.second);
  const RecordId made = stage.publish(*copy, "By the copy");
  const auto change = [&](Member& member, const RecordId& id, const std::string& words) {
    const auto done = client::Editor(*member.home).edit({id, {{"text", words}}, {}, {}, {}});
    ASSERT_TRUE(done) << done.error().message;
  };
  change(*copy, made, "By the copy, mended");
  change(*copy, shared, "Train the police in Kisumu");
  change(stage.lead, shared, "Train the police in Kakamega");
  EXPECT_THAT(refused(*copy), HasSubstr("haki rejoin"));
  const Rejoined rejoined = rejoin(*copy, another_device_of(stage.second));
  EXPECT_EQ(rejoined.records, 0u);
  EXPECT_EQ(rejoined.changes, 3u);
  let_in_as_lead(*copy);
  for (Member* lead : {&stage.lead, &stage.second, copy.get()}) {
    stage.sync_honestly(*lead);
    const auto records = stage.records(*lead);
    ASSERT_TRUE(records.contains(made)) << lead->name;
    EXPECT_THAT(records.at(made), HasSubstr("By the copy, mended")) << lead->name;
    const auto conflicts = client::Reader(*lead->home).conflicts();
    ASSERT_TRUE(conflicts);
    EXPECT_EQ(std::ranges::count(*conflicts, shared, &Conflict::record), 1) << lead->name;
    EXPECT_EQ(std::ranges::count(*conflicts, made, &Conflict::record), 0) << lead->name;  // what was mended covers what it mended
  }
}

// Nobody else may have more of it: the work was erased before it ever went out, and what is left of it went in its place.
TEST_F(RejoiningTest, ALeadStillGivesTheServerWhatIsLeftOfWorkErasedUnderTheFormerName) {
  Member& tablet = stage.another_device(stage.lead, "tablet");
  stage.sync_honestly(tablet);
  const RecordId id = stage.record(tablet, "Told before the storm");
  ASSERT_TRUE(client::Sealer(*tablet.home).seal(1'000'000));
  stage.erase(tablet, id);
  stage.sync_under(tablet, [](Turn& turn) { turn.drop<envelope::Erased>(); });
  ASSERT_EQ(tablet.home->erasures->items_due()->size(), 1u);

  rejoin(tablet, another_device_of(stage.lead));
  stage.sync_honestly(tablet);
  stage.sync_honestly(stage.lead);
  ASSERT_TRUE(client::People(*stage.lead.home).approve(stage.lead.name));
  for (Member* each : {&stage.lead, &stage.second}) stage.sync_honestly(*each);
  const auto proposals = client::Administration(*stage.second.home).proposals();
  ASSERT_TRUE(proposals);
  for (const Proposal& one : *proposals) ASSERT_TRUE(client::Administration(*stage.second.home).agree(to_hex(one.id)));
  for (int round = 0; round < 2; ++round) {
    for (Member* each : {&stage.second, &stage.lead, &tablet}) stage.sync_honestly(*each);
  }
  ASSERT_TRUE(tablet.home->is_lead());
  EXPECT_TRUE(tablet.home->erasures->items_due()->empty());
}

TEST_F(RejoiningTest, WhoFollowedAListThatWasDroppedTakesAllTheirWorkAlong) {
  stage.server.split([&](const DeviceId& device) { return device == stage.second.home->device || device == stage.clinic.home->device; });
  ASSERT_TRUE(client::Administration(*stage.lead.home).set_role(stage.monitor.name, {"", {}, false, 1, -1}));
  ASSERT_TRUE(client::Administration(*stage.second.home).set_role(stage.clinic.name, {"", {}, false, 1, -1}));
  stage.sync_honestly(stage.lead);
  stage.sync_honestly(stage.second);
  stage.record(stage.clinic, "Counted after the parting");
  stage.sync_honestly(stage.clinic);
  stage.publish(stage.second, "Published on the other branch");
  stage.sync_honestly(stage.second);
  stage.sync_honestly(stage.clinic);
  stage.server.unite();
  stage.record(stage.clinic, "Not sent to anybody");
  EXPECT_THAT(refused(stage.clinic), HasSubstr("haki rejoin"));

  rejoin(stage.clinic, invite({"clinic", stage.clinic.name, "CSO", {}, "", 0}));
  let_in(stage.clinic);
  EXPECT_EQ(count(stage.lead, "Counted after the parting"), 1);
  EXPECT_EQ(count(stage.lead, "Not sent to anybody"), 1);
  EXPECT_EQ(count(stage.clinic, "Published on the other branch"), 0);
  EXPECT_EQ(count(stage.clinic, "Ratify the protocol"), 1);
}

// Seed 3820 of haki-simulate: the name of a circle that the first laptop had opened was to be written by who might not write it any
// more, and no sync of that home ended well from then on.
TEST_F(RejoiningTest, WhoMayNotNameACircleAnyMoreIsToldAndGoesOn) {
  open_case(stage.second, "Land of the widow");
  const auto copy = copy_of(stage.second);
  stage.sync_honestly(stage.second);
  EXPECT_THAT(refused(*copy), HasSubstr("haki rejoin"));
  rejoin(*copy, invite({"monitor", "Otieno again", "CSO", {}, "", 0}));
  stage.sync_honestly(*copy);
  stage.sync_honestly(stage.lead);
  EXPECT_THAT(refused(*copy), HasSubstr("'Land of the widow' was opened, but this device may not write in it"));
  stage.record(*copy, "The fence stands again");
  stage.sync_honestly(*copy);
  stage.sync_honestly(stage.lead);
  EXPECT_EQ(count(stage.lead, "The fence stands again"), 1);
  EXPECT_TRUE(copy->home->ledger->intents()->empty());
}

// Of the same seed: what a lead's laptop held it still holds as a monitor's.
TEST_F(RejoiningTest, WhoComesBackInALesserRoleKeepsWhatItWasGiven) {
  const auto copy = copy_of(stage.second);
  stage.publish(stage.second, "By the first laptop");
  stage.sync_honestly(stage.second);
  EXPECT_THAT(refused(*copy), HasSubstr("haki rejoin"));
  const auto before = stage.records(*copy);
  const std::size_t keys = copy->home->key_ring.size();
  rejoin(*copy, invite({"monitor", "Otieno again", "CSO", {}, "", 0}));
  let_in(*copy);
  EXPECT_GE(copy->home->key_ring.size(), keys);
  const auto after = stage.records(*copy);
  for (const auto& [id, words] : before) EXPECT_TRUE(after.contains(id)) << words;
}

TEST_F(RejoiningTest, ACaseThatWasDecidedIsOpenedForTheNewName) {
  const auto copy = copy_of(stage.second);
  stage.publish(stage.second, "By the first laptop");
  stage.sync_honestly(stage.second);
  EXPECT_THAT(refused(*copy), HasSubstr("haki rejoin"));
  open_case(*copy, "Land of the widow");
  rejoin(*copy, another_device_of(stage.second));
  let_in_as_lead(*copy);
  for (int round = 0; round < 2; ++round) stage.sync_honestly(*copy);
  const auto opened = case_of(*copy, "Land of the widow");
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->may_write);
}

TEST_F(RejoiningTest, AFileGoesAlongIsSealedForTheNewNotebookAndSaysWhoBroughtIt) {
  const auto copy = copy_of(stage.monitor);
  stage.record(stage.monitor, "Recorded on the first phone");
  stage.sync_honestly(stage.monitor);
  const RecordId record = stage.record(*copy, "Recorded on the copy");
  AttachmentInput photo;
  photo.name = "well.jpg";
  photo.content = Bytes(300'000, 7);
  ASSERT_TRUE(Evidence(*copy->home).attach(record, std::vector{photo}, {}));
  const auto blobs_before = copy->home->blobs->all();
  EXPECT_THAT(refused(*copy), HasSubstr("haki rejoin"));
  rejoin(*copy, another_device_of(stage.monitor));

  const RecordId taken = record_saying(*copy, "Recorded on the copy");
  EXPECT_NE(taken, record);
  Evidence evidence(*copy->home);
  const auto file = evidence.find(taken, "well.jpg");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->place, Place::kOnItsWay);
  Bytes content;
  const auto read = evidence.read(file->id, "viewed", "", [&](ByteView piece) -> Result<> {
    content.insert(content.end(), piece.begin(), piece.end());
    return {};
  });
  EXPECT_TRUE(read) << read.error().message;
  EXPECT_EQ(content, *photo.content);
  // What was sealed for the former notebook waits for nobody; what goes out is of the new one.
  const auto blobs = copy->home->blobs->to_send(1'000'000, 10);
  ASSERT_TRUE(blobs);
  ASSERT_EQ(blobs->size(), 1u);
  EXPECT_EQ(blobs->front().compartment, copy->home->own_compartment());
  EXPECT_FALSE(blobs_before->contains(blobs->front().id));
  const auto custody = evidence.custody(taken);
  ASSERT_TRUE(custody && !custody->empty());
  EXPECT_EQ(custody->front().action, "created");
  EXPECT_EQ(custody->front().by.substr(0, stage.monitor.name.size()), stage.monitor.name);
  for (const CustodyEntry& entry : *custody) EXPECT_TRUE(entry.holds) << entry.wrong;
}

// Or the only lead would be let in by nobody.
TEST_F(RejoiningTest, AnInviteMadeWithThisVeryHomeIsRefused) {
  const std::string text = another_device_of(stage.lead);
  const auto refused = client::Rejoining(*stage.lead.home).begin(text);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("cannot let itself in"));
  EXPECT_TRUE(stage.lead.home->is_lead());
  stage.sync_honestly(stage.lead);
}

TEST_F(RejoiningTest, AnInviteThatDoesNotFitChangesNothing) {
  stage.record(stage.monitor, "Not sent yet");
  const auto before = stage.records(stage.monitor);
  const LogId log = stage.monitor.home->identity.log;
  Stage other;
  InviteOptions options;
  options.another_device = other.monitor.name;
  const auto foreign = client::People(*other.lead.home).invite(options);
  ASSERT_TRUE(foreign);
  for (const std::string& text : {foreign->text, std::string("not an invite")}) {
    EXPECT_FALSE(client::Rejoining(*stage.monitor.home).begin(text));
  }
  EXPECT_EQ(stage.records(stage.monitor), before);
  EXPECT_EQ(stage.monitor.home->identity.log, log);
  stage.sync_honestly(stage.monitor);
}

}  // namespace
}  // namespace haki::test
