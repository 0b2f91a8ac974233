// Goal: the frames of an exchange kept under proto/vectors/exchange go on meaning what their names say, so that a second
// implementation can be checked by them. Method: each is made here by hand, encoded and compared with its file, then read
// back and told field by field. HAKI_WRITE_VECTORS=1 writes the files anew.
#include <gtest/gtest.h>

#include <sstream>

#include "base/little_endian.h"
#include "envelope/frames.h"
#include "vectors/vector_file.h"

namespace haki::envelope {
namespace {

using test::Vector;

template <typename T>
T filled(std::uint8_t byte) {
  T id;
  id.bytes.fill(byte);
  return id;
}

// One line a field, `name value`, in the order of wire.proto; what is zero or absent has no line.
class Meaning {
 public:
  std::string of(const Frame& frame) {
    std::visit([&](const auto& one) { tell(one); }, frame);
    return lines_.str();
  }

 private:
  void number(const char* name, std::uint64_t value) {
    if (value != 0) lines_ << name << ' ' << value << '\n';
  }
  void bytes(const char* name, ByteView value) {
    if (std::ranges::any_of(value, [](std::uint8_t byte) { return byte != 0; })) lines_ << name << ' ' << to_hex(value) << '\n';
  }
  void time(const char* name, std::int64_t value) { number(name, static_cast<std::uint64_t>(value)); }
  void open(const char* name) { lines_ << name << '\n'; }

  void tell(const Hello& one) {
    open("hello");
    number("version", one.version), bytes("device", one.device), number("counter", one.counter);
    number("membership_count", one.membership_count), number("cursor", one.cursor), bytes("heads8", one.heads8);
    number("credit", one.credit), bytes("server_run", one.server_run);
    number("wants_token", one.wants_token);
  }
  void tell(const Welcome& one) {
    open("welcome");
    time("time_ms", one.time_ms), bytes("server_run", one.server_run), number("membership_count", one.membership_count);
    bytes("membership_head", one.membership_head);
    for (const Head& head : one.heads) tell(head);
    number("more", one.more);
    if (one.beacon) {
      open("beacon");
      time("time_ms", one.beacon->time_ms), bytes("random", one.beacon->random), bytes("signature", one.beacon->signature);
    }
    number("cursor", one.cursor), number("heads_differ", one.heads_differ), bytes("token", one.token);
  }
  void tell(const Head& one) {
    open("heads");
    bytes("compartment", one.compartment), number("seq", one.seq), bytes("hash", one.hash);
  }
  void tell(const Auth& one) { open("auth"), bytes("mac", one.mac); }
  void tell(const Pull& one) {
    open("pull"), bytes("compartment", one.compartment), bytes("log", one.log), number("after_seq", one.after_seq);
  }
  void tell(const Receipt& one) {
    open("receipt"), bytes("compartment", one.compartment), bytes("log", one.log), number("seq", one.seq);
    time("time_ms", one.time_ms), bytes("signature", one.signature);
  }
  void tell(const Reject& one) {
    open("reject");
    number("code", static_cast<std::uint64_t>(one.code)), bytes("compartment", one.compartment), bytes("log", one.log);
    number("seq", one.seq), bytes("hash", one.hash), number("counter", one.counter), time("time_ms", one.time_ms);
  }
  void tell(const Row& one) {
    open("row"), number("server_seq", one.server_seq);
    std::visit([&](const auto& content) { tell(content); }, one.content);
    number("over_quota", one.over_quota);
  }
  void tell(const Run& one) {
    open("run"), bytes("compartment", one.compartment), bytes("log", one.log), number("after_seq", one.after_seq);
    bytes("prev8", one.prev8), number("epoch", one.epoch), number("m_seq", one.m_seq), bytes("m_head8", one.m_head8);
    bytes("beacon", one.beacon);
    for (const Item& item : one.items) {
      open("items"), number("sets", item.sets == 1 ? 0 : item.sets), bytes("nonce", item.nonce), bytes("sealed", item.sealed);
      if (item.sealed.empty()) number("sealed_length", item.sealed_length), bytes("sealed_hash", item.sealed_hash);
      if (item.signature) bytes("signature", *item.signature);
      if (item.remainder) tell(*item.remainder);
    }
  }
  void tell(const Remainder& one) {
    open("remainder"), bytes("by", one.by), number("m_seq", one.m_seq), bytes("nonce", one.nonce), bytes("sealed", one.sealed);
    bytes("signature", one.signature);
  }
  void tell(const Erase& one) {
    open("erase"), bytes("compartment", one.compartment), bytes("log", one.log), number("seq", one.seq), bytes("hash", one.hash);
    bytes("tomb_log", one.tomb_log), number("tomb_seq", one.tomb_seq);
    if (one.remainder) tell(*one.remainder);
    bytes("blob", one.blob);
  }
  void tell(const Erased& one) {
    open("erased"), bytes("compartment", one.compartment), bytes("log", one.log), number("seq", one.seq), bytes("blob", one.blob);
    number("wanted", one.wanted), time("time_ms", one.time_ms), bytes("signature", one.signature);
    number("refused", one.refused ? static_cast<std::uint64_t>(*one.refused) : 0);
    bytes("tomb_log", one.tomb_log), number("tomb_seq", one.tomb_seq);
  }
  void tell(const EpochKey& one) {
    open("epoch_key"), bytes("compartment", one.compartment), bytes("log", one.log), number("epoch", one.epoch);
    bytes("key_id", one.key), number("m_seq", one.m_seq), bytes("m_head", one.m_head);
    for (const auto& grant : one.grants) open("grants"), bytes("device", grant.device), bytes("sealed", grant.sealed);
    bytes("signature", one.signature);
  }
  void tell(const JoinRequest& one) {
    open("join_request"), bytes("invite", one.invite), bytes("sign_key", one.sign_key), bytes("box_key", one.box_key);
    bytes("auth_key", one.auth_key), bytes("log", one.log), bytes("sealed_name", one.sealed_name), bytes("mac", one.mac);
  }
  void tell(const Wiped& one) { open("wiped"), bytes("device", one.device), bytes("signature", one.signature); }
  void tell(const HeadsWanted& one) { open("heads_wanted"), bytes("device", one.device); }
  void tell(const DeviceHeads& one) {
    open("device_heads"), bytes("device", one.device);
    for (const Head& head : one.heads) tell(head);
  }
  void tell(const UnknownFrame&) { open("unknown"); }
  template <typename T>
  void tell(const T&) {
    FAIL() << "a frame that no vector of this folder is of";
  }

  std::ostringstream lines_;
};

constexpr std::int64_t kTimeMs = 1'800'000'000'000;
const auto kNotebook = filled<CompartmentId>(0xc1);
const auto kLog = filled<LogId>(0x10);
const auto kDevice = filled<DeviceId>(0xd1);
const auto kSignature = filled<crypto::Signature>(0x51);

Run two_items() {
  Run run;
  run.compartment = kNotebook;
  run.log = kLog;
  run.after_seq = 6;
  run.prev8.fill(0x88);
  run.epoch = 3;
  run.m_seq = 17;
  run.m_head8.fill(0x99);
  run.beacon = filled<decltype(run.beacon)>(0xbe);
  run.items.resize(2);
  run.items[0].sets = 3;
  run.items[0].nonce = filled<crypto::Nonce>(0x01);
  run.items[0].sealed.assign(48, 0xab);
  run.items[1].nonce = filled<crypto::Nonce>(0x02);
  run.items[1].sealed_length = 96;  // the server has let go of what it sealed
  run.items[1].sealed_hash = filled<Hash>(0x5e);
  run.items[1].signature = kSignature;
  return run;
}

Remainder remainder() { return {kDevice, 17, filled<crypto::Nonce>(0x03), Bytes(48, 0xcd), kSignature}; }
Erase erasing() {
  return {kNotebook, kLog, 9, filled<Hash>(0x61), filled<LogId>(0x20), 4, std::nullopt, {}};
}
Run partly_erased() {
  Run run = two_items();
  run.items[1].remainder = remainder();
  return run;
}
Erase erasing_blob() {
  Erase erase;
  erase.compartment = kNotebook;
  erase.blob = filled<BlobId>(0xb1);
  return erase;
}

EpochKey week_key() {
  return {kNotebook, kLog, 3, filled<KeyId>(0x4e), 17, filled<Hash>(0x33), {{kDevice, Bytes(132, 0x77)}}, kSignature};
}

JoinRequest join() {
  JoinRequest request;
  request.invite = filled<InviteId>(0x1d);
  request.sign_key = filled<crypto::VerifyKey>(0x02);
  request.box_key = filled<crypto::BoxPublicKey>(0x03);
  request.auth_key = filled<crypto::AuthPublicKey>(0x04);
  request.log = kLog;
  request.sealed_name.assign(40, 0x6e);
  request.mac = filled<Mac>(0x3a);
  return request;
}

Welcome full_welcome() {
  Welcome one;
  one.time_ms = kTimeMs;
  one.server_run = filled<ServerRun>(0x5f);
  one.membership_count = 18;
  one.membership_head = filled<Hash>(0x33);
  one.heads = {{kNotebook, 6, filled<Hash>(0x61)}, {filled<CompartmentId>(0xc2), (1ull << 40) - 1, filled<Hash>(0x62)}};
  one.more = true;
  one.beacon = Beacon{kTimeMs - 1, filled<decltype(Beacon::random)>(0x7a), kSignature};
  one.cursor = 4711;
  one.heads_differ = true;
  return one;
}

Reject over_quota() { return {Refusal::kQuota, kNotebook, kLog, 7, {}, 0, 0}; }

struct Made {
  const char* name;
  const char* says;
  Frame frame;
};

std::vector<Made> good_frames() {
  Hello hello{kProtocolVersion, kDevice, 300, 18, 4711, {}, 524'288, filled<ServerRun>(0x5f)};
  hello.heads8.fill(0x42);
  Hello first_hello;
  first_hello.device = kDevice;
  first_hello.counter = 1;
  Hello token_hello = first_hello;
  token_hello.wants_token = true;
  Welcome first;
  first.time_ms = kTimeMs;
  first.server_run = filled<ServerRun>(0x5f);
  first.membership_head = filled<Hash>(0x33);
  Welcome with_token = first;
  with_token.token = filled<BlobToken>(0x70);
  const Wiped wiped{kDevice, kSignature};
  Erase with_rest = erasing();
  with_rest.remainder = remainder();
  return {
      {"ok_hello", "what a device says first", hello},
      {"ok_first_hello", "of a device that has seen nothing yet", first_hello},
      {"ok_token_hello", "of a device that has blobs to move", token_hello},
      {"ok_welcome", "everything a server may say first", full_welcome()},
      {"ok_short_welcome", "nothing is new", first},
      {"ok_token_welcome", "with what opens the way to blobs", with_token},
      {"ok_auth", "a MAC", Auth{filled<Mac>(0x3a)}},
      {"ok_pull", "what is above seq 6 of one chain", Pull{kNotebook, kLog, 6}},
      {"ok_all_pull", "all of a compartment", Pull{kNotebook, {}, 0}},
      {"ok_receipt", "all up to seq 7 is kept", Receipt{kNotebook, {}, 7, kTimeMs, kSignature}},
      {"ok_carried_receipt", "of another's work, whose log is named", Receipt{kNotebook, kLog, 7, kTimeMs, kSignature}},
      {"ok_counter_reject", "a counter was used", Reject{Refusal::kStaleCounter, {}, {}, 0, {}, 299, kTimeMs}},
      {"ok_gap_reject", "items before these are missing", Reject{Refusal::kGap, kNotebook, {}, 6, filled<Hash>(0x61), 0, 0}},
      {"ok_quota_reject", "from seq 7 on the work is more than is allowed", over_quota()},
      {"ok_blob_offset_reject", "so much of the blob is held", Reject{Refusal::kBlobOffset, {}, {}, 65'536, {}, 0, 0}},
      {"ok_run_row", "two items, the second without its ciphertext", Row{9, two_items()}},
      {"ok_marked_row", "the same of a device that is over its quota", Row{9, two_items(), true}},
      {"ok_remainder_row", "the same, with what a lead left of the second", Row{9, partly_erased()}},
      {"ok_erase", "is this item still to be erased?", erasing()},
      {"ok_remainder_erase", "let go of it, and keep this instead", with_rest},
      {"ok_blob_erase", "let go of this blob", erasing_blob()},
      {"ok_wanted_erased", "a remainder is asked for", Erased{kNotebook, kLog, 9, {}, true, 0, {}, {}, filled<LogId>(0x20), 4}},
      {"ok_erased", "it is gone", Erased{kNotebook, kLog, 9, {}, false, kTimeMs, kSignature, {}, filled<LogId>(0x20), 4}},
      {"ok_blob_erased", "so is the blob", Erased{kNotebook, {}, 0, filled<BlobId>(0xb1), false, kTimeMs, kSignature}},
      {"ok_refused_erased", "the chain does not reach so far",
       Erased{kNotebook, kLog, 9, {}, false, 0, {}, Refusal::kGap, filled<LogId>(0x20), 4}},
      {"ok_key_row", "a notebook's key for one reader", Row{10, week_key()}},
      {"ok_join_row", "somebody asks to be let in", Row{11, join()}},
      {"ok_wiped_row", "a removed device has obeyed", Row{(1ull << 53) + 1, wiped}},
      {"ok_wiped", "the same, said by the device itself", wiped},
      {"ok_heads_wanted", "how far has a device got?", HeadsWanted{kDevice}},
      {"ok_device_heads", "so far", DeviceHeads{kDevice, {{kNotebook, 6, filled<Hash>(0x61)}}}},
      {"ok_no_device_heads", "it has sent nothing", DeviceHeads{kDevice, {}}},
  };
}

// A varint after a field's number and wire type: what a later version may write beside what is known.
Bytes with_field(Bytes frame, std::initializer_list<std::uint8_t> field, std::size_t inside_of) {
  frame.insert(frame.end(), field);
  frame[0] = static_cast<std::uint8_t>(frame[0] + field.size());
  if (inside_of != 0) frame[inside_of] = static_cast<std::uint8_t>(frame[inside_of] + field.size());
  return frame;
}

// A change to one of the good frames, `at` counted from its first byte, its length.
Bytes changed(Bytes frame, std::size_t at, std::uint8_t to) {
  frame.at(at) = to;
  return frame;
}
Bytes cut(Bytes frame, std::size_t bytes) {
  frame.resize(frame.size() - bytes);
  return frame;
}

std::vector<Vector> all_vectors() {
  std::vector<Vector> all;
  for (const Made& made : good_frames()) {
    all.push_back({made.name, made.says, {}, encode_frame(made.frame), Meaning().of(made.frame)});
  }
  const Bytes quota = encode_frame(over_quota());
  const Bytes auth = encode_frame(Auth{filled<Mac>(0x3a)});
  const Bytes wiped = encode_frame(Wiped{kDevice, kSignature});
  const auto add = [&](const char* name, const char* says, Bytes bytes) { all.push_back({name, says, {}, std::move(bytes), {}}); };
  // The frame's length, its tag, the message's length; then the message.
  all.push_back({"ok_later_reject", "a field of a later version is passed over", {}, with_field(quota, {0x78, 1}, 2),
                 Meaning().of(over_quota())});
  all.push_back({"ok_later_frame", "a frame of a later version: a client passes it over", {},
                 {4, 0xfa, 0x3f, 1, 0}, Meaning().of(UnknownFrame{})});
  add("bad_empty_row", "a row of nothing", {4, 0x5a, 2, 8, 9});
  add("bad_id_reject", "a compartment of 15 bytes", [&] {
    Bytes frame = quota;
    frame.erase(frame.begin() + 7);  // the id's first byte
    frame[6] = 15, --frame[0], --frame[2];
    return frame;
  }());
  add("bad_token_welcome", "a token of 31 bytes", [&] {
    Welcome one;
    one.token = filled<BlobToken>(0x70);
    Bytes frame = encode_frame(one);  // the token is its last field
    frame.pop_back();
    --frame[frame.size() - 32], --frame[0], --frame[2];
    return frame;
  }());
  add("bad_mac_auth", "a MAC of 4 bytes", {8, 0x32, 6, 0x0a, 4, 1, 2, 3, 4});
  add("bad_length_auth", "the message says it is longer than its frame", changed(auth, 2, 40));
  add("bad_wire_type_auth", "a field of a wire type that is none", changed(auth, 3, 0x0f));
  add("truncated_auth", "a byte is missing", cut(auth, 1));
  add("truncated_length", "in the middle of the length", {0x80});
  add("bad_length", "a length that does not end", {0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  add("truncated_wiped", "half of it", cut(wiped, wiped.size() / 2));
  return all;
}

TEST(ExchangeVectors, AreWhatIsWrittenAndMeanWhatTheirNamesSay) {
  const std::vector<Vector> made = all_vectors();
  for (const Vector& vector : made) {
    if (test::writing_vectors()) test::write_vector("exchange", vector);
  }
  const auto kept = test::read_vectors("exchange");
  EXPECT_EQ(kept.size(), made.size()) << "a file that this test does not make";
  for (const Vector& vector : made) {
    SCOPED_TRACE(vector.name + ": " + vector.says);
    const auto file = std::ranges::find(kept, vector.name, &Vector::name);
    ASSERT_NE(file, kept.end());
    EXPECT_EQ(to_hex(file->bytes), to_hex(vector.bytes));
    EXPECT_EQ(file->meaning, vector.meaning);
    FrameReader reader(file->bytes);
    const auto frame = reader.next();
    ASSERT_EQ(frame.has_value(), vector.is_ok());
    if (!frame) continue;
    EXPECT_TRUE(reader.done());
    EXPECT_EQ(Meaning().of(*frame), file->meaning);
  }
}

}  // namespace
}  // namespace haki::envelope
