// Goal: bundles and answers kept under proto/vectors/bundle go on opening, or not, as their names say, so that a second
// implementation can be checked by them. Method: each file is opened by its receiver and its signature checked; the last word of
// its name says what it is. HAKI_WRITE_VECTORS=1 makes what is missing; an existing file never changes.
#include <gtest/gtest.h>

#include "base/little_endian.h"
#include "crypto/random.h"
#include "envelope/bundle_file.h"
#include "envelope/frames.h"
#include "vectors/vector_file.h"

namespace haki::envelope {
namespace {

using test::Vector;
using Given = std::map<std::string, std::string>;

template <typename T>
T any() {
  crypto::SystemRandom random;
  return crypto::random_id<T>(random);
}

// A coalition's server, a device of it, and what they would say.
struct Ends {
  CoalitionId org = any<CoalitionId>();
  crypto::SigningPair device_sign = crypto::SigningPair::generate(), server_sign = crypto::SigningPair::generate();
  crypto::BoxPair device_box = crypto::BoxPair::generate(), server_box = crypto::BoxPair::generate();
  DeviceId device = any<DeviceId>();
};

class BundleWriter {
 public:
  void write_all() {
    write_bundles();
    write_answers();
  }

 private:
  Bytes hello(std::uint32_t credit) const {
    Hello one;
    one.device = ends_.device;
    one.membership_count = 7;
    one.cursor = 40;
    one.server_run = run_;
    one.credit = credit;
    return encode_frame(one);
  }
  Bytes piece() const {
    return encode_frame(BlobPiece{any<BlobId>(), any<CompartmentId>(), 300'000, 65'536, Bytes(1'000, 0x5a)});
  }
  Bytes bundle(const Bytes& after, std::uint32_t part, const crypto::SigningPair& signer) const {
    Bundle one{any<BundleId>(), part, 2, 1'800'000'000'000, {}};
    one.signature = crypto::sign(signer.secret, "HAKI1.bun", bundle_message(ends_.org, one, after));
    Bytes plain = encode_frame(one);
    base::append(plain, after);
    return plain;
  }
  Bytes answer(const DeviceId& signed_for, std::uint64_t asked_after, std::uint64_t signed_after, const crypto::SigningPair& signer) const {
    Welcome welcome;
    welcome.time_ms = 1'800'000'100'000;
    welcome.server_run = run_;
    welcome.membership_count = 9;
    welcome.membership_head = any<Hash>();
    welcome.cursor = 44;
    Bytes after = encode_frame(welcome);
    append_frame(after, BlobHeld{any<BlobId>(), any<CompartmentId>(), 1'800'000'000'001, any<crypto::Signature>(), std::nullopt, false});
    append_frame(after, BlobHeld{any<BlobId>(), any<CompartmentId>(), 0, {}, Refusal::kQuota, false});
    append_frame(after, Receipt{any<CompartmentId>(), {}, 3, 1'800'000'100'000, any<crypto::Signature>()});
    BundleAnswer one{any<BundleId>(), 1, run_, signed_after, {}};
    one.signature = crypto::sign(signer.secret, "HAKI1.bua", bundle_answer_message(ends_.org, signed_for, one, after));
    one.asked_after = asked_after;
    Bytes plain = encode_frame(one);
    base::append(plain, after);
    return plain;
  }
  Bytes sealed(BundleKind kind, ByteView plain) const {
    const bool up = kind == BundleKind::kToServer;
    return seal_bundle({kind, ends_.org}, (up ? ends_.server_box : ends_.device_box).public_key, plain);
  }
  void write(const std::string& name, const std::string& says, BundleKind kind, const Bytes& file, const Bytes& plain) const {
    const bool up = kind == BundleKind::kToServer;
    const crypto::BoxPair& receiver = up ? ends_.server_box : ends_.device_box;
    Given given{{"org", to_hex(ends_.org)},
                {"device", to_hex(ends_.device)},
                {"receiver_secret", to_hex(receiver.secret.view())},
                {"receiver_key", to_hex(receiver.public_key)},
                {"signer_key", to_hex((up ? ends_.device_sign : ends_.server_sign).verify)},
                {"file", to_hex(file)}};
    if (name.starts_with("ok_")) given["plain"] = to_hex(plain);
    test::write_missing_vector("bundle", {name, says, std::move(given), {}, {}, true});
  }
  void write(const std::string& name, const std::string& says, BundleKind kind, const Bytes& plain) const {
    write(name, says, kind, sealed(kind, plain), plain);
  }

  void write_bundles() const {
    constexpr auto kKind = BundleKind::kToServer;
    const Bytes ask = bundle(hello(2 * 1024 * 1024), 1, ends_.device_sign);
    write("ok_ask_bundle", "a question alone", kKind, ask);
    Bytes work = hello(0);
    base::append(work, piece());
    const Bytes second = bundle(work, 2, ends_.device_sign);
    write("ok_second_bundle", "the second part, with a piece of a blob", kKind, second);
    write("bad_signature_bundle", "signed by another device", kKind, bundle(work, 2, crypto::SigningPair::generate()));
    Bytes reordered = piece();
    base::append(reordered, hello(0));
    write("bad_order_bundle", "a piece before Hello, signed", kKind, bundle(reordered, 1, ends_.device_sign));
    Bytes foreign = hello(0);
    append_frame(foreign, Pull{any<CompartmentId>(), {}, 0});
    write("bad_pull_bundle", "a frame that does not belong, signed", kKind, bundle(foreign, 1, ends_.device_sign));

    Bytes file = sealed(kKind, second);
    const auto changed = [&](const char* name, const char* says, std::size_t at) {
      Bytes one = file;
      one[at] ^= 1;
      write(name, says, kKind, one, second);
    };
    changed("bad_key_bundle", "a bit of the sealed key", 50);
    changed("bad_stream_bundle", "a bit of the stream", file.size() - 40);
    changed("bad_org_bundle", "another coalition's id on the outside", 8);
    Bytes longer = file;
    longer.push_back(0);
    write("bad_longer_bundle", "a byte too many", kKind, longer, second);
    Bytes cut(file.begin(), file.end() - 1);
    write("bad_cut_bundle", "a byte too few", kKind, cut, second);
    Bytes newer = file;
    newer[7] = '2';
    write("held_version_bundle", "of a newer version", kKind, newer, second);
    write("bad_receiver_bundle", "sealed to another server", kKind,
          seal_bundle({kKind, ends_.org}, crypto::BoxPair::generate().public_key, second), second);
  }

  void write_answers() const {
    constexpr auto kKind = BundleKind::kAnswer;
    write("ok_answer", "receipts, a blob that is whole and one that has no room", kKind, answer(ends_.device, 40, 40, ends_.server_sign));
    write("bad_server_answer", "signed by another server", kKind, answer(ends_.device, 40, 40, crypto::SigningPair::generate()));
    write("bad_device_answer", "signed for another device", kKind, answer(any<DeviceId>(), 40, 40, ends_.server_sign));
    write("bad_after_answer", "it claims to follow another cursor", kKind, answer(ends_.device, 0, 40, ends_.server_sign));
    write("bad_kind_answer", "sealed as a bundle is", kKind,
          seal_bundle({BundleKind::kToServer, ends_.org}, ends_.device_box.public_key, answer(ends_.device, 40, 40, ends_.server_sign)), {});
  }

  const Ends ends_;
  const ServerRun run_ = any<ServerRun>();
};

// The plaintext, where the receiver would take it as from the signer.
Result<Bytes> opened(const Vector& vector) {
  const Bytes file = vector.hex("file");
  HAKI_ASSIGN(const BundleLabel label, read_bundle_label(file));
  const auto org = vector.id<CoalitionId>("org");
  const bool answer = vector.name.ends_with("_answer");
  const Error refused{Code::kDamaged, "refused"};
  if (label.org != org || (label.kind == BundleKind::kAnswer) != answer) return refused;
  const crypto::BoxPair receiver{crypto::BoxSecret(vector.hex("receiver_secret")), vector.id<crypto::BoxPublicKey>("receiver_key")};
  const auto plain = open_bundle(label, receiver, file);
  if (!plain) return refused;
  FrameReader reader(*plain);
  const auto first = reader.next();
  if (!first) return refused;
  const ByteView after = ByteView(*plain).subspan(reader.offset());
  const auto signer = vector.id<crypto::VerifyKey>("signer_key");
  if (const auto* bundle = std::get_if<Bundle>(&*first); bundle && !answer) {
    if (!crypto::verify(signer, "HAKI1.bun", bundle_message(org, *bundle, after), bundle->signature)) return refused;
  } else if (const auto* head = std::get_if<BundleAnswer>(&*first); head && answer) {
    const Bytes message = bundle_answer_message(org, vector.id<DeviceId>("device"), *head, after);
    if (!crypto::verify(signer, "HAKI1.bua", message, head->signature)) return refused;
  } else {
    return refused;
  }
  while (!reader.done()) {
    const auto frame = reader.next();
    if (!frame) return refused;
  }
  return *plain;
}

TEST(BundleVectors, AreOpenedAsTheirNamesSay) {
  if (std::getenv("HAKI_WRITE_VECTORS") != nullptr) BundleWriter().write_all();
  const auto vectors = test::read_vectors("bundle");
  ASSERT_GE(vectors.size(), 17u);
  for (const Vector& vector : vectors) {
    const auto plain = opened(vector);
    // What stands inside in a wrong order opens; who judges frames refuses it (server_relay_test, second reader).
    const bool opens = vector.is_ok() || vector.name == "bad_order_bundle" || vector.name == "bad_pull_bundle";
    EXPECT_EQ(plain.has_value(), opens) << vector.name;
    if (plain && vector.is_ok()) {
      EXPECT_EQ(*plain, vector.hex("plain")) << vector.name;
    }
    if (!plain && vector.name.starts_with("held_")) {
      EXPECT_EQ(plain.error().code, Code::kUnsupported) << vector.name;
    }
  }
}

TEST(BundleFile, ChangedAtAnyByteDoesNotOpen) {
  const auto receiver = crypto::BoxPair::generate();
  const BundleLabel label{BundleKind::kToServer, any<CoalitionId>()};
  const Bytes file = seal_bundle(label, receiver.public_key, Bytes(70, 0x42));
  ASSERT_EQ(file.size(), bundle_file_bytes(70));
  ASSERT_TRUE(open_bundle(label, receiver, file));
  for (std::size_t at = 0; at < file.size(); ++at) {
    Bytes changed = file;
    changed[at] ^= 0x10;
    const auto read = read_bundle_label(changed);
    EXPECT_FALSE(read && open_bundle(*read, receiver, changed)) << "byte " << at;
  }
}

TEST(BundleFile, CutOrLengthenedIsSeenFromOutside) {
  const auto receiver = crypto::BoxPair::generate();
  const BundleLabel label{BundleKind::kAnswer, any<CoalitionId>()};
  for (const std::size_t size : {0u, 1u, 500u, 65'519u, 65'528u, 65'529u, 200'000u}) {
    const Bytes file = seal_bundle(label, receiver.public_key, Bytes(size, 7));
    ASSERT_TRUE(read_bundle_label(file)) << size;
    const auto opened = open_bundle(label, receiver, file);
    ASSERT_TRUE(opened) << size;
    EXPECT_EQ(opened->size(), size);
    EXPECT_FALSE(read_bundle_label(ByteView(file).first(60))) << size;
    if (size < 500) continue;
    EXPECT_FALSE(read_bundle_label(ByteView(file).first(file.size() - 1))) << size;
    EXPECT_FALSE(read_bundle_label(ByteView(file).first(file.size() / 2))) << size;
  }
}

}  // namespace
}  // namespace haki::envelope
