// Goal: no file, however made, is refused, takes the program down or holds it up; what cannot be read is labelled.
// Method: files broken on purpose, random bytes behind every beginning that is known, and children that do by intention
// what a captured decoder would. Most run in this process, so that a sanitizer sees the decoders' callers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "media/answer.h"
#include "media/clean.h"
#include "phone_exif.h"

namespace haki::media {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Facts inspected(std::string_view bytes, const std::string& name = "a.jpg") {
  const TemporaryFile file(bytes, name);
  const auto result = inspect(file.path(), name);
  EXPECT_TRUE(result) << result.error().message;
  return result ? result->facts : Facts{};
}

TEST(HostileMedia, AnEmptyFileIsKeptAndSaysSo) {
  const Facts facts = inspected("");
  EXPECT_EQ(facts.media_type, "application/octet-stream");
  EXPECT_THAT(facts.remarks, ElementsAre("empty"));
}

TEST(HostileMedia, OnlyAPathThatCannotBeReadIsAnError) {
  const TemporaryFile file("x");
  const std::string folder = file.folder().string();
  EXPECT_EQ(inspect(folder + "/absent.jpg", "a.jpg").error().code, Code::kNotFound);
  EXPECT_THAT(inspect(folder, "a.jpg").error().message, HasSubstr("is a folder"));
  const std::string pipe = folder + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(inspect(pipe, "a.jpg").error().message, HasSubstr("not a file on a disk"));
}

TEST(HostileMedia, AFileAtItsLimitAndOneBeyond) {
  const TemporaryFile file("", "a.bin");
  std::filesystem::resize_file(file.path(), kFileBytesMax);
  const auto at_limit = inspect(file.path(), "a.bin");
  ASSERT_TRUE(at_limit) << at_limit.error().message;
  EXPECT_THAT(at_limit->facts.remarks, ElementsAre("unknown_kind"));
  std::filesystem::resize_file(file.path(), kFileBytesMax + 1);
  EXPECT_EQ(inspect(file.path(), "a.bin").error().code, Code::kTooLarge);
}

// A head that claims what no memory holds: its size is told, no pixel is asked for.
TEST(HostileMedia, APictureOfThousandsOfMegapixelsIsNotUnpacked) {
  std::string png = png_of(red_and_blue(8, 8));
  const std::string head = png_chunk("IHDR", big(60'000, 4) + big(60'000, 4) + std::string("\x08\x02\0\0\0", 5));
  png.replace(8, 25, head);
  const Facts facts = inspected(png, "a.png");
  EXPECT_EQ(facts.width, 60'000U);
  EXPECT_EQ(facts.height, 60'000U);
  EXPECT_THAT(facts.remarks, ElementsAre("unreadable"));
}

TEST(HostileMedia, APngSideBeyondTheLimitIsNotRead) {
  std::string png = png_of(red_and_blue(8, 8));
  png.replace(8, 25, png_chunk("IHDR", big(kSideMax + 1, 4) + big(1, 4) + std::string("\x08\x02\0\0\0", 5)));
  EXPECT_FALSE(looked(png).facts.width);
  EXPECT_THAT(looked(png).facts.remarks, ElementsAre("unreadable"));
}

// A JPEG whose head claims 65,500 by 65,500 and whose pixels are a few bytes.
TEST(HostileMedia, AJpegThatClaimsTooMuchIsNotUnpacked) {
  std::string jpeg = jpeg_of(red_and_blue(16, 16));
  const std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, big(65'500, 2) + big(65'500, 2));
  const Inspection known = looked(jpeg);
  EXPECT_EQ(known.facts.width, 65'500U);
  EXPECT_FALSE(known.thumbnail);
  EXPECT_THAT(known.facts.remarks, ElementsAre("unreadable"));
}

TEST(HostileMedia, NastyLengthsOfMarkers) {
  const std::string jpeg = jpeg_of(red_and_blue(64, 48));
  const std::string exif_head = "Exif" + std::string(2, '\0');
  for (const std::uint64_t length : {0, 1, 2, 3, 7, 8, 9, 0x7fff, 0xffff}) {
    for (const char marker : {'\xe0', '\xe1', '\xe2', '\xee', '\xfe', '\xdb', '\xc4', '\xda', '\xdd'}) {
      const Facts facts = looked(with_parts(jpeg, "\xff" + std::string(1, marker) + big(length, 2) + exif_head)).facts;
      EXPECT_EQ(facts.media_type, "image/jpeg") << length;
    }
  }
  EXPECT_THAT(inspected(std::string("\xff\xd8\xff\xe1\xff\xff", 6)).remarks, ElementsAre("truncated", "unreadable"));
  EXPECT_THAT(inspected(std::string("\xff\xd8\xff\xe1\0\0", 6)).remarks, ElementsAre("unreadable"));
}

TEST(HostileMedia, ListsThatPointAtThemselvesEnd) {
  // The first list's pointers to EXIF and GPS lead to the first list.
  const std::vector<TiffEntry> entries{
      {0x8769, 4, 1, little(8, 4)}, {0x8825, 4, 1, little(8, 4)}, {0x0110, 2, 0xffffffff, little(8, 4)}};
  const std::string tiff = std::string("II*\0", 4) + little(8, 4) + tiff_list(entries, 8);
  EXPECT_THAT(
      inspected(with_parts(jpeg_of(red_and_blue(8, 8)), jpeg_part(0xe1, "Exif" + std::string(2, '\0') + tiff))).remarks,
      IsEmpty());
}

TEST(HostileMedia, BoxesWithinBoxesEnd) {
  std::string nested = "x";
  for (int i = 0; i < 20'000; ++i)
    nested = box(i % 2 == 0 ? "ilst" : "meta", std::string(4, '\0') + nested).substr(0, 60'000);
  const std::string film = box("ftyp", "isom" + big(0, 4)) + box("moov", box("udta", nested));
  EXPECT_EQ(looked(film).facts.media_type, "video/mp4");
  EXPECT_EQ(looked(box("ftyp", "isom" + big(0, 4)) + big(1, 4) + "moov" + big(~std::uint64_t{0}, 8)).facts.media_type,
            "video/mp4");
}

// What must hold of every answer, whatever went in.
void expect_sound(std::string_view bytes, std::string_view name) {
  const Inspection known = looked(bytes, name);
  ASSERT_TRUE(decode_facts(encode_facts(known.facts))) << "the parent would not take it";
  const auto would_be_taken = [](const std::optional<Copy>& copy, std::size_t bytes_max, std::uint32_t side_max) {
    return !copy || decode_copy(encode_copy(*copy), bytes_max, side_max);
  };
  ASSERT_TRUE(would_be_taken(known.thumbnail, kThumbnailBytesMax, kThumbnailSide));
  ASSERT_TRUE(would_be_taken(known.smaller, bytes.size() / 2, kSmallerSide));
  ASSERT_FALSE(in_words(known.facts).empty());
  const auto clean = cleaned(bytes);
  const auto* copy = std::get_if<std::string>(&clean);
  ASSERT_TRUE(copy == nullptr || copy->size() <= bytes.size() + 64);
}

TEST(HostileMedia, RandomBytesBehindEveryBeginning) {
  const std::vector<std::string> beginnings{
      "",
      "\xff\xd8\xff\xe0",
      "\xff\xd8\xff\xe1\x20" + std::string(1, '\0') + "Exif" + std::string(2, '\0') + "II*" + std::string(1, '\0'),
      "\x89PNG\r\n\x1a\n",
      big(16, 4) + "ftypisom" + big(0, 4) + big(5'000, 4) + "moov",
      "OggS",
      "RIFF",
      "%PDF-",
      "PK\x03\x04",
      "\xff\xfb\x90\x64"};
  for (unsigned seed = 1; seed <= 2'000; ++seed) {
    std::mt19937 random(seed);
    std::string bytes = beginnings[seed % beginnings.size()];
    for (std::size_t rest = random() % 8'000; rest > 0; --rest) bytes += static_cast<char>(random());
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_sound(bytes, "a.jpg");
  }
}

TEST(HostileMedia, GoodFilesWithBytesChangedAndDoubled) {
  PhoneExif exif;
  exif.serial_number = "4711";
  const std::string film =
      box("ftyp", "isom" + big(0, 4)) +
      box("moov",
          box("mvhd", std::string(100, '\1')) +
              box("trak",
                  box("tkhd", std::string(84, '\1')) +
                      box("mdia", box("hdlr", std::string(8, '\0') + "vide") +
                                      box("minf", box("stbl", box("stco", big(0, 4) + big(2, 4) + big(9, 8)))))) +
              box("udta", box("\xa9xyz", big(8, 2) + big(0, 2) + "+01.2+003.4/") + box("loci", std::string(30, '\2'))));
  const std::vector<std::string> good{with_parts(jpeg_of(noise(60, 40)), exif.part()),
                                      with_chunks(png_of(noise(60, 40)), png_chunk("eXIf", exif.tiff())), film};
  for (unsigned seed = 1; seed <= 900; ++seed) {
    std::mt19937 random(seed);
    std::string bytes = good[seed % good.size()];
    const std::size_t reach =
        seed % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 500);  // heads hold the lengths
    for (std::size_t changes = 1 + random() % 6; changes > 0; --changes)
      bytes[random() % reach] = static_cast<char>(random());
    if (seed % 5 == 0) bytes.insert(random() % bytes.size(), bytes.substr(random() % bytes.size(), random() % 400));
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_sound(bytes, "a.png");
  }
}

// Children that do what a decoder might: what was told before stays, a label is added, nobody is left behind.
class LostChild : public ::testing::Test {
 protected:
  LostChild() : file_(std::string(100'000, 'x'), "a.jpg") {
    limits_.memory_bytes = 256ULL << 20;
    limits_.cpu_seconds = limits_.wall_seconds = 20;
    limits_.frame_bytes = limits_.result_bytes = 8U << 20;
    facts_.media_type = "image/jpeg";
    facts_.device = "Tecno";
  }
  ~LostChild() override { EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was left behind"; }

  // The child tells its facts and a thumbnail, and then does `then`.
  Inspection known_after(const std::function<void(formats::FrameWriter&)>& then) {
    const auto input = formats::open_input(file_.path());
    EXPECT_TRUE(input);
    const auto work = [&](int, formats::FrameWriter& out) {
      out.write(static_cast<std::uint8_t>(AnswerKind::kFacts), encode_facts(facts_));
      out.write(static_cast<std::uint8_t>(AnswerKind::kThumbnail),
                encode_copy({Bytes{0xff, 0xd8, 0xff}, "image/jpeg", 1, 1}));
      out.flush();
      then(out);
    };
    const auto known = inspect_by(work, file_.path(), *input, limits_);
    EXPECT_TRUE(known) << known.error().message;
    return known ? *known : Inspection{};
  }

  void expect_label(const std::function<void(formats::FrameWriter&)>& then) {
    const Inspection known = known_after(then);
    EXPECT_THAT(known.facts.remarks, ElementsAre("unreadable"));
    EXPECT_EQ(known.facts.media_type, "image/jpeg");
    EXPECT_EQ(known.facts.device, "Tecno");
    EXPECT_FALSE(known.thumbnail);
  }

  // It comes to its end as if all were well, so only the parent's looking tells.
  void expect_nonsense(const std::function<void(formats::FrameWriter&)>& nonsense) {
    expect_label([&](formats::FrameWriter& out) {
      nonsense(out);
      tell(out, AnswerKind::kDone, "");
    });
  }

  static void tell(formats::FrameWriter& out, AnswerKind kind, std::string_view payload) {
    out.write(static_cast<std::uint8_t>(kind), payload);
  }

  TemporaryFile file_;
  formats::ChildLimits limits_;
  Facts facts_;
};

TEST_F(LostChild, OneThatCrashes) {
  expect_label([](auto&) { ::raise(SIGSEGV); });
  expect_label([](auto&) { ::raise(SIGBUS); });
  expect_label([](auto&) { ::raise(SIGABRT); });
  expect_label([](auto&) { ::_exit(0); });
}

TEST_F(LostChild, OneThatHangs) {
  limits_.wall_seconds = 1;
  expect_label([](auto&) {
    for (;;) ::pause();
  });
}

TEST_F(LostChild, OneThatFillsItsMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "under a sanitizer the address space cannot be held";
#endif
  expect_label([](auto&) {
    std::vector<std::string> hoard;
    for (int i = 0; i < 1'000; ++i) hoard.emplace_back(1U << 20, 'm');
  });
}

TEST_F(LostChild, OneThatTellsNonsense) {
  expect_nonsense([](auto& out) { tell(out, AnswerKind::kFacts, "nonsense"); });
  expect_nonsense([](auto& out) { tell(out, AnswerKind::kPiece, "of nothing"); });
  expect_nonsense([](auto& out) { out.write(std::uint8_t{99}, ""); });
  expect_nonsense([](auto& out) {
    tell(out, AnswerKind::kSmaller, encode_copy({Bytes{'<', 'h', 't'}, "image/jpeg", 1, 1}));
  });
  Bytes large(kThumbnailBytesMax + 1, 0xff);
  large[1] = 0xd8;
  expect_nonsense([&](auto& out) { tell(out, AnswerKind::kThumbnail, encode_copy({large, "image/jpeg", 1, 1})); });
  large.pop_back();
  expect_nonsense([&](auto& out) {
    tell(out, AnswerKind::kThumbnail, encode_copy({large, "image/jpeg", kThumbnailSide + 1, 1}));
  });
}

TEST_F(LostChild, OneThatComesToItsEndIsTaken) {
  const Inspection known = known_after([](auto& out) { tell(out, AnswerKind::kDone, ""); });
  EXPECT_THAT(known.facts.remarks, IsEmpty());
  EXPECT_TRUE(known.thumbnail);
}

}  // namespace
}  // namespace haki::media
