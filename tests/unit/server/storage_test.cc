// Goal: what was said to be stored is there after the process is gone, and writes that wait together share a commit.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <latch>

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

// What a server of schema 2 kept is all there: the same tables without what schemas 3 and 4 added to them.
TEST(SqliteStore, OfTheSchemaBeforeIsBroughtUpWithEverythingInIt) {
  TemporaryDirectory directory;
  { ASSERT_TRUE(open_sqlite(directory.file())); }
  const std::string script = R"py(
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for table in ('snapshot_words', 'snapshot_pieces', 'snapshots', 'log_bytes'): c.execute('DROP TABLE ' + table)
c.execute('DROP INDEX items_over_quota')
for column in ('sealed_length', 'sealed_hash', 'over_quota'): c.execute('ALTER TABLE items DROP COLUMN ' + column)
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
