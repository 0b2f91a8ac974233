// Goal: what was said to be stored is there after the process is gone, and writes that wait together share a commit.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <latch>
#include <thread>

#include "storage/sqlite/store.h"

namespace haki::storage {
namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    path_ = ::testing::TempDir() + "haki-storage-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TemporaryDirectory() { (void)std::system(("rm -rf '" + path_ + "'").c_str()); }
  std::string file() const { return path_ + "/server.db"; }

 private:
  std::string path_;
};

Hash hash_of(int number) {
  Hash hash;
  std::memcpy(hash.bytes.data(), &number, sizeof number);
  hash.bytes[31] = 1;
  return hash;
}

TEST(SqliteStore, EveryAcknowledgedWriteOfManyIsThereAfterReopening) {
  constexpr int kWrites = 500;
  TemporaryDirectory directory;
  {
    auto store = open_sqlite(directory.file());
    ASSERT_TRUE(store) << store.error().message;
    std::deque<Write> writes;  // a deque: nothing moves
    for (int i = 0; i < kWrites; ++i) writes.emplace_back(std::in_place_type<TokenWrite>, hash_of(i), "many", i);
    std::latch done(kWrites);
    std::atomic<int> stored = 0;
    for (const Write& write : writes) {
      ASSERT_TRUE((*store)->commit(write, [&](Outcome outcome) {
        stored += outcome.kind == Outcome::Kind::kDone ? 1 : 0;
        done.count_down();
      }));
    }
    done.wait();
    EXPECT_EQ(stored, kWrites);
  }
  auto again = open_sqlite(directory.file());
  ASSERT_TRUE(again);
  auto snapshot = (*again)->read();
  ASSERT_TRUE(snapshot);
  for (int i = 0; i < kWrites; ++i) {
    const auto token = (*snapshot)->token(hash_of(i));
    ASSERT_TRUE(token && token->has_value()) << i;
    EXPECT_EQ((**token).expires_ms, i);
  }
}

// One write that the database itself refuses (a name that is there already) must not take its neighbours along.
TEST(SqliteStore, OneImpossibleWriteInAGroupFailsAlone) {
  TemporaryDirectory directory;
  auto store = open_sqlite(directory.file());
  ASSERT_TRUE(store);
  std::deque<Write> writes;  // a deque: nothing moves
  for (int i = 0; i < 50; ++i)
    writes.emplace_back(std::in_place_type<TokenWrite>, hash_of(i == 25 ? 24 : i), "group", i);
  std::vector<Outcome> outcomes(writes.size());
  std::latch done(static_cast<std::ptrdiff_t>(writes.size()));
  for (std::size_t i = 0; i < writes.size(); ++i) {
    ASSERT_TRUE((*store)->commit(writes[i], [&, i](Outcome outcome) {
      outcomes[i] = outcome;
      done.count_down();
    }));
  }
  done.wait();
  for (std::size_t i = 0; i < writes.size(); ++i) {
    EXPECT_EQ(outcomes[i].kind, i == 25 ? Outcome::Kind::kFailed : Outcome::Kind::kDone) << i;
  }
}

TEST(SqliteStore, WaitersBeyondTheBoundAreTurnedAway) {
  TemporaryDirectory directory;
  // The writer is held in its first callback, so that what comes meanwhile waits.
  std::latch held(1), go_on(1);
  std::deque<Write> more;
  for (int i = 1; i < 5; ++i) more.emplace_back(std::in_place_type<TokenWrite>, hash_of(i), "", 0);
  auto store = open_sqlite(directory.file(), {.writer_thread = true, .waiting_max = 2});
  ASSERT_TRUE(store);
  ASSERT_TRUE((*store)->commit(more[0], [&](Outcome) {
    held.count_down();
    go_on.wait();
  }));
  held.wait();
  EXPECT_TRUE((*store)->commit(more[1], [](Outcome) {}));
  EXPECT_TRUE((*store)->commit(more[2], [](Outcome) {}));
  EXPECT_FALSE((*store)->commit(more[3], [](Outcome) {}));
  go_on.count_down();
}

// SQLite itself leaves the log as large as it ever was, up to 4 MB beside a database of whatever size.
TEST(SqliteStore, TheLogIsEmptiedOnceNobodyWrites) {
  TemporaryDirectory directory;
  const std::string log = directory.file() + "-wal";
  auto store = open_sqlite(directory.file(), {.writer_thread = true, .waiting_max = 2, .idle = std::chrono::milliseconds(1)});
  ASSERT_TRUE(store);
  for (int round = 0; round < 2; ++round) {
    std::uintmax_t written = 0;
    std::latch done(1);
    const Write write(std::in_place_type<TokenWrite>, hash_of(round), "idle", round);
    ASSERT_TRUE((*store)->commit(write, [&](Outcome) {
      written = std::filesystem::file_size(log);
      done.count_down();
    }));
    done.wait();
    EXPECT_GT(written, 0u);
    while (std::filesystem::file_size(log) > 0) std::this_thread::yield();  // ends, or the test's time is up
    auto snapshot = (*store)->read();
    ASSERT_TRUE(snapshot);
    EXPECT_TRUE((*snapshot)->token(hash_of(round))->has_value());
  }
}

TEST(SqliteStore, AnotherDatabaseIsNotTaken) {
  TemporaryDirectory directory;
  ASSERT_EQ(std::system(("sqlite3 '" + directory.file() +
                         "' 'PRAGMA user_version=1; CREATE TABLE a(b)' 2>/dev/null || "
                         "python3 -c \"import sqlite3; c = sqlite3.connect('" +
                         directory.file() + "'); c.execute('PRAGMA user_version=1'); c.execute('CREATE TABLE a(b)')\"")
                            .c_str()),
            0);
  const auto store = open_sqlite(directory.file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kInvalid);
}

TEST(SqliteStore, OfANewerVersionIsNotTaken) {
  TemporaryDirectory directory;
  { ASSERT_TRUE(open_sqlite(directory.file())); }
  ASSERT_EQ(std::system(("python3 -c \"import sqlite3; c = sqlite3.connect('" + directory.file() +
                         "'); c.execute('PRAGMA user_version=99'); c.commit()\"")
                            .c_str()),
            0);
  const auto store = open_sqlite(directory.file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kWrongVersion);
}

// What a server of schema 2 kept is all there: the same tables without what schemas 3 to 6 added to them.
TEST(SqliteStore, OfTheSchemaBeforeIsBroughtUpWithEverythingInIt) {
  TemporaryDirectory directory;
  { ASSERT_TRUE(open_sqlite(directory.file())); }
  const std::string script = R"py(
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for table in ('snapshot_words', 'snapshot_pieces', 'snapshots', 'log_bytes', 'uploads', 'blobs', 'blob_bytes', 'erased_items', 'erased_blobs'): c.execute('DROP TABLE ' + table)
for index in ('items_over_quota', 'items_let_go'): c.execute('DROP INDEX ' + index)
for column in ('sealed_length', 'sealed_hash', 'over_quota', 'remainder'): c.execute('ALTER TABLE items DROP COLUMN ' + column)
c.execute('PRAGMA user_version=2')
c.execute('INSERT INTO coalitions VALUES(1, zeroblob(16), 5, zeroblob(32), 1, 0)')
c.execute('INSERT INTO chains VALUES(1, 1, zeroblob(16), zeroblob(16), 1, zeroblob(32), 1, 0, 1)')
c.execute('INSERT INTO items(id, chain, seq, first_seq, hash, received_ms, prev8, epoch, m_seq, kind, nonce, sealed) '
          'VALUES((1 << 40) + 1, 1, 1, 1, zeroblob(32), 5, zeroblob(8), 1, 0, 1, zeroblob(24), ?)', (b'12',))
c.commit()
)py";
  ASSERT_EQ(std::system(("python3 -c \"" + script + "\" '" + directory.file() + "'").c_str()), 0);
  const auto store = open_sqlite(directory.file());
  ASSERT_TRUE(store) << store.error().message;
  const auto snapshot = (*store)->read();
  ASSERT_TRUE(snapshot);
  std::vector<StoredItem> items;
  ASSERT_TRUE((*snapshot)->items_of_chain(1, 0, [&](StoredItem&& item) {
    items.push_back(std::move(item));
    return true;
  }));
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].item.sealed, (Bytes{'1', '2'}));
  EXPECT_FALSE(items[0].over_quota);
  const auto bytes = (*snapshot)->bytes_of_log(1, LogId{});
  ASSERT_TRUE(bytes);
  EXPECT_EQ(*bytes, 2u) << "what was there counts";
  const auto held = (*snapshot)->held_snapshots(1, std::nullopt);
  ASSERT_TRUE(held);
  EXPECT_TRUE(held->empty());
}

// Two who saw the same state write one after the other: the second is told that it moved.
TEST(SqliteStore, WhatIsHeldOfABlobMovesFromWhatWasSeenAlone) {
  auto store = open_sqlite(":memory:", {.writer_thread = false});
  ASSERT_TRUE(store);
  using Kind = Outcome::Kind;
  const auto keep = [&](const Write& write) {
    Outcome outcome;
    EXPECT_TRUE((*store)->commit(write, [&](Outcome done) { outcome = done; }));
    return outcome;
  };
  ASSERT_EQ(keep(TokenWrite{hash_of(1), "", 1}).kind, Kind::kDone);
  ASSERT_EQ(keep(FoundWrite{hash_of(1), {}, 1, hash_of(2), {}}).kind, Kind::kDone);
  const BlobId blob = *BlobId::from(hash_of(3).view());
  const auto upload = [](std::uint64_t held) { return Upload{{}, {}, 1000, held, 5, false}; };
  const auto bytes = [&] {
    const auto snapshot = (*store)->read();
    return *(*snapshot)->blob_bytes(1);
  };
  EXPECT_EQ(keep(BlobWrite{1, blob, 0, upload(10), {}, 0}).kind, Kind::kMoved) << "there is none";
  EXPECT_EQ(keep(BlobWrite{1, blob, {}, upload(400), {}, 400}).kind, Kind::kDone);
  EXPECT_EQ(keep(BlobWrite{1, blob, {}, upload(0), {}, 0}).kind, Kind::kMoved) << "there is one";
  EXPECT_EQ(keep(BlobWrite{1, blob, 399, upload(500), {}, 0}).kind, Kind::kMoved);
  EXPECT_EQ(keep(BlobWrite{1, blob, 400, upload(500), {}, 499}).kind, Kind::kTooMany);
  EXPECT_EQ(keep(BlobWrite{1, blob, 400, upload(500), {}, 500}).kind, Kind::kDone);
  EXPECT_EQ(bytes(), 500u);
  const HeldBlob whole{{}, {}, 1000, 7, 0};
  const Outcome done = keep(BlobWrite{1, blob, 500, {}, whole, 1000});
  EXPECT_EQ(done.kind, Kind::kDone);
  EXPECT_EQ(done.bytes, 1000u);
  EXPECT_EQ(keep(BlobWrite{1, blob, {}, {}, whole, 0}).kind, Kind::kMoved) << "it is whole there";
  EXPECT_EQ(keep(BlobWrite{1, blob, {}, upload(300), {}, 0}).kind, Kind::kDone);  // for another compartment
  EXPECT_EQ(keep(BlobWrite{1, blob, 300, {}, {}, 1}).kind, Kind::kDone) << "less is always taken";
  EXPECT_EQ(bytes(), 1000u);
  const auto snapshot = (*store)->read();
  const auto held = (*snapshot)->held_blobs(1, blob);
  ASSERT_TRUE(held && held->size() == 1);
  EXPECT_EQ(held->front().bytes_then, 1000u);
  EXPECT_EQ(held->front().whole_ms, 7);
  EXPECT_FALSE((*snapshot)->upload(1, blob)->has_value());
}

TEST(SqliteStore, GarbageIsCalledDamaged) {
  TemporaryDirectory directory;
  ASSERT_EQ(std::system(("head -c 20000 /dev/urandom > '" + directory.file() + "'").c_str()), 0);
  const auto store = open_sqlite(directory.file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kDamaged);
}

TEST(SqliteStore, InADirectoryThatIsNotThereSaysSo) {
  const auto store = open_sqlite("/nonexistent/haki/server.db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::kReadOnly);
}

}  // namespace
}  // namespace haki::storage
