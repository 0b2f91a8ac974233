// Goal: the rules of spec 50-store-file hold one by one, at the level where SQLite meets the shim; and nothing that is
// written anywhere shows what it holds. Method: the shim's own files over a disk in memory; vectors from a second
// implementation (proto/vectors/store/make_vectors.py).
#include "store/sealed_vfs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "memory_disk.h"
#include "store/sealed_file.h"
#include "store/sealed_wal.h"
#include "store_fixture.h"
#include "workload.h"

namespace haki::store {
namespace {

using ::testing::UnorderedElementsAre;

Bytes pattern(std::size_t size, std::uint8_t seed) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * seed + i / 256);
  return bytes;
}

// --- vectors ---

TEST(SealVectors, PagesAndRecordsAreSealedAsTheSecondImplementationSealsThem) {
  std::ifstream file(std::string(HAKI_SOURCE_DIR) + "/proto/vectors/store/store.json");
  ASSERT_TRUE(file) << "proto/vectors/store/store.json is missing";
  const auto vectors = nlohmann::json::parse(file);
  const auto hex = [](const nlohmann::json& value) { return *from_hex(value.get<std::string>()); };
  const PageCipher cipher(crypto::StoreKey(hex(vectors["key"])), *FileId::from(hex(vectors["file_id"])));
  const auto nonce = *crypto::Nonce::from(hex(vectors["nonce"]));
  std::size_t cases = 0;
  for (const auto& one : vectors["cases"]) {
    ++cases;
    const auto number = one["number"].get<std::uint64_t>();
    const bool is_page = one["kind"] == 1;
    Bytes plain = hex(one["plain"]);
    plain.resize(is_page ? kPageBytes : kFrameBytes);
    Bytes sealed(is_page ? kPageBytes : kRecordBytes);
    Bytes opened(plain.size(), 0xEE);
    if (is_page) {
      cipher.seal_page(number, nonce, plain.data(), sealed.data());
      EXPECT_TRUE(cipher.open_page(number, sealed.data(), opened.data()));
      EXPECT_FALSE(cipher.open_page(number + 1, sealed.data(), Bytes(kPageBytes).data()));
    } else {
      cipher.seal_record(number, nonce, plain.data(), sealed.data());
      EXPECT_TRUE(cipher.open_record(number, sealed.data(), opened.data()));
      EXPECT_FALSE(cipher.open_record(number + 1, sealed.data(), Bytes(kFrameBytes).data()));
    }
    EXPECT_EQ(to_hex(sealed), one["sealed"]) << one["name"];
    EXPECT_EQ(to_hex(opened), to_hex(plain)) << one["name"];
  }
  EXPECT_EQ(cases, 5u);
  EXPECT_EQ(to_hex({empty_first_page(), kPageContentBytes}), vectors["cases"][0]["plain"]);
}

// --- the main file ---

class SealedFileTest : public ::testing::Test {
 protected:
  SealedFile open() {
    auto file = disk_.open("/f", OpenMode::kCreate);
    EXPECT_OK(file);
    auto sealed = SealedFile::open(std::move(*file), cipher_, counters_);
    EXPECT_OK(sealed);
    return std::move(*sealed);
  }
  MemoryDisk disk_;
  PageCipher cipher_{test_key(1), test_file_id(1)};
  SealCounters counters_;
};

TEST_F(SealedFileTest, OnlyWholePagesAreWritten) {
  SealedFile file = open();
  EXPECT_OK(file.write(0, pattern(kPageBytes, 3)));
  EXPECT_FALSE(file.write(0, pattern(512, 3)));
  EXPECT_FALSE(file.write(512, pattern(kPageBytes, 3)));
  EXPECT_FALSE(file.write(0, pattern(2 * kPageBytes, 3)));
  ASSERT_OK(file.sync());
  EXPECT_EQ(disk_.image().at("/f").size(), kPageBytes);
}

TEST_F(SealedFileTest, PartsAreReadFromPageOneOnly) {
  SealedFile file = open();
  const Bytes first = pattern(kPageBytes, 3);
  ASSERT_OK(file.write(0, first));
  ASSERT_OK(file.write(kPageBytes, pattern(kPageBytes, 5)));
  Bytes part(16);
  ASSERT_OK(file.read(24, part));
  EXPECT_EQ(part, Bytes(first.begin() + 24, first.begin() + 40));
  EXPECT_FALSE(file.read(kPageBytes + 24, part));
  EXPECT_FALSE(file.read(kPageBytes - 8, part));
}

TEST_F(SealedFileTest, ATornFirstPageShowsItsSizesAndNothingElse) {
  {
    SealedFile file = open();
    ASSERT_OK(file.write(0, pattern(kPageBytes, 3)));
    ASSERT_OK(file.sync());
  }
  Image image = disk_.image();
  image.at("/f")[2000] ^= 1;
  MemoryDisk torn(image);
  auto raw = torn.open("/f", OpenMode::kExisting);
  ASSERT_OK(raw);
  auto file = SealedFile::open(std::move(*raw), cipher_, counters_);
  ASSERT_OK(file);
  Bytes header(kDatabaseHeaderBytes);
  ASSERT_OK(file->read(0, header));
  EXPECT_EQ(to_hex(header), to_hex({empty_first_page(), kDatabaseHeaderBytes}));
  EXPECT_EQ(counters_.torn_page_one, 1u);
  Bytes part(16);
  EXPECT_FALSE(file->read(24, part));
  Bytes page(kPageBytes);
  auto whole = file->read(0, page);
  ASSERT_FALSE(whole);
  EXPECT_EQ(whole.error().code, Code::kDamaged);
}

TEST_F(SealedFileTest, PagesThatFollowEachOtherAreOneWrite) {
  SealedFile file = open();
  std::vector<std::size_t> written;
  disk_.before = [&](const Operation& operation) {
    if (operation.kind == Operation::Kind::kWrite) written.push_back(operation.data.size() / kPageBytes);
    return Ruling{};
  };
  for (const std::uint64_t page : {0, 1, 2, 5, 6}) ASSERT_OK(file.write(page * kPageBytes, pattern(kPageBytes, 3)));
  ASSERT_OK(file.sync());
  EXPECT_THAT(written, ::testing::ElementsAre(3u, 2u));
  for (std::uint64_t page = 0; page < 200; ++page) ASSERT_OK(file.write(page * kPageBytes, pattern(kPageBytes, 5)));
  ASSERT_OK(file.size());
  EXPECT_GT(written.size(), 4u) << "what is gathered is bounded";
  ASSERT_OK(file.write(9 * kPageBytes, pattern(kPageBytes, 7)));
  Bytes page(kPageBytes);
  ASSERT_OK(file.read(9 * kPageBytes, page));
  page.resize(kPageContentBytes);
  EXPECT_EQ(page, [] { Bytes wanted = pattern(kPageBytes, 7); wanted.resize(kPageContentBytes); return wanted; }());
}

// What SQLite hands over is its own page, which it goes on using.
TEST_F(SealedFileTest, APageThatIsWrittenStaysAsItWasForItsOwner) {
  SealedFile file = open();
  const Bytes page = pattern(kPageBytes, 3);
  Bytes handed_over = page;
  ASSERT_OK(file.write(0, handed_over));
  ASSERT_OK(file.sync());
  EXPECT_EQ(handed_over, page);
  std::fill(handed_over.begin(), handed_over.end(), std::uint8_t{0});  // and nothing here still looks at it
  Bytes again(kPageBytes);
  ASSERT_OK(file.read(0, again));
  EXPECT_EQ(Bytes(again.begin(), again.begin() + kPageContentBytes), Bytes(page.begin(), page.begin() + kPageContentBytes));
}

TEST_F(SealedFileTest, ZeroPagesAndPagesBeyondTheEndAreDamage) {
  SealedFile file = open();
  ASSERT_OK(file.write(0, pattern(kPageBytes, 3)));
  ASSERT_OK(file.write(2 * kPageBytes, pattern(kPageBytes, 3)));  // leaves a hole at page 2
  Bytes page(kPageBytes);
  for (const std::uint64_t at : {1 * kPageBytes, 3 * kPageBytes}) {
    auto read = file.read(at, page);
    ASSERT_FALSE(read) << at;
    EXPECT_EQ(read.error().code, Code::kDamaged);
  }
  EXPECT_EQ(counters_.damaged, 2u);
}

TEST_F(SealedFileTest, AnOrdinaryDatabaseIsRefused) {
  MemoryDisk disk({{"/f", Bytes(empty_first_page(), empty_first_page() + kPageBytes)}});
  auto raw = disk.open("/f", OpenMode::kExisting);
  ASSERT_OK(raw);
  auto file = SealedFile::open(std::move(*raw), cipher_, counters_);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Code::kWrongVersion);
}

// --- the log ---

class SealedWalTest : public ::testing::Test {
 protected:
  static std::uint64_t frame_at(std::uint64_t index) { return kWalHeaderBytes + index * kFrameBytes; }
  SealedWal open() {
    auto file = disk_.open("/w", OpenMode::kCreate);
    EXPECT_OK(file);
    auto sealed = SealedWal::open(std::move(*file), cipher_, counters_);
    EXPECT_OK(sealed);
    return std::move(*sealed);
  }
  // Writes header and page as SQLite does.
  static void append(SealedWal& wal, std::uint64_t index, std::uint8_t seed) {
    EXPECT_OK(wal.write(frame_at(index), pattern(kFrameHeaderBytes, seed)));
    EXPECT_OK(wal.write(frame_at(index) + kFrameHeaderBytes, pattern(kPageBytes, seed)));
  }
  static Bytes read(SealedWal& wal, std::uint64_t at, std::size_t size) {
    Bytes to(size);
    EXPECT_OK(wal.read(at, to));
    return to;
  }
  std::size_t writes() {
    std::size_t count = 0;
    std::swap(count, writes_);
    return count;
  }
  void count_writes() {
    disk_.before = [this](const Operation& operation) {
      if (operation.kind == Operation::Kind::kWrite) ++writes_;
      return Ruling{};
    };
  }

  MemoryDisk disk_;
  PageCipher cipher_{test_key(1), test_file_id(1)};
  SealCounters counters_;
  std::size_t writes_ = 0;
};

TEST_F(SealedWalTest, TheFramesOfACommitAreOneWriteOfWholeRecords) {
  SealedWal wal = open();
  ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
  count_writes();
  for (std::uint64_t index = 0; index < 3; ++index) append(wal, index, 3);
  EXPECT_EQ(writes(), 0u);
  ASSERT_OK(wal.sync());
  EXPECT_EQ(writes(), 1u);
  EXPECT_EQ(disk_.image().at("/w").size(), kWalHeaderBytes + 3 * kRecordBytes);
  append(wal, 3, 5);
  auto size = wal.size();
  ASSERT_OK(size);
  EXPECT_EQ(writes(), 1u);
  EXPECT_EQ(*size, kWalHeaderBytes + 4 * kFrameBytes);
}

TEST_F(SealedWalTest, WhatIsGatheredIsBoundedAndWrittenBeforeAnythingElseIsAsked) {
  SealedWal wal = open();
  ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
  count_writes();
  for (std::uint64_t index = 0; index < 200; ++index) append(wal, index, 3);
  EXPECT_GT(writes(), 2u);
  EXPECT_EQ(read(wal, frame_at(199) + kFrameHeaderBytes, kPageBytes), pattern(kPageBytes, 3));
  EXPECT_EQ(read(wal, frame_at(150) + kFrameHeaderBytes, kPageBytes), pattern(kPageBytes, 3));
  EXPECT_EQ(writes(), 1u);
  append(wal, 20, 7);  // back to an earlier frame
  append(wal, 200, 9);
  EXPECT_EQ(read(wal, frame_at(20) + kFrameHeaderBytes, kPageBytes), pattern(kPageBytes, 7));
  EXPECT_EQ(read(wal, frame_at(200) + kFrameHeaderBytes, kPageBytes), pattern(kPageBytes, 9));
  ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
  append(wal, 0, 11);
  ASSERT_OK(wal.truncate(frame_at(1)));
  EXPECT_EQ(disk_.image().at("/w").size(), kWalHeaderBytes + kRecordBytes);
  EXPECT_EQ(read(wal, frame_at(0), kFrameHeaderBytes), pattern(kFrameHeaderBytes, 11));
}

TEST_F(SealedWalTest, WhatCouldNotBeWrittenIsNotThere) {
  SealedWal wal = open();
  ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
  append(wal, 0, 3);
  ASSERT_OK(wal.sync());
  append(wal, 1, 5);
  append(wal, 2, 5);
  disk_.before = [](const Operation& operation) {
    const bool write = operation.kind == Operation::Kind::kWrite;
    return write ? Ruling{.refuse = Error{Code::kDiskFull, "full"}, .done = kRecordBytes + 100} : Ruling{};
  };
  const auto synced = wal.sync();
  ASSERT_FALSE(synced);
  EXPECT_EQ(synced.error().code, Code::kDiskFull);
  disk_.before = nullptr;
  EXPECT_EQ(*wal.size(), kWalHeaderBytes + kFrameBytes);
  append(wal, 1, 7);
  ASSERT_OK(wal.sync());
  EXPECT_EQ(read(wal, frame_at(1) + kFrameHeaderBytes, kPageBytes), pattern(kPageBytes, 7));
  Bytes beyond(kFrameHeaderBytes);
  EXPECT_FALSE(*wal.read(frame_at(2), beyond));
}

TEST_F(SealedWalTest, HalfAFrameCanBeRewritten) {
  SealedWal wal = open();
  ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
  append(wal, 0, 3);
  append(wal, 1, 5);
  ASSERT_OK(wal.write(frame_at(0), pattern(kFrameHeaderBytes, 11)));                     // header alone: held back
  ASSERT_OK(wal.write(frame_at(1) + kFrameHeaderBytes, pattern(kPageBytes, 13)));        // page alone
  EXPECT_EQ(read(wal, frame_at(0), kFrameHeaderBytes), pattern(kFrameHeaderBytes, 11));  // and written before this
  EXPECT_EQ(read(wal, frame_at(0) + kFrameHeaderBytes, kPageBytes), pattern(kPageBytes, 3));
  EXPECT_EQ(read(wal, frame_at(1), kFrameHeaderBytes), pattern(kFrameHeaderBytes, 5));
  EXPECT_EQ(read(wal, frame_at(1) + kFrameHeaderBytes, kPageBytes), pattern(kPageBytes, 13));
}

TEST_F(SealedWalTest, AHeldHeaderGoesOutBeforeSyncSizeAndTruncation) {
  for (const int way : {0, 1, 2}) {
    SealedWal wal = open();
    ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
    append(wal, 0, 3);
    append(wal, 1, 3);
    ASSERT_OK(wal.write(frame_at(0), pattern(kFrameHeaderBytes, static_cast<std::uint8_t>(21 + way))));
    if (way == 0) {
      ASSERT_OK(wal.sync());
    } else if (way == 1) {
      ASSERT_OK(wal.size());
    } else {
      ASSERT_OK(wal.truncate(frame_at(1)));
    }
    Bytes frame(kFrameBytes);
    const Bytes file = disk_.image().at("/w");
    ASSERT_TRUE(cipher_.open_record(0, file.data() + kWalHeaderBytes, frame.data()));
    frame.resize(kFrameHeaderBytes);
    EXPECT_EQ(frame, pattern(kFrameHeaderBytes, static_cast<std::uint8_t>(21 + way))) << way;
    ASSERT_OK(disk_.remove("/w"));
  }
}

TEST_F(SealedWalTest, AFrameThatIsWrittenStaysAsItWasForItsOwner) {
  SealedWal wal = open();
  ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
  const Bytes page = pattern(kPageBytes, 3);
  Bytes header = pattern(kFrameHeaderBytes, 5), handed_over = page;
  ASSERT_OK(wal.write(frame_at(0), header));
  std::fill(header.begin(), header.end(), std::uint8_t{0});
  ASSERT_OK(wal.write(frame_at(0) + kFrameHeaderBytes, handed_over));
  EXPECT_EQ(handed_over, page);
  std::fill(handed_over.begin(), handed_over.end(), std::uint8_t{0});  // gathered, not written yet
  ASSERT_OK(wal.sync());
  EXPECT_EQ(read(wal, frame_at(0), kFrameHeaderBytes), pattern(kFrameHeaderBytes, 5));
  EXPECT_EQ(read(wal, frame_at(0) + kFrameHeaderBytes, kPageBytes), page);
}

TEST_F(SealedWalTest, AnythingElseIsRefusedAndWritesNothing) {
  SealedWal wal = open();
  ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
  append(wal, 0, 3);
  count_writes();
  EXPECT_FALSE(wal.write(0, pattern(16, 1)));
  EXPECT_FALSE(wal.write(8, pattern(8, 1)));
  EXPECT_FALSE(wal.write(frame_at(0) + 8, pattern(8, 1)));
  EXPECT_FALSE(wal.write(frame_at(0) + kFrameHeaderBytes, pattern(512, 1)));
  EXPECT_FALSE(wal.write(frame_at(0), pattern(kFrameBytes + 1, 1)));
  EXPECT_FALSE(wal.write(frame_at(1) + kFrameHeaderBytes, pattern(kPageBytes, 1)));  // a page without its header
  ASSERT_OK(wal.write(frame_at(2), pattern(kFrameHeaderBytes, 1)));
  EXPECT_FALSE(wal.write(frame_at(2) + kFrameHeaderBytes, pattern(kPageBytes, 1)));  // would leave a gap
  EXPECT_EQ(writes(), 0u);
  Bytes across(64);
  EXPECT_FALSE(wal.read(frame_at(1) - 32, across));
  EXPECT_FALSE(wal.read(16, across));
}

TEST_F(SealedWalTest, ARecordDamagedWhileInUseIsAnErrorNotZeros) {
  SealedWal wal = open();
  ASSERT_OK(wal.write(0, pattern(kWalHeaderBytes, 9)));
  append(wal, 0, 3);
  append(wal, 1, 5);
  ASSERT_OK(wal.sync());
  {
    auto raw = disk_.open("/w", OpenMode::kExisting);
    ASSERT_OK(raw);
    ASSERT_OK((*raw)->write(kWalHeaderBytes + 100, pattern(4, 77)));
  }
  Bytes page(kPageBytes);
  auto outcome = wal.read(frame_at(0) + kFrameHeaderBytes, page);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Code::kDamaged);
}

// --- through SQLite ---

// Every write of every workload, and every name that is opened, looked at as it happens.
class Observer {
 public:
  explicit Observer(MemoryDisk& disk) {
    disk.before = [this](const Operation& operation) {
      look_at(operation);
      return Ruling{};
    };
  }
  std::set<std::string> opened;
  std::size_t bytes = 0;
  std::size_t nonces_repeated = 0;
  std::vector<std::string> found;

 private:
  void look_at(const Operation& operation) {
    if (operation.kind == Operation::Kind::kOpen) opened.insert(operation.path);
    if (operation.kind != Operation::Kind::kWrite) return;
    bytes += operation.data.size();
    const std::string_view text = as_text(operation.data);
    for (const std::string_view secret : {kMarker, std::string_view("kisima"), std::string_view("author"),
                                          std::string_view("CREATE TABLE"), std::string_view("SQLite format")}) {
      if (text.find(secret) != std::string_view::npos) found.emplace_back(secret);
    }
    if (operation.data.size() < kPageBytes) return;
    const ByteView nonce = operation.data.last(kReserveBytes).first(crypto::kNonceBytes);
    if (!nonces_.emplace(as_text(nonce)).second) ++nonces_repeated;
  }
  std::set<std::string> nonces_;
};

class ThroughSqlite : public ::testing::TestWithParam<Work> {};

TEST_P(ThroughSqlite, NothingIsEverWrittenInClearNorToAnotherFileNorUnderANonceTwice) {
  MemoryDisk disk;
  Observer observer(disk);
  Witness witness;
  ASSERT_OK(run_workload(GetParam(), disk, 12, witness));
  EXPECT_GT(observer.bytes, 100'000u);
  EXPECT_THAT(observer.found, ::testing::IsEmpty());
  EXPECT_EQ(observer.nonces_repeated, 0u);
  const std::string path = kStorePath;
  EXPECT_THAT(std::vector(observer.opened.begin(), observer.opened.end()),
              UnorderedElementsAre(path, path + "-wal", path + ".new"));
}

// Ciphertext is even: the 256 byte values of a whole file differ from their mean by no more than chance allows.
TEST_P(ThroughSqlite, TheFilesLookLikeNoise) {
  MemoryDisk disk;
  Witness witness;
  Image running;
  disk.before = [&](const Operation& operation) {
    if (operation.kind == Operation::Kind::kSync && operation.path != kStorePath) running = disk.image();
    return Ruling{};
  };
  ASSERT_OK(run_workload(GetParam(), disk, 12, witness));
  ASSERT_TRUE(running.contains(std::string(kStorePath) + "-wal"));
  for (const auto& [path, bytes] : running) {
    if (bytes.size() < 8 * kPageBytes) continue;  // too small to say
    std::array<double, 256> counts{};
    for (const std::uint8_t byte : bytes) ++counts[byte];
    const double mean = static_cast<double>(bytes.size()) / 256;
    double chi_squared = 0;
    for (const double count : counts) chi_squared += (count - mean) * (count - mean) / mean;
    EXPECT_NEAR(chi_squared, 255, 6 * std::sqrt(2 * 255.0)) << path << ", " << bytes.size() << " bytes";
  }
}

INSTANTIATE_TEST_SUITE_P(Workloads, ThroughSqlite, ::testing::Values(Work::kSmall, Work::kLarge, Work::kShape));

class RawSqlite : public ::testing::Test {
 protected:
  void SetUp() override {
    MemoryDisk& disk = disk_;
    ASSERT_OK(create_sealed_store(disk, kStorePath, PageCipher(key_, test_file_id(1))));
    vfs_.emplace(disk_, kStorePath, key_, test_file_id(1));
  }
  int open(const char* name, int flags) {
    sqlite3_close(handle_);
    handle_ = nullptr;
    return sqlite3_open_v2(name, &handle_, flags, vfs_->name().c_str());
  }
  int run(const char* sql) { return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); }
  void TearDown() override { sqlite3_close(handle_); }

  MemoryDisk disk_;
  const crypto::StoreKey key_ = test_key(1);
  std::optional<SealedVfs> vfs_;
  sqlite3* handle_ = nullptr;
};

// Without the settings of Database the shim alone still refuses every file of another kind.
TEST_F(RawSqlite, TemporaryFilesAndRollbackJournalsAreRefused) {
  ASSERT_EQ(open("x", SQLITE_OPEN_READWRITE), SQLITE_OK);
  ASSERT_EQ(run("PRAGMA locking_mode=EXCLUSIVE; CREATE TABLE t(a)"), SQLITE_OK);
  ASSERT_EQ(run("PRAGMA temp_store=FILE; PRAGMA cache_size=1; PRAGMA temp.cache_size=1"), SQLITE_OK);
  EXPECT_EQ(run("CREATE TEMP TABLE s AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 9000) "
                "SELECT i, hex(randomblob(99)) FROM n"),
            SQLITE_CANTOPEN);
  EXPECT_GT(vfs_->counters().refused_files, 0u);
  const auto refused = vfs_->counters().refused_files;
  EXPECT_NE(run("PRAGMA journal_mode=DELETE; INSERT INTO t VALUES(1)"), SQLITE_OK);
  EXPECT_GT(vfs_->counters().refused_files, refused);
  for (const auto& [path, bytes] : disk_.image()) {
    EXPECT_TRUE(path == kStorePath || path == std::string(kStorePath) + "-wal") << path;
  }
}

TEST_F(RawSqlite, ThereIsNoSharedMemoryAndNoMapping) {
  ASSERT_EQ(open("x", SQLITE_OPEN_READWRITE), SQLITE_OK);
  sqlite3_file* file = nullptr;
  ASSERT_EQ(sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file), SQLITE_OK);
  EXPECT_EQ(file->pMethods->iVersion, 1);
  EXPECT_EQ(file->pMethods->xDeviceCharacteristics(file), SQLITE_IOCAP_POWERSAFE_OVERWRITE);
  // A log without shared memory needs the exclusive lock first; without it SQLite cannot begin.
  EXPECT_NE(run("CREATE TABLE t(a)"), SQLITE_OK);
}

TEST_F(RawSqlite, HintsAboutSizeAndMappingChangeNothing) {
  ASSERT_EQ(open("x", SQLITE_OPEN_READWRITE), SQLITE_OK);
  ASSERT_EQ(run("PRAGMA locking_mode=EXCLUSIVE; CREATE TABLE t(a)"), SQLITE_OK);
  const Image before = disk_.image();
  sqlite3_int64 size = 50 * kPageBytes;
  int chunk = 64 * kPageBytes;
  EXPECT_EQ(sqlite3_file_control(handle_, "main", SQLITE_FCNTL_SIZE_HINT, &size), SQLITE_OK);
  EXPECT_EQ(sqlite3_file_control(handle_, "main", SQLITE_FCNTL_CHUNK_SIZE, &chunk), SQLITE_OK);
  sqlite3_int64 mapped = 1'000'000;
  EXPECT_EQ(sqlite3_file_control(handle_, "main", SQLITE_FCNTL_MMAP_SIZE, &mapped), SQLITE_NOTFOUND);
  EXPECT_EQ(disk_.image(), before);
}

// SQLite's own backup reads through the shim; to memory it is whole, and to a file there is no way but an unsealed one of
// SQLite's, which nothing in the store takes: exports are written by code of our own.
TEST_F(RawSqlite, ABackupToMemoryIsWhole) {
  ASSERT_EQ(open("x", SQLITE_OPEN_READWRITE), SQLITE_OK);
  ASSERT_EQ(run("PRAGMA locking_mode=EXCLUSIVE; CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n LIMIT 2000) "
                "INSERT INTO t SELECT hex(i) || 'maji' FROM n"),
            SQLITE_OK);
  sqlite3* copy = nullptr;
  ASSERT_EQ(sqlite3_open_v2(":memory:", &copy, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  sqlite3_backup* const backup = sqlite3_backup_init(copy, "main", handle_, "main");
  ASSERT_NE(backup, nullptr);
  EXPECT_EQ(sqlite3_backup_step(backup, -1), SQLITE_DONE);
  EXPECT_EQ(sqlite3_backup_finish(backup), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(copy, "SELECT count(*), integrity_check FROM t, pragma_integrity_check", -1, &statement, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_int(statement, 0), 2000);
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(statement, 1)), "ok");
  sqlite3_finalize(statement);
  sqlite3_close(copy);
}

TEST_F(RawSqlite, SqlHasNoClock) {
  ASSERT_EQ(open("x", SQLITE_OPEN_READWRITE), SQLITE_OK);
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(handle_, "SELECT date('now'), date('2024-02-29')", -1, &statement, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(statement), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_type(statement, 0), SQLITE_NULL);
  EXPECT_STREQ(reinterpret_cast<const char*>(sqlite3_column_text(statement, 1)), "2024-02-29");
  sqlite3_finalize(statement);
}

TEST_F(RawSqlite, AnotherPathIsNeverOpened) {
  ASSERT_EQ(open("file:/etc/passwd?mode=ro", SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI), SQLITE_OK);
  sqlite3_file* file = nullptr;
  ASSERT_EQ(sqlite3_file_control(handle_, "main", SQLITE_FCNTL_FILE_POINTER, &file), SQLITE_OK);
  EXPECT_STREQ(sqlite3_db_filename(handle_, "main"), kStorePath);
}

}  // namespace
}  // namespace haki::store
