// Goal: a batch is the protobuf message that payload.proto says, although we write it by hand.
// Method: protobuf's own generated code reads what we write, and what it writes from that is our bytes again.
#include <gtest/gtest.h>

#include "payload/batch.h"
#include "payload/v1/payload.pb.h"
#include "samples.h"

namespace haki::payload {
namespace {

TEST(ProtobufReads, OurBatches) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const auto sets = seed == 0 ? one_of_everything() : Maker(seed).sets();
    const auto bytes = encode_batch(sets, kAuthor);
    ASSERT_TRUE(bytes);

    v1::Batch batch;
    ASSERT_TRUE(batch.ParseFromArray(bytes->data(), static_cast<int>(bytes->size()))) << "seed " << seed;
    EXPECT_EQ(batch.schema(), kPlainSchema);
    EXPECT_EQ(batch.min_reader(), kPlainSchema);
    ASSERT_EQ(static_cast<std::size_t>(batch.sets_size()), sets.size());
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < sets.size(); ++i) {
      const v1::ChangeSet& set = batch.sets(static_cast<int>(i));
      ms += set.ms_plus();
      EXPECT_EQ(ms, sets[i].time.ms());
      EXPECT_EQ(set.counter(), sets[i].time.counter());
      EXPECT_EQ(static_cast<std::size_t>(set.operations_size()), sets[i].operations.size());
    }
    EXPECT_EQ(batch.SerializeAsString(), as_text(*bytes)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace haki::payload
