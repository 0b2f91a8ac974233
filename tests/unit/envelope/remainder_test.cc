// Goal: a remainder opens and holds for its own item alone, from whom it says and with every bit as it was; so do the server's words
// that it let go. Method: vectors of proto/vectors/erasure, and one bit after the other turned.
#include "envelope/remainder.h"

#include <gtest/gtest.h>

#include "coalition.h"
#include "crypto/hash.h"
#include "vectors/vector_file.h"

namespace haki::envelope {
namespace {

using test::Vector;

constexpr std::string_view kServerDomain = "HAKI1.ers";

class RemainderWriter {
 public:
  RemainderWriter() : pair_(crypto::SigningPair::from_seed(Bytes(32, 7))), key_(Bytes(32, 9)) {
    item_.bytes.fill(0x1c);
    by_.bytes.fill(0xde);
  }
  void write_all() const {
    const Bytes plain(96, 'x');
    const Remainder made = seal_remainder(item_, by_, 12, plain, key_, pair_.secret);
    write("ok_remainder", "what a lead left of an item", made, item_, plain);
    Remainder wrong = made;
    wrong.signature.bytes[5] ^= 1;
    write("bad_signature_remainder", "a bit of the signature was changed", wrong, item_, plain);
    wrong = made;
    wrong.m_seq = 13;
    write("bad_signature_m_seq_remainder", "it says that its lead had verified more", wrong, item_, plain);
    Hash other = item_;
    other.bytes[0] ^= 1;
    write("bad_signature_item_remainder", "it was made for another item", made, other, plain);
    // Signed rightly, and sealed under another key than the item's epoch has.
    write("bad_sealed_remainder", "it does not open", seal_remainder(item_, by_, 12, plain, crypto::EpochKey(Bytes(32, 8)), pair_.secret),
          item_, plain);
    write_words();
  }

 private:
  void write(const std::string& name, const std::string& says, const Remainder& remainder, const Hash& item, const Bytes& plain) const {
    test::write_missing_vector("erasure", {name, says,
                                           {{"item", to_hex(item)}, {"by_key", to_hex(pair_.verify)}, {"epoch_key", to_hex(key_.view())},
                                            {"remainder", to_hex(encode_remainder(remainder))}, {"plain", to_hex(plain)}},
                                           {}, {}, true});
  }
  void write_words() const {
    CoalitionId org;
    CompartmentId compartment;
    LogId log;
    BlobId blob;
    org.bytes.fill(1);
    compartment.bytes.fill(2);
    log.bytes.fill(3);
    blob.bytes.fill(4);
    const std::map<std::string, std::string> names{{"org", to_hex(org)}, {"compartment", to_hex(compartment)},
                                                   {"server_key", to_hex(pair_.verify)}, {"time_ms", "1790000000000"}};
    auto of_item = names, of_blob = names;
    of_item.insert({{"log", to_hex(log)}, {"seq", "7"}, {"item", to_hex(item_)}});
    of_blob.insert({"blob", to_hex(blob)});
    const auto sign = [&](const Bytes& message) { return to_hex(crypto::sign(pair_.secret, kServerDomain, message)); };
    of_item["signature"] = sign(erased_item_message(org, log, compartment, 7, item_, 1'790'000'000'000));
    of_blob["signature"] = sign(erased_blob_message(org, compartment, blob, 1'790'000'000'000));
    test::write_missing_vector("erasure", {"ok_item_word", "the server let go of an item's ciphertext", of_item, {}, {}, true});
    test::write_missing_vector("erasure", {"ok_blob_word", "the server let go of a blob", of_blob, {}, {}, true});
    of_item["seq"] = "8";
    test::write_missing_vector("erasure", {"bad_signature_item_word", "it was said of another item", of_item, {}, {}, true});
  }

  crypto::SigningPair pair_;
  crypto::EpochKey key_;
  Hash item_;
  DeviceId by_;
};

void check_remainder(const Vector& vector) {
  const auto remainder = decode_remainder(vector.hex("remainder"));
  ASSERT_TRUE(remainder);
  EXPECT_EQ(encode_remainder(*remainder), vector.hex("remainder"));
  const Hash item = vector.id<Hash>("item");
  EXPECT_EQ(verify_remainder(*remainder, item, vector.id<crypto::VerifyKey>("by_key")), !vector.name.starts_with("bad_signature"));
  const auto plain = open_remainder(*remainder, item, crypto::EpochKey(vector.hex("epoch_key")));
  if (vector.is_ok()) {
    ASSERT_TRUE(plain);
    EXPECT_EQ(*plain, vector.hex("plain"));
  }
  EXPECT_EQ(plain.has_value(), !vector.name.starts_with("bad_sealed") && vector.name != "bad_signature_m_seq_remainder" &&
                                   vector.name != "bad_signature_item_remainder");
}

void check_word(const Vector& vector) {
  const auto org = vector.id<CoalitionId>("org");
  const auto compartment = vector.id<CompartmentId>("compartment");
  const std::int64_t time_ms = std::stoll(vector.given.at("time_ms"));
  const Bytes message = vector.given.contains("blob")
                            ? erased_blob_message(org, compartment, vector.id<BlobId>("blob"), time_ms)
                            : erased_item_message(org, vector.id<LogId>("log"), compartment, std::stoull(vector.given.at("seq")),
                                                  vector.id<Hash>("item"), time_ms);
  EXPECT_EQ(crypto::verify(vector.id<crypto::VerifyKey>("server_key"), kServerDomain, message, vector.id<crypto::Signature>("signature")),
            vector.is_ok());
}

TEST(ErasureVectors, MeanWhatTheirNamesSay) {
  if (test::writing_vectors()) RemainderWriter().write_all();
  std::size_t remainders = 0, words = 0;
  for (const Vector& vector : test::read_vectors("erasure")) {
    SCOPED_TRACE(vector.name + ": " + vector.says);
    const bool word = vector.name.ends_with("_word");
    word ? check_word(vector) : check_remainder(vector);
    ++(word ? words : remainders);
  }
  EXPECT_EQ(remainders, 5u);
  EXPECT_EQ(words, 3u);
}

TEST(Remainders, AnyBitTurnedIsNoticed) {
  const crypto::SigningPair pair = crypto::SigningPair::generate();
  const crypto::EpochKey key(Bytes(32, 3));
  Hash item;
  item.bytes.fill(9);
  const Bytes bytes = encode_remainder(seal_remainder(item, DeviceId{{1}}, 7, Bytes(96, 1), key, pair.secret));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes turned = bytes;
    turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ 1u << bit % 8);
    const auto read = decode_remainder(turned);
    EXPECT_FALSE(read && verify_remainder(*read, item, pair.verify)) << "bit " << bit;
  }
  for (std::size_t length = 0; length < bytes.size(); ++length) EXPECT_FALSE(decode_remainder(ByteView(bytes).first(length))) << length;
}

}  // namespace
}  // namespace haki::envelope
