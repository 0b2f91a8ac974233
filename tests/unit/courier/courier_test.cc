// Goal: work carried by hand arrives as by the network, once, in whatever order and by whomever, and nothing is taken on a
// courier's or a stranger's word. Method: real homes on the real relay; files go from folder to folder as on a stick.
#include "haki/courier.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#include "client/bundle_box.h"
#include "client/opening.h"
#include "client/people.h"
#include "client/sealer.h"
#include "crypto/hash.h"
#include "envelope/bundle_file.h"
#include "stage.h"

namespace haki::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class CourierTest : public testing::Test {
 protected:
  CourierTest() {
    if (::mkdtemp(folder_.data()) == nullptr) std::abort();
  }
  ~CourierTest() override {
    for (auto& member : newcomers_) member->home.reset();
    fs::remove_all(folder_);
  }
  std::string new_stick() {
    const std::string path = folder_ + "/stick" + std::to_string(++sticks_);
    fs::create_directory(path);
    return path;
  }
  // As if the invite had come as a text and there was no network to leave the request by.
  Member& joins_without_network(const std::string& name) {
    const auto invite = client::People(*stage.lead.home).invite({"monitor", name, "CSO", {}, "", 0});
    EXPECT_TRUE(invite);
    Member& member = *newcomers_.emplace_back(std::make_unique<Member>(name));
    auto home = client::Home::create(folder_ + "/" + name, "four words of a test");
    EXPECT_TRUE(home);
    member.home = std::move(*home);
    store::Transaction transaction(*member.home->database);
    EXPECT_TRUE(transaction.started());
    EXPECT_TRUE(member.home->take_invite(*keys::read_invite(invite->text), invite->text));
    EXPECT_TRUE(transaction.commit());
    EXPECT_TRUE(member.home->reload());
    return member;
  }
  BundlesMade make(Member& member, const std::string& stick, std::size_t bytes_max = Couriers::kBytesDefault) {
    auto made = Couriers(*member.home).make(stick, bytes_max);
    EXPECT_TRUE(made) << made.error().message;
    return made ? *made : BundlesMade{};
  }
  BundleTaken take(Member& member, const std::string& file) {
    auto taken = Couriers(*member.home).take(file);
    EXPECT_TRUE(taken) << taken.error().message;
    return taken ? *taken : BundleTaken{};
  }
  std::string refused(Member& member, const std::string& file) {
    const auto taken = Couriers(*member.home).take(file);
    EXPECT_FALSE(taken);
    return taken ? "" : taken.error().message;
  }
  BundlesForwarded forward(Member& member) {
    auto forwarded = Couriers(*member.home).forward();
    EXPECT_TRUE(forwarded) << forwarded.error().message;
    return forwarded ? *forwarded : BundlesForwarded{};
  }
  // Over a courier to the server and back, in these files' order.
  std::vector<std::string> carry(Member& courier, std::vector<std::string> files) {
    for (const std::string& file : files) EXPECT_TRUE(take(courier, file).held);
    forward(courier);
    return make(courier, new_stick()).answers;
  }
  std::uint64_t unsent(Member& member) {
    std::uint64_t unsent = 0;
    for (const store::Chain* chain : member.home->chains->own()) unsent += chain->applied_seq - chain->receipted_seq;
    return unsent;
  }
  std::int64_t number(Member& member, std::string_view name) { return *member.home->settings->number(name); }
  bool reads(Member& member, const RecordId& id) { return stage.records(member).contains(id); }
  static Bytes bytes_of(const std::string& path) { return *client::read_whole(client::the_system().disk, path, std::size_t{1} << 30); }
  std::string written(const std::string& name, ByteView bytes) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << as_text(bytes);
    return path;
  }

  Stage stage;
  std::string folder_ = testing::TempDir() + "haki-courier-XXXXXX";
  std::vector<std::unique_ptr<Member>> newcomers_;
  int sticks_ = 0;
};

TEST_F(CourierTest, AMonitorWithoutNetworkJoinsRecordsAndIsReadByTheLead) {
  Member& monitor = joins_without_network("Nekesa");
  const RecordId id = stage.record(monitor, "The bridge at Lodwar is gone");
  const auto request = make(monitor, new_stick()).files;
  ASSERT_EQ(request.size(), 1u);
  EXPECT_TRUE(take(stage.clinic, request[0]).held);
  const BundlesForwarded first = forward(stage.clinic);
  EXPECT_EQ(first.waiting, 1u) << "until a lead has let her in";
  EXPECT_THAT(first.notes, testing::ElementsAre(HasSubstr("waits until a lead lets that device in")));
  stage.sync_honestly(stage.lead);  // hears of it, and lets her in
  stage.sync_honestly(stage.lead);
  EXPECT_EQ(forward(stage.clinic).taken, 1u);
  const auto welcome = make(stage.clinic, new_stick()).answers;
  ASSERT_EQ(welcome.size(), 1u);
  EXPECT_FALSE(take(monitor, welcome[0]).held);
  ASSERT_TRUE(monitor.home->active());
  const auto now = stage.records(monitor);
  EXPECT_TRUE(std::ranges::any_of(now, [](const auto& one) { return one.second.find("Ratify the protocol") != std::string::npos; }))
      << "pulls travel back too";

  const auto answers = carry(stage.clinic, make(monitor, new_stick()).files);
  ASSERT_EQ(answers.size(), 1u);
  stage.sync_honestly(stage.lead);
  EXPECT_TRUE(reads(stage.lead, id));
  EXPECT_EQ(unsent(monitor), 1u);
  EXPECT_EQ(take(monitor, answers[0]).report.sent, 1u);
  EXPECT_EQ(unsent(monitor), 0u);
  EXPECT_EQ(number(monitor, client::setting::kLastWelcome), 0) << "nothing was heard by the network";
}

TEST_F(CourierTest, WhatIsSplitArrivesInAnyOrderAndNoFileIsLargerThanAsked) {
  Bytes noise(10'000);
  for (int i = 0; i < 16; ++i) {
    stage.monitor.home->random.fill(noise);
    stage.record(stage.monitor, to_hex(noise));
    ASSERT_TRUE(client::Sealer(*stage.monitor.home).seal(1'000'000));  // an item of its own
  }
  const std::uint64_t waiting = unsent(stage.monitor);
  auto files = make(stage.monitor, new_stick(), Couriers::kBytesMin).files;
  EXPECT_GE(files.size(), 3u);
  for (const std::string& file : files) EXPECT_LE(fs::file_size(file), Couriers::kBytesMin);
  for (const auto& entry : fs::directory_iterator(fs::path(files[0]).parent_path())) {
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
  std::ranges::reverse(files);
  for (const std::string& answer : carry(stage.clinic, files)) take(stage.monitor, answer);
  EXPECT_EQ(unsent(stage.monitor), 0u) << "of " << waiting;
  stage.check_together();
}

TEST_F(CourierTest, NobodyOnTheWaySeesWhoseItIsOrWhatIsInIt) {
  stage.record(stage.monitor, "Names of witnesses are with the parish");
  const auto made = make(stage.monitor, new_stick());
  const Bytes file = bytes_of(made.files.at(0));
  const client::Home& home = *stage.monitor.home;
  const auto contains = [&](ByteView what) { return std::search(file.begin(), file.end(), what.begin(), what.end()) != file.end(); };
  EXPECT_FALSE(contains(as_bytes("witnesses")));
  EXPECT_FALSE(contains(home.device));
  EXPECT_FALSE(contains(home.own_compartment()));
  EXPECT_FALSE(contains(home.identity.log));
  for (Member* other : {&stage.clinic, &stage.lead, &stage.monitor}) {
    EXPECT_FALSE(envelope::open_bundle({envelope::BundleKind::kToServer, home.org}, other->home->identity.box, file));
  }
}

TEST_F(CourierTest, AnOldAnswerTakenAgainMovesNothingBack) {
  stage.record(stage.monitor, "First");
  const auto old = carry(stage.clinic, make(stage.monitor, new_stick()).files).at(0);
  take(stage.monitor, old);
  for (Member* each : {&stage.lead, &stage.monitor, &stage.lead, &stage.monitor}) {
    stage.publish(stage.lead, "News");
    stage.record(stage.monitor, "More");
    stage.sync_honestly(*each);
  }
  const auto cursor = number(stage.monitor, client::setting::kCursor);
  const auto welcome = number(stage.monitor, client::setting::kLastWelcome);
  const auto before = stage.records(stage.monitor);
  const std::uint64_t waiting = unsent(stage.monitor);
  const BundleTaken again = take(stage.monitor, old);
  EXPECT_TRUE(again.report.notes.empty()) << again.report.notes.front();
  EXPECT_EQ(number(stage.monitor, client::setting::kCursor), cursor);
  EXPECT_EQ(number(stage.monitor, client::setting::kLastWelcome), welcome);
  EXPECT_EQ(stage.records(stage.monitor), before);
  EXPECT_EQ(unsent(stage.monitor), waiting);
  stage.check_together();
}

TEST_F(CourierTest, AnAnswerThatSpeaksOfAGapLongClosedIsNoLoss) {
  Bytes noise(20'000);
  for (int i = 0; i < 6; ++i) {
    stage.monitor.home->random.fill(noise);
    stage.record(stage.monitor, to_hex(ByteView(noise).first(15'000)));
    ASSERT_TRUE(client::Sealer(*stage.monitor.home).seal(1'000'000));
  }
  const auto files = make(stage.monitor, new_stick(), Couriers::kBytesMin).files;
  ASSERT_GE(files.size(), 2u);
  EXPECT_TRUE(take(stage.clinic, files.back()).held);
  const BundlesForwarded forwarded = forward(stage.clinic);
  EXPECT_EQ(forwarded.waiting, 1u) << "it comes after another part";
  EXPECT_EQ(forwarded.taken, 0u);
  const auto early = make(stage.clinic, new_stick()).answers;
  ASSERT_EQ(early.size(), 1u) << "its device learns of it all the same";
  EXPECT_TRUE(client::BundleBox(*stage.clinic.home).waiting()->empty());
  stage.sync_honestly(stage.monitor);
  ASSERT_EQ(unsent(stage.monitor), 0u);
  EXPECT_TRUE(take(stage.monitor, early[0]).report.notes.empty());
  EXPECT_EQ(unsent(stage.monitor), 0u);
}

TEST_F(CourierTest, AnAnswerThatDoesNotAdjoinIsTakenButMovesNoCursor) {
  const auto files = make(stage.monitor, new_stick()).files;
  stage.publish(stage.lead, "A duty to report");
  stage.sync_honestly(stage.lead);
  const auto answers = carry(stage.clinic, files);
  ASSERT_TRUE(stage.monitor.home->settings->put_number(client::setting::kCursor, 0));  // it asks for everything anew
  EXPECT_GT(take(stage.monitor, answers.at(0)).report.received, 0u);
  EXPECT_EQ(number(stage.monitor, client::setting::kCursor), 0);
  stage.check_together();
}

TEST_F(CourierTest, ANewLifeOfTheServerIsTakenOverOnceAndNotGivenUpForAnOldAnswer) {
  ASSERT_TRUE(stage.monitor.home->settings->put_number(client::setting::kCursor, 0));  // it asks for everything anew
  const auto old = carry(stage.clinic, make(stage.monitor, new_stick()).files).at(0);
  stage.server.begin_new_life();
  const auto fresh = carry(stage.clinic, make(stage.monitor, new_stick()).files).at(0);
  const auto run = [&] { return *stage.monitor.home->settings->get(client::setting::kServerRun); };
  const auto before = run();
  take(stage.monitor, fresh);
  const auto after = run();
  EXPECT_NE(before, after);
  const auto cursor = number(stage.monitor, client::setting::kCursor);
  take(stage.monitor, old);
  EXPECT_EQ(run(), after);
  EXPECT_EQ(number(stage.monitor, client::setting::kCursor), cursor);
  stage.check_together();
}

TEST_F(CourierTest, WhatIsNoBundleOfThisCoalitionIsRefusedInWords) {
  stage.record(stage.monitor, "For the road");
  const auto made = make(stage.monitor, new_stick());
  const Bytes bundle = bytes_of(made.files.at(0));
  EXPECT_THAT(refused(stage.clinic, folder_ + "/nowhere"), HasSubstr("There is no file"));
  EXPECT_THAT(refused(stage.clinic, written("note.txt", as_bytes("buy salt"))), HasSubstr("no Haki bundle"));
  EXPECT_THAT(refused(stage.clinic, written("empty", {})), HasSubstr("no Haki bundle"));
  EXPECT_THAT(refused(stage.clinic, written("cut", ByteView(bundle).first(bundle.size() - 9))), HasSubstr("cut short"));
  Bytes changed = bundle;
  changed[7] = '2';
  EXPECT_THAT(refused(stage.clinic, written("newer", changed)), HasSubstr("newer version"));
  changed = bundle;
  changed[9] ^= 1;
  EXPECT_THAT(refused(stage.clinic, written("foreign", changed)), HasSubstr("another coalition"));
  const std::string answer = carry(stage.clinic, made.files).at(0);
  EXPECT_THAT(refused(stage.clinic, answer), HasSubstr("another device"));
  changed = bytes_of(answer);
  changed.back() ^= 1;
  EXPECT_THAT(refused(stage.monitor, written("changed", changed)), HasSubstr("damaged"));
  EXPECT_TRUE(client::BundleBox(*stage.clinic.home).waiting()->empty());
  EXPECT_EQ(unsent(stage.monitor), 1u);
}

TEST_F(CourierTest, AnAnswerOfAnotherServerIsNotBelieved) {
  const client::Home& home = *stage.monitor.home;
  const auto stranger = crypto::SigningPair::generate();
  envelope::Welcome welcome;
  welcome.time_ms = 1;
  welcome.cursor = 1'000'000;
  welcome.server_run.bytes.fill(3);
  const auto answer = [&](const crypto::SigningSecret& signer, const DeviceId& device, const Bytes& after) {
    envelope::BundleAnswer head;
    head.signature = crypto::sign(signer, "HAKI1.bua", envelope::bundle_answer_message(home.org, device, head, after));
    Bytes plain = envelope::encode_frame(head);
    plain.insert(plain.end(), after.begin(), after.end());
    return written("answer", envelope::seal_bundle({envelope::BundleKind::kAnswer, home.org}, home.identity.box.public_key, plain));
  };
  const Bytes good = envelope::encode_frame(welcome);
  EXPECT_THAT(refused(stage.monitor, answer(stranger.secret, home.device, good)), HasSubstr("not from this coalition's server"));
  EXPECT_THAT(refused(stage.monitor, answer(stage.server.keys.sign.secret, stage.clinic.home->device, good)), HasSubstr("not from this"));
  EXPECT_THAT(refused(stage.monitor, answer(stage.server.keys.sign.secret, home.device, {})), HasSubstr("not from this"))
      << "without a Welcome";
  // The server itself, seized, cannot have a receipt believed that it did not sign, nor entries that members did not.
  Bytes lie = good;
  envelope::append_frame(lie, envelope::Receipt{home.own_compartment(), {}, 1, 1, {}});
  stage.record(stage.monitor, "Not sent yet");
  const auto taken = take(stage.monitor, answer(stage.server.keys.sign.secret, home.device, lie));
  EXPECT_EQ(taken.report.sent, 0u);
  EXPECT_EQ(unsent(stage.monitor), 1u);
}

TEST_F(CourierTest, WhatIsHeldForOthersGoesWithAWipe) {
  take(stage.clinic, make(stage.monitor, new_stick()).files.at(0));
  const std::string home = stage.clinic.home->path;
  ASSERT_EQ(fs::status(home + "/bundles").type(), fs::file_type::directory);
  stage.clinic.home.reset();
  ASSERT_TRUE(client::destroy_keys(home));
  ASSERT_TRUE(client::remove_home(home));
  EXPECT_FALSE(fs::exists(home));
}

TEST_F(CourierTest, ASizeOrFolderThatDoesNotDoIsSaidAndNothingIsWritten) {
  const std::string stick = new_stick();
  for (const std::size_t size : {Couriers::kBytesMin - 1, envelope::kBundleFileBytesMax + 1}) {
    const auto made = Couriers(*stage.monitor.home).make(stick, size);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, Code::kInvalid);
  }
  const auto nowhere = Couriers(*stage.monitor.home).make(stick + "/missing", Couriers::kBytesDefault);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Code::kNotFound);
  EXPECT_TRUE(fs::is_empty(stick));
  EXPECT_EQ(make(stage.monitor, stick, Couriers::kBytesMin).files.size(), 1u) << "an ask alone";
}

// The system's files, of which one operation is refused as a full disk would; half of a write has arrived then.
class FullDisk final : public store::Disk {
 public:
  explicit FullDisk(int failing) : left_(failing) {}
  bool refused = false;

  Result<std::unique_ptr<store::DiskFile>> open(const std::string& path, store::OpenMode mode) override {
    if (refuses()) return full().error();
    HAKI_ASSIGN(auto inner, disk_.open(path, mode));
    return std::unique_ptr<store::DiskFile>(std::make_unique<File>(*this, std::move(inner)));
  }
  Result<bool> exists(const std::string& path) override { return disk_.exists(path); }
  Result<> remove(const std::string& path) override { return disk_.remove(path); }
  Result<> rename(const std::string& from, const std::string& to) override { return refuses() ? full() : disk_.rename(from, to); }
  Result<> sync_directory_of(const std::string& path) override { return refuses() ? full() : disk_.sync_directory_of(path); }
  Result<> make_directory(const std::string& path) override { return disk_.make_directory(path); }
  Result<> remove_directory(const std::string& path) override { return disk_.remove_directory(path); }
  Result<std::vector<std::string>> names_in(const std::string& path) override { return disk_.names_in(path); }

 private:
  class File final : public store::DiskFile {
   public:
    File(FullDisk& disk, std::unique_ptr<store::DiskFile> inner) : disk_(disk), inner_(std::move(inner)) {}
    Result<std::size_t> read(std::uint64_t at, std::span<std::uint8_t> to) override { return inner_->read(at, to); }
    Result<> write(std::uint64_t at, ByteView from) override {
      if (!disk_.refuses()) return inner_->write(at, from);
      EXPECT_TRUE(inner_->write(at, from.first(from.size() / 2)));
      return full();
    }
    Result<> sync() override { return disk_.refuses() ? full() : inner_->sync(); }
    Result<> truncate(std::uint64_t size) override { return inner_->truncate(size); }
    Result<std::uint64_t> size() override { return inner_->size(); }
    Result<> lock() override { return inner_->lock(); }

   private:
    FullDisk& disk_;
    std::unique_ptr<store::DiskFile> inner_;
  };
  static Result<> full() { return Error{Code::kDiskFull, "The disk is full."}; }
  bool refuses() {
    const bool now = left_-- == 0;
    refused |= now;
    return now;
  }
  store::PosixDisk disk_;
  int left_;
};

// Whatever a disk refuses, and whenever: the file is there whole, or nothing is.
TEST_F(CourierTest, OfAFullDiskNothingHalfIsLeft) {
  const Bytes content(5'000, 0x11);
  for (int failing = 0;; ++failing) {
    FullDisk disk(failing);
    const std::string stick = new_stick();
    const auto written = client::write_whole(disk, stick + "/bundle", content);
    EXPECT_FALSE(fs::exists(stick + "/bundle.new")) << "operation " << failing;
    if (fs::exists(stick + "/bundle")) {
      EXPECT_EQ(bytes_of(stick + "/bundle"), content);
    }
    EXPECT_EQ(written.has_value(), !disk.refused);
    if (!disk.refused) break;
  }
}

// Everything at once, in an order of a seed's choosing: recorded, bundled, carried once or twice or never, answered late, synced.
class InAnyOrder : public CourierTest {
 protected:
  template <typename T>
  const T& one_of(const std::vector<T>& all) {
    return all[random_() % all.size()];
  }
  void step() {
    Member& member = random_() % 2 == 0 ? stage.monitor : stage.clinic;
    Member& courier = &member == &stage.monitor ? stage.clinic : stage.monitor;
    auto& files = files_[&member];
    auto& answers = answers_[&member];
    switch (random_() % 7) {
      case 0:
      case 1:
        stage.record(member, "Observation " + std::to_string(++made_));
        break;
      case 2:
        for (const std::string& file : make(member, new_stick(), Couriers::kBytesMin).files) files.push_back(file);
        break;
      case 3:
      case 4:
        if (files.empty()) break;
        for (const std::string& answer : carry(courier, {one_of(files)})) answers.push_back(answer);
        break;
      case 5:
        if (!answers.empty()) take(member, one_of(answers));
        break;
      default:
        if (random_() % 2 == 0) stage.publish(stage.lead, "Recommendation " + std::to_string(++made_));
        stage.sync_honestly(random_() % 2 == 0 ? member : stage.lead);
    }
  }
  std::mt19937 random_;
  std::map<Member*, std::vector<std::string>> files_, answers_;
  int made_ = 0;
};

TEST_F(InAnyOrder, ByHandAndByNetworkComeToTheSame) {
  const char* given = std::getenv("HAKI_SEED");
  const unsigned seed = given != nullptr ? static_cast<unsigned>(std::stoul(given)) : std::random_device{}();
  random_.seed(seed);
  const int steps = std::getenv("HAKI_LONG") != nullptr ? 2'000 : 120;
  for (int i = 0; i < steps && !HasFailure(); ++i) step();
  stage.check_local();
  stage.check_together();
  stage.check_leaks();
  if (HasFailure()) std::printf("again: HAKI_SEED=%u courier_test --gtest_filter=InAnyOrder.*\n", seed);
}

}  // namespace
}  // namespace haki::test
