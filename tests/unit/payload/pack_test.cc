// Goal: packing gives back what it took, says little by its length, and opens nothing that could cost more memory than
// a batch may have. Method: round trips over sizes, Padmé against its definition, then streams that Brotli itself would
// take and we must not.
#include "payload/pack.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/limits.h"
#include "base/padme.h"
#include "packed.h"
#include "samples.h"

namespace haki::payload {
namespace {

Code code_of(const Bytes& plain) {
  const auto opened = unpack(plain);
  return opened ? Code::kExists : opened.error().code;
}

Bytes prose(std::size_t length) {
  Maker maker(length);
  std::string text;
  while (text.size() < length) text += maker.text() + " ";
  return Bytes(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
}
Bytes noise(std::size_t length) {
  Maker maker(length);
  Bytes bytes(length);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(maker.below(256));
  return bytes;
}

TEST(Padme, IsTheNextLengthWithAShortMantissa) {
  for (std::size_t length = 2; length < 300'000; length += 1 + length / 500) {
    const double exponent = std::floor(std::log2(static_cast<double>(length)));
    const double kept_bits = std::floor(std::log2(exponent < 1 ? 1 : exponent)) + 1;
    const auto step = static_cast<std::size_t>(exponent > kept_bits ? std::exp2(exponent - kept_bits) : 1);
    EXPECT_EQ(base::padme(length), (length + step - 1) / step * step) << length;
    EXPECT_LE(static_cast<double>(base::padme(length)), 1.12 * static_cast<double>(length));
  }
  EXPECT_EQ(base::padme(0), 0u);
  EXPECT_EQ(base::padme(1), 1u);
  EXPECT_EQ(base::padme(958), 960u);
}

TEST(Pack, GivesBackWhatItTook) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{80}, std::size_t{81}, std::size_t{5'000},
                                 std::size_t{130'000}, limits::kBatchBytesMax}) {
    for (const Bytes& batch : {prose(size), noise(size), Bytes(size, 0)}) {
      for (const Effort effort : {Effort::kSmallest, Effort::kSmaller, Effort::kFast}) {
        const Bytes packed = pack(batch, effort);
        EXPECT_GE(packed.size(), 96u);
        EXPECT_TRUE(packed.size() == 96 || base::padme(packed.size()) == packed.size());
        const auto opened = unpack(packed);
        ASSERT_TRUE(opened) << size;
        EXPECT_EQ(*opened, batch);
      }
    }
  }
}

TEST(Pack, TheLargestBatchFitsAnItem) {
  EXPECT_LE(pack(noise(limits::kBatchBytesMax), Effort::kFast).size() + 16, limits::kItemBytesMax);
}

TEST(Pack, CutAnywhereItIsRefused) {
  Bytes packed = pack(prose(600), Effort::kFast);
  while (!packed.empty()) {
    packed.pop_back();
    ASSERT_EQ(code_of(packed), Code::kDamaged) << packed.size();
  }
}

TEST(Pack, EveryBitTurnedIsSafe) {
  const Bytes batch = prose(600);
  const Bytes packed = pack(batch, Effort::kFast);
  const std::size_t used = 1 + compress(batch, Effort::kFast).size();
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    Bytes turned = packed;
    turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ 1u << bit % 8);
    const auto opened = unpack(turned);
    if (bit / 8 == 0) {
      EXPECT_EQ(opened.error().code, Code::kHeld) << "packed in another way";
    } else if (bit / 8 >= used) {
      EXPECT_FALSE(opened) << "padding, bit " << bit;
    } else if (opened) {
      EXPECT_LE(opened->size(), limits::kBatchBytesMax);
    }
  }
}

TEST(Pack, RefusesWhatAPersonCannotHaveSent) {
  const Bytes stream = compress(prose(600), Effort::kFast);
  EXPECT_EQ(packed_stream(stream), pack(prose(600), Effort::kFast)) << "the helper packs as pack() does";

  Bytes padded = packed_stream(stream);
  padded.back() = 1;
  EXPECT_EQ(code_of(padded), Code::kDamaged) << "padding that is not zero";

  Bytes longer = packed_stream(stream);
  longer.resize(base::padme(longer.size() + 1));
  EXPECT_EQ(code_of(longer), Code::kDamaged) << "more padding than Padmé gives";

  EXPECT_EQ(code_of(packed_stream(Bytes(100, 7))), Code::kDamaged) << "no Brotli";
  EXPECT_EQ(code_of(packed_stream({})), Code::kDamaged) << "nothing";
  EXPECT_EQ(code_of(packed_stream(Bytes(stream.begin(), stream.end() - 9))), Code::kDamaged) << "a stream without its end";

  Bytes two = stream;
  two.insert(two.end(), stream.begin(), stream.end());
  EXPECT_EQ(code_of(packed_stream(two)), Code::kDamaged) << "two streams";

  Bytes trailing = stream;
  trailing.push_back(1);
  EXPECT_EQ(code_of(packed_stream(trailing)), Code::kDamaged) << "a byte after the stream";
}

TEST(Pack, RefusesABomb) {
  const Bytes bomb = compress(Bytes(64 * 1024 * 1024, 0), Effort::kFast);
  EXPECT_LT(bomb.size(), limits::kBatchBytesMax);
  EXPECT_EQ(code_of(packed_stream(bomb)), Code::kDamaged);
  EXPECT_EQ(code_of(packed_stream(compress(Bytes(limits::kBatchBytesMax + 1, 0), Effort::kFast))), Code::kDamaged);
  EXPECT_EQ(code_of(packed_stream(compress(Bytes(limits::kBatchBytesMax, 0), Effort::kFast))), Code::kExists);
}

TEST(Pack, RefusesAWindowOverTheLimit) {
  for (unsigned bits = 18; bits <= 24; ++bits) {
    EXPECT_EQ(code_of(packed_stream(hi_in_window_of(bits))), bits <= 20 ? Code::kExists : Code::kDamaged) << bits;
  }
}

}  // namespace
}  // namespace haki::payload
