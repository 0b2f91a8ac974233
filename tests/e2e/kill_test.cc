// Goal: kill -9 of either side, anywhere in a command, loses nothing that was said to be saved or sent, doubles nothing, and leaves
// no readable byte behind. Method: real programs over TCP with TLS; kills spread evenly over the whole run of a command, whose
// length is measured first, so that a slower build is covered as well.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "world.h"

namespace haki::e2e {
namespace {

constexpr const char* kMarker = "MarkerMwanamkeAliona";

bool long_run() { return std::getenv("HAKI_LONG") != nullptr; }

int microseconds_of(const auto& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return static_cast<int>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start).count());
}

std::vector<std::string> observe(int number) {
  return {"new", "observation", "--set", "narrative=" + std::string(kMarker) + " " + std::to_string(number), "--submit"};
}

struct KillTest : testing::Test {
  World world;
  void SetUp() override {
    world.make_certificate();
    world.start_server("server", true);
    world.found();
  }
  std::size_t observations(const std::string& home) {
    const Outcome listed = world.haki(home, {"list", "observation", "--json"});
    EXPECT_EQ(listed.exit_code, 0) << listed.err;
    return line_count(listed.out);
  }
};

TEST_F(KillTest, WhatWasSavedIsThereAfterTheClientIsKilledAnywhere) {
  const int whole = microseconds_of([&] { ASSERT_EQ(world.haki("monitor", observe(0)).exit_code, 0); });
  const int kills = long_run() ? 400 : 40;
  std::size_t said_saved = 1, killed = 0;
  for (int i = 1; i <= kills; ++i) {
    const Outcome outcome = world.haki_killed("monitor", observe(i), whole * i / kills);
    if (outcome.exit_code == -1) ++killed;
    // The id on stdout is the promise; a kill between the commit and the print may leave one more than was said.
    if (!outcome.out.empty()) ++said_saved;
  }
  EXPECT_GT(killed, static_cast<std::size_t>(kills) / 4) << "the kills came too late to mean anything";
  const std::size_t there = observations("monitor");
  EXPECT_GE(there, said_saved);
  EXPECT_LE(there, static_cast<std::size_t>(kills) + 1);
  EXPECT_THAT(world.files_holding(kMarker), testing::IsEmpty());
  EXPECT_THAT(world.files_holding("four words of a test"), testing::IsEmpty());
  EXPECT_THAT(world.files_holding("Wanjiru"), testing::IsEmpty());
  ASSERT_EQ(world.haki("monitor", {"sync"}).exit_code, 0);
  ASSERT_EQ(world.haki("lead", {"sync"}).exit_code, 0);
  EXPECT_EQ(observations("lead"), there);
}

TEST_F(KillTest, TheClientIsKilledAnywhereInASync) {
  const int rounds = long_run() ? 100 : 16;
  const int whole = microseconds_of([&] { ASSERT_EQ(world.haki("monitor", {"sync"}).exit_code, 0); });
  for (int i = 1; i <= rounds; ++i) {
    ASSERT_EQ(world.haki("monitor", observe(i)).exit_code, 0);
    world.haki_killed("monitor", {"sync"}, whole * i / rounds);
  }
  const Outcome last = world.haki("monitor", {"sync"});
  ASSERT_EQ(last.exit_code, 0) << last.err;
  ASSERT_EQ(world.haki("lead", {"sync"}).exit_code, 0);
  EXPECT_EQ(observations("lead"), static_cast<std::size_t>(rounds));
  const Outcome idle = world.haki("monitor", {"sync", "--json"});
  EXPECT_THAT(idle.out, testing::HasSubstr("\"sent\":0"));
}

TEST_F(KillTest, TheServerIsKilledAnywhereInAPush) {
  const int rounds = long_run() ? 60 : 10;
  const int whole = microseconds_of([&] { ASSERT_EQ(world.haki("monitor", {"sync"}).exit_code, 0); });
  std::size_t made = 0;
  for (int i = 1; i <= rounds; ++i) {
    for (int k = 0; k < 2; ++k) ASSERT_EQ(world.haki("monitor", observe(static_cast<int>(++made))).exit_code, 0);
    {
      Process sync({HAKI_BIN_DIR "/haki", "--home", world.path("monitor"), "sync"}, {"HAKI_PASSPHRASE=four words of a test"},
                   world.path("sync.out"), world.path("sync.err"));
      std::this_thread::sleep_for(std::chrono::microseconds(whole * i / rounds));
      world.kill_server();
      const int code = sync.wait();
      EXPECT_TRUE(code == 0 || code == 4) << world.read("sync.err");
    }
    world.start_server("server", true);
  }
  const Outcome last = world.haki("monitor", {"sync"});
  ASSERT_EQ(last.exit_code, 0) << last.err;
  ASSERT_EQ(world.haki("lead", {"sync"}).exit_code, 0);
  EXPECT_EQ(observations("lead"), made);
  EXPECT_THAT(world.files_holding(kMarker), testing::IsEmpty());
}

TEST_F(KillTest, TwoCommandsAtOnceOnOneHomeBothSucceed) {
  std::vector<std::unique_ptr<Process>> running;
  for (int i = 0; i < 4; ++i) {
    std::vector<std::string> command = {HAKI_BIN_DIR "/haki", "--home", world.path("monitor")};
    for (const auto& word : observe(i)) command.push_back(word);
    running.push_back(std::make_unique<Process>(command, std::vector<std::string>{"HAKI_PASSPHRASE=four words of a test"},
                                                world.path("at-once-" + std::to_string(i) + ".out"),
                                                world.path("at-once-" + std::to_string(i) + ".err")));
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(running[static_cast<std::size_t>(i)]->wait(), 0) << world.read("at-once-" + std::to_string(i) + ".err");
  }
  EXPECT_EQ(observations("monitor"), 4u);
}

TEST_F(KillTest, KilledAnywhereInAChangeOfPassphraseTheOldOrTheNewOneOpens) {
  ASSERT_EQ(world.haki("monitor", observe(0)).exit_code, 0);
  std::string now = "four words of a test", next = "magnet willow saddle eleven";
  const auto change = [&](const std::string& to) {
    world.set_environment({"HAKI_PASSPHRASE=" + now, "HAKI_NEW_PASSPHRASE=" + to});
  };
  change(next);
  const int whole = microseconds_of([&] { ASSERT_EQ(world.haki("monitor", {"passphrase", "change"}).exit_code, 0); });
  std::swap(now, next);
  const int kills = long_run() ? 300 : 24;
  int changed = 0, killed = 0;
  for (int i = 1; i <= kills; ++i) {
    change(next);
    // Denser towards the end, where the key file is written.
    if (world.haki_killed("monitor", {"passphrase", "change"}, whole / 2 + whole / 2 * i / kills).exit_code == -1) ++killed;
    world.set_environment({"HAKI_PASSPHRASE=" + next});
    const bool with_next = world.haki("monitor", {"status"}).exit_code == 0;
    if (with_next) {
      std::swap(now, next);
      ++changed;
    }
    world.set_environment({"HAKI_PASSPHRASE=" + now});
    const Outcome listed = world.haki("monitor", {"list", "observation", "--json"});
    ASSERT_EQ(listed.exit_code, 0) << listed.err << " after kill " << i;
    EXPECT_EQ(line_count(listed.out), 1u);
  }
  EXPECT_GT(killed, kills / 8) << "the kills came too late to mean anything";
  EXPECT_LT(changed, kills) << "the kills came too late to mean anything";
  for (const char* secret : {"four words of a test", "magnet willow saddle eleven", kMarker}) {
    EXPECT_THAT(world.files_holding(secret), testing::IsEmpty());
  }
}

TEST_F(KillTest, KilledAnywhereUnderDuressItOpensEmptyAndNothingComesBack) {
  ASSERT_EQ(world.haki("monitor", observe(0)).exit_code, 0);
  world.set_environment({"HAKI_DURESS_PASSPHRASE=copper lantern thistle forty"});
  ASSERT_EQ(world.haki("monitor", {"passphrase", "duress"}).exit_code, 0);
  const auto restore = [&] {
    std::filesystem::remove_all(world.path("taken"));
    std::filesystem::copy(world.path("monitor"), world.path("taken"), std::filesystem::copy_options::recursive);
  };
  const std::vector<std::string> forced = {"HAKI_PASSPHRASE=copper lantern thistle forty"};
  restore();
  world.set_environment(forced);
  const int whole = microseconds_of([&] { ASSERT_EQ(world.haki("taken", {"status"}).exit_code, 0); });
  const int kills = long_run() ? 300 : 24;
  int killed = 0;
  for (int i = 1; i <= kills; ++i) {
    restore();
    if (world.haki_killed("taken", {"status"}, whole * i / kills).exit_code == -1) ++killed;
    const Outcome again = world.haki("taken", {"status", "--json"});
    ASSERT_EQ(again.exit_code, 0) << again.err << " after kill " << i;
    EXPECT_THAT(again.out, testing::HasSubstr("\"coalition\":\"\""));
    EXPECT_EQ(world.haki("taken", {"list", "observation", "--json"}).out, "");
    world.set_environment({});
    EXPECT_EQ(world.haki("taken", {"status"}).exit_code, 3);
    world.set_environment(forced);
  }
  EXPECT_GT(killed, kills / 4) << "the kills came too late to mean anything";
  for (const char* secret : {"copper lantern thistle forty", "four words of a test", kMarker, "duress"}) {
    EXPECT_THAT(world.files_holding(secret), testing::IsEmpty()) << secret;
  }
}

}  // namespace
}  // namespace haki::e2e
