// Goal: a file is sealed whole or not at all, whatever the disk does; what is opened is what was sealed, or an error; pieces
// that come over the network become a blob only when all of it is right. Method: a disk in memory that refuses or loses power
// at every single operation; bytes changed and cut.
#include "evidence/blob_files.h"

#include <gtest/gtest.h>

#include "crypto/random.h"
#include "memory_disk.h"

namespace haki::evidence {
namespace {

using store::MemoryDisk;
using store::Operation;
using store::Ruling;

const CoalitionId kOrg = *CoalitionId::from(Bytes(16, 1));
const CompartmentId kPlace = *CompartmentId::from(Bytes(16, 2));

Bytes noise(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

class BlobFilesTest : public testing::Test {
 protected:
  Result<SealedContent> seal(store::Disk& disk, const Bytes& content) {
    BlobFiles files(disk, random_, "home");
    const auto source = of_bytes(content);
    return files.seal(*source, key_, aad_, {});
  }
  Result<Bytes> open(store::Disk& disk, const SealedContent& sealed) {
    BlobFiles files(disk, random_, "home");
    Bytes content;
    HAKI_TRY(files.open(sealed.id, key_, aad_, sealed, [&](ByteView more) -> Result<> {
      content.insert(content.end(), more.begin(), more.end());
      return {};
    }));
    return content;
  }

  crypto::SystemRandom random_;
  crypto::BlobKey key_ = crypto::random_blob_key();
  Bytes aad_ = crypto::blob_aad(kOrg, kPlace);
};

TEST_F(BlobFilesTest, WhatWasSealedIsOpened) {
  MemoryDisk disk;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{70'000}, std::size_t{600'000}}) {
    const Bytes content = noise(size);
    const auto sealed = seal(disk, content);
    ASSERT_TRUE(sealed) << sealed.error().message;
    EXPECT_EQ(sealed->content_bytes, size);
    EXPECT_EQ(sealed->sealed_bytes, crypto::sealed_blob_bytes(size));
    EXPECT_EQ(sealed->sha256, crypto::Sha256().add(content).finish());
    const auto opened = open(disk, *sealed);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(*opened, content);
  }
}

TEST_F(BlobFilesTest, OnlySealedBytesAreWritten) {
  MemoryDisk disk;
  const std::string secret = "The witness lives at the third house behind the school";
  Bytes content = noise(200'000);
  std::copy(secret.begin(), secret.end(), content.begin() + 70'000);
  ASSERT_TRUE(seal(disk, content));
  for (const auto& [path, bytes] : disk.image()) EXPECT_EQ(as_text(bytes).find("third house"), std::string_view::npos) << path;
}

// Each operation refused in turn: an error, and nothing is left that a sweep does not remove.
TEST_F(BlobFilesTest, ARefusalAnywhereLeavesNothing) {
  const Bytes content = noise(400'000);
  int operations = 0;
  for (int at = 0;; ++at) {
    MemoryDisk disk;
    operations = 0;
    disk.before = [&](const Operation& operation) -> Ruling {
      const bool counts = operation.changes_disk() || operation.kind == Operation::Kind::kSync ||
                          operation.kind == Operation::Kind::kSyncDirectory;
      if (!counts || operations++ != at) return {};
      return {Error{Code::kDiskFull, "full"}, operation.data.size() / 2, SIZE_MAX};
    };
    const auto sealed = seal(disk, content);
    disk.before = {};
    if (operations <= at) {
      EXPECT_TRUE(sealed);
      break;
    }
    ASSERT_FALSE(sealed) << at;
    EXPECT_EQ(sealed.error().code, Code::kDiskFull);
    BlobFiles files(disk, random_, "home");
    ASSERT_TRUE(files.sweep({}));
    EXPECT_TRUE(disk.image().empty()) << at;
  }
  EXPECT_GE(operations, 4);
}

// Power fails after seal() said it is done: it is there, whole.
TEST_F(BlobFilesTest, WhatIsSealedSurvivesAPowerCut) {
  const Bytes content = noise(150'000);
  for (unsigned seed = 0; seed < 50; ++seed) {
    MemoryDisk disk({}, MemoryDisk::Power::kMayFail);
    const auto sealed = seal(disk, content);
    ASSERT_TRUE(sealed);
    std::mt19937_64 random(seed);
    MemoryDisk after(disk.image_after_power_cut(random));
    const auto opened = open(after, *sealed);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(*opened, content);
  }
}

TEST_F(BlobFilesTest, AFileThatIsNotWhatWasSealedIsDamaged) {
  const Bytes content = noise(1'000);
  MemoryDisk disk;
  const auto sealed = seal(disk, content);
  ASSERT_TRUE(sealed);
  const store::Image image = disk.image();
  ASSERT_EQ(image.size(), 1u);
  const auto& [path, bytes] = *image.begin();
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    store::Image changed = image;
    changed[path][at] ^= 1;
    MemoryDisk broken(changed);
    const auto opened = open(broken, *sealed);
    ASSERT_FALSE(opened) << at;
    EXPECT_EQ(opened.error().code, Code::kDamaged);
  }
  MemoryDisk empty;
  EXPECT_EQ(open(empty, *sealed).error().code, Code::kNotFound);
  // Sound in itself, but not what the record says.
  SealedContent other = *sealed;
  other.sha256.bytes[0] ^= 1;
  EXPECT_EQ(open(disk, other).error().code, Code::kDamaged);
}

TEST_F(BlobFilesTest, PiecesBecomeABlobOnlyWhenAllIsRight) {
  const Bytes content = noise(100'000);
  MemoryDisk disk;
  const auto sealed = seal(disk, content);
  ASSERT_TRUE(sealed);
  const Bytes blob = disk.image().begin()->second;
  MemoryDisk other;
  BlobFiles files(other, random_, "home");
  EXPECT_EQ(*files.part_bytes(sealed->id), 0u);
  for (std::size_t at = 0; at < blob.size(); at += 30'000) {
    ASSERT_EQ(*files.part_bytes(sealed->id), at);
    ASSERT_TRUE(files.keep(sealed->id, at, ByteView(blob).subspan(at, std::min<std::size_t>(30'000, blob.size() - at))));
    EXPECT_EQ(open(other, *sealed).error().code, Code::kNotFound);
  }
  ASSERT_TRUE(files.finish(sealed->id));
  EXPECT_EQ(*open(other, *sealed), content);

  Bytes changed = blob;
  changed[50'000] ^= 1;
  MemoryDisk third;
  BlobFiles wrong(third, random_, "home");
  ASSERT_TRUE(wrong.keep(sealed->id, 0, changed));
  EXPECT_EQ(wrong.finish(sealed->id).error().code, Code::kDamaged);
  EXPECT_EQ(*wrong.part_bytes(sealed->id), 0u) << "it is fetched from its beginning";
}

TEST_F(BlobFilesTest, SweepKeepsWhatIsKnownAndWhatIsNotOurs) {
  MemoryDisk disk;
  const auto kept = seal(disk, noise(10)), gone = seal(disk, noise(20));
  ASSERT_TRUE(kept && gone);
  BlobFiles files(disk, random_, "home");
  ASSERT_TRUE(files.keep(BlobId{}, 0, noise(5)));  // a part of what nobody knows
  ASSERT_TRUE(disk.open("home/blobs/notes.txt", store::OpenMode::kCreate));
  ASSERT_TRUE(files.sweep({kept->id}));
  EXPECT_TRUE(open(disk, *kept));
  EXPECT_EQ(open(disk, *gone).error().code, Code::kNotFound);
  EXPECT_EQ(disk.image().size(), 2u);
  EXPECT_TRUE(disk.image().contains("home/blobs/notes.txt"));
}

TEST_F(BlobFilesTest, AFileThatShrinksWhileItIsReadIsRefused) {
  class Shrinking final : public Content {
   public:
    std::uint64_t size() const override { return 1000; }
    Result<std::size_t> read(std::span<std::uint8_t>) override { return Error{Code::kInvalid, "shorter"}; }
  } content;
  MemoryDisk disk;
  BlobFiles files(disk, random_, "home");
  EXPECT_EQ(files.seal(content, key_, aad_, {}).error().code, Code::kInvalid);
  EXPECT_TRUE(disk.image().empty());
}

TEST(Content, WhatCannotBeAttachedIsSaid) {
  EXPECT_EQ(open_file("/no/such/file").error().code, Code::kNotFound);
  const auto folder = open_file("/tmp");
  EXPECT_EQ(folder.error().code, Code::kInvalid);
  EXPECT_NE(folder.error().message.find("'/tmp'"), std::string::npos);
  EXPECT_EQ(open_file("/dev/null").error().code, Code::kInvalid);
  const std::string path = testing::TempDir() + "/huge";
  std::ofstream(path).close();
  std::filesystem::resize_file(path, (std::uint64_t{2} << 30) + 1);
  EXPECT_EQ(open_file(path).error().code, Code::kTooLarge);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace haki::evidence
