// Goal: pictures keep their colours when they are made smaller, and stand upright however the camera was held.
// Method: pictures of few pixels whose result can be said in advance.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phone_exif.h"

namespace haki::media {
namespace {

using ::testing::ElementsAre;

// One channel's worth of letters as a picture.
Picture grey(std::uint32_t width, std::uint32_t height, const std::string& pixels) {
  Picture picture{{width, height}, {}};
  for (const char pixel : pixels) picture.rgb.insert(picture.rgb.end(), 3, static_cast<std::uint8_t>(pixel));
  return picture;
}

std::string letters(const Picture& picture) {
  std::string pixels;
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) pixels += static_cast<char>(picture.rgb[i]);
  return pixels;
}

// a b c    The eight ways of EXIF, as the specification draws them.
// d e f
TEST(Upright, EachOfTheEightWays) {
  const Picture picture = grey(3, 2, "abcdef");
  const std::vector<std::string> expected{"abcdef", "cbafed", "fedcba", "defabc",
                                          "adbecf", "daebfc", "fcebda", "cfbead"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture turned = upright(picture, orientation);
    EXPECT_EQ(letters(turned), expected[static_cast<std::size_t>(orientation - 1)]) << orientation;
    EXPECT_EQ(turned.size.width, orientation >= 5 ? 2U : 3U) << orientation;
    EXPECT_EQ(turned.size.height, orientation >= 5 ? 3U : 2U) << orientation;
  }
  EXPECT_EQ(letters(upright(picture, 0)), "abcdef");
  EXPECT_EQ(letters(upright(picture, 9)), "abcdef");
}

TEST(Shrunk, APixelIsTheMeanOfWhatItCovers) {
  EXPECT_THAT(shrunk(grey(2, 2, std::string("\0\x64\x64\xc8", 4)), {1, 1}).rgb, ElementsAre(0x64, 0x64, 0x64));
  // Three pixels to two: the middle one goes half to either side.
  const Picture two = shrunk(grey(3, 1, std::string("\x1e\x3c\x5a", 3)), {2, 1});
  EXPECT_EQ(two.rgb[0], 40);
  EXPECT_EQ(two.rgb[3], 80);
  const Picture tall = shrunk(grey(1, 3, std::string("\x1e\x3c\x5a", 3)), {1, 2});
  EXPECT_EQ(tall.rgb[0], 40);
  EXPECT_EQ(tall.rgb[3], 80);
}

TEST(Shrunk, OneColourStaysThatColourAtEverySize) {
  const Picture picture = grey(61, 47, std::string(61 * 47, '\xfd'));
  for (std::uint32_t side = 1; side <= 61; ++side) {
    const Size size = size_within(picture.size, side);
    EXPECT_EQ(letters(shrunk(picture, size)), std::string(std::size_t{size.width} * size.height, '\xfd')) << side;
  }
}

TEST(Shrunk, ToTheSameSizeChangesNothing) {
  const Picture picture = noise(13, 9);
  EXPECT_EQ(shrunk(picture, picture.size).rgb, picture.rgb);
}

TEST(SizeWithin, KeepsTheShapeAndNeverBecomesNothing) {
  const auto expect = [](Size from, std::uint32_t side, std::uint32_t width, std::uint32_t height) {
    EXPECT_EQ(size_within(from, side).width, width);
    EXPECT_EQ(size_within(from, side).height, height);
  };
  expect({4'000, 3'000}, 1'280, 1'280, 960);
  expect({3'000, 4'000}, 1'280, 960, 1'280);
  expect({1'280, 7}, 1'280, 1'280, 7);
  expect({1'281, 1}, 1'280, 1'280, 1);
  expect({65'500, 1}, 320, 320, 1);
}

TEST(Copies, AreWithinTheirLimits) {
  const std::string original = jpeg_of(noise(1'700, 1'300));
  const Inspection known = looked(original);
  ASSERT_TRUE(known.thumbnail);
  EXPECT_LE(known.thumbnail->bytes.size(), 16U << 10);
  EXPECT_LE(std::max(known.thumbnail->width, known.thumbnail->height), 320U);
  ASSERT_TRUE(known.smaller);
  EXPECT_EQ(known.smaller->width, 1'280U);
  EXPECT_EQ(known.smaller->height, 979U);
  EXPECT_LE(known.smaller->bytes.size(), original.size() / 2);
  for (const Copy& copy : {*known.thumbnail, *known.smaller}) {
    const Inspection again = looked(as_text(copy.bytes), "a.jpg");
    EXPECT_THAT(again.facts.remarks, ElementsAre());
    EXPECT_EQ(again.facts.width, copy.width);
    EXPECT_EQ(again.facts.height, copy.height);
  }
}

TEST(Copies, OneThatIsHardlySmallerIsNotMade) {
  const Inspection known = looked(jpeg_of(noise(600, 400), 50));
  EXPECT_TRUE(known.thumbnail);
  EXPECT_FALSE(known.smaller);
}

TEST(Copies, SayNothingOfTheOriginal) {
  const std::string original = with_parts(jpeg_of(noise(900, 700), 100), PhoneExif{}.part());
  const Inspection known = looked(original);
  for (const auto& copy : {known.thumbnail, known.smaller}) {
    ASSERT_TRUE(copy);
    EXPECT_EQ(as_text(copy->bytes).find("Exif"), std::string_view::npos);
    EXPECT_EQ(as_text(copy->bytes).find("Tecno"), std::string_view::npos);
  }
}

}  // namespace
}  // namespace haki::media
