// Goal: wherever a device stops between saving and being acknowledged, and whatever became of the server's answers, what it said is
// saved reaches the other side, once: no place of a chain is ever sent with two contents, nothing the device knew to be acknowledged
// is sent again, no change comes twice. Method: a monitor's day against the real server; the Nth thing that its disk does is its
// last, for every N; it is turned on again on what is left, the person repeats what was not said to be done, and at the end the
// lead's home, and all that ever reached the server, are looked at. HAKI_LONG=1 stops everywhere in each way.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "session.h"
#include "store_fixture.h"

namespace haki::test {
namespace {

enum class Death { kKilled, kUnsyncedLost, kReordered };

// Runs as they reached the server.
class Overheard {
 public:
  // What the device knows to be acknowledged, before an exchange.
  void known(client::Home& home) {
    for (const store::Chain* chain : home.chains->own()) receipted_[chain->compartment] = chain->receipted_seq;
  }
  void hear(const transport::Request& request, const DeviceId& from) {
    bool counts = false;
    for (envelope::FrameReader reader(request.body); !reader.done();) {
      const auto frame = reader.next();
      if (!frame) return;
      if (const auto* hello = std::get_if<envelope::Hello>(&*frame)) counts = hello->device == from;
      if (const auto* run = std::get_if<envelope::Run>(&*frame); run != nullptr && counts) hear(*run);
    }
  }
  std::vector<std::string> wrong;
  std::size_t items() const { return items_.size(); }
  std::size_t again = 0;  // sent, and not known to be acknowledged, more than once

 private:
  void hear(const envelope::Run& run) {
    std::uint64_t place = run.after_seq;
    for (const envelope::Item& item : run.items) {
      const Hash hash = crypto::hash32({item.sealed});
      const auto [known, fresh] = items_.try_emplace({run.compartment, place}, hash);
      if (!fresh) ++again;
      if (!fresh && known->second != hash) wrong.push_back("place " + std::to_string(place) + " of a chain was sent with two contents");
      place += item.sets;
      if (place <= receipted_[run.compartment]) wrong.push_back("what was acknowledged was sent again: " + std::to_string(place));
    }
  }
  std::map<std::pair<CompartmentId, std::uint64_t>, Hash> items_;
  std::map<CompartmentId, std::uint64_t> receipted_;
};

// A day: each thing is done, or, after a stop, done unless it is found done.
struct Deed {
  std::uint8_t record;      // 0: a sync
  std::string text;         // the narrative from then on
  bool fresh = false;       // the record is made
  Line::Weather weather = Line::Weather::kFair;
};
const std::vector<Deed>& the_day() {
  static const std::vector<Deed> kDay = {
      {11, "HAKIMARK the well", true},  {12, "HAKIMARK the road", true},   {0, {}},
      {11, "HAKIMARK the well, again"}, {0, {}, false, Line::Weather::kAnswersLost}, {13, "HAKIMARK the clinic", true},
      {0, {}, false, Line::Weather::kNoLink}, {0, {}},                      {12, "HAKIMARK the road, again"},
      {0, {}},
  };
  return kDay;
}

Result<std::string> narrative_of(Client& client, const RecordId& record) {
  HAKI_ASSIGN(const RecordView view, client.record(record));
  const FieldView* const field = view.field("narrative");
  return field == nullptr || field->values.empty() ? std::string() : to_text(field->values.front());
}

class Day {
 public:
  Day(const std::string& folder, Death death, std::size_t last_operation)
      : office_(7, folder), death_(death), left_(last_operation),
        phone_(std::make_unique<Phone>(office_.server, office_.clock, office_.chance, office_.monitor.disk.image(), store::MemoryDisk::Power::kMayFail)) {
    watch();
  }

  void live() {
    office_.server.overheard = [this](const transport::Request& request, const transport::Response&) { heard_.hear(request, device_); };
    for (const Deed& deed : the_day()) {
      office_.clock.pass(60'000);
      if (!turned_on()) return;
      phone_->line.weather = deed.weather;
      auto done = perform(deed, false);
      if (!dead_) {
        EXPECT_TRUE(done || deed.weather != Line::Weather::kFair) << done.error().message;
        continue;
      }
      if (!turned_on()) return;
      phone_->line.weather = deed.weather;
      done = perform(deed, true);
      EXPECT_TRUE(done || deed.weather != Line::Weather::kFair) << "repeated: " << done.error().message;
    }
    phone_->disk.before = nullptr;
    settle();
  }

  bool died() const { return died_; }
  std::uint64_t changes() const { return changes_; }
  const Overheard& heard() const { return heard_; }

 private:
  void watch() {
    phone_->disk.before = [this](const store::Operation& operation) { return judge(operation); };
  }

  store::Ruling judge(const store::Operation& operation) {
    using Kind = store::Operation::Kind;
    if (dead_) return {.refuse = Error{Code::kIo, "the device is off"}};
    const bool counts = operation.changes_disk() || operation.kind == Kind::kSync || operation.kind == Kind::kSyncDirectory;
    if (died_ || !counts || left_-- > 0) return {};
    dead_ = died_ = true;
    phone_->line.weather = Line::Weather::kNoLink;
    return {.refuse = Error{Code::kIo, "the device is off"}, .done = operation.data.size() / 2};
  }

  bool turned_on() {
    if (dead_) {
      phone_->client.reset();
      std::mt19937_64 random(office_.chance.next());
      store::MemoryDisk& disk = phone_->disk;
      store::Image image = death_ == Death::kKilled         ? disk.image()
                           : death_ == Death::kUnsyncedLost ? disk.image_synced()
                                                            : disk.image_after_power_cut(random);
      phone_ = std::make_unique<Phone>(office_.server, office_.clock, office_.chance, std::move(image), store::MemoryDisk::Power::kMayFail);
      dead_ = false;
      watch();
    }
    if (phone_->client) return true;
    const auto on = phone_->turn_on();
    if (!on && dead_) return turned_on();
    EXPECT_TRUE(on) << "the home does not open: " << on.error().message;
    if (on) device_ = phone_->home().device;
    return on.has_value();
  }

  Result<> perform(const Deed& deed, bool perhaps_done) {
    Client& client = *phone_->client;
    if (deed.record == 0) {
      heard_.known(phone_->home());
      const auto report = client.sync({});
      return report ? Result<>() : Result<>(report.error());
    }
    const RecordId id = record_number(deed.record);
    if (perhaps_done) {
      const auto now = narrative_of(client, id);
      if (now && *now == deed.text) return {};
      EXPECT_EQ(now.has_value(), !deed.fresh) << "neither there nor absent";
    }
    if (!deed.fresh) return client.edit({id, {{"narrative", deed.text}}, {}, {}, {}});
    const auto made = client.create({"observation", {{"narrative", deed.text}}, {}, true, id, {}, {}});
    return made ? Result<>() : Result<>(made.error());
  }

  // Evening: fair weather, and the lead looks.
  void settle() {
    phone_->line.weather = Line::Weather::kFair;
    if (!turned_on()) return;
    ASSERT_OK(office_.lead.turn_on());
    for (int round = 0; round < 2; ++round) {
      heard_.known(phone_->home());
      ASSERT_OK(phone_->client->sync({}));
      ASSERT_OK(office_.lead.client->sync({}));
    }
    for (const store::Chain* chain : phone_->home().chains->own()) {
      EXPECT_EQ(chain->receipted_seq, chain->applied_seq) << "not all is acknowledged";
      const store::Chain* const there = office_.lead.home().chains->find(chain->compartment, chain->log);
      ASSERT_NE(there, nullptr);
      EXPECT_EQ(there->applied_seq, chain->applied_seq) << "the lead has not all of it";
      changes_ += chain->applied_seq;
    }
    std::map<std::uint8_t, std::vector<std::string>> expected;
    for (const Deed& deed : the_day()) {
      if (deed.record != 0) expected[deed.record].push_back(deed.text);
    }
    for (const auto& [number, texts] : expected) expect_once(record_number(number), texts);
  }

  void expect_once(const RecordId& id, const std::vector<std::string>& texts) {
    const auto now = narrative_of(*office_.lead.client, id);
    ASSERT_OK(now) << "a saved record is lost";
    EXPECT_EQ(*now, texts.back());
    const auto history = office_.lead.client->history(id);
    ASSERT_OK(history);
    std::size_t said = 0;
    for (const HistoryEntry& entry : *history) said += entry.field == "narrative";
    EXPECT_EQ(said, texts.size()) << "a change came twice, or not at all";
  }

  Office office_;
  const Death death_;
  std::size_t left_;
  std::unique_ptr<Phone> phone_;
  bool dead_ = false, died_ = false;
  DeviceId device_;
  Overheard heard_;
  std::uint64_t changes_ = 0;
};

class OutboxCrash : public ::testing::TestWithParam<Death> {};

TEST_P(OutboxCrash, WhatWasSavedArrivesOnceWhereverTheDeviceStops) {
  store::TemporaryFolder folder;
  const std::uint64_t untroubled = [&] {  // ends before the next day begins: libsodium takes its chance from one day at a time
    Day day(folder.path("untroubled"), GetParam(), SIZE_MAX);
    day.live();
    return day.changes();
  }();
  if (HasFailure()) return;
  const std::size_t stride = store::long_run() ? 1 : 5;
  std::size_t days = 0, again = 0;
  for (std::size_t last = static_cast<std::size_t>(GetParam());; last += stride) {
    SCOPED_TRACE("the last operation of the disk was number " + std::to_string(last));
    Day day(folder.path("server" + std::to_string(last)), GetParam(), last);
    day.live();
    if (!day.died()) break;
    ++days;
    again += day.heard().again;
    EXPECT_EQ(day.changes(), untroubled) << "a change was kept twice, or not at all";
    for (const std::string& wrong : day.heard().wrong) ADD_FAILURE() << wrong;
    if (HasFailure()) return;
  }
  EXPECT_GT(days * stride, 30u);
  EXPECT_GT(again, days) << "no item was ever repeated: the stops do not fall where it matters";
  std::printf("  %zu stops in a day of %llu changes, %zu items were sent again, byte for byte\n", days,
              static_cast<unsigned long long>(untroubled), again);
}

INSTANTIATE_TEST_SUITE_P(Deaths, OutboxCrash, ::testing::Values(Death::kKilled, Death::kUnsyncedLost, Death::kReordered),
                         [](const auto& tested) {
                           return tested.param == Death::kKilled ? "Killed" : tested.param == Death::kUnsyncedLost ? "UnsyncedLost" : "Reordered";
                         });

}  // namespace
}  // namespace haki::test
