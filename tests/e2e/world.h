// A world of real programs for end-to-end tests: one server, homes, commands run as their user runs them, and killed.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

namespace haki::e2e {

struct Outcome {
  int exit_code = -1;  // -1: killed
  std::string out, err;
};

// A program that runs; killed by kill_now() or when the object goes.
class Process {
 public:
  Process(const std::vector<std::string>& command, const std::vector<std::string>& environment, const std::string& out_path,
          const std::string& err_path);
  Process(const Process&) = delete;
  ~Process();
  void kill_now();      // SIGKILL
  void terminate();     // SIGTERM
  int wait();           // exit code, -1 where a signal ended it
  bool running();
  pid_t id() const { return pid_; }

 private:
  pid_t pid_ = -1;
  bool reaped_ = false;
  int code_ = -1;
};

constexpr const char* kPassphrase = "four words of a test";  // of every home

class World {
 public:
  World();
  ~World();

  // Starts (again) the server on its data folder; the first time on a free port, then on the same one.
  void start_server(const std::string& data = "server", bool tls = false);
  void kill_server();
  pid_t server_process() const { return server_->id(); }
  std::string url() const { return url_; }
  std::string token(const std::string& data = "server");
  // A self-signed certificate and key, made with openssl; replaces an earlier one.
  void make_certificate();

  // Further variables for the commands that follow, such as "HAKI_PASSPHRASE=another one"; replaces what was set before.
  void set_environment(std::vector<std::string> variables) { environment_ = std::move(variables); }
  Outcome haki(const std::string& home, std::vector<std::string> arguments);
  // Runs the command and kills it after `microseconds`, unless it ended before.
  Outcome haki_killed(const std::string& home, std::vector<std::string> arguments, int microseconds);

  // The usual beginning: a coalition with a lead ("lead"), and a monitor ("monitor") who is let in and has synced.
  void found();
  void let_in(const std::string& home, const std::string& role);

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  // Every file below the world's folder whose bytes hold `text`.
  std::vector<std::string> files_holding(const std::string& text) const;
  std::string read(const std::string& name) const;

 private:
  std::vector<std::string> command(const std::string& home, std::vector<std::string> arguments) const;
  std::vector<std::string> environment() const;
  std::string folder_, url_;
  std::vector<std::string> environment_;
  int port_ = 0;
  std::unique_ptr<Process> server_;
  int runs_ = 0;
};

// The last line of a command's output.
std::string last_line(const std::string& text);
std::size_t line_count(const std::string& text);

}  // namespace haki::e2e
