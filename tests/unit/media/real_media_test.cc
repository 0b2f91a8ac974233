// Goal: files as phones, cameras and recorders write them are told right, byte for byte from the folder of real files.
// Method: what SOURCES.md and two other programs (file, a walk of the boxes by hand) say of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "samples.h"

namespace haki::media {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RealMedia : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = formats::shared_data();
    if (folder.empty() || !std::filesystem::is_directory(folder / "media")) {
      GTEST_SKIP() << "real files absent: data/media (set HAKI_SHARED to the folder that has data/media)";
    }
    folder_ = folder / "media";
  }

  Inspection known(const std::string& name, const std::string& called) const {
    auto result = inspect((folder_ / name).string(), called);
    EXPECT_TRUE(result) << name << ": " << result.error().message;
    return result ? *result : Inspection{};
  }

  std::string bytes(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path folder_;
};

TEST_F(RealMedia, KindsAndRemarks) {
  struct Row {
    std::string name, media_type;
    std::vector<std::string> remarks;
  };
  const std::vector<Row> rows{
      {"audio_8khz_5s.opus", "audio/ogg", {}},
      {"audio_classical.m4a", "audio/mp4", {}},
      {"audio_goldeneagle.mp3", "audio/mpeg", {}},
      {"audio_test.m4a", "audio/mp4", {"truncated"}},  // its index names sound that was cut away
      {"audio_test.ogg", "audio/ogg", {}},
      {"audio_test.opus", "audio/ogg", {"truncated"}},  // ends within its fourth page
      {"audio_test2.m4a", "audio/mp4", {}},
      {"gps_DSCN0010.jpg", "image/jpeg", {}},
      {"gps_DSCN0042.jpg", "image/jpeg", {}},
      {"video_kingfisher.3gp", "video/3gpp", {}},
  };
  for (const Row& row : rows) {
    const Facts facts = known(row.name, row.name).facts;
    EXPECT_EQ(facts.media_type, row.media_type) << row.name;
    EXPECT_EQ(facts.remarks, row.remarks) << row.name;
  }
}

TEST_F(RealMedia, PhotosWithGps) {
  const Inspection photo = known("gps_DSCN0010.jpg", "DSCN0010.JPG");
  EXPECT_EQ(photo.facts.width, 640U);
  EXPECT_EQ(photo.facts.height, 480U);
  ASSERT_TRUE(photo.facts.position);
  EXPECT_NEAR(photo.facts.position->first, 43.467, 0.001);
  EXPECT_NEAR(photo.facts.position->second, 11.885, 0.001);
  EXPECT_EQ(photo.facts.device, "NIKON COOLPIX P6000");
  EXPECT_EQ(photo.facts.captured_at, "2008-10-22T16:28:39");
  ASSERT_TRUE(photo.thumbnail);
  EXPECT_EQ(photo.thumbnail->width, 320U);
  EXPECT_EQ(photo.thumbnail->height, 240U);
  ASSERT_TRUE(photo.smaller);
  EXPECT_LE(photo.smaller->bytes.size(), 161'713U / 2);
}

TEST_F(RealMedia, AFilmHasASize) {
  const Facts facts = known("video_kingfisher.3gp", "a.3gp").facts;
  EXPECT_EQ(facts.width, 512U);
  EXPECT_EQ(facts.height, 288U);
}

TEST_F(RealMedia, CleanedPhotosShowTheSamePixels) {
  for (const std::string name : {"gps_DSCN0010.jpg", "gps_DSCN0042.jpg"}) {
    const auto copy = without_private_facts((folder_ / name).string());
    ASSERT_TRUE(copy) << copy.error().message;
    for (const std::string_view told : {"NIKON", "COOLPIX", "2008:10:22", "WGS-84"}) {
      EXPECT_NE(bytes(name).find(told), std::string::npos) << told << ": the test looks for something that was there";
      EXPECT_EQ(as_text(*copy).find(told), std::string_view::npos) << told;
    }
    EXPECT_EQ(decode_jpeg(as_text(*copy), kSideMax).picture->rgb, decode_jpeg(bytes(name), kSideMax).picture->rgb);
    EXPECT_FALSE(looked(as_text(*copy)).facts.position);
  }
}

TEST_F(RealMedia, CutAtEverySixteenthEachIsKeptAndSaysSo) {
  for (const std::string name : {"gps_DSCN0042.jpg", "audio_test.ogg", "audio_test2.m4a", "video_kingfisher.3gp"}) {
    const std::string whole = bytes(name);
    for (std::size_t part = 1; part < 16; ++part) {
      const TemporaryFile file(std::string_view(whole).substr(0, whole.size() * part / 16), name);
      const auto cut = inspect(file.path(), name);
      ASSERT_TRUE(cut) << name;
      EXPECT_THAT(cut->facts.remarks, ::testing::Contains("truncated")) << name << ": " << part << "/16";
    }
  }
}

TEST_F(RealMedia, UnderAWrongNameItIsWhatItIs) {
  EXPECT_THAT(known("gps_DSCN0010.jpg", "minutes.pdf").facts.remarks, ElementsAre("misnamed"));
  EXPECT_THAT(known("audio_goldeneagle.mp3", "photo.jpg").facts.remarks, ElementsAre("misnamed"));
  EXPECT_THAT(known("gps_DSCN0010.jpg", "no ending").facts.remarks, IsEmpty());
}

}  // namespace
}  // namespace haki::media
