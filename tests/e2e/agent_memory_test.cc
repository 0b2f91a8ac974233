// Goal: after `haki lock` the agent's memory holds no passphrase, no key and no record, up to the moment it is gone. Method: the
// real agent, stopped by ptrace where its last system call would end it, and read whole. Needs root, because the agent lets
// nobody else trace it; e2e.PrivateMemory shows that.
#include <gmock/gmock.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "client/home.h"
#include "crypto/passphrase.h"
#include "keys/key_file.h"
#include "memory.h"
#include "world.h"

namespace haki::e2e {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kNext = "magnet willow saddle eleven";
constexpr const char* kWrong = "not this one at all";
constexpr const char* kMarker = "MarkerNarrativeOfTheSchoolWell";

std::vector<Needle> needles_of(const std::string& home) {
  std::vector<Needle> needles;
  const auto add_text = [&](const std::string& name, std::string_view text) {
    for (Needle& needle : text_needles(name, text)) needles.push_back(std::move(needle));
  };
  add_text("passphrase", kPassphrase);
  add_text("new passphrase", kNext);
  add_text("wrong passphrase", kWrong);
  add_text("narrative", kMarker);
  add_text("a name", "Amina monitor");
  const auto add = [&](const std::string& name, ByteView key) {
    for (Needle& needle : key_needles(name, key)) needles.push_back(std::move(needle));
  };
  const auto opened = keys::open_key_file(home, crypto::SecretBytes(as_bytes(kPassphrase)));
  EXPECT_TRUE(opened);
  add("master key", opened->master.view());
  add("store key", crypto::subkey(opened->master, 1).view());
  add("identity key", crypto::subkey(opened->master, 3).view());
  const auto known = client::Home::open(home, kPassphrase);
  EXPECT_TRUE(known);
  add("signing key", (*known)->identity.sign.secret.view().first(32));
  add("box key", (*known)->identity.box.secret.view());
  add("auth key", (*known)->identity.auth.secret.view());
  EXPECT_FALSE((*known)->key_ring.empty());
  for (const auto& [place, kept] : (*known)->key_ring) add("epoch key", kept.key.view());
  return needles;
}

// Waits until the traced process is about to end; signals in between reach it.
bool wait_for_its_end(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, __WALL) == process && WIFSTOPPED(status)) {
    if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXIT << 8))) return true;
    ::ptrace(PTRACE_CONT, process, nullptr, status >> 16 != 0 ? 0 : WSTOPSIG(status));
  }
  return false;
}

TEST(AgentMemory, HoldsNothingAfterTheLock) {
  World world;
  world.start_server();
  world.found();
  ASSERT_EQ(world.haki("monitor", {"unlock"}).exit_code, 0);
  const pid_t agent = std::stoi(world.read("monitor/lock"));
  if (::ptrace(PTRACE_SEIZE, agent, nullptr, PTRACE_O_TRACEEXIT) != 0) {
    ASSERT_EQ(errno, EPERM);
    GTEST_SKIP() << "not root: the agent cannot be traced, as it should be";
  }

  const std::string id = last_line(world.haki("monitor", {"new", "observation", "--set", std::string("narrative=") + kMarker}).out);
  ASSERT_EQ(id.size(), 32u);
  EXPECT_EQ(world.haki("monitor", {"edit", id, "--set", std::string("narrative=") + kMarker + " and more"}).exit_code, 0);
  EXPECT_EQ(world.haki("monitor", {"submit", id}).exit_code, 0);
  EXPECT_THAT(world.haki("monitor", {"list", "observation", "--json"}).out, HasSubstr(kMarker));
  EXPECT_THAT(world.haki("monitor", {"show", id, "--history"}).out, HasSubstr(kMarker));
  EXPECT_THAT(world.haki("monitor", {"search", kMarker}).out, HasSubstr("Marker"));
  EXPECT_EQ(world.haki("monitor", {"sync"}).exit_code, 0);
  world.set_environment({std::string("HAKI_PASSPHRASE=") + kWrong});
  EXPECT_EQ(world.haki("monitor", {"status"}).exit_code, 3);
  world.set_environment({std::string("HAKI_NEW_PASSPHRASE=") + kNext});
  EXPECT_EQ(world.haki("monitor", {"passphrase", "change"}).exit_code, 0);
  world.set_environment({std::string("HAKI_PASSPHRASE=") + kNext, std::string("HAKI_NEW_PASSPHRASE=") + kPassphrase});
  EXPECT_EQ(world.haki("monitor", {"passphrase", "change"}).exit_code, 0);
  world.set_environment({});

  const auto while_open = memory_of(agent);
  EXPECT_EQ(world.haki("monitor", {"lock"}).exit_code, 0);
  ASSERT_TRUE(wait_for_its_end(agent));
  const auto at_the_end = memory_of(agent);
  ::ptrace(PTRACE_DETACH, agent, nullptr, nullptr);
  ASSERT_FALSE(at_the_end.empty());

  while (::kill(agent, 0) == 0) ::usleep(1000);
  const std::vector<Needle> needles = needles_of(world.path("monitor"));
  EXPECT_THAT(found_in(while_open, needles), Contains("store key, first half")) << "else the search finds nothing anywhere";
  EXPECT_THAT(found_in(at_the_end, needles), IsEmpty());
}

}  // namespace
}  // namespace haki::e2e
