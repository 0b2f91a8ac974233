// Goal: what is written is read back, every bound holds exactly, and no bytes crash the reader or are taken for a batch
// they are not. Method: samples of everything and batches made from seeds; then the same bytes cut at every place and
// with bits turned. What exactly is refused, and why, is said by the vectors (vectors_test.cc).
#include "payload/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "describe.h"
#include "raw_batch.h"
#include "samples.h"

namespace haki::payload {
namespace {

using changes::ChangeSet;
using changes::SetField;

constexpr std::uint32_t kSeeds = 400;

Result<std::vector<ChangeSet>> decode(ByteView bytes, const std::vector<ChangeSet>& like) {
  return decode_batch(bytes, kAuthor, like[0].seq, static_cast<std::uint32_t>(like.size()));
}
ChangeSet set_of(std::vector<changes::Operation> operations) {
  return {1, changes::Hlc::of(5, 0), std::move(operations)};
}
Code code_of(const ChangeSet& set) {
  const auto encoded = encode_change_set(set, kAuthor);
  if (!encoded) return encoded.error().code;
  const auto decoded = decode_change_set(*encoded, kAuthor, set.seq);
  EXPECT_TRUE(decoded) << "what was written is not read";
  return Code::kExists;  // stands for "fits"
}
constexpr Code kFits = Code::kExists;

TEST(Batch, EverythingComesBackAsItWas) {
  const auto sets = one_of_everything();
  const auto bytes = encode_batch(sets, kAuthor);
  ASSERT_TRUE(bytes);
  const auto read = decode(*bytes, sets);
  ASSERT_TRUE(read);
  EXPECT_EQ(describe(*read), describe(sets));
}

TEST(Batch, SetsAreNumberedFromTheFirst) {
  const auto sets = one_of_everything();
  const Bytes bytes = *encode_batch(sets, kAuthor);
  EXPECT_EQ((*decode_batch(bytes, kAuthor, 40, 3))[2].seq, 42u);
  EXPECT_EQ(decode_batch(bytes, kAuthor, 7, 2).error().code, Code::kDamaged) << "the header says two sets";
  EXPECT_EQ(decode_batch(bytes, kAuthor, 7, 4).error().code, Code::kDamaged);
  EXPECT_EQ(decode_batch(bytes, kAuthor, 0, 3).error().code, Code::kDamaged) << "seq counts from 1";
  EXPECT_EQ(decode_batch(bytes, kAuthor, UINT64_MAX - 1, 3).error().code, Code::kDamaged);
}

TEST(Batch, BatchesMadeFromSeedsComeBackAsTheyWere) {
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    const auto sets = Maker(seed).sets();
    const auto bytes = encode_batch(sets, kAuthor);
    ASSERT_TRUE(bytes) << "seed " << seed;
    const auto read = decode(*bytes, sets);
    ASSERT_TRUE(read) << "seed " << seed;
    ASSERT_EQ(describe(*read), describe(sets)) << "seed " << seed;
    ASSERT_EQ(*encode_batch(*read, kAuthor), *bytes) << "seed " << seed;
  }
}

TEST(Batch, ASetKeptAloneIsTheSetThatCame) {
  const auto sets = one_of_everything();
  const auto read = *decode(*encode_batch(sets, kAuthor), sets);
  for (const ChangeSet& set : read) {
    const auto alone = decode_change_set(*encode_change_set(set, kAuthor), kAuthor, set.seq);
    ASSERT_TRUE(alone);
    EXPECT_EQ(describe(std::span(&*alone, 1)), describe(std::span(&set, 1)));
  }
}

TEST(Batch, WhatIsGoneTakesItsIndexesAndTellsOlderReadersNotToCount) {
  const auto set = set_of({changes::Gone{31}, changes::Erase{id_of<RecordId>(1), "Consent withdrawn"},
                           changes::LetGo{id_of<CompartmentId>(2), id_of<RecordId>(1), id_of<LogId>(3), 7}, changes::Gone{1}});
  Bytes bytes = *encode_change_set(set, kAuthor);
  EXPECT_EQ(bytes[1], 2);  // schema
  EXPECT_EQ(bytes[3], 2);  // min_reader
  const auto read = decode_change_set(bytes, kAuthor, 1);
  ASSERT_TRUE(read);
  EXPECT_EQ(describe(std::span(&*read, 1)), describe(std::span(&set, 1)));
  EXPECT_EQ(changes::indexes_of(read->operations[0]), 31u);
  bytes[3] = 1;
  EXPECT_EQ(decode_change_set(bytes, kAuthor, 1).error().code, Code::kDamaged) << "an older reader would have miscounted";
  EXPECT_EQ(code_of(set_of({changes::Gone{0}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({changes::Gone{502}})), Code::kInvalid);
}

TEST(Batch, AnErasureHasAReasonOfBoundedLength) {
  const RecordId id = id_of<RecordId>(1);
  EXPECT_EQ(code_of(set_of({changes::Erase{id, ""}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({changes::Erase{id, std::string(1024, 'x')}})), kFits);
  EXPECT_EQ(code_of(set_of({changes::Erase{id, std::string(1025, 'x')}})), Code::kTooLarge);
  EXPECT_EQ(code_of(set_of({changes::Erase{id, "\xff"}})), Code::kInvalid);
}

TEST(Batch, DotsAreWrittenInOrderWhateverOrderTheyHave) {
  const changes::Dot low{kAuthor, 1, 0}, high{kAuthor, 1, 5};
  const auto set = set_of({SetField{id_of<RecordId>(1), 10, true, {high, low, high}}});
  const auto read = decode_change_set(*encode_change_set(set, kAuthor), kAuthor, 1);
  EXPECT_THAT(std::get<SetField>(read->operations[0]).over, testing::ElementsAre(low, high));
}

TEST(Batch, CutAnywhereItIsRefused) {
  const auto sets = one_of_everything();
  const Bytes bytes = *encode_batch(sets, kAuthor);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    const auto read = decode(cut, sets);
    ASSERT_FALSE(read) << "cut to " << length << " bytes";
    ASSERT_EQ(read.error().code, Code::kDamaged);
  }
}

// A batch has one spelling: what is accepted is what would have been written. So no two byte strings mean the same, but
// for the number of the schema, which only says who wrote it.
void expect_one_spelling(Bytes bytes, const std::vector<ChangeSet>& like, const std::string& what) {
  const auto read = decode(bytes, like);
  if (!read) return;
  bytes[1] = bytes[3];  // as the least reader
  const auto again = encode_batch(*read, kAuthor);
  ASSERT_TRUE(again) << what;
  ASSERT_EQ(to_hex(*again), to_hex(bytes)) << what;
}

TEST(Batch, EveryBitTurnedIsRefusedOrMeansSomethingElse) {
  const auto sets = one_of_everything();
  const Bytes bytes = *encode_batch(sets, kAuthor);
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes turned = bytes;
    turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ 1u << bit % 8);
    expect_one_spelling(turned, sets, "bit " + std::to_string(bit));
    refused += !decode(turned, sets);
  }
  EXPECT_GT(refused, 0u);
}

TEST(Batch, RandomDamageIsRefusedOrMeansSomethingElse) {
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    Maker maker(seed);
    const auto sets = maker.sets();
    const Bytes bytes = *encode_batch(sets, kAuthor);
    for (int round = 0; round < 40; ++round) {
      Bytes damaged = bytes;
      for (std::uint64_t i = 1 + maker.below(3); i > 0; --i) {
        damaged[maker.below(damaged.size())] = static_cast<std::uint8_t>(maker.below(256));
      }
      const auto place = [&] { return damaged.begin() + static_cast<std::ptrdiff_t>(maker.below(damaged.size())); };
      if (maker.chance(4)) damaged.erase(place());
      if (maker.chance(4)) damaged.insert(place(), 0);
      expect_one_spelling(damaged, sets, "seed " + std::to_string(seed) + ", round " + std::to_string(round));
    }
  }
}

TEST(Batch, NoiseIsRefusedOrHasOneSpelling) {
  Maker maker(1);
  const std::vector<ChangeSet> one(1, ChangeSet{1, {}, {}});
  for (int round = 0; round < 20'000; ++round) {
    Bytes noise = raw::versions();
    for (std::uint64_t i = maker.below(60); i > 0; --i) noise.push_back(static_cast<std::uint8_t>(maker.below(256)));
    if (maker.chance(2)) noise = raw::join({raw::versions(), raw::records(raw::id(1)), raw::bytes_field(7, noise)});
    expect_one_spelling(noise, one, to_hex(noise));
  }
}

// Limits

TEST(BatchLimits, OperationsInAChangeSet) {
  const changes::Operation unknown = changes::UnknownOperation{{9}};
  EXPECT_EQ(code_of(set_of({limits::kOpsPerChangeSetMax, unknown})), kFits);
  EXPECT_EQ(code_of(set_of({limits::kOpsPerChangeSetMax + 1, unknown})), Code::kTooLarge);
}

TEST(BatchLimits, CellsInARecord) {
  const auto with_cells = [](std::size_t count) {
    changes::NewRecord made{id_of<RecordId>(1), id_of<FormId>(2), {}};
    for (std::size_t i = 0; i < count; ++i) made.cells.push_back({static_cast<std::uint32_t>(10 + i), true});
    return set_of({made});
  };
  EXPECT_EQ(code_of(with_cells(limits::kCellsPerRecordMax)), kFits);
  EXPECT_EQ(code_of(with_cells(limits::kCellsPerRecordMax + 1)), Code::kTooLarge);
}

TEST(BatchLimits, DotsInAnOperation) {
  const auto with_dots = [](std::size_t count) {
    std::vector<changes::Dot> dots;
    for (std::size_t i = 0; i < count; ++i) dots.push_back({kAuthor, 1, static_cast<std::uint32_t>(i)});
    return set_of({SetField{id_of<RecordId>(1), 10, true, dots}});
  };
  EXPECT_EQ(code_of(with_dots(limits::kOverDotsPerOpMax)), kFits);
  EXPECT_EQ(code_of(with_dots(limits::kOverDotsPerOpMax + 1)), Code::kTooLarge);
}

TEST(BatchLimits, TextInAValue) {
  const auto with_text = [](std::size_t length) {
    return set_of({SetField{id_of<RecordId>(1), 10, std::string(length, 'x'), {}}});
  };
  EXPECT_EQ(code_of(with_text(limits::kValueBytesMax)), kFits);
  EXPECT_EQ(code_of(with_text(limits::kValueBytesMax + 1)), Code::kTooLarge);
  const Bytes over = raw::one_value(1, raw::counted(Bytes(limits::kValueBytesMax + 1, 'x')));
  EXPECT_EQ(decode_batch(over, kAuthor, 1, 1).error().code, Code::kTooLarge);
}

TEST(BatchLimits, BytesInABatch) {
  const auto of_size = [](std::size_t wanted) {
    std::vector<changes::Operation> operations;
    for (int i = 0; i < 4; ++i) operations.push_back(SetField{id_of<RecordId>(1), 10, std::string(65'000, 'x'), {}});
    ChangeSet set = set_of(operations);
    const std::size_t missing = wanted - encode_change_set(set, kAuthor)->size();
    // A fifth operation of `missing` bytes in all: tag, two bytes of length, kind, and so many more.
    set.operations.push_back(changes::UnknownOperation{Bytes(missing - 3, 9)});
    return set;
  };
  const ChangeSet fits = of_size(limits::kBatchBytesMax);
  EXPECT_EQ(encode_change_set(fits, kAuthor)->size(), limits::kBatchBytesMax);
  EXPECT_EQ(code_of(fits), kFits);
  EXPECT_EQ(code_of(of_size(limits::kBatchBytesMax + 1)), Code::kTooLarge);
  EXPECT_EQ(decode_batch(Bytes(limits::kBatchBytesMax + 1, 0), kAuthor, 1, 1).error().code, Code::kTooLarge);
}

TEST(BatchLimits, ChangeSetsInABatch) {
  std::vector<ChangeSet> sets(limits::kChangeSetsPerItemMax);
  for (std::size_t i = 0; i < sets.size(); ++i) sets[i].seq = 1 + i;
  const auto bytes = encode_batch(sets, kAuthor);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(decode(*bytes, sets)->size(), limits::kChangeSetsPerItemMax);
  const Bytes more = raw::join({*bytes, raw::bytes_field(7, {})});
  EXPECT_EQ(decode_batch(more, kAuthor, 1, 65).error().code, Code::kTooLarge);
}

// 32,768 records of 500 values each, in 200 KB: refused before they are 800 MB of values that are still to be read.
TEST(BatchLimits, ValuesWithoutBytesTakeNoMemory) {
  Bytes cells = raw::varint(limits::kCellsPerRecordMax), operations;
  for (std::size_t i = 0; i < limits::kCellsPerRecordMax; ++i) cells = raw::join({cells, raw::cell(1, 4)});
  const Bytes again = raw::bytes_field(3, {4, 1, 1, 1});
  for (std::size_t i = 1; i < limits::kOpsPerChangeSetMax; ++i) operations.insert(operations.end(), again.begin(), again.end());
  Bytes batch = raw::join({raw::versions(), raw::records(raw::id(1)), raw::forms(raw::id(2)), raw::shapes(cells),
                           raw::bytes_field(7, raw::join({raw::bytes_field(3, {4, 0, 0, 0}), operations}))});
  for (std::size_t i = 1; i < limits::kChangeSetsPerItemMax; ++i) {
    batch = raw::join({batch, raw::bytes_field(7, raw::join({again, operations}))});
  }
  batch = raw::join({batch, raw::columns(Bytes(1000, 1))});
  ASSERT_LT(batch.size(), limits::kBatchBytesMax);
  const auto kilobytes = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
  };
  const auto before = kilobytes();
  EXPECT_EQ(decode_batch(batch, kAuthor, 1, limits::kChangeSetsPerItemMax).error().code, Code::kDamaged);
  EXPECT_LT(kilobytes() - before, 100'000);
}

TEST(BatchLimits, JoinedSetsThatFitAloneMayBeTooLargeTogether) {
  std::vector<ChangeSet> sets;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) {
    sets.push_back({seq, {}, {SetField{id_of<RecordId>(1), 10, std::string(60'000, 'x'), {}}}});
  }
  EXPECT_EQ(encode_batch(sets, kAuthor).error().code, Code::kTooLarge);
  EXPECT_TRUE(encode_batch(std::span(sets).first(4), kAuthor));
}

// What a person saves may be wrong in ways that would make the bytes unreadable; then nothing is written.
TEST(BatchRefusesToWrite, WhatItWouldNotRead) {
  const RecordId record = id_of<RecordId>(1);
  const auto record_of = [&](std::vector<changes::Cell> cells) {
    return set_of({changes::NewRecord{record, id_of<FormId>(2), std::move(cells)}});
  };
  EXPECT_EQ(code_of(set_of({SetField{record, 10, std::string("\xff"), {}}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({SetField{record, 10, std::numeric_limits<double>::quiet_NaN(), {}}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({changes::SetAdd{record, 10, std::numeric_limits<double>::infinity()}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({SetField{record, 0, true, {}}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({SetField{record, 10, true, {{kAuthor, 0, 0}}}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({changes::Ack{kAuthor, 0, {}}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({changes::Tomb{record, {}, {{kAuthor, 0}}}})), Code::kInvalid);
  EXPECT_EQ(code_of(record_of({{11, true}, {10, true}})), Code::kInvalid);
  EXPECT_EQ(code_of(record_of({{11, true}, {11, true}})), Code::kInvalid);
  EXPECT_EQ(code_of(record_of({{0, true}})), Code::kInvalid);
  EXPECT_EQ(code_of(record_of({{10, std::string("\xc0\x80")}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({changes::UnknownOperation{{}}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({changes::UnknownOperation{{0}}})), Code::kInvalid);
  EXPECT_EQ(code_of(set_of({changes::UnknownOperation{{4, 0, 0, 0}}})), Code::kInvalid);
}

TEST(BatchHolds, WhatANewerVersionWroteWithoutReadingOn) {
  const Bytes newer = raw::join({raw::number_field(1, 3), raw::number_field(2, 3), Bytes{0xff, 0xff}});
  EXPECT_EQ(decode_batch(newer, kAuthor, 1, 1).error().code, Code::kHeld);
  const Bytes readable =
      raw::join({raw::number_field(1, 2), raw::number_field(2, 1), raw::set({{9, 1}}), raw::bytes_field(9, {7})});
  const auto read = decode_batch(readable, kAuthor, 1, 1);
  ASSERT_TRUE(read) << "a newer schema that this version can read";
  EXPECT_EQ(describe(*read), "seq 1 time 1.0\n  unknown 0901\n");
}

// Values alone

TEST(Values, ComeBackAsTheyWere) {
  Maker maker(7);
  for (int i = 0; i < 5'000; ++i) {
    const Value value = maker.value();
    const auto read = decode_value(encode_value(value));
    ASSERT_TRUE(read);
    ASSERT_EQ(describe(*read), describe(value));
  }
}

TEST(Values, DecimalsThatPeopleWriteAreShort) {
  EXPECT_EQ(encode_value(26.8), (Bytes{3, 1, 0x98, 0x04}));
  EXPECT_EQ(encode_value(-3.136947).size(), 6u);
  EXPECT_EQ(encode_value(5.0), (Bytes{3, 0, 10}));
  EXPECT_EQ(encode_value(9007199254740992.0).size(), 10u);
  EXPECT_EQ(encode_value(1e300).size(), 10u);
  EXPECT_EQ(encode_value(-0.0), (Bytes{3, 255, 0, 0, 0, 0, 0, 0, 0, 0x80}));
}

TEST(Values, HaveOneSpelling) {
  const std::vector<Bytes> spellings = {{},
                                        {0},
                                        {6, 0},
                                        {1},
                                        {1, 2, 'a'},
                                        {1, 1, 'a', 'a'},
                                        {1, 0x81, 0, 'a'},
                                        {1, 1, 0x80},
                                        {2},
                                        {2, 0x80, 0},
                                        {2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2},
                                        {3, 1, 20},
                                        {3, 10, 1},
                                        {3, 255, 0, 0, 0, 0, 0, 0, 0x14, 0x40},
                                        {3, 255, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f},
                                        {4},
                                        {4, 2},
                                        {5, 1}};
  for (const Bytes& wrong : spellings) {
    const auto read = decode_value(wrong);
    ASSERT_FALSE(read) << to_hex(wrong);
    EXPECT_EQ(read.error().code, Code::kDamaged);
  }
}

TEST(Values, TextIsStrictUtf8) {
  const auto accepted = [](const Bytes& text) {
    return decode_value(raw::join({{1}, raw::counted(text)})).has_value();
  };
  const std::vector<Bytes> first_and_last_of_each_length = {
      {}, {0}, {0x7f}, {0xc2, 0x80}, {0xdf, 0xbf}, {0xe0, 0xa0, 0x80}, {0xed, 0x9f, 0xbf}, {0xee, 0x80, 0x80},
      {0xf0, 0x90, 0x80, 0x80}, {0xf4, 0x8f, 0xbf, 0xbf}};
  for (const Bytes& good : first_and_last_of_each_length) EXPECT_TRUE(accepted(good)) << to_hex(good);
  const std::vector<Bytes> just_outside = {
      {0x80}, {0xc1, 0xbf}, {0xc2}, {0xc2, 0xc0}, {0xe0, 0x9f, 0xbf}, {0xe1, 0x80}, {0xed, 0xa0, 0x80}, {0xff},
      {0xf0, 0x8f, 0xbf, 0xbf}, {0xf4, 0x90, 0x80, 0x80}, {0xf5, 0x80, 0x80, 0x80}, {'a', 0xf0, 0x90, 0x80}};
  for (const Bytes& bad : just_outside) EXPECT_FALSE(accepted(bad)) << to_hex(bad);
}

}  // namespace
}  // namespace haki::payload
