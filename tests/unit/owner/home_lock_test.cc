// One process owns a home. Real processes, because the lock is about them.
#include "owner/home_lock.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>

#include "scratch.h"

namespace haki::owner {
namespace {

class HomeLockTest : public testing::Scratch {
 protected:
  // A child that takes the lock, says so, and lives until it is killed.
  pid_t holder() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto lock = HomeLock::try_take(home(), "sync --watch", false);
      const char said = lock ? 'y' : 'n';
      if (::write(ends[1], &said, 1) != 1) ::_exit(2);
      ::pause();
      ::_exit(0);
    }
    char said = 0;
    EXPECT_EQ(::read(ends[0], &said, 1), 1);
    EXPECT_EQ(said, 'y');
    ::close(ends[0]);
    ::close(ends[1]);
    return child;
  }
};

TEST_F(HomeLockTest, SecondProcessIsRefusedAndToldWhoHasIt) {
  const pid_t child = holder();
  const auto second = HomeLock::try_take(home(), "list", false);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kBusy);
  EXPECT_EQ(holder_of(home()), "process " + std::to_string(child) + " (haki sync --watch)");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST_F(HomeLockTest, LockDiesWithItsProcess) {
  const pid_t child = holder();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(HomeLock::try_take(home(), "list", false));
}

TEST_F(HomeLockTest, LockEndsWithItsObject) {
  { ASSERT_TRUE(HomeLock::try_take(home(), "list", false)); }
  EXPECT_TRUE(HomeLock::try_take(home(), "show", false));
}

TEST_F(HomeLockTest, FileAndDirectoryAreForTheUserAlone) {
  const std::string deep = home() + "/a/b";
  ASSERT_TRUE(HomeLock::try_take(deep, "found", true));
  struct stat facts {};
  ASSERT_EQ(::stat((deep + "/lock").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(deep.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0700U);
}

TEST_F(HomeLockTest, MissingHomeIsNotMadeByReading) {
  const auto lock = HomeLock::try_take(home() + "/none", "list", false);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Code::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(home() + "/none"));
}

TEST_F(HomeLockTest, LinkInPlaceOfTheLockIsNotFollowed) {
  const std::string target = path_ + "/target";
  std::ofstream(target) << "precious";
  std::filesystem::create_symlink(target, home() + "/lock");
  const auto lock = HomeLock::try_take(home(), "list", false);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Code::kUntrusted);
  EXPECT_EQ(std::filesystem::file_size(target), 8U);
}

TEST_F(HomeLockTest, NoteThatIsNotOursIsNotRepeated) {
  for (const char* note : {"", "no number", "12", "x12 list", "12 \x1b[31mred"}) {
    std::ofstream(home() + "/lock", std::ios::trunc) << note;
    EXPECT_EQ(holder_of(home()), "") << note;
  }
}

}  // namespace
}  // namespace haki::owner
