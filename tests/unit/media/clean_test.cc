// Goal: a copy to be shared says nothing of where, when, by whom and with what it was made, and shows the same pixels.
// Method: every kind of part that tells put into a picture, each with a word that is looked for in the copy; pixels
// decoded from both.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/clean.h"
#include "media/exif.h"
#include "media/jpeg_parts.h"
#include "phone_exif.h"

namespace haki::media {
namespace {

using namespace std::string_view_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string clean(const std::string& bytes) {
  auto result = cleaned(bytes);
  EXPECT_TRUE(std::holds_alternative<std::string>(result));
  return std::holds_alternative<std::string>(result) ? std::get<std::string>(result) : std::string();
}

void expect_silent(const std::string& copy) {
  EXPECT_THAT(copy, Not(HasSubstr("Tecno")));
  EXPECT_THAT(copy, Not(HasSubstr("secret")));
  EXPECT_THAT(copy, Not(HasSubstr("2023:05:17")));
  EXPECT_THAT(copy, Not(HasSubstr(tiff_degrees(2, 1, 17, 2'436).value))) << "the latitude's bytes";
  EXPECT_THAT(copy, Not(HasSubstr(tiff_degrees(4, 36, 49, 1'884).value))) << "the longitude's bytes";
  const Facts facts = looked(copy).facts;
  EXPECT_FALSE(facts.position);
  EXPECT_EQ(facts.captured_at + facts.device, "");
  EXPECT_THAT(facts.also_holds, IsEmpty());
}

std::string telling_jpeg(const Picture& picture) {
  return with_parts(jpeg_of(picture), PhoneExif{}.part() + jpeg_part(0xe1, "http://ns.adobe.com/xap/1.0/\0secret"sv) +
                                          jpeg_part(0xe2, "MPF\0secret"sv) +
                                          jpeg_part(0xe2, "ICC_PROFILE\0\x01\x01profile"sv) +
                                          jpeg_part(0xe0, "JFXX\0secret"sv) + jpeg_part(0xe4, "secret") +
                                          jpeg_part(0xed, "Photoshop 3.0\0secret"sv) + jpeg_part(0xfe, "secret")) +
         "secret behind the end";
}

TEST(Clean, AJpegKeepsItsPixelsAndHowItLies) {
  const Picture picture = noise(70, 50);
  const std::string original = telling_jpeg(picture), copy = clean(original);
  expect_silent(copy);
  EXPECT_THAT(copy, HasSubstr("ICC_PROFILE")) << "what the colours mean stays";
  EXPECT_EQ(decode_jpeg(copy, kSideMax).picture->rgb, decode_jpeg(original, kSideMax).picture->rgb);
  EXPECT_EQ(looked(copy).facts.width, 50U);
  EXPECT_EQ(looked(copy).facts.height, 70U);
  EXPECT_EQ(clean(copy), copy);
}

TEST(Clean, WithoutAnythingToTellTheJpegIsTheSame) {
  const std::string jpeg = jpeg_of(noise(70, 50));
  EXPECT_EQ(clean(jpeg), jpeg);
}

TEST(Clean, TheSmallPictureInAJpegsHeadGoes) {
  const std::string jpeg = jpeg_of(red_and_blue(16, 16));
  const std::string with = jpeg.substr(0, 2) +
                           jpeg_part(0xe0, std::string("JFIF\0\1\1\0\0\1\0\1\2\2", 14) + "secretsecret") +
                           jpeg.substr(20);
  ASSERT_TRUE(decode_jpeg(with, 100).complete);
  EXPECT_THAT(clean(with), Not(HasSubstr("secret")));
  EXPECT_EQ(decode_jpeg(clean(with), 100).picture->rgb, decode_jpeg(jpeg, 100).picture->rgb);
}

TEST(Clean, APngKeepsItsPixelsAndHowItLies) {
  const Picture picture = noise(70, 50);
  const std::string original =
      with_chunks(png_of(picture), png_chunk("eXIf", PhoneExif{}.tiff()) + png_chunk("tEXt", "Author\0secret"sv) +
                                       png_chunk("tIME", "secret!") + png_chunk("prVt", "secret")) +
      "secret behind the end";
  const std::string copy = clean(original);
  expect_silent(copy);
  const Decoded decoded = decode_png(copy, kSideMax);
  EXPECT_TRUE(decoded.complete);
  EXPECT_EQ(decoded.picture->rgb, picture.rgb);
  EXPECT_EQ(looked(copy).facts.width, 50U);
  EXPECT_EQ(clean(copy), copy);
}

TEST(Clean, EachOfTheEightWaysStays) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    PhoneExif exif;
    exif.orientation = orientation;
    const std::string copy = clean(with_parts(jpeg_of(red_and_blue(16, 8)), exif.part()));
    int found = 1;
    for (const JpegPart& part : jpeg_parts(copy).parts) {
      if (part.payload.starts_with(kExifHead)) found = exif_of(part.payload.substr(kExifHead.size())).orientation;
    }
    EXPECT_EQ(found, orientation);
  }
}

TEST(Clean, OneThatIsCutOffShowsWhatItShowed) {
  for (const std::string& original :
       {telling_jpeg(noise(90, 60)).substr(0, 4'000), png_of(noise(90, 60)).substr(0, 4'000)}) {
    const bool is_png = original.starts_with("\x89PNG");
    const std::string copy = clean(original);
    const auto decode = is_png ? decode_png : decode_jpeg;
    ASSERT_TRUE(decode(original, kSideMax).picture);
    EXPECT_EQ(decode(copy, kSideMax).picture->rgb, decode(original, kSideMax).picture->rgb);
  }
}

TEST(Clean, TheChildDoesTheSameAndTheFileStays) {
  const std::string original = telling_jpeg(noise(900, 700));
  const TemporaryFile file(original, "a.jpg");
  const auto copy = without_private_facts(file.path());
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(as_text(*copy), clean(original));
  EXPECT_EQ(std::filesystem::file_size(file.path()), original.size());
}

TEST(Clean, WhatItCannotDoItSays) {
  const TemporaryFile film(box("ftyp", "isom" + big(0, 4)), "a.mp4"), empty("", "a.jpg");
  for (const std::string& path : {film.path(), empty.path()}) {
    const auto copy = without_private_facts(path);
    ASSERT_FALSE(copy);
    EXPECT_EQ(copy.error().code, Code::kUnsupported);
    EXPECT_THAT(copy.error().message, StartsWith(path + " is no JPEG or PNG picture"));
  }
  const TemporaryFile damaged(std::string("\xff\xd8\xff\xe0\0\4ab", 8) + "no marker", "a.jpg");
  const auto copy = without_private_facts(damaged.path());
  ASSERT_FALSE(copy);
  EXPECT_EQ(copy.error().code, Code::kDamaged);
}

}  // namespace
}  // namespace haki::media
