// Goal: a home opens with its passphrase only, however its key file was changed; a key reaches exactly those it was given to.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/limits.h"
#include "base/little_endian.h"
#include "coalition.h"
#include "keys/key_file.h"
#include "keys/words.h"

namespace haki::keys {
namespace {

crypto::SecretBytes secret_of(std::string_view text) { return crypto::SecretBytes(as_bytes(text)); }

struct KeyFile : testing::Test {
  crypto::SystemRandom random;
  std::string home = testing::TempDir() + "haki-key-file-XXXXXX";

  void SetUp() override { ASSERT_NE(::mkdtemp(home.data()), nullptr); }
  void TearDown() override {
    for (const char* file : {"/key", "/key.2"}) ::unlink((home + file).c_str());
    ::rmdir(home.c_str());
  }
  std::string read(const char* file) {
    std::ifstream in(home + file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void write(const char* file, const std::string& bytes) { std::ofstream(home + file, std::ios::binary) << bytes; }
  Result<HomeKeys> create() { return create_key_file(home, secret_of("four words of amina"), floor_cost(), random); }
  Result<HomeKeys> open() { return open_key_file(home, secret_of("four words of amina")); }
};

TEST_F(KeyFile, OpensWithItsPassphraseOnly) {
  const auto made = create();
  ASSERT_TRUE(made);
  const auto opened = open();
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->master.equals(made->master));
  EXPECT_EQ(opened->file_id, made->file_id);
  EXPECT_EQ(open_key_file(home, secret_of("four words of aminA")).error().code, Code::kWrongKey);
  EXPECT_EQ(read("/key").size(), kKeyFileBytes);
  struct stat seen;
  ASSERT_EQ(::stat((home + "/key").c_str(), &seen), 0);
  EXPECT_EQ(seen.st_mode & 0777, 0600u);
  EXPECT_EQ(create().error().code, Code::kExists);
}

TEST_F(KeyFile, HoldsNeitherPassphraseNorKey) {
  const auto made = create();
  ASSERT_TRUE(made);
  const std::string file = read("/key");
  EXPECT_EQ(file.find("amina"), std::string::npos);
  EXPECT_EQ(file.find(std::string(as_text(made->master.view()))), std::string::npos);
}

TEST_F(KeyFile, EitherCopyOpensAndMendsTheOther) {
  ASSERT_TRUE(create());
  const std::string good = read("/key");
  write("/key", good.substr(0, 100));  // power cut in the middle
  EXPECT_TRUE(open());
  EXPECT_EQ(read("/key"), good);
  ::unlink((home + "/key.2").c_str());
  EXPECT_TRUE(open());
  EXPECT_EQ(read("/key.2"), good);
}

TEST_F(KeyFile, EachKindOfDamageHasItsOwnSentence) {
  EXPECT_EQ(open().error().code, Code::kNotFound);
  ASSERT_TRUE(create());
  const std::string good = read("/key");
  const auto both = [&](std::string bytes) {
    write("/key", bytes);
    write("/key.2", bytes);
    return open();
  };
  EXPECT_EQ(both(good.substr(0, 215)).error().code, Code::kDamaged);
  EXPECT_EQ(both("something else").error().code, Code::kDamaged);
  std::string changed = good;
  changed[8] = 2;
  EXPECT_EQ(both(changed).error().code, Code::kWrongVersion);
  changed = good;
  changed[50] = static_cast<char>(changed[50] ^ 1);
  EXPECT_EQ(both(changed).error().code, Code::kWrongKey);
  changed = good;
  base::store_le(reinterpret_cast<std::uint8_t*>(changed.data()) + 12, limits::kArgonMemoryKibMin - 1);
  EXPECT_EQ(both(changed).error().code, Code::kUntrusted);
  changed = good;
  base::store_le(reinterpret_cast<std::uint8_t*>(changed.data()) + 16, limits::kArgonPassesMin - 1);
  EXPECT_EQ(both(changed).error().code, Code::kUntrusted);
  changed = good;
  base::store_le(reinterpret_cast<std::uint8_t*>(changed.data()) + 12, limits::kArgonMemoryKibMax + 1);
  EXPECT_EQ(both(changed).error().code, Code::kDamaged);
  for (const std::size_t unused : {10u, 20u}) {  // zeros that nothing reads: the seal covers them all the same
    changed = good;
    changed[unused] = 1;
    EXPECT_EQ(both(changed).error().code, Code::kWrongKey) << unused;
  }
  EXPECT_TRUE(both(good));
}

TEST_F(KeyFile, AShortPassphraseIsRefused) {
  EXPECT_EQ(create_key_file(home, secret_of("1234567"), floor_cost(), random).error().code, Code::kInvalid);
  EXPECT_TRUE(create_key_file(home, secret_of("12345678"), floor_cost(), random));
}

TEST(Words, ComeBackAndShowASlip) {
  // From the proposal: 127.0.0.1 is lusab-babad.
  EXPECT_EQ(to_words(Bytes{127, 0, 0, 1}), "lusab babad");
  EXPECT_EQ(from_words("LUSAB-babad"), (Bytes{127, 0, 0, 1}));
  EXPECT_FALSE(from_words("lusab babae"));
  const Bytes seed(32, 0x5a);
  const std::string words = to_checked_words(seed);
  EXPECT_EQ(from_checked_words(words), seed);
  std::string slip = words;
  slip[0] = slip[0] == 'b' ? 'd' : 'b';
  EXPECT_FALSE(from_checked_words(slip));
  EXPECT_FALSE(from_checked_words(words.substr(6)));
}

TEST(Identity, OpensUnderItsKeyOnly) {
  crypto::SystemRandom random;
  const Identity identity = Identity::generate(random);
  const crypto::SecretBytes key = secret_of("0123456789abcdef0123456789abcdef");
  Bytes sealed = seal_identity(identity, key);
  const auto opened = open_identity(sealed, key);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->device(), identity.device());
  EXPECT_EQ(opened->log, identity.log);
  EXPECT_FALSE(open_identity(sealed, secret_of("0123456789abcdef0123456789abcdeF")));
  sealed[40] ^= 1;
  EXPECT_FALSE(open_identity(sealed, key));
}

struct Grants : testing::Test {
  test::Coalition coalition;
  Identity monitor = coalition.admit(envelope::Role::kMonitor);
  crypto::EpochKey key = coalition.founding.keys[0].key.copy();
  envelope::KeyId id = envelope::key_id(key);

  envelope::Grant grant_to(const Identity& to, const Identity& by) {
    envelope::Append append;
    EntryWriter(coalition.membership, signer_of(by), coalition.clock, coalition.random)
        .grant(append, {coalition.shared(), 1, key.copy()}, to.device());
    return append.grants.front();
  }
};

TEST_F(Grants, OpenForTheirDeviceOnly) {
  const auto grant = grant_to(monitor, coalition.founder);
  const auto opened = open_grant(grant, coalition.membership, monitor, id);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->equals(key));
  EXPECT_FALSE(open_grant(grant, coalition.membership, coalition.founder, id));
}

TEST_F(Grants, OfAStrangerOrAMonitorAreNotUsed) {
  EXPECT_FALSE(open_grant(grant_to(monitor, monitor), coalition.membership, monitor, id));
  auto forged = grant_to(monitor, coalition.founder);
  forged.signature.bytes[1] ^= 1;
  EXPECT_FALSE(open_grant(forged, coalition.membership, monitor, id));
}

TEST_F(Grants, DoNotOpenAsAnotherEpochPlaceOrKey) {
  auto grant = grant_to(monitor, coalition.founder);
  const auto resign = [&] {
    grant.signature = crypto::sign(coalition.founder.sign.secret, "HAKI1.gr",
                                   envelope::grant_message(coalition.membership.org(), grant.compartment, grant.epoch,
                                                           grant.device, grant.sealed));
  };
  grant.epoch = 2;
  resign();
  EXPECT_FALSE(open_grant(grant, coalition.membership, monitor, id));
  grant.epoch = 1;
  resign();
  envelope::KeyId other = id;
  other.bytes[0] ^= 1;
  EXPECT_FALSE(open_grant(grant, coalition.membership, monitor, other));
  EXPECT_TRUE(open_grant(grant, coalition.membership, monitor, id));
}

TEST_F(Grants, ANotebooksKeyGoesToExactlyItsReaders) {
  const auto frame = make_own_epoch(key, 1, coalition.membership, coalition.membership.newest(), monitor);
  EXPECT_TRUE(check_own_epoch(frame, coalition.membership));
  EXPECT_EQ(frame.grants.size(), 2u);  // the lead and the recovery key
  EXPECT_TRUE(open_own_epoch(frame, coalition.membership, coalition.founder));
  EXPECT_EQ(open_own_epoch(frame, coalition.membership, monitor).error().code, Code::kHeld);

  auto missing = frame;
  missing.grants.pop_back();
  EXPECT_FALSE(check_own_epoch(missing, coalition.membership));
  // Nor where its owner signs it like that.
  missing.signature = crypto::sign(monitor.sign.secret, "HAKI1.ek",
                                   envelope::epoch_key_message(coalition.membership.org(), missing.compartment, missing.epoch,
                                                               missing.key, missing.m_seq, missing.m_head,
                                                               envelope::grants_hash(missing.grants)));
  EXPECT_FALSE(check_own_epoch(missing, coalition.membership));
  auto foreign = frame;
  foreign.compartment = coalition.own(coalition.founder);
  EXPECT_FALSE(check_own_epoch(foreign, coalition.membership));
  auto unsigned_frame = frame;
  unsigned_frame.signature = {};
  EXPECT_FALSE(check_own_epoch(unsigned_frame, coalition.membership));
}

TEST(Enrolment, AnInviteComesBackAndShowsASlip) {
  test::Coalition coalition;
  const Invite invite = coalition.invite(envelope::Role::kClinic);
  const std::string text = invite_text(invite);
  const auto read = read_invite(" " + text + "\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->org, coalition.membership.org());
  EXPECT_EQ(read->name, "Amina");
  EXPECT_EQ(read->role, envelope::Role::kClinic);
  EXPECT_EQ(read->secret, invite.secret);
  for (std::size_t i = 0; i < text.size(); i += 7) {
    std::string slip = text;
    slip[i] = slip[i] == 'Q' ? 'R' : 'Q';
    EXPECT_FALSE(read_invite(slip)) << i;
  }
}

TEST(Enrolment, OnlyTheHolderOfTheInviteCanAnswerIt) {
  test::Coalition coalition;
  const Invite invite = coalition.invite(envelope::Role::kMonitor);
  Identity joiner = Identity::generate(coalition.random);
  envelope::JoinRequest request = make_join_request(invite, joiner);
  EXPECT_EQ(envelope::join_mac(invite.secret, coalition.membership.org(), request), request.mac);
  // A server that puts its own key in breaks the proof, and the words change.
  const std::string words = join_words(coalition.membership.org(), request);
  request.box_key = Identity::generate(coalition.random).box.public_key;
  EXPECT_NE(envelope::join_mac(invite.secret, coalition.membership.org(), request), request.mac);
  EXPECT_NE(join_words(coalition.membership.org(), request), words);
}

}  // namespace
}  // namespace haki::keys
