// Goal: a record's row says exactly its state, in few bytes, in one spelling.
// Method: states that simulated edits leave behind, a golden row, and rows cut and damaged.
#include "payload/record_state.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "samples.h"

namespace haki::payload {
namespace {

using namespace changes;

// What the changes of a seed leave of one record; logs are far enough along that some dots are ahead.
RecordState state_of(std::uint64_t seed, std::uint64_t operations_below = 40) {
  Maker maker(seed);
  RecordState record;
  record.id = id_of<RecordId>(0x20);
  std::map<LogId, std::uint64_t> applied;
  for (std::uint64_t i = maker.below(operations_below); i > 0; --i) {
    const LogId log = maker.log();
    const Dot dot{log, ++applied[log], static_cast<std::uint32_t>(maker.below(3))};
    const AppliedSeq so_far = [&](const LogId& asked) { return asked == log ? dot.seq - 1 : applied[asked]; };
    apply(record, maker.operation(), dot, Hlc{maker.chance(2) ? dot.seq << 20 : maker.below(UINT64_MAX)}, so_far);
  }
  return record;
}

TEST(RecordStateBytes, StatesComeBackAsTheyWere) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    const RecordState record = state_of(seed);
    const auto read = decode_record_state(encode_record_state(record));
    ASSERT_TRUE(read) << "seed " << seed;
    ASSERT_EQ(*read, record) << "seed " << seed;
  }
}

TEST(RecordStateBytes, ANewRecordIsItsValuesAndTwoBytesEach) {
  RecordState record;
  record.id = id_of<RecordId>(0x11);
  const NewRecord made{record.id, id_of<FormId>(0x22), {{1, text_of("draft")}, {10, std::int64_t{3}}, {12, true}}};
  apply(record, made, {kAuthor, 5, 0}, Hlc::of(2, 1), [](const LogId&) { return 4; });

  Bytes expected{1};
  const auto add = [&](const Bytes& bytes) { expected.insert(expected.end(), bytes.begin(), bytes.end()); };
  add(Bytes(16, 0x11));
  add({1});
  add(Bytes(16, 0xa0));
  add({1});
  add(Bytes(16, 0x22));
  add({8, 0, 5, 0, 1, 0, 2, 0, 0, 0, 0, 0});  // log 0, seq 5, op 0, then the time
  add({3, 1 << 2, 1, 5, 'd', 'r', 'a', 'f', 't', 9 << 2, 2, 6, 2 << 2, 4, 1});
  add({0, 0});
  EXPECT_EQ(to_hex(encode_record_state(record)), to_hex(expected));
}

TEST(RecordStateBytes, CutAnywhereTheyAreRefused) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Bytes row = encode_record_state(state_of(seed, 8));
    while (!row.empty()) {
      row.pop_back();
      const auto read = decode_record_state(row);
      ASSERT_FALSE(read) << "seed " << seed << ", " << row.size() << " bytes";
      ASSERT_EQ(read.error().code, Code::kDamaged);
    }
  }
}

TEST(RecordStateBytes, HaveOneSpelling) {
  std::size_t refused = 0, taken = 0;
  const std::uint64_t seeds = std::getenv("HAKI_LONG") == nullptr ? 3 : 30;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    const Bytes row = encode_record_state(state_of(seed, 8));
    for (std::size_t bit = 0; bit < row.size() * 8; ++bit) {
      Bytes turned = row;
      turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ 1u << bit % 8);
      const auto read = decode_record_state(turned);
      (read ? taken : refused) += 1;
      if (read) {
        ASSERT_TRUE(encode_record_state(*read) == turned) << "seed " << seed << ", bit " << bit << ": " << to_hex(turned);
      }
    }
  }
  EXPECT_GT(refused, 0u);
  EXPECT_GT(taken, 0u) << "a changed id or text is another state";
}

TEST(RecordStateBytes, AnEmptyStateIsKept) {
  EXPECT_EQ(*decode_record_state(encode_record_state(RecordState{})), RecordState{});
}

TEST(RecordStateBytes, AnErasedRecordIsItsErasures) {
  RecordState record;
  record.id = id_of<RecordId>(0x21);
  record.erasures = {{{kAuthor, 4, 0}, changes::Hlc::of(1000, 1), "Consent withdrawn"},
                     {{id_of<LogId>(0xc1), 9, 2}, changes::Hlc::of(2000, 0), "Raha ameomba"}};
  std::ranges::sort(record.erasures, {}, &changes::Erasure::dot);
  const Bytes bytes = encode_record_state(record);
  EXPECT_EQ(bytes[0], 2);
  EXPECT_EQ(*decode_record_state(bytes), record);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(decode_record_state(ByteView(bytes).first(length))) << length;
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes turned = bytes;
    turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ 1u << bit % 8);
    const auto read = decode_record_state(turned);
    if (read) {
      EXPECT_EQ(encode_record_state(*read), turned) << bit;
    }
  }
}

TEST(RecordStateBytes, AnotherLayoutIsRefused) {
  Bytes row = encode_record_state(RecordState{});
  row[0] = 2;
  EXPECT_EQ(decode_record_state(row).error().code, Code::kDamaged);
}

}  // namespace
}  // namespace haki::payload
