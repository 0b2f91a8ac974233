#include "owner/background.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "owner/descriptor.h"

namespace haki::owner {
namespace {

constexpr std::size_t kReportBytesMax = 4096;

void leave_terminal(int keep) {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int fd = 0; fd <= 2; ++fd) {
    if (nothing >= 0) ::dup2(nothing, fd);
  }
  // Whatever else the shell left open (a pipe, a mounted stick) must not be held for hours.
  const long limit = ::sysconf(_SC_OPEN_MAX);
  for (int fd = 3; fd < (limit > 0 && limit < 65536 ? limit : 65536); ++fd) {
    if (fd != keep) ::close(fd);
  }
  if (::chdir("/") != 0) errno = 0;  // only so that a disk can be unmounted
}

[[noreturn]] void be_background(int out, const std::function<int(const Report&)>& work) {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  keep_memory_private();
  leave_terminal(out);
  const Report report = [out](bool ready, const std::string& text) {
    const std::string line = (ready ? "+" : "-") + text.substr(0, kReportBytesMax - 1);
    if (::write(out, line.data(), line.size()) < 0) errno = 0;  // nobody waits for it any more
    ::close(out);
  };
  ::_exit(work(report));
}

}  // namespace

void keep_memory_private() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

Result<Started> run_in_background(const std::function<int(const Report&)>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Error{Code::kIo, std::string("No process can be started: ") + std::strerror(errno) + "."};
  }
  Descriptor in(ends[0]);
  Descriptor out(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return Error{Code::kIo, std::string("No process can be started: ") + std::strerror(errno) + "."};
  if (child == 0) {
    ::setsid();
    const pid_t grandchild = ::fork();
    if (grandchild == 0) be_background(out.get(), work);
    ::_exit(grandchild < 0 ? 1 : 0);
  }
  out.close();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  std::string text;
  std::array<char, kReportBytesMax> buffer{};
  while (text.size() < kReportBytesMax) {
    const ssize_t count = ::read(in.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (text.empty()) return Error{Code::kIo, "The background process ended before it was ready."};
  return Started{text[0] == '+', text.substr(1)};
}

}  // namespace haki::owner
