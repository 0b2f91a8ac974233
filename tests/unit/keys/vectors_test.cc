// Goal: what keys are in (grants, request MACs, receipts, join requests, the key file, invites, recovery shares) goes
// on meaning what the files of proto/vectors/keys say, so that a second implementation can be checked by them. Method:
// each file is read as its reader would; the last word of its name is the kind of thing. HAKI_WRITE_VECTORS=1 makes
// what is missing.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/little_endian.h"
#include "coalition.h"
#include "envelope/request_mac.h"
#include "key_vectors.h"
#include "keys/key_file.h"
#include "keys/recovery.h"
#include "vectors/vector_file.h"

namespace haki::keys {
namespace {

using test::Vector;

// Where people are told different things, the name says which.
void expect_code(const Vector& vector, const std::map<std::string, Code>& by_beginning, const auto& result) {
  for (const auto& [beginning, code] : by_beginning) {
    if (!vector.name.starts_with(beginning)) continue;
    ASSERT_FALSE(result);
    EXPECT_EQ(code_name(result.error().code), code_name(code));
  }
}
std::string text_in(const Vector& vector, const std::string& key) { return std::string(as_text(vector.hex(key))); }

template <typename T>
T frame_of(const Vector& vector) {
  const Bytes bytes = vector.hex("frame");
  envelope::FrameReader reader(bytes);
  const auto frame = reader.next();
  return frame && std::holds_alternative<T>(*frame) ? std::get<T>(*frame) : T{};
}

envelope::Membership membership_of(const Vector& vector) {
  envelope::Membership membership;
  const Bytes frames = vector.hex("frames");
  for (envelope::FrameReader reader(frames); !reader.done();) {
    const auto frame = reader.next();
    EXPECT_TRUE(frame && membership.apply(std::get<envelope::MembershipEntry>(*frame)));
  }
  return membership;
}

Identity reader_of(const Vector& vector, const envelope::Membership& membership) {
  Identity identity;
  const envelope::AddDevice& added = membership.device(vector.id<DeviceId>("reader"))->added;
  identity.sign.verify = added.sign_key;
  identity.auth.public_key = added.auth_key;
  identity.box.public_key = vector.id<crypto::BoxPublicKey>("reader_box_key");
  identity.box.secret = crypto::BoxSecret(vector.hex("reader_box_secret"));
  return identity;
}

// True where it is good and says what the file says.
bool grant(const Vector& vector) {
  const envelope::Membership membership = membership_of(vector);
  const auto one = frame_of<envelope::Grant>(vector);
  const envelope::Epoch* epoch = membership.epoch(one.compartment, one.epoch);
  const auto key =
      open_grant(one, membership, reader_of(vector, membership), epoch ? epoch->made.key : envelope::KeyId{});
  return key && to_hex(key->view()) == to_hex(vector.hex("key"));
}

bool epoch(const Vector& vector) {
  const envelope::Membership membership = membership_of(vector);
  const auto one = frame_of<envelope::EpochKey>(vector);
  if (!check_own_epoch(one, membership)) return false;
  const auto key = open_own_epoch(one, membership, reader_of(vector, membership));
  return key && to_hex(key->view()) == to_hex(vector.hex("key"));
}

bool request(const Vector& vector) {
  const auto key = envelope::request_key(
      crypto::AuthSecret(vector.hex("auth_secret")), vector.id<crypto::AuthPublicKey>("exchange_key"),
      vector.id<CoalitionId>("org"), vector.id<DeviceId>("device"), vector.id<crypto::VerifyKey>("server_key"));
  if (!key) return false;
  const Bytes counter = vector.hex("counter");
  const auto mac = envelope::request_mac(*key, base::load_le<std::uint64_t>(counter.data()), vector.hex("before"));
  return mac == vector.id<envelope::Mac>("mac") &&
         envelope::reply_mac(*key, mac, vector.hex("reply")) == vector.id<envelope::Mac>("reply_mac");
}

bool receipt(const Vector& vector) {
  const auto one = frame_of<envelope::Receipt>(vector);
  return crypto::verify(vector.id<crypto::VerifyKey>("server_key"), "HAKI1.rcp",
                        envelope::receipt_message(vector.id<CoalitionId>("org"), one.log, one.compartment, one.seq,
                                                  vector.id<Hash>("hash"), one.time_ms),
                        one.signature);
}

bool join(const Vector& vector) {
  const auto one = frame_of<envelope::JoinRequest>(vector);
  const auto org = vector.id<CoalitionId>("org");
  const crypto::BoxPair box{crypto::BoxSecret(vector.hex("lead_box_secret")),
                            vector.id<crypto::BoxPublicKey>("lead_box_key")};
  const auto name = crypto::open_sealed(box, one.sealed_name);
  EXPECT_EQ(join_words(org, one), text_in(vector, "words"));
  return one.invite == envelope::invite_id(vector.hex("secret")) &&
         envelope::join_mac(vector.hex("secret"), org, one) == one.mac && name &&
         as_text(name->view()) == text_in(vector, "name");
}

bool key_file(const Vector& vector) {
  std::string home = testing::TempDir() + "haki-key-vector-XXXXXX";
  EXPECT_NE(::mkdtemp(home.data()), nullptr);
  for (const char* copy : {"/key", "/key.2"}) std::ofstream(home + copy, std::ios::binary) << text_in(vector, "file");
  const auto opened = open_key_file(home, crypto::SecretBytes(vector.hex("passphrase")));
  std::filesystem::remove_all(home);
  expect_code(vector,
              {{"bad_cost", Code::kUntrusted}, {"bad_passphrase", Code::kWrongKey}, {"newer", Code::kWrongVersion}},
              opened);
  return opened && to_hex(opened->master.view()) == to_hex(vector.hex("master")) &&
         opened->file_id == vector.id<FileId>("file_id");
}

bool invite(const Vector& vector) {
  const auto read = read_invite(text_in(vector, "text"));
  expect_code(vector,
              {{"newer", Code::kWrongVersion},
               {"truncated", Code::kDamaged},
               {"bad_check", Code::kDamaged},
               {"bad_prefix", Code::kInvalid}},
              read);
  if (!read) return false;
  EXPECT_EQ(read->person.value_or(DeviceId{}), vector.id<DeviceId>("person"));
  return read->genesis == vector.id<Hash>("genesis") && read->m_head == vector.id<Hash>("m_head") &&
         read->lead == vector.id<DeviceId>("lead") && to_hex(read->secret) == to_hex(vector.hex("secret")) &&
         read->server_sign_key == vector.id<crypto::VerifyKey>("server_key") && read->name == text_in(vector, "name") &&
         read->organisation == text_in(vector, "organisation");
}

bool shares(const Vector& vector) {
  RecoveryTerms terms{vector.id<CoalitionId>("org"),
                      vector.id<crypto::BoxPublicKey>("box_key"),
                      vector.id<crypto::VerifyKey>("sign_key"),
                      vector.hex("threshold")[0],
                      vector.hex("count")[0],
                      {}};
  const Bytes commitments = vector.hex("commitments");
  for (std::size_t at = 0; at < commitments.size(); at += 32) {
    terms.commitments.push_back(*Hash::from(ByteView(commitments).subspan(at, 32)));
  }
  std::vector<RecoveryShare> given;
  for (const auto& [key, value] : vector.given) {
    if (!key.starts_with("share_")) continue;
    auto share = read_share(as_text(vector.hex(key)));
    if (!share) return false;
    given.push_back(std::move(*share));
  }
  const auto seed = combine_shares(given, terms);
  return seed && to_hex(seed->view()) == to_hex(vector.hex("seed"));
}

TEST(KeyVectors, MeanWhatTheirNamesSay) {
  if (test::writing_vectors()) vectors::write_missing();
  const std::map<std::string, bool (*)(const Vector&)> kinds{
      {"grant", grant}, {"epoch", epoch},   {"request", request}, {"receipt", receipt},
      {"join", join},   {"file", key_file}, {"invite", invite},   {"shares", shares}};
  std::map<std::string, int> good, all;
  for (const Vector& vector : test::read_vectors("keys")) {
    SCOPED_TRACE(vector.name + ": " + vector.says);
    const std::string kind = vector.name.substr(vector.name.rfind('_') + 1);
    ASSERT_TRUE(kinds.contains(kind));
    EXPECT_EQ(kinds.at(kind)(vector), vector.is_ok());
    good[kind] += vector.is_ok();
    ++all[kind];
  }
  EXPECT_EQ(good, (std::map<std::string, int>{{"grant", 1},
                                              {"epoch", 1},
                                              {"request", 1},
                                              {"receipt", 1},
                                              {"join", 1},
                                              {"file", 1},
                                              {"invite", 5},
                                              {"shares", 2}}));
  EXPECT_EQ(all, (std::map<std::string, int>{{"grant", 7},
                                             {"epoch", 6},
                                             {"request", 5},
                                             {"receipt", 3},
                                             {"join", 3},
                                             {"file", 7},
                                             {"invite", 13},
                                             {"shares", 9}}));
}

}  // namespace
}  // namespace haki::keys
