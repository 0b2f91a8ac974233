// Goal: sealed runs and membership entries kept under proto/vectors/envelope go on meaning what their names say, so
// that a second implementation can be checked by them. Method: every file is read and verified with what it carries, as
// a reader would; the random parts were drawn once. HAKI_WRITE_VECTORS=1 makes files that are missing; an existing one
// never changes.
#include <gtest/gtest.h>

#include "coalition.h"
#include "crypto/hash.h"
#include "envelope/frames.h"
#include "payload/batch.h"
#include "payload/pack.h"
#include "vectors/vector_file.h"

namespace haki::envelope {
namespace {

using test::Vector;

void write_envelope_vector(const std::string& name, const std::string& says, std::map<std::string, std::string> given) {
  test::write_missing_vector("envelope", {name, says, std::move(given), {}, {}, true});
}

std::string frames_of(const std::vector<MembershipEntry>& entries) {
  std::string frames;
  for (const auto& entry : entries) frames += to_hex(encode_frame(entry));
  return frames;
}

// Writes what is missing of the runs: a founder's chain in `ref`, one thing wrong at a time.
class RunWriter {
 public:
  explicit RunWriter(test::Coalition& coalition) : coalition_(coalition), key_(keys::new_epoch_key(coalition.random)) {
    header_.org = coalition.membership.org();
    header_.compartment = coalition.shared();
    header_.log = coalition.founder.log;
    header_.epoch = 1;
    header_.m_seq = coalition.membership.newest();
    header_.m_head = coalition.membership.head();
  }

  void write_all() {
    write_sentence();
    write_chain();
  }

 private:
  // Any bytes sealed: as a reader meets them that only checks.
  void write_sentence() {
    const Bytes plain = bytes_of("any bytes; here a sentence, sealed once");
    const Run run = first_run(seal(3, plain, key_));
    write_envelope_vector("ok_run", "three change sets in the first item of a chain", given(run, plain));
    Run changed = run;
    changed.items[0].signature->bytes[0] ^= 1;
    write_envelope_vector("bad_signature_run", "the signature is not the author's", given(changed, plain));
    changed = run;
    changed.items[0].sealed[0] ^= 1;
    write_envelope_vector("bad_tag_run", "a bit of the ciphertext was changed", given(changed, plain));
    changed = run;
    changed.m_head8[0] ^= 1;
    write_envelope_vector("bad_fork_run", "it cites another membership log", given(changed, plain));
    changed = run;
    changed.items[0].signature.reset();
    write_envelope_vector("bad_unsigned_run", "its last item is not signed", given(changed, plain));
  }

  // Batches packed and sealed: as a reader meets them that wants what people wrote.
  void write_chain() {
    const auto with_batch = [&](const Run& run, ByteView plain) {
      auto fields = given(run, plain);
      fields["batch"] = "01";
      fields["entries"] = frames_of(coalition_.entries);
      return fields;
    };
    header_ = fresh();
    const Bytes wrong = packed(1, 1);
    const crypto::EpochKey other = keys::new_epoch_key(coalition_.random);
    write_envelope_vector("bad_sealed_run", "sealed under another key than its epoch's",
          with_batch(first_run(seal(1, wrong, other)), wrong));
    header_ = fresh();
    write_envelope_vector("bad_sets_run", "its header says two sets, its batch holds one",
          with_batch(first_run(seal(2, packed(1, 1), key_)), packed(1, 1)));
    header_ = fresh();
    header_.group.bytes[0] = 7;
    write_envelope_vector("held_group_run", "its content is under a group key that comes in an item of its own",
          with_batch(first_run(seal(1, wrong, key_)), wrong));

    header_ = fresh();
    Run run = first_run(seal(2, packed(1, 2), key_));
    advance();
    run.items[0].signature.reset();  // the next one's covers it
    const Bytes second = packed(3, 1);
    run.items.push_back(seal(1, second, key_).item);
    advance();
    write_envelope_vector("ok_chain_run", "two items, the second signed for both", with_batch(run, second));
    prev_ = header_.prev;
    const Bytes third = packed(4, 3);
    Run next = first_run(seal(3, third, key_));
    next.after_seq = 3;
    next.prev8 = test::first8(prev_);
    write_envelope_vector("ok_later_run", "the chain goes on behind seq 3", with_batch(next, third));
    next.prev8[7] ^= 1;
    write_envelope_vector("bad_fork_prev_run", "it continues another chain", with_batch(next, third));
  }

  ItemHeader fresh() {
    ItemHeader clean = header_;
    clean.seq = 0;
    clean.prev = {};
    clean.group = {};
    return clean;
  }
  SealedItem seal(std::uint32_t sets, ByteView plain, const crypto::EpochKey& key) {
    header_.seq += sets;
    return made_ = seal_item(header_, sets, plain, key, coalition_.founder.sign.secret);
  }
  void advance() { header_.prev = made_.hash; }
  Run first_run(const SealedItem& sealed) {
    Run run;
    run.compartment = header_.compartment;
    run.log = header_.log;
    run.epoch = header_.epoch;
    run.m_seq = header_.m_seq;
    run.m_head8 = test::first8(header_.m_head);
    run.items = {sealed.item};
    return run;
  }
  static Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }
  Bytes packed(std::uint64_t first_seq, std::size_t count) const {
    std::vector<changes::ChangeSet> sets;
    for (std::size_t i = 0; i < count; ++i) {
      const RecordId record{{static_cast<std::uint8_t>(first_seq + i)}};
      sets.push_back({first_seq + i,
                      changes::Hlc::of(1'790'000'000'000 + static_cast<std::int64_t>(i), 0),
                      {changes::NewRecord{record, FormId{{1}}, {{10, std::string("The well at the school is dry")}}}}});
    }
    return payload::pack(*payload::encode_batch(sets, header_.log), payload::Effort::kSmallest);
  }
  std::map<std::string, std::string> given(const Run& run, ByteView plain) const {
    std::map<std::string, std::string> fields{{"org", to_hex(header_.org)},
                                              {"m_head", to_hex(header_.m_head)},
                                              {"author_key", to_hex(coalition_.founder.sign.verify)},
                                              {"epoch_key", to_hex(key_.view())},
                                              {"frame", to_hex(encode_frame(run))},
                                              {"header", to_hex(made_.header)},
                                              {"hash", to_hex(made_.hash)},
                                              {"plain", to_hex(plain)}};
    if (!prev_.is_zero()) fields["prev"] = to_hex(prev_);
    return fields;
  }

  test::Coalition& coalition_;
  crypto::EpochKey key_;
  ItemHeader header_;
  SealedItem made_;
  Hash prev_;  // what the run continues, where it is not the first
};

// The whole log, its last entry replaced by a wrong one.
void write_memberships(test::Coalition& coalition) {
  const auto& log = coalition.entries;
  write_envelope_vector("ok_membership", "the founding of a coalition",
        {{"frames", frames_of(log)},
         {"org", to_hex(coalition.membership.org())},
         {"head", to_hex(coalition.membership.head())},
         {"count", "6"}});
  const auto with_last = [&](const MembershipEntry& last) {
    std::vector<MembershipEntry> entries(log.begin(), log.end() - 1);
    entries.push_back(last);
    return std::map<std::string, std::string>{{"frames", frames_of(entries)}};
  };
  MembershipEntry forged = log.back();
  forged.signature.bytes[3] ^= 1;
  write_envelope_vector("bad_signature_membership", "the last entry's signature is wrong", with_last(forged));

  test::Coalition other;  // so that nothing but one thing is wrong each time, signatures least of all
  const auto as_next = [&](const CoalitionId& org, std::uint32_t seq, const Hash& prev, const keys::Identity& by,
                           const MembershipAct& act) {
    return make_entry(org, seq, prev, other.clock.now_ms(), crypto::random_id<OperationId>(other.random), act,
                      by.device(), by.sign.secret);
  };
  const auto write_next = [&](const std::string& name, const std::string& says, const MembershipEntry& next) {
    std::vector<MembershipEntry> entries = other.entries;
    entries.push_back(next);
    write_envelope_vector(name, says, {{"frames", frames_of(entries)}});
  };
  const keys::Identity monitor = other.admit(Role::kMonitor);
  const Membership& now = other.membership;
  const keys::Identity stranger = keys::Identity::generate(other.random);
  AddDevice added{stranger.device(),
                  stranger.sign.verify,
                  stranger.box.public_key,
                  stranger.auth.public_key,
                  stranger.log,
                  Role::kMonitor,
                  false,
                  false,
                  {}};
  write_next("bad_prev_membership", "the last entry names another hash before it",
             as_next(now.org(), now.count(), *now.hash_at(2), other.founder, added));
  write_next("bad_seq_membership", "the last entry leaves a number out",
             as_next(now.org(), now.count() + 1, now.head(), other.founder, added));
  write_next("bad_org_membership", "the last entry is of another coalition",
             as_next(CoalitionId{{9}}, now.count(), now.head(), other.founder, added));
  write_next("bad_right_membership", "a monitor lets somebody in",
             as_next(now.org(), now.count(), now.head(), monitor, added));
  write_next("bad_author_membership", "the last entry is signed by a device that is not in the log",
             as_next(now.org(), now.count(), now.head(), stranger, added));
  write_next("ok_next_membership", "a monitor was let in, and somebody else is",
             as_next(now.org(), now.count(), now.head(), other.founder, added));
  added.device.bytes[0] ^= 1;
  write_next("bad_name_membership", "the new device's name does not fit its keys",
             as_next(now.org(), now.count(), now.head(), other.founder, added));
}

void check_run(const Vector& vector) {
  const Bytes frame = vector.hex("frame");
  FrameReader reader(frame);
  const auto read_frame = reader.next();
  ASSERT_TRUE(read_frame);
  const Run& run = std::get<Run>(*read_frame);
  const ChainHead head{run.after_seq, vector.id<Hash>("prev")};
  const auto verified = verify_run(vector.id<CoalitionId>("org"), run, run.log, head, vector.id<Hash>("m_head"),
                                   vector.id<crypto::VerifyKey>("author_key"));
  // What is refused only when it is opened has a good chain and signature.
  const bool opened_later =
      vector.name == "bad_sealed_run" || vector.name == "bad_sets_run" || vector.name == "held_group_run";
  ASSERT_EQ(verified.has_value(), vector.is_ok() || opened_later);
  if (!verified) return;
  const VerifiedItem& last = verified->back();
  EXPECT_EQ(to_hex(last.header), to_hex(vector.hex("header")));
  EXPECT_EQ(to_hex(last.hash), to_hex(vector.hex("hash")));
  EXPECT_EQ(GroupId::from(ByteView(last.header).subspan(132, 16))->is_zero(), vector.name != "held_group_run");
  const auto plain = open_item(last.header, last.item->sealed, crypto::EpochKey(vector.hex("epoch_key")));
  ASSERT_EQ(plain.has_value(), vector.name != "bad_sealed_run");
  if (!plain) return;
  EXPECT_EQ(to_hex(*plain), to_hex(vector.hex("plain")));
  if (!vector.given.contains("batch")) return;
  const auto batch = payload::unpack(*plain);
  ASSERT_TRUE(batch);
  const auto sets = payload::decode_batch(*batch, run.log, last.first_seq, last.item->sets);
  EXPECT_EQ(sets.has_value(), vector.name != "bad_sets_run");
}

void check_membership(const Vector& vector) {
  const Bytes frames = vector.hex("frames");
  Membership membership;
  bool good = true;
  for (FrameReader reader(frames); !reader.done();) {
    ASSERT_TRUE(good) << "only the last entry is wrong";
    const auto frame = reader.next();
    ASSERT_TRUE(frame);
    good = membership.apply(std::get<MembershipEntry>(*frame)).has_value();
  }
  EXPECT_EQ(good, vector.is_ok());
  if (!vector.given.contains("org")) return;
  EXPECT_EQ(membership.org(), vector.id<CoalitionId>("org"));
  EXPECT_EQ(membership.head(), vector.id<Hash>("head"));
  EXPECT_EQ(std::to_string(membership.count()), vector.given.at("count"));
}

TEST(EnvelopeVectors, MeanWhatTheirNamesSay) {
  if (test::writing_vectors()) {
    test::Coalition coalition;
    RunWriter(coalition).write_all();
    write_memberships(coalition);
  }
  std::size_t runs = 0, memberships = 0;
  for (const Vector& vector : test::read_vectors("envelope")) {
    SCOPED_TRACE(vector.name + ": " + vector.says);
    if (vector.given.contains("frame")) ++runs, check_run(vector);
    if (vector.given.contains("frames")) ++memberships, check_membership(vector);
  }
  EXPECT_EQ(runs, 11u);
  EXPECT_EQ(memberships, 9u);
}

}  // namespace
}  // namespace haki::envelope
