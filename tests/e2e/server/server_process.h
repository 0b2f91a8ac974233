// The real haki-server as a child process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace haki::test {

struct CommandResult {
  int exit_code = -1;
  std::string out;
  std::string error;
};
// Runs haki-server with these arguments to its end.
CommandResult run_server_command(const std::vector<std::string>& arguments);

class ServerProcess {
 public:
  // Starts `haki-server serve` with these arguments and waits for the line that says where it listens.
  explicit ServerProcess(std::vector<std::string> arguments);
  ServerProcess(const ServerProcess&) = delete;
  ~ServerProcess();  // kill -9, if it still runs

  const std::string& line() const { return line_; }
  std::uint16_t port() const;
  void signal(int number) const;
  int wait();                    // its exit code, or minus the signal that ended it
  std::string log();             // after wait(): what it wrote to stderr
  long peak_memory_kib() const;  // so far

 private:
  pid_t child_ = -1;
  int out_ = -1;
  std::string log_file_;
  std::string line_;
};

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace haki::test
