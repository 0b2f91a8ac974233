// Goal: kill -9 takes back nothing that was acknowledged and leaves nothing in clear.
// Method: a child process commits on real files and says after each commit, through a pipe, how far it is; the parent
// kills it at moments spread over its whole run, opens what is left, and looks at the raw bytes of every file. The next
// child goes on from there. The moment is chosen by how many commits were heard of, and then some thousand turns of a
// loop, never by a clock.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>

#include "store_fixture.h"
#include "workload.h"

namespace haki::store {
namespace {

constexpr std::size_t kCommitsPerChild = 40;

class KillTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  PosixDisk disk_;
  const crypto::StoreKey key_ = test_key(1);
  DatabaseOptions options() { return {folder_.path("store.db"), key_, test_file_id(1), disk_}; }

  // The child: opens or creates, then commits and reports until it is killed. Its exit code says what failed.
  [[noreturn]] void work(int report) {
    const bool there = std::filesystem::exists(folder_.path("store.db"));
    auto database = there ? Database::open(options()) : Database::create(options());
    if (!database) _exit(2);
    if (!(*database)->execute("CREATE TABLE IF NOT EXISTS counter(id INTEGER PRIMARY KEY, n);"
                              "INSERT OR IGNORE INTO counter VALUES(1,0);"
                              "CREATE TABLE IF NOT EXISTS note(id INTEGER PRIMARY KEY, uid UNIQUE, author, body);"
                              "CREATE VIRTUAL TABLE IF NOT EXISTS found USING fts5(body)")) {
      _exit(3);
    }
    const auto first = (*database)->number("SELECT n FROM counter");
    if (!first) _exit(4);
    for (std::size_t done = 0; done < kCommitsPerChild; ++done) {
      const auto number = static_cast<std::size_t>(*first) + done + 1;
      if (!commit_once(number % 5 == 0 ? Work::kLarge : Work::kSmall, **database, number)) _exit(5);
      if (write(report, &number, sizeof number) != sizeof number) _exit(6);
      if (number % 7 == 0 && !(*database)->execute("PRAGMA wal_checkpoint(PASSIVE)")) _exit(7);
    }
    database->reset();
    _exit(0);
  }

  // Runs a child and kills it some time after it has reported `after` commits. The last commit it reported.
  std::size_t run_and_kill(std::size_t after, std::uint64_t turns) {
    int ends[2];
    if (pipe(ends) != 0) ADD_FAILURE() << "no pipe";
    const pid_t child = fork();
    if (child == 0) {
      close(ends[0]);
      work(ends[1]);
    }
    close(ends[1]);
    std::size_t last = 0;
    std::size_t number = 0;
    for (std::size_t heard = 0; heard < after && read(ends[0], &number, sizeof number) == sizeof number; ++heard) {
      last = number;
    }
    random_.discard(turns);
    kill(child, SIGKILL);
    while (read(ends[0], &number, sizeof number) == sizeof number) last = number;  // what it had said before it died
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    const bool killed_or_done = WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_TRUE(killed_or_done) << "the child failed by itself, at " << WEXITSTATUS(status);
    return last;
  }

  void expect_nothing_in_clear() {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.root())) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      for (const std::string_view secret : {kMarker, std::string_view("kisima"), std::string_view("CREATE TABLE"),
                                            as_text(key_.view()), as_text(key_.view().first(16))}) {
        EXPECT_EQ(bytes.find(secret), std::string::npos) << entry.path() << " holds something in clear";
      }
      ++files_scanned_;
    }
  }

  std::mt19937_64 random_{99};
  std::size_t files_scanned_ = 0;
};

TEST_F(KillTest, KilledAtAnyMomentEveryReportedCommitIsThere) {
  const std::size_t kills = long_run() ? 400 : 30;
  std::size_t reported = 0;
  for (std::size_t round = 0; round < kills; ++round) {
    if (round % 6 == 5) {  // from the very beginning again, so that creation is hit too
      for (const auto& entry : std::filesystem::directory_iterator(folder_.root())) std::filesystem::remove(entry);
      reported = 0;
    }
    const std::size_t after = round % 6 == 5 ? random_() % 3 : random_() % (kCommitsPerChild + 1);
    const std::size_t last = run_and_kill(after, random_() % 1'000'000);
    reported = std::max(reported, last);
    expect_nothing_in_clear();
    if (!std::filesystem::exists(folder_.path("store.db"))) {
      ASSERT_EQ(reported, 0u);
      continue;
    }
    auto database = Database::open(options());
    ASSERT_OK(database) << "round " << round;
    ASSERT_OK((*database)->check()) << "round " << round;
    const auto number = (*database)->number("SELECT n FROM counter");
    if (!number) {
      ASSERT_EQ(reported, 0u) << "round " << round;
      continue;
    }
    ASSERT_GE(static_cast<std::size_t>(*number), reported) << "round " << round << ": an acknowledged commit is gone";
    ASSERT_LE(static_cast<std::size_t>(*number), reported + 1) << "round " << round;
    // Search index and table say the same.
    ASSERT_OK((*database)->execute("INSERT INTO found(found) VALUES('integrity-check')")) << "round " << round;
    const auto differing = (*database)->number("SELECT (SELECT count(*) FROM note) - (SELECT count(*) FROM found)");
    ASSERT_OK(differing);
    ASSERT_EQ(*differing, 0) << "round " << round;
    reported = static_cast<std::size_t>(*number);
  }
  EXPECT_GT(reported, 0u);
  EXPECT_GT(files_scanned_, kills);
}

}  // namespace
}  // namespace haki::store
