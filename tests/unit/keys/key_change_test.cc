// Goal: what changes or destroys a home's keys leaves, wherever it is stopped, what was or what was wanted, and never a home
// that opens with nothing. Method: each step on the disk is the last one, before it, in its middle and after it.
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/random.h"
#include "keys/key_file.h"
#include "mortal_disk.h"

namespace haki::keys {
namespace {

using test::content_of;
using test::Death;
using test::MortalDisk;
using test::put;

constexpr std::size_t kSlotTwo = 128;
constexpr Death kDeaths[] = {Death::kBefore, Death::kTorn, Death::kAfter};

crypto::SecretBytes key_change_secret(std::string_view text) { return crypto::SecretBytes(as_bytes(text)); }

struct KeyChange : testing::Test {
  crypto::SystemRandom random;
  std::string home = testing::TempDir() + "haki-key-change-XXXXXX";
  const crypto::SecretBytes amina = key_change_secret("four words of amina");
  const crypto::SecretBytes other = key_change_secret("four other words now");
  const crypto::SecretBytes forced = key_change_secret("what she says if forced");
  HomeKeys made;
  std::string original;  // the key file as first made

  void SetUp() override {
    ASSERT_NE(::mkdtemp(home.data()), nullptr);
    auto keys = create_key_file(home, amina, floor_cost(), random);
    ASSERT_TRUE(keys);
    made = std::move(*keys);
    original = read();
  }
  void TearDown() override { std::filesystem::remove_all(home); }

  std::string read(const char* copy = "/key") { return content_of(home + copy); }
  void restore(const std::string& file) {
    for (const char* copy : {"/key", "/key.2"}) put(home + copy, file);
  }
  // "real": the home's own keys; "decoy": the second slot's; "settled": others, from the first slot; "": nothing opens.
  std::string opens(const crypto::SecretBytes& passphrase) {
    const auto opened = open_key_file(home, passphrase);
    if (!opened) return "";
    if (opened->decoy) return "decoy";
    return opened->master.equals(made.master) && opened->file_id == made.file_id ? "real" : "settled";
  }
  void set_forced() { ASSERT_TRUE(set_duress(home, amina, forced, random)); }
};

TEST_F(KeyChange, TheNewPassphraseOpensTheSameKeysAndTheFormerOneNothing) {
  ASSERT_TRUE(change_passphrase(home, amina, other, random));
  EXPECT_EQ(opens(other), "real");
  EXPECT_EQ(opens(amina), "");
  EXPECT_EQ(read(), read("/key.2"));
  EXPECT_EQ(read().substr(0, 40), original.substr(0, 40)) << "salt and cost stay: one run serves both slots";
  EXPECT_EQ(read().substr(kSlotTwo), original.substr(kSlotTwo)) << "the second slot is copied unread";
  EXPECT_NE(read().substr(40, 24), original.substr(40, 24)) << "a nonce is used once";
}

TEST_F(KeyChange, NeedsThePresentPassphraseAndAUsableNewOne) {
  EXPECT_EQ(change_passphrase(home, other, forced, random).error().code, Code::kWrongKey);
  EXPECT_EQ(change_passphrase(home, amina, key_change_secret("1234567"), random).error().code, Code::kInvalid);
  EXPECT_EQ(change_passphrase(home, amina, key_change_secret(std::string(1025, 'x')), random).error().code, Code::kInvalid);
  EXPECT_EQ(read(), original);
}

TEST_F(KeyChange, KilledAnywhereTheOldOrTheNewPassphraseOpens) {
  bool finished = false;
  int olds = 0, news = 0;
  for (int step = 0; !finished; ++step) {
    ASSERT_LT(step, 50);
    for (const Death death : kDeaths) {
      restore(original);
      MortalDisk disk(step, death);
      const auto changed = change_passphrase(home, amina, other, random, disk);
      EXPECT_EQ(changed.has_value(), !disk.reached());
      finished = !disk.reached();
      const std::string with_new = opens(other);
      const std::string with_old = with_new.empty() ? opens(amina) : "";
      EXPECT_TRUE(with_new == "real" || with_old == "real") << "step " << step;
      EXPECT_EQ(read(), read("/key.2")) << "the first opening makes them equal";
      (with_new.empty() ? olds : news) += 1;
    }
  }
  EXPECT_GT(olds, 1);
  EXPECT_GT(news, 3);
}

TEST_F(KeyChange, ACopyOfAnotherCostDoesNotKeepTheGoodOneFromOpening) {
  std::string dearer = original;
  base::store_le(reinterpret_cast<std::uint8_t*>(dearer.data()) + 16, limits::kArgonPassesMin + 1);
  put(home + "/key", dearer);
  EXPECT_EQ(opens(amina), "real");
  EXPECT_EQ(read(), original);
}

TEST_F(KeyChange, SettingADecoyChangesNothingButTheSecondSlot) {
  set_forced();
  const std::string file = read();
  EXPECT_EQ(file.size(), kKeyFileBytes);
  EXPECT_EQ(file.substr(0, kSlotTwo), original.substr(0, kSlotTwo));
  EXPECT_NE(file.substr(kSlotTwo), original.substr(kSlotTwo));
  EXPECT_EQ(opens(amina), "real");
  EXPECT_EQ(opens(forced), "decoy");
  EXPECT_EQ(opens(other), "");
  EXPECT_EQ(read(), file) << "opening alone writes nothing";
  ASSERT_TRUE(change_passphrase(home, amina, other, random));
  EXPECT_EQ(opens(forced), "decoy") << "a change of the passphrase leaves it standing";
  ASSERT_TRUE(set_duress(home, other, {}, random));
  EXPECT_EQ(opens(forced), "");
  EXPECT_EQ(opens(other), "real");
}

TEST_F(KeyChange, TwoPassphrasesAreNeverTheSame) {
  EXPECT_EQ(set_duress(home, amina, amina, random).error().code, Code::kInvalid);
  EXPECT_EQ(set_duress(home, other, forced, random).error().code, Code::kWrongKey);
  set_forced();
  const auto refused = change_passphrase(home, amina, forced, random);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalid);
  EXPECT_THAT(refused.error().message, testing::Not(testing::HasSubstr("second")));
  EXPECT_EQ(change_passphrase(home, forced, other, random).error().code, Code::kWrongKey) << "it changes nothing either";
  EXPECT_EQ(opens(amina), "real");
}

TEST_F(KeyChange, TheUnusedSecondSlotIsFilledLikeAUsedOne) {
  const std::string second = original.substr(kSlotTwo);
  for (std::size_t at = 0; at + 8 <= second.size(); at += 8) {
    EXPECT_NE(second.substr(at, 8), std::string(8, '\0')) << at;
    EXPECT_EQ(original.find(second.substr(at, 8)), kSlotTwo + at) << "no pattern, nothing of the first slot";
  }
  set_forced();
  const std::string used = read().substr(kSlotTwo);
  ASSERT_TRUE(set_duress(home, amina, {}, random));
  EXPECT_NE(read().substr(kSlotTwo), used);
  EXPECT_NE(read().substr(kSlotTwo), second);
}

TEST_F(KeyChange, SettingADecoyKilledAnywhereLeavesTheHomeOpenable) {
  bool finished = false;
  for (int step = 0; !finished; ++step) {
    ASSERT_LT(step, 50);
    for (const Death death : kDeaths) {
      restore(original);
      MortalDisk disk(step, death);
      const auto done = set_duress(home, amina, forced, random, disk);
      finished = !disk.reached();
      EXPECT_EQ(done.has_value(), finished);
      EXPECT_EQ(opens(amina), "real") << "step " << step;
      EXPECT_EQ(read(), read("/key.2"));
    }
  }
}

TEST_F(KeyChange, TheDecoyDestroysTheFirstSlotWhereItLies) {
  set_forced();
  const std::string sealed = read().substr(40, 88), second = read().substr(kSlotTwo);
  std::filesystem::create_hard_link(home + "/key", home + "/seen");
  std::filesystem::create_hard_link(home + "/key.2", home + "/seen.2");
  const auto opened = open_key_file(home, forced);
  ASSERT_TRUE(opened && opened->decoy);
  ASSERT_TRUE(destroy_first_slot(home, random));
  for (const char* copy : {"/key", "/key.2", "/seen", "/seen.2"}) {
    EXPECT_EQ(read(copy).find(sealed.substr(24, 16)), std::string::npos) << copy;
    EXPECT_EQ(read(copy).size(), kKeyFileBytes);
  }
  EXPECT_EQ(opens(amina), "");
  EXPECT_EQ(opens(forced), "decoy");
  ASSERT_TRUE(settle_decoy(home, *opened, random));
  EXPECT_EQ(opens(forced), "settled") << "as in a home just made: the first slot opens";
  EXPECT_EQ(opens(amina), "");
  const auto settled = open_key_file(home, forced);
  EXPECT_TRUE(settled->master.equals(opened->master));
  EXPECT_EQ(settled->file_id, opened->file_id);
  EXPECT_FALSE(settled->master.equals(made.master));
  EXPECT_EQ(read(), read("/key.2"));
  EXPECT_EQ(read().substr(0, 40), original.substr(0, 40));
  EXPECT_NE(read().substr(kSlotTwo), second) << "with the passphrase in hand, nothing may open the second slot any more";
}

TEST_F(KeyChange, TheDecoyKilledAnywhereOpensAgainAndTheRestNeverComesBack) {
  set_forced();
  const std::string armed = read();
  bool finished = false;
  for (int step = 0; !finished; ++step) {
    ASSERT_LT(step, 50);
    for (const Death death : kDeaths) {
      restore(armed);
      const auto opened = open_key_file(home, forced);
      ASSERT_TRUE(opened && opened->decoy);
      MortalDisk disk(step, death);
      const auto destroyed = destroy_first_slot(home, random, disk);
      const auto settled = destroyed ? settle_decoy(home, *opened, random, disk) : destroyed;
      finished = !disk.reached();
      EXPECT_EQ(settled.has_value(), finished);
      if (destroyed) {
        EXPECT_EQ(opens(amina), "") << "step " << step;
      }
      EXPECT_NE(opens(forced), "") << "step " << step;
    }
  }
}

TEST_F(KeyChange, AWipeOverwritesBeforeItRemoves) {
  for (const char* copy : {"/key", "/key.2"}) std::filesystem::create_hard_link(home + copy, home + copy + ".seen");
  put(home + "/key.new", original);
  ASSERT_TRUE(destroy_key_file(home, random));
  for (const char* copy : {"/key", "/key.2", "/key.new"}) EXPECT_FALSE(std::filesystem::exists(home + copy)) << copy;
  for (const char* seen : {"/key.seen", "/key.2.seen"}) {
    EXPECT_EQ(read(seen).size(), kKeyFileBytes);
    for (std::size_t at = 0; at + 16 <= original.size(); at += 16) {
      EXPECT_EQ(read(seen).find(original.substr(at, 16)), std::string::npos) << seen << " " << at;
    }
  }
  EXPECT_EQ(open_key_file(home, amina).error().code, Code::kNotFound);
  EXPECT_TRUE(destroy_key_file(home, random)) << "again is no error";
}

TEST_F(KeyChange, OneStepOfAWipeThatIsRefusedDoesNotKeepTheOthersFromBeingDone) {
  bool finished = false;
  for (int step = 0; !finished; ++step) {
    ASSERT_LT(step, 50);
    restore(original);
    MortalDisk disk = MortalDisk::refusing(step);
    const auto destroyed = destroy_key_file(home, random, disk);
    finished = !disk.reached();
    EXPECT_EQ(destroyed.has_value(), finished);
    EXPECT_EQ(opens(amina), "") << "step " << step;
  }
}

}  // namespace
}  // namespace haki::keys
