// Goal: a file is attached with its record or not at all; its key and its custody entries never show where records are shown;
// what happened to it is signed and told; the same file is kept once. Method: a real home without a server.
#include "client/attachments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "client/blob_exchange.h"
#include "client/editor.h"
#include "client/reader.h"
#include "haki/evidence.h"
#include "one_home.h"

namespace haki::client {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class AttachmentsTest : public OneHome {
 protected:
  std::string file(const std::string& name, std::size_t size, char first = 'a') {
    const std::string path = folder + "/" + name;
    std::ofstream out(path, std::ios::binary);
    for (std::size_t i = 0; i < size; ++i) out.put(static_cast<char>(first + i % 23));
    return path;
  }
  Draft observation(std::vector<AttachmentInput> files) {
    Draft draft;
    draft.form = "observation";
    draft.fields = {{"narrative", "The well is dry"}, {"district", "KE008"}, {"observed_on", "2026-11-01"}};
    draft.attachments = std::move(files);
    return draft;
  }
  AttachmentInput at(const std::string& path) {
    AttachmentInput input;
    input.path = path;
    return input;
  }
  RecordId make(std::vector<AttachmentInput> files) {
    const auto made = Editor(*home).create_with_files(observation(std::move(files)), {});
    EXPECT_TRUE(made) << made.error().message;
    return *made;
  }
  std::vector<AttachmentView> list(const RecordId& record) {
    auto views = Evidence(*home).attachments(record);
    EXPECT_TRUE(views) << views.error().message;
    return *views;
  }
  Result<Bytes> content(const RecordId& attachment, std::string_view action = "viewed") {
    Bytes bytes;
    HAKI_TRY(Evidence(*home).read(attachment, action, "", [&](ByteView piece) -> Result<> {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
      return {};
    }));
    return bytes;
  }
  std::size_t files_on_disk() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder + "/home/blobs"), {}));
  }
};

TEST_F(AttachmentsTest, AreKeptWithTheirRecord) {
  AttachmentInput thumbnail;
  thumbnail.content = Bytes{1, 2, 3};
  thumbnail.name = "small.jpg";
  thumbnail.relation = Relation::kThumbnail;
  thumbnail.of_input = 0;
  AttachmentInput photo = at(file("photo.jpg", 100'000));
  photo.facts = {"image/jpeg", {"truncated"}, "2026-11-01T10:00:00", "-1.25 36.75", "Some phone", 640, 480};
  const RecordId record = make({photo, thumbnail});
  const auto views = list(record);
  ASSERT_THAT(views, SizeIs(2));
  EXPECT_EQ(views[0].name, "photo.jpg");
  EXPECT_EQ(views[0].bytes, 100'000u);
  EXPECT_EQ(views[0].facts.media_type, "image/jpeg");
  EXPECT_EQ(views[0].facts.captured_where, "-1.25 36.75");
  EXPECT_THAT(views[0].facts.remarks, testing::ElementsAre("truncated"));
  EXPECT_EQ(views[0].place, Place::kOnItsWay);
  EXPECT_EQ(views[1].relation, Relation::kThumbnail);
  EXPECT_EQ(views[1].of, views[0].id);
  EXPECT_EQ(content(views[0].id)->size(), 100'000u);
  EXPECT_EQ(*content(views[1].id), (Bytes{1, 2, 3}));
}

TEST_F(AttachmentsTest, ComeWithTheRecordOrNotAtAll) {
  const auto made = Editor(*home).create_with_files(observation({at(file("one", 10)), at(folder + "/none")}), {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::kNotFound);
  EXPECT_THAT(made.error().message, HasSubstr("none"));
  EXPECT_EQ(files_on_disk(), 0u);
  Query all;
  all.form = "observation";
  EXPECT_THAT(*Reader(*home).list(all), SizeIs(0));
}

TEST_F(AttachmentsTest, NeitherKeyNorCustodyShows) {
  const RecordId record = make({at(file("photo.jpg", 10))});
  const auto attachment = list(record).front();
  const auto row = home->records->load(attachment.id);
  const std::string key = to_text(*(*row)->merged.value(changes::kBlobField));
  ASSERT_GE(key.size(), 80u);
  const auto shown = Reader(*home).record(attachment.id);
  ASSERT_TRUE(shown);
  for (const FieldView& field : shown->fields) {
    EXPECT_FALSE(field.name.starts_with("#")) << field.name;
    for (const Value& value : field.values) EXPECT_EQ(to_text(value).find(key), std::string::npos);
  }
  const auto history = Reader(*home).history(attachment.id);
  for (const HistoryEntry& entry : *history) {
    EXPECT_EQ(entry.value ? to_text(*entry.value).find(key) : std::string::npos, std::string::npos);
    EXPECT_THAT(entry.field, Not(testing::StartsWith("#")));
  }
  EXPECT_THAT(*Reader(*home).search(key.substr(0, 20), 10), SizeIs(0));
}

TEST_F(AttachmentsTest, TheSameFileIsKeptOnce) {
  const RecordId record = make({at(file("a", 70'000)), at(file("b", 70'000)), at(file("c", 70'000, 'b'))});
  EXPECT_EQ(files_on_disk(), 2u);
  const AttachmentInput again = at(file("d", 70'000));
  const auto more = Editor(*home).attach(record, {&again, 1}, {});
  ASSERT_TRUE(more) << more.error().message;
  EXPECT_EQ(files_on_disk(), 2u);
  const auto views = list(record);
  ASSERT_THAT(views, SizeIs(4));
  EXPECT_EQ(*content(views[3].id), *content(views[0].id));
  EXPECT_NE(*content(views[2].id), *content(views[0].id));
  EXPECT_EQ(home->blobs->counts()->unsent, 2u);
}

TEST_F(AttachmentsTest, WhoDidWhatIsSignedAndInOrder) {
  const RecordId record = make({at(file("photo.jpg", 10))});
  const auto original = list(record).front();
  ASSERT_TRUE(content(original.id));
  ASSERT_TRUE(content(original.id));  // within the hour: no second entry
  ASSERT_TRUE(content(original.id, "saved"));
  ASSERT_TRUE(content(original.id, "saved"));  // each copy in the clear counts
  const auto redacted = Evidence(*home).redact(original.id, at(file("blurred.jpg", 5)), {});
  ASSERT_TRUE(redacted) << redacted.error().message;
  std::vector<std::string> actions;
  const auto entries = Evidence(*home).custody(record);
  for (const CustodyEntry& entry : *entries) {
    EXPECT_TRUE(entry.holds) << entry.wrong;
    if (entry.subject == original.id) actions.push_back(entry.action);
  }
  EXPECT_THAT(actions, testing::ElementsAre("created", "viewed", "saved", "saved", "redacted"));
  const auto copy = Evidence(*home).find(record, "blurred.jpg");
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->relation, Relation::kRedacted);
  EXPECT_EQ(copy->of, original.id);
  EXPECT_EQ(content(original.id)->size(), 10u) << "the original stays";
}

TEST_F(AttachmentsTest, AnEntryThatSomebodyChangedDoesNotCount) {
  const RecordId record = make({at(file("photo.jpg", 10))});
  const auto original = list(record).front();
  ASSERT_TRUE(content(original.id));
  // Removed and put back with another word, as a member could who may write there.
  const auto row = home->records->load(original.id);
  const changes::FieldState* entries = (*row)->merged.field(changes::kCustodyField, true);
  std::string altered = to_text(entries->siblings.back().value);
  altered.replace(altered.find("viewed"), 6, "exported");
  store::Chain* chain = *home->chains->open((*row)->compartment, home->identity.log);
  changes::ChangeSet set{chain->applied_seq + 1, home->hybrid_clock->next(), {changes::SetAdd{original.id, changes::kCustodyField, altered}}};
  ASSERT_TRUE(home->records->apply(*chain, set));
  int wrong = 0;
  const auto after = Evidence(*home).custody(record);
  for (const CustodyEntry& entry : *after) wrong += entry.holds ? 0 : 1;
  EXPECT_EQ(wrong, 1);
}

TEST_F(AttachmentsTest, AFileThatIsGoneOrDamagedIsSaidAndFetchedAgain) {
  const RecordId record = make({at(file("photo.jpg", 10'000))});
  const auto original = list(record).front();
  const auto path = std::filesystem::directory_iterator(folder + "/home/blobs")->path();
  {
    std::fstream blob(path, std::ios::in | std::ios::out | std::ios::binary);
    blob.seekg(500);
    const int was = blob.get();
    blob.seekp(500);
    blob.put(static_cast<char>(was ^ 1));
  }
  const auto opened = content(original.id);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kDamaged);
  EXPECT_EQ(list(record).front().place, Place::kLost);
  std::filesystem::remove(path);
  EXPECT_EQ(content(original.id).error().code, Code::kNotFound);
  ASSERT_THAT(*home->blobs->to_fetch(10), SizeIs(1)) << "the server may have it";
}

TEST_F(AttachmentsTest, GoWithTheirRecord) {
  const RecordId record = make({at(file("photo.jpg", 10))});
  const auto original = list(record).front();
  ASSERT_TRUE(Editor(*home).remove(record));
  EXPECT_FALSE(Evidence(*home).attachments(record).has_value() && !list(record).empty());
  EXPECT_EQ(home->blobs->counts()->missing, 0u);
  EXPECT_THAT(*home->blobs->to_fetch(10), SizeIs(0));
  EXPECT_THAT(*home->blobs->to_send(1'000'000, 10), SizeIs(0)) << "what was taken back before it was sent stays here";
  EXPECT_EQ(home->blobs->counts()->unsent, 0u);
  EXPECT_FALSE(content(original.id));
}

TEST_F(AttachmentsTest, AreNotMadeOrEditedAsRecordsAre) {
  Draft draft;
  draft.form = "attachment";
  draft.fields = {{"name", "x"}};
  EXPECT_THAT(Editor(*home).create(draft).error().message, HasSubstr("--attach"));
  const RecordId record = make({at(file("photo.jpg", 10))});
  const auto attachment = list(record).front().id;
  EXPECT_EQ(Editor(*home).edit({attachment, {{"name", "other"}}, {}, {}, {}}).error().code, Code::kDenied);
  const AttachmentInput more = at(file("more", 1));
  EXPECT_EQ(Editor(*home).attach(attachment, {&more, 1}, {}).error().code, Code::kUnsupported);
}

TEST_F(AttachmentsTest, WhatACrashLeftGoesAtTheNextOpening) {
  const RecordId record = make({at(file("photo.jpg", 10))});
  std::ofstream(folder + "/home" + "/blobs/new-0011223344556677") << "half";
  std::ofstream(folder + "/home" + "/blobs/00112233445566778899aabbccddeeff") << "named by nothing";
  ASSERT_TRUE(Attachments(*home).sweep());
  EXPECT_EQ(files_on_disk(), 1u);
  EXPECT_TRUE(content(list(record).front().id));
}

TEST_F(AttachmentsTest, NamesAreShownWithoutTheirFolders) {
  AttachmentInput named = at(file("photo.jpg", 10));
  named.name = "../../etc/pass\x01wd";
  const RecordId record = make({named});
  EXPECT_EQ(list(record).front().name, "passwd");
  EXPECT_THAT(Evidence(*home).find(record, "nothing").error().message, HasSubstr("It has: passwd."));
}

TEST(PieceSize, FollowsTheLink) {
  PieceSize size;
  EXPECT_EQ(size.bytes(), PieceSize::kLeast);
  for (int i = 0; i < 10; ++i) size.moved(size.bytes(), 1);
  EXPECT_EQ(size.bytes(), PieceSize::kMost);
  // 40 kbit/s: 5 KB a second, so 8 seconds are 40 KB.
  for (int i = 0; i < 5; ++i) size.moved(size.bytes(), static_cast<std::int64_t>(size.bytes() / 5));
  EXPECT_EQ(size.bytes(), 32u * 1024);
  for (int i = 0; i < 5; ++i) size.moved(size.bytes(), static_cast<std::int64_t>(size.bytes()) * 1000);
  EXPECT_EQ(size.bytes(), PieceSize::kLeast);
  size.moved(PieceSize::kLeast, 1);
  EXPECT_EQ(size.bytes(), 32 * PieceSize::kLeast) << "one quick answer says little";
  size.failed();
  EXPECT_EQ(size.bytes(), 8 * PieceSize::kLeast);
}

}  // namespace
}  // namespace haki::client
