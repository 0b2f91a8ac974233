// Runs the text cases of cases/*.txt against the real programs: haki, and haki-server as a process of its own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "case_file.h"

namespace haki::e2e {
namespace {

namespace fs = std::filesystem;

constexpr int kCommandSecondsMax = 60;

std::string content_of(const fs::path& path) {
  std::ifstream stream(path);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST(CaseFile, MismatchIsSeen) {
  std::map<std::string, std::string> names;
  EXPECT_EQ(compare({"<id:ID> <n>", "...", "end"}, "0123456789abcdef0123456789abcdef 12\n\nx\ny\nend\n", names), "");
  EXPECT_EQ(names["ID"], "0123456789abcdef0123456789abcdef");
  EXPECT_NE(compare({"<id>"}, "0123\n", names), "");
  EXPECT_NE(compare({"a"}, "a\nb\n", names), "");
  EXPECT_NE(compare({"a", "b"}, "a\n", names), "");
  EXPECT_NE(compare({"a.c"}, "abc\n", names), "") << "only wildcards are wild";
  EXPECT_NE(compare({}, "a\n", names), "");
  EXPECT_EQ(compare_stderr({"one", "two"}, "one and two"), "");
  EXPECT_NE(compare_stderr({"two", "one"}, "one and two"), "");
  std::string problem;
  EXPECT_TRUE(parse_case("stray\n", problem).empty());
  EXPECT_NE(problem, "");
}

class Case : public ::testing::TestWithParam<fs::path> {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/haki-case-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    fs::create_directory(directory_ / "run");
    fs::permissions(directory_ / "run", fs::perms::owner_all);
    names_["XDG_RUNTIME_DIR"] = directory_ / "run";
    names_["HAKI_PASSPHRASE"] = "lantern gravel orbit wicket";
    names_["HAKI_HOME"] = directory_ / "home";
    names_["LC_ALL"] = "C.UTF-8";
    names_["TZ"] = "UTC";
    names_["CASES"] = GetParam().parent_path();
  }
  void TearDown() override {
    stop_server();
    // Agents that a case left open end with their homes.
    for (const auto& entry : fs::directory_iterator(directory_)) {
      if (fs::exists(entry.path() / "lock")) run("haki --home '" + entry.path().string() + "' lock");
    }
    // An agent that was told to lock may still be taking its files away.
    std::error_code left;
    for (int attempt = 0; attempt < 50; ++attempt) {
      fs::remove_all(directory_, left);
      if (!left) return;
      ::usleep(100'000);
    }
    ADD_FAILURE() << directory_ << " stays: " << left.message();
  }

  void apply(const std::string& directive) {
    if (directive == "server start") start_server();
    else if (directive == "server stop") stop_server();
    else if (directive == "server lost") lose_server();
    else if (directive == "token") {
      ASSERT_EQ(run("haki-server coalition create --data server --name-hint case"), 0)
          << content_of(directory_ / "stderr");
      std::string token = content_of(directory_ / "stdout");
      while (token.ends_with('\n')) token.pop_back();
      names_["TOKEN"] = token;
    } else {
      FAIL() << "no such directive: " << directive;
    }
  }

  // Runs a command with sh; its output is in the files stdout and stderr. 128 and the signal where one ended it.
  int run(const std::string& command) {
    const pid_t child = ::fork();
    if (child == 0) {
      exec_in_directory({"sh", "-c", command}, directory_ / "stdout", directory_ / "stderr");
    }
    return wait_for(child);
  }

  [[noreturn]] void exec_in_directory(std::vector<std::string> words, const fs::path& out, const fs::path& err) {
    ::setsid();  // no terminal: nothing may be asked for
    if (::chdir(directory_.c_str()) != 0) ::_exit(126);
    ::setenv("PATH", (std::string(HAKI_BIN_DIR) + ":" + std::getenv("PATH")).c_str(), 1);
    for (const auto& [name, value] : names_) ::setenv(name.c_str(), value.c_str(), 1);
    const int in = ::open("/dev/null", O_RDONLY);
    const int to = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int errors = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(in, 0);
    ::dup2(to, 1);
    ::dup2(errors, 2);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }

  static int wait_for(pid_t child) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(kCommandSecondsMax);
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > until) {
        ::kill(-child, SIGKILL);
        ::waitpid(child, &status, 0);
        ADD_FAILURE() << "the command did not end within " << kCommandSecondsMax << " s";
        return -1;
      }
      ::poll(nullptr, 0, 5);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  // A second start is on the port of the first, so that the addresses that members know stay right.
  void start_server() {
    const std::string listen = port_.empty() ? "127.0.0.1:0" : "127.0.0.1:" + port_;
    const fs::path out = directory_ / "server.out";
    fs::remove(out);
    server_ = ::fork();
    if (server_ == 0) {
      std::vector<std::string> words = {"haki-server", "serve", "--data", "server", "--listen", listen};
      if (fs::exists(directory_ / "server.toml")) words.insert(words.end(), {"--config", "server.toml"});
      exec_in_directory(words, out, directory_ / "server.err");
    }
    const std::string ready = "listening on http://127.0.0.1:";
    for (int i = 0; i < 2000; ++i) {
      const std::string said = content_of(out);
      const std::size_t found = said.find(ready);
      const std::size_t end = found == std::string::npos ? found : said.find('\n', found);
      if (end != std::string::npos) {
        port_ = said.substr(found + ready.size(), end - found - ready.size());
        names_["URL"] = "http://127.0.0.1:" + port_;
        return;
      }
      int status = 0;
      if (::waitpid(server_, &status, WNOHANG) == server_) {
        server_ = -1;
        FAIL() << "the server ended: " << content_of(directory_ / "server.err");
      }
      ::poll(nullptr, 0, 10);
    }
    FAIL() << "the server did not say that it listens";
  }

  void stop_server() {
    if (server_ <= 0) return;
    ::kill(server_, SIGTERM);
    int status = 0;
    ::waitpid(server_, &status, 0);
    server_ = -1;
  }

  // Seized or burnt: the next one is another, with keys and an address of its own.
  void lose_server() {
    stop_server();
    fs::remove_all(directory_ / "server");
    port_.clear();
  }

  fs::path directory_;
  std::map<std::string, std::string> names_;
  std::string port_;
  pid_t server_ = -1;
};

TEST_P(Case, PrintsWhatItSays) {
  std::string problem;
  const std::vector<Step> steps = parse_case(content_of(GetParam()), problem);
  ASSERT_FALSE(steps.empty()) << problem;
  for (const Step& step : steps) {
    const std::string where = GetParam().filename().string() + ":" + std::to_string(step.line) + ": ";
    if (!step.directive.empty()) {
      ASSERT_NO_FATAL_FAILURE(apply(step.directive)) << where;
      continue;
    }
    const int exit_code = run(step.command);
    const std::string out = content_of(directory_ / "stdout");
    const std::string err = content_of(directory_ / "stderr");
    const std::string all = where + step.command + "\nstdout:\n" + out + "stderr:\n" + err;
    ASSERT_EQ(exit_code, step.exit_code) << all;
    ASSERT_EQ(compare(step.expected, out, names_), "") << all;
    ASSERT_EQ(compare_stderr(step.on_stderr, err), "") << all;
  }
}

std::vector<fs::path> all_cases() {
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(std::string(HAKI_SOURCE_DIR) + "/tests/e2e/cases")) {
    if (entry.path().extension() == ".txt") cases.push_back(entry.path());
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Cli, Case, ::testing::ValuesIn(all_cases()), [](const auto& parameter) {
  std::string name = parameter.param.stem().string();
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
});

}  // namespace
}  // namespace haki::e2e
