// Goal: packing gives back what it took, says little by its length, and opens nothing that could cost more memory than
// a batch may have. Method: round trips over sizes, Padmé against its definition, then frames that zstd itself would
// take and we must not.
#include "payload/pack.h"

#include <gtest/gtest.h>
#include <zstd.h>

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
      for (const Effort effort : {Effort::kSmallest, Effort::kFast}) {
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
  const std::size_t used = packed[0] + packed[1] * 256u + 8;
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    Bytes turned = packed;
    turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ 1u << bit % 8);
    const auto opened = unpack(turned);
    if (bit / 8 >= used || bit / 8 < 4) {
      EXPECT_FALSE(opened) << "length and padding, bit " << bit;
    } else if (bit / 8 < 8) {
      EXPECT_EQ(opened.error().code, Code::kHeld) << "another dictionary";
    } else if (opened) {
      EXPECT_LE(opened->size(), limits::kBatchBytesMax);
    }
  }
}

TEST(Pack, RefusesWhatAPersonCannotHaveSent) {
  const Bytes batch = prose(600);
  EXPECT_EQ(code_of(packed_frame(frame_of(batch))), Code::kExists) << "the helper packs as pack() does";

  Bytes padded = packed_frame(frame_of(batch));
  padded.back() = 1;
  EXPECT_EQ(code_of(padded), Code::kDamaged) << "padding that is not zero";

  Bytes longer = packed_frame(frame_of(batch));
  longer.resize(base::padme(longer.size() + 1));
  EXPECT_EQ(code_of(longer), Code::kDamaged) << "more padding than Padmé gives";

  EXPECT_EQ(code_of(packed_frame(frame_of(batch, {{ZSTD_c_contentSizeFlag, 0}}))), Code::kDamaged) << "no content size";
  EXPECT_EQ(code_of(packed_frame(frame_of(batch, {{ZSTD_c_checksumFlag, 1}}))), Code::kDamaged) << "a checksum";
  EXPECT_EQ(code_of(packed_frame(Bytes(100, 7))), Code::kDamaged) << "no zstd";
  EXPECT_EQ(code_of(packed_frame({})), Code::kDamaged) << "nothing";

  Bytes two = frame_of(batch);
  const Bytes second = frame_of(batch);
  two.insert(two.end(), second.begin(), second.end());
  EXPECT_EQ(code_of(packed_frame(two)), Code::kDamaged) << "two frames";

  Bytes trailing = frame_of(batch);
  trailing.push_back(0);
  EXPECT_EQ(code_of(packed_frame(trailing)), Code::kDamaged) << "a byte after the frame";

  Bytes skippable{0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
  EXPECT_EQ(code_of(packed_frame(skippable)), Code::kDamaged) << "a skippable frame";
}

TEST(Pack, RefusesABombByItsDeclaredSize) {
  const Bytes bomb = frame_of(Bytes(64 * 1024 * 1024, 0));
  EXPECT_LT(bomb.size(), limits::kBatchBytesMax);
  EXPECT_EQ(code_of(packed_frame(bomb)), Code::kDamaged);
  EXPECT_EQ(code_of(packed_frame(frame_of(Bytes(limits::kBatchBytesMax + 1, 0)))), Code::kDamaged);
  EXPECT_EQ(code_of(packed_frame(frame_of(Bytes(limits::kBatchBytesMax, 0)))), Code::kExists);
}

TEST(Pack, RefusesABombThatLiesAboutItsSize) {
  // Single segment, four-byte content size at offset 5 (RFC 8878 section 3.1.1.1).
  Bytes bomb = frame_of(Bytes(1024 * 1024, 0));
  ASSERT_EQ(bomb[4] & 0xe0, 0xa0);
  bomb[5] = 0, bomb[6] = 1, bomb[7] = 0, bomb[8] = 0;
  EXPECT_EQ(code_of(packed_frame(bomb)), Code::kDamaged);
}

TEST(Pack, RefusesAWindowOverTheLimit) {
  // A frame with a window descriptor: not single segment, a one-byte exponent and mantissa, then a raw last block "hi".
  const auto frame = [](std::uint8_t window) {
    return Bytes{0x28, 0xb5, 0x2f, 0xfd, 0x80, window, 2, 0, 0, 0, 0x11, 0, 0, 'h', 'i'};
  };
  EXPECT_EQ(code_of(packed_frame(frame(10 << 3))), Code::kExists) << "1 MiB";
  EXPECT_EQ(code_of(packed_frame(frame(10 << 3 | 1))), Code::kDamaged) << "1 MiB and an eighth";
  EXPECT_EQ(code_of(packed_frame(frame(31 << 3))), Code::kDamaged);
}

}  // namespace
}  // namespace haki::payload
