// Goal: what a file says of itself is found and told as it stands, and what makes no sense is not told.
// Method: pictures and films made here, with every value known; the reading is done in this process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/answer.h"
#include "phone_exif.h"

namespace haki::media {
namespace {

using namespace std::string_view_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Facts facts_of(const PhoneExif& exif) {
  return looked(with_parts(jpeg_of(red_and_blue(64, 48)), exif.part()), "a.jpg").facts;
}

void expect_position(const Facts& facts, double latitude, double longitude) {
  ASSERT_TRUE(facts.position);
  EXPECT_NEAR(facts.position->first, latitude, 1e-6);
  EXPECT_NEAR(facts.position->second, longitude, 1e-6);
}

TEST(Facts, APhotoSaysWhereWhenAndWithWhat) {
  const Inspection known = looked(with_parts(jpeg_of(red_and_blue(64, 48)), PhoneExif{}.part()), "IMG_0001.JPG");
  const Facts& facts = known.facts;
  EXPECT_EQ(facts.media_type, "image/jpeg");
  EXPECT_THAT(facts.remarks, IsEmpty());
  EXPECT_EQ(facts.width, 48U) << "it is shown upright";
  EXPECT_EQ(facts.height, 64U);
  EXPECT_EQ(facts.captured_at, "2023-05-17T14:03:09+03:00");
  expect_position(facts, -1.2901, 36.8219);
  EXPECT_EQ(facts.device, "Tecno Spark 10") << "the make is not said twice";
  EXPECT_THAT(facts.also_holds, IsEmpty());

  ASSERT_TRUE(known.thumbnail);
  const Decoded thumbnail = decode_jpeg(as_text(known.thumbnail->bytes), kSmallerSide);
  ASSERT_TRUE(thumbnail.picture);
  EXPECT_EQ(thumbnail.size.height, 64U);
  EXPECT_GT(thumbnail.picture->rgb[0], 200) << "what lay left is now above: red";
  EXPECT_GT(thumbnail.picture->rgb[thumbnail.picture->rgb.size() - 1], 200) << "blue";
}

TEST(Facts, APngSaysItToo) {
  const std::string png = with_chunks(png_of(red_and_blue(64, 48)),
                                      png_chunk("eXIf", PhoneExif{}.tiff()) + png_chunk("tEXt", "Comment\0x"sv));
  const Facts facts = looked(png, "a.png").facts;
  EXPECT_EQ(facts.media_type, "image/png");
  EXPECT_EQ(facts.width, 48U);
  EXPECT_EQ(facts.captured_at, "2023-05-17T14:03:09+03:00");
  expect_position(facts, -1.2901, 36.8219);
  EXPECT_THAT(facts.also_holds, ElementsAre("comment"));
}

TEST(Facts, ATimeIsToldAsFarAsItIsOne) {
  PhoneExif exif;
  exif.offset = "";
  EXPECT_EQ(facts_of(exif).captured_at, "2023-05-17T14:03:09");
  exif.offset = "+99:00";
  EXPECT_EQ(facts_of(exif).captured_at, "2023-05-17T14:03:09");
  exif.offset = "-03:30";
  EXPECT_EQ(facts_of(exif).captured_at, "2023-05-17T14:03:09-03:30");
  for (const char* none :
       {"0000:00:00 00:00:00", "2023:02:29 10:00:00", "2023:05:17 24:00:00", "    :  :     :  :  ", "2023:05:17", ""}) {
    exif.taken = none;
    EXPECT_EQ(facts_of(exif).captured_at, "") << none;
  }
}

TEST(Facts, APlaceThatCannotBeReadIsStillSaidToBeThere) {
  PhoneExif exif;
  exif.latitude_reference = "";
  EXPECT_FALSE(facts_of(exif).position);
  EXPECT_THAT(facts_of(exif).also_holds, ElementsAre("place"));
  exif.latitude_reference = "N";
  exif.longitude_reference = "W";
  expect_position(facts_of(exif), 1.2901, -36.8219);
}

TEST(Facts, WhatElseGivesAPersonAwayIsNamed) {
  PhoneExif exif;
  exif.serial_number = "4711";
  const std::string jpeg =
      with_parts(jpeg_of(red_and_blue(64, 48)),
                 exif.part() + jpeg_part(0xe1, "http://ns.adobe.com/xap/1.0/\0<x/>"sv) + jpeg_part(0xfe, "by Wanjiru"));
  EXPECT_THAT(looked(jpeg).facts.also_holds, ElementsAre("serial_number", "comment", "more"));
}

// Where a cleaned copy leaves something out, the monitor was told that it is there.
TEST(Facts, WhatNobodyHasLookedIntoIsSaidToBeThere) {
  const std::string jpeg = jpeg_of(red_and_blue(64, 48)), png = png_of(red_and_blue(64, 48));
  EXPECT_THAT(looked(jpeg).facts.also_holds, IsEmpty());
  EXPECT_THAT(looked(jpeg + std::string(100, '\0')).facts.also_holds, IsEmpty());
  EXPECT_THAT(looked(with_parts(jpeg, jpeg_part(0xe2, "ICC_PROFILE\0\1\1x"sv))).facts.also_holds, IsEmpty());
  EXPECT_THAT(looked(png).facts.also_holds, IsEmpty());
  for (const std::string& more :
       {jpeg + "a film", with_parts(jpeg, jpeg_part(0xe2, "MPF")), with_parts(jpeg, jpeg_part(0xed, "IPTC")),
        with_parts(jpeg, PhoneExif{}.part() + PhoneExif{}.part()), with_chunks(png, png_chunk("prVt", "x")),
        with_chunks(png, png_chunk("iTXt", "XML:com.adobe.xmp"))}) {
    EXPECT_THAT(looked(more).facts.also_holds, ElementsAre("more"));
  }
}

TEST(Facts, ADeviceIsOneLineOfUtf8) {
  PhoneExif exif;
  exif.make = "  NIKON\n\x01 ";
  exif.model = "caf\xe9 " + std::string(200, 'x');
  const std::string device = facts_of(exif).device;
  EXPECT_THAT(device, HasSubstr("NIKON caf? xxx"));
  EXPECT_EQ(device.size(), 100U);
}

TEST(Facts, WhatIsTransparentLiesOnWhiteInEveryKindOfPng) {
  const Bytes clear(4 * 16 * 16, 0);
  const Decoded white = decode_png(png_of(16, 16, PNG_FORMAT_RGBA, clear), 1'280);
  ASSERT_TRUE(white.picture);
  EXPECT_EQ(white.picture->rgb, Bytes(3 * 16 * 16, 0xff));
  EXPECT_EQ(decode_png(png_of(16, 16, PNG_FORMAT_GRAY, Bytes(256, 0x40)), 1'280).picture->rgb, Bytes(3 * 256, 0x40));
}

std::string film(std::string_view user_data, std::string_view brand = "3gp4") {
  const std::string created = big(2'082'844'800ULL + 1'684'321'389ULL, 4);  // 2023-05-17 11:03:09 UTC
  const std::string header = box("mvhd", big(0, 4) + created + std::string(92, '\0'));
  std::string matrix;  // a quarter to the right
  for (const std::uint32_t number : {0U, 0x10000U, 0U, 0xffff0000U, 0U, 0U, 0U, 0U, 0x40000000U})
    matrix += big(number, 4);
  const std::string track_header = box("tkhd", std::string(40, '\0') + matrix + big(640 << 16, 4) + big(480 << 16, 4));
  const std::string handler = box("hdlr", std::string(8, '\0') + "vide" + std::string(13, '\0'));
  const std::string track = box("trak", track_header + box("mdia", handler));
  return box("ftyp", std::string(brand) + big(0, 4)) + box("mdat", "pictures") +
         box("moov", header + track + box("udta", user_data));
}

TEST(Facts, AFilmSaysItToo) {
  const auto text = [](std::string_view said) { return big(said.size(), 2) + big(0x15c7, 2) + std::string(said); };
  const Facts facts = looked(film(box("\xa9xyz", text("-01.2901+036.8219/")) + box("\xa9mak", text("Itel")) +
                                  box("\xa9mod", text("A70"))),
                             "a.3gp")
                          .facts;
  EXPECT_EQ(facts.media_type, "video/3gpp");
  EXPECT_THAT(facts.remarks, IsEmpty());
  EXPECT_EQ(facts.width, 480U) << "it is shown upright";
  EXPECT_EQ(facts.height, 640U);
  EXPECT_EQ(facts.captured_at, "2023-05-17T11:03:09Z");
  expect_position(facts, -1.2901, 36.8219);
  EXPECT_EQ(facts.device, "Itel A70");
}

TEST(Facts, A3gpFilmSaysWhereInItsOwnWay) {
  const std::string where =
      box("loci", big(0, 4) + big(0, 2) + std::string("here\0", 5) + std::string(1, '\0') +
                      big(static_cast<std::uint32_t>(36.8219 * 65'536), 4) +
                      big(static_cast<std::uint32_t>(static_cast<std::int32_t>(-1.2901 * 65'536)), 4) +
                      std::string(10, '\0'));
  const Facts facts = looked(film(where)).facts;
  ASSERT_TRUE(facts.position);
  EXPECT_NEAR(facts.position->first, -1.2901, 1e-4);
  EXPECT_NEAR(facts.position->second, 36.8219, 1e-4);
}

TEST(Facts, AnIphonesFilmSaysItInYetAnother) {
  const std::vector<std::pair<std::string, std::string>> said{
      {"com.apple.quicktime.location.ISO6709", "+01.2901-036.8219+1660.5/"},
      {"com.apple.quicktime.make", "Apple"},
      {"com.apple.quicktime.model", "iPhone 8"},
      {"com.apple.quicktime.creationdate", "2023-05-17T14:03:09+0300"}};
  std::string keys = big(0, 4) + big(said.size(), 4), values;
  for (std::size_t i = 0; i < said.size(); ++i) {
    keys += box("mdta", said[i].first);
    values += box(big(i + 1, 4), box("data", big(1, 4) + big(0, 4) + said[i].second));
  }
  const std::string movie = box("moov", box("meta", box("keys", keys) + box("ilst", values)));
  const Facts facts = looked(box("ftyp", "qt  " + big(0, 4)) + movie, "IMG_1.MOV").facts;
  EXPECT_EQ(facts.media_type, "video/quicktime");
  expect_position(facts, 1.2901, -36.8219);
  EXPECT_EQ(facts.device, "Apple iPhone 8");
  EXPECT_EQ(facts.captured_at, "2023-05-17T14:03:09+03:00");
}

// The same of films; and of a damaged picture, of which nobody knows what stands behind the damage.
TEST(Facts, BoxesAndTracksThatNobodyKnowsAreSaidToBeThere) {
  EXPECT_THAT(looked(film("")).facts.also_holds, IsEmpty());
  const std::string metadata_track = box("trak", box("mdia", box("hdlr", std::string(8, '\0') + "meta")));
  for (const std::string& more :
       {film(box("Xtra", "x")), film("") + box("uuid", std::string(16, 'x')), film("") + box("moov", metadata_track)}) {
    EXPECT_THAT(looked(more).facts.also_holds, ElementsAre("more"));
  }
  for (const std::string& place : {film(box("\251xyz", "+0117.4+03649.3/")), film(box("loci", "x"))}) {
    EXPECT_FALSE(looked(place).facts.position);
    EXPECT_THAT(looked(place).facts.also_holds, ElementsAre("place"));
  }
  const std::string broken = with_parts(jpeg_of(red_and_blue(8, 8)), PhoneExif{}.part() + "no marker");
  EXPECT_FALSE(looked(broken).facts.looked_into);
  EXPECT_THAT(in_words(looked(broken).facts), Contains(HasSubstr("says more is not known")));
}

TEST(Answer, FactsCrossThePipeUnchangedAndNothingElseDoes) {
  PhoneExif exif;
  exif.serial_number = "4711";
  const Facts facts = facts_of(exif);
  const std::string payload = encode_facts(facts);
  const auto again = decode_facts(payload);
  ASSERT_TRUE(again);
  EXPECT_EQ(encode_facts(*again), payload);
  EXPECT_EQ(again->position, facts.position);
  for (std::size_t size = 0; size < payload.size(); ++size) EXPECT_FALSE(decode_facts(payload.substr(0, size))) << size;
  EXPECT_FALSE(decode_facts(payload + "x"));

  const auto refused = [&](auto change) {
    Facts changed = facts;
    change(changed);
    return !decode_facts(encode_facts(changed));
  };
  EXPECT_TRUE(refused([](Facts& f) { f.remarks = {"harmless"}; }));
  EXPECT_TRUE(refused([](Facts& f) { f.remarks = {"misnamed", "empty"}; }));
  EXPECT_TRUE(refused([](Facts& f) { f.media_type = "image/jpeg\n"; }));
  EXPECT_TRUE(refused([](Facts& f) { f.captured_at = "yesterday"; }));
  EXPECT_TRUE(refused([](Facts& f) { f.captured_at += "x"; }));
  EXPECT_TRUE(refused([](Facts& f) { f.position = std::pair(91.0, 0.0); }));
  EXPECT_TRUE(refused([](Facts& f) { f.position = std::pair(std::nan(""), 0.0); }));
  EXPECT_TRUE(refused([](Facts& f) { f.device = "two\nlines"; }));
  EXPECT_TRUE(refused([](Facts& f) { f.device = std::string(101, 'x'); }));
  EXPECT_TRUE(refused([](Facts& f) { f.width = 0; }));
  EXPECT_TRUE(refused([](Facts& f) { f.width.reset(); }));
}

TEST(Words, TheMostTellingComesFirst) {
  EXPECT_THAT(in_words(facts_of({})), ElementsAre("It says where it was made: 1.29010 south, 36.82190 east.",
                                                  "It says when it was made: 2023-05-17 at 14:03:09 (UTC+03:00).",
                                                  "It says with what it was made: Tecno Spark 10.",
                                                  "A picture (image/jpeg), 48 by 64 pixels."));
  EXPECT_THAT(
      in_words(looked(jpeg_of(red_and_blue(8, 8))).facts),
      ElementsAre("It does not say where, when or with what it was made.", "A picture (image/jpeg), 8 by 8 pixels."));
  EXPECT_THAT(in_words(looked("").facts), ElementsAre("A file.", "It is empty: not a byte is in it."));
  EXPECT_THAT(in_words(looked("ID3\x03").facts), Contains(HasSubstr("is not known")));
  EXPECT_THAT(in_words(looked("ID3\x03").facts), Not(Contains(HasSubstr("does not say"))));
}

}  // namespace
}  // namespace haki::media
