// Goal: no program that holds a key leaves a core file or lets its user's other processes read its memory, and nothing that
// others may list about it says whose home it has open. Method: the real programs while they run, looked at by a process that
// has no more rights than they have.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "world.h"

namespace haki::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Root may read everything. Gives up root's special rights, for this process and all that it starts.
bool give_up_rights() {
  if (::geteuid() != 0) return true;
  for (int right = 0; right < 64; ++right) {
    if (::prctl(PR_CAPBSET_DROP, right, 0, 0, 0) != 0 && errno != EINVAL) return false;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  return ::syscall(SYS_capset, &header, none) == 0;
}

bool become_ordinary() {
  static const bool done = give_up_rights();
  return done;
}

bool memory_is_readable(pid_t process) {
  const int file = ::open(("/proc/" + std::to_string(process) + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (file >= 0) ::close(file);
  return file >= 0;
}

std::string core_limit(pid_t process) {
  const std::string limits = content_of("/proc/" + std::to_string(process) + "/limits");
  const std::size_t line = limits.find("Max core file size");
  return limits.substr(line, limits.find('\n', line) - line);
}

std::string command_line(pid_t process) { return content_of("/proc/" + std::to_string(process) + "/cmdline"); }

struct PrivateMemory : testing::Test {
  World world;
  std::vector<std::unique_ptr<Process>> running;

  void SetUp() override {
    if (!become_ordinary()) GTEST_SKIP() << "root cannot give up its rights here, so nothing could be shown";
    world.start_server();
    world.found();
    // A control that belongs to nobody, as an agent does: where even that cannot be read, nothing would be shown.
    Process control({"/bin/sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $!"}, {}, world.path("control"), world.path("control.err"));
    ASSERT_EQ(control.wait(), 0);
    sleeper_ = std::stoi(world.read("control"));
    if (!memory_is_readable(sleeper_)) GTEST_SKIP() << "here nobody may read another process's memory at all";
  }
  void TearDown() override {
    if (sleeper_ > 0) ::kill(sleeper_, SIGKILL);
    world.haki("monitor", {"lock"});
    world.haki("lead", {"lock"});
  }
  pid_t holder_of(const std::string& home) { return std::stoi("0" + world.read(home + "/lock")); }
  void check(pid_t process) {
    ASSERT_GT(process, 1);
    EXPECT_THAT(core_limit(process), testing::MatchesRegex("Max core file size +0 +0 +bytes *"));
    EXPECT_FALSE(memory_is_readable(process));
    EXPECT_THAT(content_of("/proc/" + std::to_string(process) + "/environ"), Not(HasSubstr("four words")));
  }
  pid_t sleeper_ = -1;
};

TEST_F(PrivateMemory, AgentAndWatcherAreClosedToOthersAndNameNoHome) {
  ASSERT_EQ(world.haki("monitor", {"unlock"}).exit_code, 0);
  check(holder_of("monitor"));
  EXPECT_THAT(command_line(holder_of("monitor")), Not(HasSubstr("monitor")));

  Process watcher({HAKI_BIN_DIR "/haki", "--home", world.path("lead"), "sync", "--watch"},
                  {"HAKI_PASSPHRASE=four words of a test", "XDG_RUNTIME_DIR=" + world.path(".")}, world.path("w.out"),
                  world.path("w.err"));
  for (int i = 0; i < 1000 && world.read("w.err").find("Exchanging every") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  check(holder_of("lead"));
  EXPECT_THAT(command_line(holder_of("lead")), AllOf(HasSubstr("haki"), Not(HasSubstr(world.path("lead"))), Not(HasSubstr("--home"))));
  watcher.terminate();
  EXPECT_EQ(watcher.wait(), 0);
}

TEST_F(PrivateMemory, TheServerIsClosedToOthers) { check(world.server_process()); }

TEST_F(PrivateMemory, NothingOfOneHomeOrOfTheSharedFolderNamesAnother) {
  ASSERT_EQ(world.haki("monitor", {"unlock"}).exit_code, 0);
  ASSERT_EQ(world.haki("lead", {"unlock"}).exit_code, 0);
  const auto names_in = [&](const std::string& folder, const std::string& word) {
    std::string found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(world.path(folder))) {
      if (entry.path().filename().string().find(word) != std::string::npos) found += "name of " + entry.path().string() + " ";
      if (entry.is_regular_file() && content_of(entry.path()).find(word) != std::string::npos) found += entry.path().string() + " ";
    }
    return found;
  };
  EXPECT_EQ(names_in("monitor", "lead"), "");
  EXPECT_EQ(names_in("lead", "monitor"), "");
  for (const char* word : {"lead", "monitor", "Wanjiru", "Amina"}) EXPECT_EQ(names_in("haki", word), "") << word;
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(world.path("haki")), {}), 2) << "one socket an open home";
  EXPECT_EQ(std::filesystem::status(world.path("haki")).permissions(), std::filesystem::perms::owner_all);
  EXPECT_THAT(world.read("monitor/lock"), testing::MatchesRegex("[0-9]+ unlock\n"));
}

}  // namespace
}  // namespace haki::e2e
