// Goal: after a home was closed, nothing secret is in the memory of the process that had it open. Method: this process works
// with a home through the client library, closes it, and searches all of its own writable memory.
//
// Built twice: as an app that embeds the library does without more (passphrases and keys must be gone), and with the heap that
// `haki` has (records must be gone too).
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>

#include "client/home.h"
#include "crypto/passphrase.h"
#include "haki/client.h"
#include "haki/secret_text.h"
#include "keys/key_file.h"
#include "memory.h"

#if defined(HAKI_HEAP_IS_WIPED)
#define MemoryTest WipedHeapMemoryTest  // the two programs' tests need two names
#endif

namespace haki::e2e {
namespace {

using testing::IsEmpty;

// Kept changed, and told only for the moment it is needed.
class Hidden {
 public:
  template <std::size_t N>
  consteval explicit Hidden(const char (&text)[N]) : size_(N - 1) {
    for (std::size_t i = 0; i < N - 1; ++i) changed_[i] = static_cast<char>(text[i] ^ 0x5A);
  }
  SecretText tell() const {
    char text[64];
    for (std::size_t i = 0; i < size_; ++i) text[i] = static_cast<char>(changed_[i] ^ 0x5A);
    SecretText told(std::string_view(text, size_));
    SecretText::wipe_memory(text, sizeof text);
    return told;
  }

 private:
  char changed_[64] = {};
  std::size_t size_;
};

constexpr Hidden kPassphrase("zebra quilt harbour nineteen"), kNext("magnet willow saddle eleven"),
    kForced("copper lantern thistle forty"), kWrong("pepper anvil meadow twelve");
constexpr Hidden kNarrative("MarkerNarrativeOfTheSchoolWell"), kPlace("MarkerPlaceByTheRiver");

struct MemoryTest : testing::Test {
  std::string folder = testing::TempDir() + "haki-memory-XXXXXX";
  std::string home;
  std::vector<Needle> keys;

  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    home = folder + "/home";
    const SecretText passphrase = kPassphrase.tell();
    auto made = client::Home::create(home, passphrase.view());
    ASSERT_TRUE(made);
    CoalitionId org;
    org.bytes.fill(5);
    ASSERT_TRUE((*made)->settings->put(client::setting::kOrg, org));
    // A key of the coalition's notebook for all, as a grant would bring it.
    crypto::EpochKey epoch;
    (*made)->random.fill({epoch.data(), 32});
    ASSERT_TRUE((*made)->ledger->put_key({CompartmentId{}, 1, epoch.copy(), 0, {}}));
    add_keys("epoch key", epoch.view());
    add_keys("signing key", (*made)->identity.sign.secret.view().first(32));
    add_keys("box key", (*made)->identity.box.secret.view());
    add_keys("auth key", (*made)->identity.auth.secret.view());
    made->reset();
    const auto opened = haki::keys::open_key_file(home, crypto::SecretBytes(as_bytes(passphrase.view())));
    ASSERT_TRUE(opened);
    add_keys("master key", opened->master.view());
    for (const std::uint64_t number : {1u, 3u}) {
      const crypto::SecretBytes key = crypto::subkey(opened->master, number);
      add_keys("subkey " + std::to_string(number), key.view());
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  void add_keys(const std::string& name, ByteView key) {
    for (Needle& needle : key_needles(name, key)) keys.push_back(std::move(needle));
  }

  // A day's work with an open home; gives back whether what must be seen while it is open was seen.
  void work(bool& keys_were_there) {
    const SecretText passphrase = kPassphrase.tell();
    {
      const SecretText wrong = kWrong.tell();
      ASSERT_FALSE(Client::open(home, wrong.view()));
    }
    auto client = Client::open(home, passphrase.view());
    ASSERT_TRUE(client);
    {
      const SecretText narrative = kNarrative.tell(), place = kPlace.tell();
      for (int i = 0; i < 40; ++i) {
        Draft draft{"observation", {{"narrative", std::string(narrative.view()) + " " + std::to_string(i)},
                                    {"place", std::string(place.view())}}, {}, i % 2 == 0, {}};
        const auto id = (*client)->create(draft);
        ASSERT_TRUE(id) << id.error().message;
        ASSERT_TRUE((*client)->edit({*id, {{"narrative", std::string(narrative.view()) + " edited"}}, {}, {}, {}}));
        ASSERT_TRUE((*client)->record(*id));
        ASSERT_TRUE((*client)->history(*id));
      }
      ASSERT_EQ((*client)->list({"observation", "", 0, true, "", false, false})->size(), 40u);
      ASSERT_EQ((*client)->search(place.view(), 0)->size(), 40u);
      ASSERT_TRUE((*client)->outbox());
      ASSERT_TRUE((*client)->status());
    }
    {
      const SecretText next = kNext.tell(), forced = kForced.tell();
      ASSERT_TRUE((*client)->set_duress_passphrase(passphrase.view(), forced.view()));
      ASSERT_TRUE((*client)->change_passphrase(passphrase.view(), next.view()));
      ASSERT_TRUE((*client)->change_passphrase(next.view(), passphrase.view()));
      ASSERT_TRUE((*client)->passphrase_matches(passphrase.view()));
      ASSERT_FALSE((*client)->judge_other_passphrase(next.view()));
    }
    keys_were_there = !found_in_own_memory(keys).empty();
  }

  std::vector<Needle> texts() {
    std::vector<Needle> needles;
    const auto add = [&](const char* name, const Hidden& hidden) {
      const SecretText told = hidden.tell();
      for (Needle& piece : text_needles(name, told.view())) needles.push_back(std::move(piece));
    };
    add("passphrase", kPassphrase);
    add("new passphrase", kNext);
    add("passphrase under duress", kForced);
    add("wrong passphrase", kWrong);
#if defined(HAKI_HEAP_IS_WIPED)
    add("narrative", kNarrative);
    add("place", kPlace);
#endif
    return needles;
  }
};

TEST_F(MemoryTest, NothingSecretIsLeftAfterAHomeWasClosed) {
  bool keys_were_there = false;
  work(keys_were_there);
  EXPECT_TRUE(keys_were_there) << "else the search finds nothing anywhere";
  EXPECT_THAT(found_in_own_memory(keys), IsEmpty());
  EXPECT_THAT(found_in_own_memory(texts()), IsEmpty());
}

TEST_F(MemoryTest, NothingSecretIsLeftAfterTheSecondPassphrase) {
  {
    const SecretText passphrase = kPassphrase.tell(), forced = kForced.tell();
    auto client = Client::open(home, passphrase.view());
    ASSERT_TRUE((*client)->set_duress_passphrase(passphrase.view(), forced.view()));
    client->reset();
    ASSERT_TRUE(Client::open(home, forced.view()));
  }
  EXPECT_THAT(found_in_own_memory(keys), IsEmpty());
  EXPECT_THAT(found_in_own_memory(texts()), IsEmpty());
}

TEST_F(MemoryTest, WhatIsThereIsFound) {
  const std::vector<Needle> needles = texts();
  const SecretText told = kPassphrase.tell();
  const std::string copy(told.view());
  EXPECT_GE(found_in_own_memory(needles).size(), 1u) << copy.size();
}

}  // namespace
}  // namespace haki::e2e
