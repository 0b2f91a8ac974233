// Goal: the content says what kind of file it is, whatever its name, and whether its end is there.
// Method: beginnings as the formats define them; whole files cut at every sixteenth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/kinds.h"
#include "phone_exif.h"

namespace haki::media {
namespace {

using namespace std::string_view_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

std::string_view type_of(std::string_view bytes) { return kind_of(bytes).media_type; }

TEST(Kind, IsToldByTheContent) {
  EXPECT_EQ(type_of("\xff\xd8\xff\xe0"), "image/jpeg");
  EXPECT_EQ(type_of("\x89PNG\r\n\x1a\n"), "image/png");
  EXPECT_EQ(type_of("GIF89a"), "image/gif");
  EXPECT_EQ(type_of("RIFF\x10\0\0\0WEBP"sv), "image/webp");
  EXPECT_EQ(type_of("RIFF\x10\0\0\0WAVE"sv), "audio/wav");
  EXPECT_EQ(type_of("OggS" + std::string(24, '\0') + "OpusHead"), "audio/ogg");
  EXPECT_EQ(type_of("OggS" + std::string(24, '\0') + "\x80theora"), "video/ogg");
  EXPECT_EQ(type_of("#!AMR\n<"), "audio/amr");
  EXPECT_EQ(type_of("%PDF-1.7\n"), "application/pdf");
  EXPECT_EQ(type_of("PK\x03\x04"), "application/zip");
  EXPECT_EQ(type_of("\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm"), "video/webm");
  EXPECT_EQ(type_of(box("ftyp", "heic" + big(0, 4))), "image/heic");
  EXPECT_EQ(type_of(box("ftyp", "isom" + big(0, 4))), "video/mp4");
  EXPECT_EQ(type_of(box("ftyp", "M4A " + big(0, 4))), "audio/mp4");
  EXPECT_EQ(type_of("\xe1\x88\xb0\xe1\x88\x8b\xe1\x88\x9d"), "text/plain") << "Amharic";
  EXPECT_EQ(type_of("Ce t\xe9moin a d\xe9j\xe0 parl\xe9"), "text/plain") << "Windows-1252";
  EXPECT_EQ(type_of("\xff\xfeh\0i\0"sv), "text/plain") << "UTF-16";
  EXPECT_EQ(type_of("a\0b"sv), "application/octet-stream");
  EXPECT_EQ(type_of(""), "application/octet-stream");
}

// Four bytes that could begin a sound frame are chance; two frames one after the other are not.
TEST(Kind, OneFrameOfSoundIsChance) {
  const std::string frame = "\xff\xfb\x90\x64" + std::string(413, '\0');  // MPEG 1, 128 kbit/s, 44.1 kHz: 417 bytes
  EXPECT_EQ(type_of(frame), "application/octet-stream");
  EXPECT_EQ(type_of(frame + frame), "audio/mpeg");
  EXPECT_EQ(type_of(frame + std::string(417, '\0')), "application/octet-stream");
}

TEST(Kind, ATextIsNotCutWithinALetter) {
  std::string text;
  while (text.size() < (64U << 10) + 10) text += "\xe1\x88\xb0";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(type_of(text), "text/plain");
    text.insert(0, "a");
  }
}

TEST(Misnamed, OnlyWhereTheNameSaysAnotherKind) {
  EXPECT_FALSE(is_misnamed("photo.JPG", Family::kJpeg));
  EXPECT_TRUE(is_misnamed("photo.jpg", Family::kPng));
  EXPECT_TRUE(is_misnamed("photo.heic", Family::kJpeg));
  EXPECT_TRUE(is_misnamed("photo.jpg", Family::kText)) << "a page that says the download failed";
  EXPECT_FALSE(is_misnamed("photo.jpg", Family::kUnknown)) << "that it is unknown is said already";
  EXPECT_FALSE(is_misnamed("voice.m4a", Family::kMp4));
  EXPECT_FALSE(is_misnamed("voice.ogg", Family::kOgg));
  EXPECT_FALSE(is_misnamed("minutes.docx", Family::kZip));
  EXPECT_FALSE(is_misnamed("photo", Family::kPng));
  EXPECT_FALSE(is_misnamed("photo.", Family::kPng));
  EXPECT_FALSE(is_misnamed("a.jpg.backup", Family::kPng)) << "an ending that is not known says nothing";
  EXPECT_THAT(looked(png_of(red_and_blue(8, 8)), "a.jpg").facts.remarks, ElementsAre("misnamed"));
}

std::string ogg_page(int flags, std::string_view body) {
  return "OggS" + std::string(1, '\0') + static_cast<char>(flags) + std::string(8, '\0') + big(1, 4) +
         std::string(8, '\0') + '\x01' + static_cast<char>(body.size()) + std::string(body);
}

TEST(Truncated, EverySixteenthOfAFileIsCutOffAndTheWholeIsNot) {
  const std::string head = box("ftyp", "isom" + big(0, 4)), index = box("moov", box("mvhd", std::string(100, '\0')));
  const std::vector<std::string> files{
      jpeg_of(noise(40, 30)),
      png_of(noise(40, 30)),
      head + box("mdat", std::string(1'000, 'x')) + index,
      head + index + box("mdat", std::string(1'000, 'x')),
      ogg_page(2, "OpusHead") + ogg_page(0, std::string(200, 'a')) + ogg_page(4, std::string(200, 'b')),
      "RIFF" + little(1'004, 4) + "WAVE" + std::string(1'000, '\0'),
      "%PDF-1.4\n" + std::string(9'000, ' ') + "\n%%EOF\n",
      "PK\x03\x04" + std::string(500, 'z') + "PK\x05\x06" + std::string(18, '\0')};
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& file = files[i];
    EXPECT_THAT(looked(file).facts.remarks, Not(Contains("truncated"))) << i;
    for (std::size_t part = 1; part < 16; ++part) {
      EXPECT_THAT(looked(file.substr(0, file.size() * part / 16)).facts.remarks, Contains("truncated"))
          << i << ": " << part << "/16";
    }
  }
}

TEST(Truncated, AnotherFileBehindTheEndIsNoMatter) {
  EXPECT_FALSE(is_truncated(jpeg_of(red_and_blue(8, 8)) + "\xff\xd8\xff", Family::kJpeg));
  EXPECT_FALSE(is_truncated(png_of(red_and_blue(8, 8)) + "more", Family::kPng));
}

// A recorder that was stopped by an empty battery has written its index to nowhere, or its sound not.
TEST(Truncated, AnIndexThatNamesBytesBeyondTheEndTells) {
  const auto film = [](std::uint32_t offset) {
    const std::string table = box("stbl", box("stco", big(0, 4) + big(1, 4) + big(offset, 4)));
    return box("ftyp", "isom" + big(0, 4)) + box("moov", box("trak", box("mdia", box("minf", table)))) +
           box("mdat", "x");
  };
  const std::size_t size = film(0).size();
  EXPECT_FALSE(is_truncated(film(static_cast<std::uint32_t>(size - 1)), Family::kMp4));
  EXPECT_TRUE(is_truncated(film(static_cast<std::uint32_t>(size)), Family::kMp4));
}

TEST(Truncated, WhatIsLeftOfAPictureIsShown) {
  const std::string jpeg = with_parts(jpeg_of(noise(400, 300)), PhoneExif{}.part());
  const Inspection known = looked(jpeg.substr(0, jpeg.size() / 2), "a.jpg");
  EXPECT_THAT(known.facts.remarks, ElementsAre("truncated"));
  EXPECT_EQ(known.facts.device, "Tecno Spark 10");
  EXPECT_TRUE(known.thumbnail);
  const std::string png = png_of(noise(400, 300));
  EXPECT_TRUE(looked(png.substr(0, png.size() / 2)).thumbnail);
}

}  // namespace
}  // namespace haki::media
