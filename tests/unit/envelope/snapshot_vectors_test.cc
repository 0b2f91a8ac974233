// Goal: the frames of snapshots kept under proto/vectors/snapshot go on meaning what their names say, so that a second
// implementation can be checked by them. Method: each file is read as its reader would; the last word of its name is the
// frame. HAKI_WRITE_VECTORS=1 makes what is missing; an existing file never changes.
#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "crypto/random.h"
#include "envelope/frames.h"
#include "vectors/vector_file.h"

namespace haki::envelope {
namespace {

using test::Vector;
using Given = std::map<std::string, std::string>;

void write_snapshot_vector(const std::string& name, const std::string& says, Given given) {
  test::write_missing_vector("snapshot", {name, says, std::move(given), {}, {}, true});
}

class Writer {
 public:
  void write_all() {
    write_snapshots();
    write_broken_forms();
    write_others();
  }

 private:
  template <typename T>
  T any() {
    return crypto::random_id<T>(random_);
  }

  Snapshot make() {
    Snapshot one;
    one.compartment = any<CompartmentId>();
    one.id = any<SnapshotId>();
    one.epoch = 3;
    one.m_seq = 17;
    one.m_head = any<Hash>();
    for (const std::uint64_t seq : {std::uint64_t{1}, std::uint64_t{4711}, (std::uint64_t{1} << 40) - 1}) {
      one.marks.push_back({any<LogId>(), seq, any<Hash>(), 16, 2});
    }
    std::ranges::sort(one.marks, {}, &SnapshotMark::log);
    one.parts = {{262'173, any<Hash>()}, {41, any<Hash>()}};
    one.state_root = any<Hash>();
    one.time_ms = 1'800'000'000'000;
    one.by = any<DeviceId>();
    return sign(one);
  }
  Snapshot sign(Snapshot one) {
    one.signature = crypto::sign(maker_.secret, "HAKI1.snp", snapshot_message(org_, one));
    return one;
  }
  SnapshotSignature word(const Snapshot& one) {
    return {second_device_, crypto::sign(second_.secret, "HAKI1.sno", snapshot_word_message(org_, one))};
  }
  Given given(const Snapshot& one) {
    return {{"org", to_hex(org_)},
            {"maker_key", to_hex(maker_.verify)},
            {"second_key", to_hex(second_.verify)},
            {"message", to_hex(snapshot_message(org_, one))},
            {"word_message", to_hex(snapshot_word_message(org_, one))},
            {"frame", to_hex(encode_frame(one))}};
  }
  static Given only(const Frame& frame) { return {{"frame", to_hex(encode_frame(frame))}}; }

  void write_snapshots() {
    const Snapshot good = make();
    write_snapshot_vector("ok_snapshot", "three chains, two parts", given(good));
    Snapshot with_word = good;
    with_word.words = {word(good)};
    write_snapshot_vector("ok_word_snapshot", "the same with another lead's word", given(with_word));
    Snapshot changed = good;
    changed.state_root.bytes[0] ^= 1;
    write_snapshot_vector("bad_signature_snapshot", "another state root than its maker signed", given(changed));
    changed = good;
    changed.marks[1].seq += 1;
    write_snapshot_vector("bad_mark_snapshot", "it claims one change set more", given(changed));
    changed = good;
    changed.words = {word(sign(changed))};
    changed.words[0].signature.bytes[5] ^= 1;
    write_snapshot_vector("bad_word_snapshot", "the word is not the other lead's", given(changed));
    changed = good;
    changed.words = {{second_device_, crypto::sign(second_.secret, "HAKI1.snp", snapshot_word_message(org_, good))}};
    write_snapshot_vector("bad_domain_snapshot", "the word was signed as a snapshot is", given(changed));
  }

  // Signed as they are: only the form is wrong.
  void write_broken_forms() {
    const auto broken = [&](const std::string& name, const std::string& says, auto change) {
      Snapshot one = make();
      change(one);
      write_snapshot_vector(name, says, given(sign(one)));
    };
    broken("bad_order_snapshot", "marks not sorted by log", [](Snapshot& one) { std::swap(one.marks[0], one.marks[1]); });
    broken("bad_twice_snapshot", "a log twice", [](Snapshot& one) { one.marks[1].log = one.marks[0].log; });
    broken("bad_no_marks_snapshot", "no chain", [](Snapshot& one) { one.marks.clear(); });
    broken("bad_zero_mark_snapshot", "a chain of nothing", [](Snapshot& one) { one.marks[0].seq = 0; });
    broken("bad_large_mark_snapshot", "a number beyond 40 bits", [](Snapshot& one) { one.marks[0].seq = std::uint64_t{1} << 40; });
    broken("bad_no_parts_snapshot", "no part", [](Snapshot& one) { one.parts.clear(); });
    broken("bad_empty_part_snapshot", "a part of no bytes", [](Snapshot& one) { one.parts[0].length = 0; });
    broken("bad_large_part_snapshot", "a part above 4 MiB and 64 KiB",
           [](Snapshot& one) { one.parts[0].length = 4 * 1024 * 1024 + 64 * 1024 + 1; });
    broken("bad_large_snapshot", "parts of more than 256 MiB together",
           [](Snapshot& one) { one.parts.assign(64, {4 * 1024 * 1024 + 1, one.parts[0].hash}); });
  }

  void write_others() {
    const Snapshot of = make();
    write_snapshot_vector("ok_bytes", "a piece of three bytes from 65,536 on",
          only(SnapshotBytes{of.compartment, of.id, 65'536, Bytes{1, 2, 3}}));
    write_snapshot_vector("bad_empty_bytes", "a piece of nothing", only(SnapshotBytes{of.compartment, of.id, 65'536, {}}));
    const auto word_of = [&](const SnapshotSignature& signature) {
      return Given{{"second_key", to_hex(second_.verify)},
                   {"word_message", to_hex(snapshot_word_message(org_, of))},
                   {"frame", to_hex(encode_frame(SnapshotWord{of.compartment, of.id, signature}))}};
    };
    write_snapshot_vector("ok_word", "a lead's word on a snapshot", word_of(word(of)));
    write_snapshot_vector("bad_snapshot_word", "its word on another one", word_of(word(make())));
    write_snapshot_vector("ok_all_want", "the newest of each compartment", only(SnapshotWant{}));
    write_snapshot_vector("ok_newest_want", "the newest of one", only(SnapshotWant{of.compartment, {}, 0}));
    write_snapshot_vector("ok_bytes_want", "the bytes of one, from 300 on", only(SnapshotWant{of.compartment, of.id, 300}));
    write_snapshot_vector("bad_id_want", "a snapshot of no compartment", only(SnapshotWant{{}, of.id, 0}));
    write_snapshot_vector("bad_offset_want", "bytes of no snapshot", only(SnapshotWant{of.compartment, {}, 300}));
    write_snapshot_vector("ok_have", "300 bytes are held", only(SnapshotHave{of.compartment, of.id, 300}));
    write_snapshot_vector("ok_none_have", "there is none", only(SnapshotHave{of.compartment, {}, 0}));
    write_snapshot_vector("bad_compartment_have", "of which compartment is not said", {{"frame", "05ea0102187b"}});
  }

  crypto::SystemRandom random_;
  const CoalitionId org_ = any<CoalitionId>();
  const crypto::SigningPair maker_ = crypto::SigningPair::generate();
  const crypto::SigningPair second_ = crypto::SigningPair::generate();
  const DeviceId second_device_ = any<DeviceId>();
};

// The frame, if it is of that kind and comes back as the same bytes.
template <typename T>
std::optional<T> frame_of(const Vector& vector) {
  const Bytes bytes = vector.hex("frame");
  auto frame = FrameReader(bytes).next();
  if (!frame || !std::holds_alternative<T>(*frame)) return std::nullopt;
  EXPECT_EQ(encode_frame(*frame), bytes);
  return std::get<T>(*frame);
}

bool snapshot(const Vector& vector) {
  const auto one = frame_of<Snapshot>(vector);
  if (!one) return false;
  const auto org = vector.id<CoalitionId>("org");
  EXPECT_EQ(snapshot_message(org, *one), vector.hex("message"));
  EXPECT_EQ(snapshot_word_message(org, *one), vector.id<Hash>("word_message"));
  const Hash word_message = snapshot_word_message(org, *one);
  const bool words = std::ranges::all_of(one->words, [&](const SnapshotSignature& word) {
    return crypto::verify(vector.id<crypto::VerifyKey>("second_key"), "HAKI1.sno", word_message, word.signature);
  });
  return words && crypto::verify(vector.id<crypto::VerifyKey>("maker_key"), "HAKI1.snp", snapshot_message(org, *one),
                                 one->signature);
}
bool word(const Vector& vector) {
  const auto one = frame_of<SnapshotWord>(vector);
  return one && crypto::verify(vector.id<crypto::VerifyKey>("second_key"), "HAKI1.sno", vector.hex("word_message"),
                               one->word.signature);
}
template <typename T>
bool reads(const Vector& vector) {
  return frame_of<T>(vector).has_value();
}

TEST(SnapshotVectors, AreReadAsTheirNamesSay) {
  if (test::writing_vectors()) Writer().write_all();
  const std::map<std::string, bool (*)(const Vector&)> kinds{{"snapshot", snapshot},
                                                             {"bytes", reads<SnapshotBytes>},
                                                             {"word", word},
                                                             {"want", reads<SnapshotWant>},
                                                             {"have", reads<SnapshotHave>}};
  std::map<std::string, int> good, all;
  for (const Vector& vector : test::read_vectors("snapshot")) {
    SCOPED_TRACE(vector.name + ": " + vector.says);
    const std::string kind = vector.name.substr(vector.name.rfind('_') + 1);
    ASSERT_TRUE(kinds.contains(kind));
    EXPECT_EQ(kinds.at(kind)(vector), vector.is_ok());
    good[kind] += vector.is_ok();
    ++all[kind];
  }
  using Counts = std::map<std::string, int>;
  EXPECT_EQ(good, (Counts{{"snapshot", 2}, {"bytes", 1}, {"word", 1}, {"want", 3}, {"have", 2}}));
  EXPECT_EQ(all, (Counts{{"snapshot", 15}, {"bytes", 2}, {"word", 2}, {"want", 5}, {"have", 3}}));
}

}  // namespace
}  // namespace haki::envelope
