#include "server_process.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace haki::test {
namespace {

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::string new_file() {
  std::string name = ::testing::TempDir() + "haki-server-test-XXXXXX";
  const int fd = ::mkstemp(name.data());
  if (fd >= 0) ::close(fd);
  return name;
}

// The child's stdout goes to `out`, its stderr to `error_file`.
pid_t start(const std::vector<std::string>& arguments, int out, const std::string& error_file) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int error = ::open(error_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(error, STDERR_FILENO);
  const std::string program = std::string(HAKI_BIN_DIR) + "/haki-server";
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  ::execv(program.c_str(), words.data());
  ::_exit(127);
}

int exit_code_of(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return -1000;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

CommandResult run_server_command(const std::vector<std::string>& arguments) {
  const std::string out_file = new_file(), error_file = new_file();
  const int out = ::open(out_file.c_str(), O_WRONLY | O_TRUNC);
  const pid_t child = start(arguments, out, error_file);
  ::close(out);
  CommandResult result;
  result.exit_code = exit_code_of(child);
  result.out = text_of(out_file);
  result.error = text_of(error_file);
  ::unlink(out_file.c_str());
  ::unlink(error_file.c_str());
  return result;
}

ServerProcess::ServerProcess(std::vector<std::string> arguments) : log_file_(new_file()) {
  arguments.insert(arguments.begin(), "serve");
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return;
  child_ = start(arguments, pipe[1], log_file_);
  ::close(pipe[1]);
  out_ = pipe[0];
  char byte;
  while (::read(out_, &byte, 1) == 1 && byte != '\n') line_.push_back(byte);
}

ServerProcess::~ServerProcess() {
  if (child_ > 0) {
    signal(SIGKILL);
    (void)wait();
  }
  ::close(out_);
  ::unlink(log_file_.c_str());
}

std::uint16_t ServerProcess::port() const {
  std::uint16_t port = 0;
  const auto colon = line_.rfind(':');
  if (colon != std::string::npos) std::from_chars(line_.data() + colon + 1, line_.data() + line_.size(), port);
  return port;
}

void ServerProcess::signal(int number) const { ::kill(child_, number); }

int ServerProcess::wait() {
  const int code = exit_code_of(child_);
  child_ = -1;
  return code;
}

std::string ServerProcess::log() { return text_of(log_file_); }

long ServerProcess::peak_memory_kib() const {
  std::ifstream status("/proc/" + std::to_string(child_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtol(line.c_str() + 6, nullptr, 10);
  }
  return -1;
}

TemporaryDirectory::TemporaryDirectory() {
  path_ = ::testing::TempDir() + "haki-server-test-dir-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) std::abort();
}
TemporaryDirectory::~TemporaryDirectory() { (void)!std::system(("rm -rf '" + path_ + "'").c_str()); }

}  // namespace haki::test
