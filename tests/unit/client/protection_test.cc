// Goal: what a person, or somebody who has taken the device, meets at the door of a home: counted tries, rules that destroy it,
// a second passphrase that leaves an empty home. Method: real homes on disk through the public API; time passes by writing the
// file that counts, as its spec lays it out.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "client/home.h"
#include "client/opening.h"
#include "haki/client.h"
#include "keys/attempts.h"

namespace haki {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view kAmina = "four words of amina", kForced = "what she says if forced", kWrong = "not this one";
constexpr const char* kMarker = "MarkerMwanamkeAliona";

struct ProtectionTest : testing::Test {
  std::string folder = testing::TempDir() + "haki-protection-XXXXXX";
  std::string home;

  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    home = folder + "/home";
    make_home();
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  // A home that has joined a coalition, as far as recording goes, with one record in it.
  void make_home() {
    {
      auto made = client::Home::create(home, kAmina);
      ASSERT_TRUE(made) << made.error().message;
      CoalitionId org;
      org.bytes.fill(5);
      ASSERT_TRUE((*made)->settings->put(client::setting::kOrg, org));
    }
    const auto opened = open(kAmina);
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE((*opened)->create({"observation", {{"narrative", kMarker}}, {}, false, {}}));
  }
  Result<std::unique_ptr<Client>> open(std::string_view passphrase) { return Client::open(home, passphrase); }
  std::string refusal(std::string_view passphrase) {
    const auto opened = open(passphrase);
    if (opened) return "(it opened)";
    EXPECT_EQ(opened.error().code, Code::kWrongKey);
    return opened.error().message;
  }
  void let_time_pass() {
    keys::Attempts attempts = keys::read_attempts(home);
    attempts.last_wrong_ms -= 61'000;
    ASSERT_TRUE(keys::write_attempts(home, attempts));
  }
  std::map<std::string, std::uintmax_t> files(const std::string& where) {
    std::map<std::string, std::uintmax_t> found;
    for (const auto& entry : std::filesystem::directory_iterator(where)) {
      found[entry.path().filename()] = entry.file_size();
    }
    return found;
  }
  std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
};

TEST_F(ProtectionTest, AChangedPassphraseOpensTheSameRecordsAndNothingIsWrittenAgain) {
  const std::string store = content(home + "/store.db");
  {
    auto client = open(kAmina);
    ASSERT_TRUE(client);
    EXPECT_EQ((*client)->change_passphrase(kWrong, kForced).error().code, Code::kWrongKey);
    ASSERT_TRUE((*client)->change_passphrase(kAmina, "a new one altogether"));
    EXPECT_TRUE((*client)->passphrase_matches("a new one altogether")) << "whoever keeps it open asks for the new one";
    EXPECT_FALSE((*client)->passphrase_matches(kAmina));
  }
  EXPECT_EQ(content(home + "/store.db"), store);
  EXPECT_THAT(refusal(kAmina), HasSubstr("wrong"));
  auto client = open("a new one altogether");
  ASSERT_TRUE(client);
  EXPECT_THAT(*(*client)->list({"observation", "", 0, true, "", false, false}), SizeIs(1));
}

TEST_F(ProtectionTest, WrongOnesCountAcrossOpeningsAndEvenTheRightOneWaits) {
  for (int i = 0; i < 3; ++i) EXPECT_THAT(refusal(kWrong), HasSubstr("The passphrase is wrong."));
  EXPECT_THAT(refusal(kAmina), HasSubstr("wrong 3 times. Wait 1 s"));
  EXPECT_EQ(keys::read_attempts(home).wrong, 3u) << "what was not looked at does not count";
  let_time_pass();
  EXPECT_THAT(refusal(kWrong), HasSubstr("The passphrase is wrong."));
  let_time_pass();
  EXPECT_TRUE(open(kAmina));
  EXPECT_FALSE(std::filesystem::exists(home + "/tries")) << "a right one ends the count";
  EXPECT_THAT(refusal(kWrong), HasSubstr("try again"));
}

TEST_F(ProtectionTest, AClockThatWasSetBackWaitsOnceMoreAndNotForYears) {
  const std::int64_t next_year = base::SystemClock().now_ms() + 365ll * 24 * 3'600'000;
  ASSERT_TRUE(keys::write_attempts(home, {4, 0, next_year}));
  EXPECT_THAT(refusal(kAmina), HasSubstr("Wait 1 s"));
  EXPECT_LT(keys::read_attempts(home).last_wrong_ms, next_year);
  let_time_pass();
  EXPECT_TRUE(open(kAmina));
}

TEST_F(ProtectionTest, TheLimitDestroysTheHome) {
  ASSERT_TRUE((*open(kAmina))->set_rules({5, 0}));
  EXPECT_EQ(keys::read_attempts(home).wipe_after, 5u);
  EXPECT_THAT(refusal(kWrong), HasSubstr("After 4 more"));
  EXPECT_TRUE(open(kAmina)) << "and a right one starts anew";
  for (int left = 4; left > 1; --left) {
    EXPECT_THAT(refusal(kWrong), HasSubstr("After " + std::to_string(left) + " more"));
    let_time_pass();
  }
  EXPECT_THAT(refusal(kWrong), HasSubstr("One more"));
  let_time_pass();
  EXPECT_THAT(refusal(kWrong), HasSubstr("has been destroyed"));
  EXPECT_FALSE(std::filesystem::exists(home));
  EXPECT_EQ(open(kAmina).error().code, Code::kNotFound);
}

TEST_F(ProtectionTest, WithoutALimitNothingIsDestroyed) {
  for (int i = 0; i < 21; ++i) {
    EXPECT_THAT(refusal(kWrong), HasSubstr("The passphrase is wrong. Nothing was changed; try again."));
    let_time_pass();
  }
  EXPECT_TRUE(open(kAmina));
}

TEST_F(ProtectionTest, TheSealedRulePutsRightWhatSomebodyWroteBesideTheKeyFile) {
  ASSERT_TRUE((*open(kAmina))->set_rules({10, 0}));
  std::filesystem::remove(home + "/tries");
  ASSERT_TRUE(open(kAmina));
  EXPECT_EQ(keys::read_attempts(home).wipe_after, 10u);
  ASSERT_TRUE(keys::write_attempts(home, {0, 20, 0}));
  ASSERT_TRUE(open(kAmina));
  EXPECT_EQ(keys::read_attempts(home), (keys::Attempts{0, 10, 0}));
}

TEST_F(ProtectionTest, RulesAreOnlyThoseThatAreOffered) {
  auto client = open(kAmina);
  for (const std::uint32_t count : {1u, 4u, 6u, 21u, 4'000'000'000u}) {
    EXPECT_EQ((*client)->set_rules({count, 0}).error().code, Code::kInvalid) << count;
  }
  for (const std::int64_t idle : {-1ll, 1ll, 29'999ll, 12 * 3'600'000ll + 1}) {
    EXPECT_EQ((*client)->set_rules({0, idle}).error().code, Code::kInvalid) << idle;
  }
  for (const std::int64_t idle : {30'000ll, 12 * 3'600'000ll}) EXPECT_TRUE((*client)->set_rules({20, idle})) << idle;
  EXPECT_EQ((*client)->rules()->idle_ms, 12 * 3'600'000ll);
  EXPECT_EQ((*client)->rules()->wipe_after, 20u);
}

TEST_F(ProtectionTest, TheSecondPassphraseLeavesAHomeLikeOneNeverUsed) {
  ASSERT_TRUE((*open(kAmina))->set_duress_passphrase(kAmina, kForced));
  ASSERT_TRUE((*open(kAmina))->set_rules({5, 60'000}));
  const std::string former = content(home + "/store.db"), key = content(home + "/key");
  std::filesystem::create_hard_link(home + "/key", folder + "/seen");
  {
    auto client = open(kForced);
    ASSERT_TRUE(client) << client.error().message;
    EXPECT_THAT(*(*client)->list({"observation", "", 0, true, "", false, false}), IsEmpty());
    EXPECT_THAT(*(*client)->search(kMarker, 0), IsEmpty());
    const Status status = *(*client)->status();
    EXPECT_EQ(status.coalition + status.member.substr(8) + status.role + status.server, "");
    EXPECT_EQ((*client)->rules()->wipe_after, 0u);
    const auto made = (*client)->create({"observation", {{"narrative", "x"}}, {}, false, {}});
    EXPECT_EQ(made.error().code, Code::kNotAdmitted);
    EXPECT_THAT(made.error().message, HasSubstr("belongs to no coalition yet"));
  }
  EXPECT_EQ(content(folder + "/seen").find(key.substr(64, 16)), std::string::npos) << "overwritten where it lay";
  const auto again = keys::open_key_file(home, crypto::SecretBytes(as_bytes(kForced)));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->decoy) << "the key file is one of a home just made";
  const std::string fresh = folder + "/fresh";
  ASSERT_TRUE(Client::make_empty(fresh, kForced));
  EXPECT_EQ(files(home), files(fresh)) << "the same files, of the same sizes";
  EXPECT_NE(content(home + "/store.db").substr(0, 4096), former.substr(0, 4096));
  for (const auto& [name, size] : files(home)) {
    for (const char* word : {"duress", "decoy", "forced", kMarker}) {
      EXPECT_EQ(content(home + "/" + name).find(word), std::string::npos) << name;
    }
  }
  EXPECT_THAT(refusal(kAmina), HasSubstr("The passphrase is wrong."));
  EXPECT_TRUE(open(kForced)) << "from now on it is the home's passphrase";
}

TEST_F(ProtectionTest, TheSecondPassphraseGoesOnWhereItWasKilled) {
  crypto::SystemRandom random;
  ASSERT_TRUE((*open(kAmina))->set_duress_passphrase(kAmina, kForced));
  ASSERT_TRUE(keys::destroy_first_slot(home, random));  // and then the process was killed: the store is still there
  EXPECT_THAT(refusal(kAmina), HasSubstr("The passphrase is wrong."));
  const auto client = open(kForced);
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_THAT(*(*client)->list({"observation", "", 0, true, "", false, false}), IsEmpty());
}

TEST_F(ProtectionTest, AWipeTakesEverythingOfOursAndNothingElse) {
  std::ofstream(home + "/holiday.jpg") << "not ours";
  ASSERT_TRUE((*open(kAmina))->set_rules({5, 0}));
  ASSERT_TRUE(haki::destroy_keys(home));
  EXPECT_FALSE(Client::home_exists(home));
  ASSERT_TRUE(haki::remove_home(home));
  EXPECT_EQ(files(home), (std::map<std::string, std::uintmax_t>{{"holiday.jpg", 8}}));
  std::filesystem::remove_all(home);
  make_home();
  ASSERT_TRUE(haki::destroy_keys(home));
  ASSERT_TRUE(haki::remove_home(home));
  EXPECT_FALSE(std::filesystem::exists(home));
}

TEST_F(ProtectionTest, WhoeverKeepsItOpenJudgesAnotherPassphraseByTheKeyFile) {
  auto client = open(kAmina);
  ASSERT_TRUE((*client)->set_duress_passphrase(kAmina, kForced));
  ASSERT_TRUE((*client)->set_rules({5, 0}));
  EXPECT_FALSE((*client)->passphrase_matches(kForced));
  EXPECT_TRUE((*client)->judge_other_passphrase(kForced)) << "it opens the home anew, so this one is to be closed";
  for (std::uint32_t wrong = 1; wrong < 5; ++wrong) {
    EXPECT_EQ((*client)->judge_other_passphrase(kWrong).error().code, Code::kWrongKey);
    EXPECT_EQ(keys::read_attempts(home).wrong, wrong);
  }
  EXPECT_TRUE((*client)->passphrase_matches(kAmina));
  EXPECT_EQ(keys::read_attempts(home).wrong, 0u);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE((*client)->judge_other_passphrase(kWrong));
  EXPECT_FALSE(Client::home_exists(home));
  client->reset();
  EXPECT_FALSE(std::filesystem::exists(home)) << "closing brings no file back";
}

}  // namespace
}  // namespace haki
