// What a person sees at a terminal: questions field by field, and a passphrase that does not show. A pseudo-terminal
// plays the terminal; answers are typed when their question is on the screen, never earlier.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "world.h"

namespace haki::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kSecondsMax = 60;

// `haki` at a terminal of its own.
class Terminal {
 public:
  Terminal(World& world, const std::string& home, std::vector<std::string> words, bool passphrase_given) {
    winsize size{40, 100, 0, 0};
    child_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
    if (child_ != 0) return;
    ::setenv("XDG_RUNTIME_DIR", world.path(".").c_str(), 1);
    ::setenv("LC_ALL", "C.UTF-8", 1);
    if (passphrase_given) ::setenv("HAKI_PASSPHRASE", kPassphrase, 1);
    else ::unsetenv("HAKI_PASSPHRASE");
    words.insert(words.begin(), {std::string(HAKI_BIN_DIR) + "/haki", "--home", world.path(home)});
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  Terminal(const Terminal&) = delete;
  ~Terminal() {
    if (child_ > 0) ::kill(child_, SIGKILL), ::waitpid(child_, nullptr, 0);
    ::close(terminal_);
  }

  // Waits until `text` is on the screen after what was waited for before.
  void see(const std::string& text) {
    while (screen_.find(text, seen_) == std::string::npos) {
      ASSERT_TRUE(read_more()) << "it did not show: " << text << "\nbut:\n" << screen_;
    }
    const std::size_t found = screen_.find(text, seen_);
    between_ = screen_.substr(seen_, found - seen_);
    seen_ = found + text.size();
  }
  // What stood on the screen before the text that was seen last.
  const std::string& between() const { return between_; }
  void type(const std::string& line) {
    const std::string keys = line + "\n";
    ASSERT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void answer(const std::string& question, const std::string& line) {
    ASSERT_NO_FATAL_FAILURE(see(question));
    ASSERT_NO_FATAL_FAILURE(see("> "));
    type(line);
  }
  // The exit code; everything it still printed is on the screen then.
  int end() {
    while (read_more()) {
    }
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  const std::string& screen() const { return screen_; }

 private:
  // False where nothing more comes: the program has ended (the terminal then answers EIO), or takes too long.
  bool read_more() {
    pollfd state{terminal_, POLLIN, 0};
    if (::poll(&state, 1, kSecondsMax * 1000) <= 0) return false;
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(terminal_, buffer.data(), buffer.size());
    if (count <= 0) return false;
    screen_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  int terminal_ = -1;
  pid_t child_ = -1;
  std::string screen_;
  std::string between_;
  std::size_t seen_ = 0;
};

class TerminalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world_.start_server();
    world_.found();
  }
  World world_;
};

TEST_F(TerminalTest, PassphraseIsAskedForAndNotShown) {
  Terminal right(world_, "monitor", {"status"}, false);
  right.see("Passphrase: ");
  right.type(kPassphrase);
  EXPECT_EQ(right.end(), 0) << right.screen();
  EXPECT_THAT(right.screen(), Not(HasSubstr("four words")));

  Terminal wrong(world_, "monitor", {"status"}, false);
  wrong.see("Passphrase: ");
  wrong.type("not this one at all");
  EXPECT_EQ(wrong.end(), 3) << wrong.screen();
}

TEST_F(TerminalTest, ControlCAtThePassphraseLeavesTheTerminalAsItWas) {
  Terminal terminal(world_, "monitor", {"status"}, false);
  terminal.see("Passphrase: ");
  terminal.type("half a pass\x03");
  EXPECT_EQ(terminal.end(), 3) << terminal.screen();
  EXPECT_THAT(terminal.screen(), HasSubstr("No passphrase was given."));
}

TEST_F(TerminalTest, NewPassphraseIsAskedForTwice) {
  Terminal terminal(world_, "fresh", {"join", world_.path("no-invite-at-all")}, false);
  EXPECT_EQ(terminal.end(), 1) << "the invite is read first: nobody types a passphrase for nothing";
  Terminal joining(world_, "fresh", {"join", "this is no invite"}, false);
  joining.see("New passphrase");
  joining.type("one of them here");
  joining.see("The same again: ");
  joining.type("not the same one");
  joining.see("The two were not the same. New passphrase: ");
  joining.type(kPassphrase);
  joining.see("The same again: ");
  joining.type(kPassphrase);
  EXPECT_EQ(joining.end(), 1) << joining.screen();
  EXPECT_THAT(joining.screen(), Not(HasSubstr("four words")));
}

TEST_F(TerminalTest, RecordIsAskedForFieldByFieldInThePersonsLanguage) {
  Terminal terminal(world_, "monitor", {"new", "observation", "--lang", "sw", "--submit"}, true);
  terminal.answer("Kilichoonekana", "");
  terminal.answer("needed", "Kisima cha shule kimekauka");
  terminal.answer("Pendekezo", "");
  terminal.answer("Wilaya", "KE008");
  terminal.answer("a date such as 2020-11-04", "yesterday");
  // The rest is skipped, but for a choice, by its number.
  bool chose = false;
  bool asked_again = false;
  for (int i = 0; i < 40 && !asked_again; ++i) {
    terminal.see("> ");
    const bool choice = terminal.between().find("  1  ") != std::string::npos && !chose;
    asked_again = terminal.between().find("(observed_on): write a date") != std::string::npos;
    terminal.type(asked_again ? "2020-11-04" : choice ? "1" : "");
    chose = chose || choice;
  }
  EXPECT_TRUE(chose);
  EXPECT_TRUE(asked_again) << "what the core refused is asked again, and the rest is kept";
  EXPECT_EQ(terminal.end(), 0) << terminal.screen();
  EXPECT_THAT(terminal.screen(), HasSubstr("It goes out, sealed, with the next haki sync."));
  const Outcome listed = world_.haki("monitor", {"list", "observation", "--json"});
  EXPECT_THAT(listed.out, HasSubstr("Kisima cha shule kimekauka"));
  EXPECT_THAT(listed.out, HasSubstr("\"observed_on\":\"2020-11-04\""));
  EXPECT_THAT(listed.out, HasSubstr("\"state\":\"submitted\""));
}

TEST_F(TerminalTest, LeavingHalfwaySavesNothingAndSaysSo) {
  Terminal terminal(world_, "monitor", {"new", "observation"}, true);
  terminal.answer("What was observed", "Half a sentence");
  terminal.see("> ");
  terminal.type("\x04");
  EXPECT_EQ(terminal.end(), 1) << terminal.screen();
  EXPECT_THAT(terminal.screen(), HasSubstr("Nothing was saved."));
  EXPECT_EQ(world_.haki("monitor", {"list", "observation", "--json"}).out, "");
}

TEST_F(TerminalTest, QuestionsComeThroughTheProcessThatHasTheHomeOpen) {
  ASSERT_EQ(world_.haki("monitor", {"unlock"}).exit_code, 0);
  {
    Terminal closed(world_, "monitor", {"new", "observation"}, false);
    closed.answer("What was observed", "The window was closed");
    closed.see("> ");
  }  // killed in the middle of a question
  EXPECT_EQ(world_.haki("monitor", {"status"}).exit_code, 0);
  Terminal terminal(world_, "monitor", {"new", "observation"}, false);
  terminal.answer("What was observed", "Asked through the agent");
  for (int i = 0; i < 40; ++i) terminal.type("");  // the terminal keeps them until they are asked for
  EXPECT_EQ(terminal.end(), 0) << terminal.screen();
  const std::string listed = world_.haki("monitor", {"list", "observation", "--json"}).out;
  EXPECT_THAT(listed, HasSubstr("Asked through the agent"));
  EXPECT_THAT(listed, Not(HasSubstr("The window was closed")));
  EXPECT_EQ(world_.haki("monitor", {"lock"}).exit_code, 0);
}

TEST_F(TerminalTest, DeletingAsksOnceAndNamesTheThing) {
  const std::string id =
      last_line(world_.haki("monitor", {"new", "observation", "--set", "narrative=The well is dry"}).out);
  Terminal no(world_, "monitor", {"delete", id}, true);
  no.see("The well is dry");
  no.see("Type yes: ");
  no.type("no");
  EXPECT_EQ(no.end(), 1);
  EXPECT_EQ(world_.haki("monitor", {"show", id}).exit_code, 0);
  Terminal yes(world_, "monitor", {"delete", id}, true);
  yes.see("Type yes: ");
  yes.type("yes");
  EXPECT_EQ(yes.end(), 0) << yes.screen();
}

}  // namespace
}  // namespace haki::e2e
