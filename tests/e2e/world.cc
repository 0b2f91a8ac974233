#include "world.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace haki::e2e {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> list;
  for (const std::string& one : strings) list.push_back(const_cast<char*>(one.c_str()));
  list.push_back(nullptr);
  return list;
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::vector<std::string>& environment,
                 const std::string& out_path, const std::string& err_path) {
  const std::vector<char*> arguments = pointers(command), variables = pointers(environment);
  pid_ = ::fork();
  if (pid_ == 0) {
    const int out = ::open(out_path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    const int err = ::open(err_path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
    const int in = ::open("/dev/null", O_RDONLY);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    ::execve(arguments[0], arguments.data(), variables.data());
    ::_exit(127);
  }
}

Process::~Process() {
  kill_now();
  wait();
}

void Process::kill_now() {
  if (!reaped_) ::kill(pid_, SIGKILL);
}

void Process::terminate() {
  if (!reaped_) ::kill(pid_, SIGTERM);
}

int Process::wait() {
  int status = 0;
  if (!reaped_ && ::waitpid(pid_, &status, 0) == pid_) {
    reaped_ = true;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  return code_;
}

bool Process::running() {
  int status = 0;
  if (reaped_) return false;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
  reaped_ = true;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return false;
}

World::World() {
  folder_ = testing::TempDir() + "haki-world-XXXXXX";
  if (::mkdtemp(folder_.data()) == nullptr) std::abort();
}

World::~World() {
  server_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void World::make_certificate() {
  const std::string command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=haki "
                              "-keyout " + path("tls.key") + " -out " + path("tls.crt") + " 2>/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
}

void World::start_server(const std::string& data, bool tls) {
  std::vector<std::string> arguments = {HAKI_BIN_DIR "/haki-server", "serve", "--data", path(data), "--listen",
                                        "127.0.0.1:" + std::to_string(port_)};
  if (tls) arguments.insert(arguments.end(), {"--tls-cert", path("tls.crt"), "--tls-key", path("tls.key")});
  server_ = std::make_unique<Process>(arguments, std::vector<std::string>{}, path("server.out"), path("server.err"));
  const std::string said = "listening on ";
  for (int tries = 0; tries < 2'000; ++tries) {
    const std::string out = read_file(path("server.out"));
    if (const std::size_t at = out.find(said); at != std::string::npos && out.find('\n', at) != std::string::npos) {
      url_ = out.substr(at + said.size(), out.find('\n', at) - at - said.size());
      port_ = std::stoi(url_.substr(url_.rfind(':') + 1));
      return;
    }
    ASSERT_TRUE(server_->running()) << read_file(path("server.err"));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  FAIL() << "the server does not start";
}

void World::kill_server() {
  server_->kill_now();
  server_->wait();
}

std::string World::token(const std::string& data) {
  Process make({HAKI_BIN_DIR "/haki-server", "coalition", "create", "--data", path(data), "--name-hint", "test"}, {},
               path("token.out"), path("token.err"));
  EXPECT_EQ(make.wait(), 0) << read_file(path("token.err"));
  return last_line(read_file(path("token.out")));
}

std::vector<std::string> World::command(const std::string& home, std::vector<std::string> arguments) const {
  std::vector<std::string> all = {HAKI_BIN_DIR "/haki", "--home", path(home)};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

std::vector<std::string> World::environment() const {
  std::vector<std::string> all = {"HOME=" + folder_, "XDG_RUNTIME_DIR=" + folder_};
  const bool other = std::ranges::any_of(environment_, [](const auto& one) { return one.starts_with("HAKI_PASSPHRASE="); });
  if (!other) all.push_back(std::string("HAKI_PASSPHRASE=") + kPassphrase);
  all.insert(all.end(), environment_.begin(), environment_.end());
  return all;
}

Outcome World::haki(const std::string& home, std::vector<std::string> arguments) {
  const std::string run = path("run" + std::to_string(++runs_));
  Process process(command(home, std::move(arguments)), environment(), run + ".out", run + ".err");
  Outcome outcome;
  outcome.exit_code = process.wait();
  outcome.out = read_file(run + ".out");
  outcome.err = read_file(run + ".err");
  std::filesystem::remove(run + ".out");
  std::filesystem::remove(run + ".err");
  return outcome;
}

Outcome World::haki_killed(const std::string& home, std::vector<std::string> arguments, int microseconds) {
  const std::string run = path("run" + std::to_string(++runs_));
  Process process(command(home, std::move(arguments)), environment(), run + ".out", run + ".err");
  std::this_thread::sleep_for(std::chrono::microseconds(microseconds));
  process.kill_now();
  Outcome outcome;
  outcome.exit_code = process.wait();
  outcome.out = read_file(run + ".out");
  std::filesystem::remove(run + ".out");
  std::filesystem::remove(run + ".err");
  return outcome;
}

void World::found() {
  const Outcome founded = haki("lead", {"found", "--server", url_, "--token", token(), "--coalition", "Kwale coalition",
                                        "--member", "Wanjiru", "--organisation", "Kituo"});
  ASSERT_EQ(founded.exit_code, 0) << founded.err;
  let_in("monitor", "monitor");
}

void World::let_in(const std::string& home, const std::string& role) {
  const Outcome invited = haki("lead", {"invite", "--role", role, "--name", "Amina " + home, "--out", path(home + ".invite")});
  ASSERT_EQ(invited.exit_code, 0) << invited.err;
  ASSERT_EQ(haki(home, {"join", path(home + ".invite")}).exit_code, 0);
  ASSERT_EQ(haki("lead", {"sync"}).exit_code, 0);
  const Outcome synced = haki(home, {"sync"});
  ASSERT_EQ(synced.exit_code, 0) << synced.err;
}

std::vector<std::string> World::files_holding(const std::string& text) const {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
    if (entry.is_regular_file() && read_file(entry.path()).find(text) != std::string::npos) found.push_back(entry.path());
  }
  return found;
}

std::string World::read(const std::string& name) const { return read_file(path(name)); }

std::string last_line(const std::string& text) {
  std::string rest = text;
  while (!rest.empty() && rest.back() == '\n') rest.pop_back();
  const std::size_t at = rest.rfind('\n');
  return at == std::string::npos ? rest : rest.substr(at + 1);
}

std::size_t line_count(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace haki::e2e
