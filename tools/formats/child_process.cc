#include "formats/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <optional>

namespace haki::formats {

namespace {

// The descriptors a child keeps, after the three standard ones, which lead nowhere.
constexpr int kChildInput = 3;
constexpr int kChildOutput = 4;
constexpr int kChildDescriptors = 5;

constexpr int kExitDone = 0;
constexpr int kExitNoMemory = 3;
constexpr int kExitNotPrepared = 5;
constexpr int kExitException = 6;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryCanBeHeld = false;  // a sanitizer maps terabytes of shadow
#else
constexpr bool kMemoryCanBeHeld = true;
#endif

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(-1); }
  int get() const { return fd_; }
  void reset(int fd) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

std::uint64_t mapped_bytes() {
  std::uint64_t pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long long first = 0;
  if (std::fscanf(file, "%llu", &first) == 1) pages = first;
  std::fclose(file);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool hold(__rlimit_resource what, std::uint64_t limit, std::uint64_t grace = 0) {
  const rlimit soft_and_hard{limit, limit + grace};
  return ::setrlimit(what, &soft_and_hard) == 0;
}

// Leaves the child with the file, the pipe and three descriptors that lead nowhere. The order of the steps keeps a
// descriptor from being overwritten before it was moved: both are first copied above the final numbers.
bool keep_two_descriptors(int input_fd, int output_fd) {
  const int input = ::fcntl(input_fd, F_DUPFD, kChildDescriptors);
  const int output = ::fcntl(output_fd, F_DUPFD, kChildDescriptors);
  const int nowhere = ::open("/dev/null", O_RDWR);
  if (input < 0 || output < 0 || nowhere < 0) return false;
  for (const int standard : {0, 1, 2}) {
    if (::dup2(nowhere, standard) < 0) return false;
  }
  if (::dup2(input, kChildInput) < 0 || ::dup2(output, kChildOutput) < 0) return false;
  return ::close_range(kChildDescriptors, ~0U, 0) == 0;
}

// Fails closed: a child that could not be held does not read a byte.
bool hold_child(const ChildLimits& limits, std::uint64_t memory_limit, pid_t parent) {
  for (const int signal_number : {SIGPIPE, SIGINT, SIGTERM, SIGALRM, SIGCHLD, SIGSEGV, SIGBUS, SIGABRT, SIGXCPU}) {
    ::signal(signal_number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // The child goes when its parent goes; a parent that went before this line is noticed by its changed id.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) return false;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0) != 0) return false;
  if (!hold(RLIMIT_CORE, 0) || !hold(RLIMIT_FSIZE, 0) || !hold(RLIMIT_NOFILE, 0)) return false;
  // The soft limit says SIGXCPU, so that the parent can tell it from the system's killing for want of memory.
  if (!hold(RLIMIT_CPU, limits.cpu_seconds, 1)) return false;
  return !kMemoryCanBeHeld || hold(RLIMIT_AS, memory_limit);
}

[[noreturn]] void be_the_child(int input_fd, int output_fd, const ChildLimits& limits, std::uint64_t memory_limit,
                               pid_t parent, const ChildWork& work) {
  if (!keep_two_descriptors(input_fd, output_fd) || !hold_child(limits, memory_limit, parent)) {
    ::_exit(kExitNotPrepared);
  }
  try {
    FrameWriter out(kChildOutput);
    work(kChildInput, out);
    out.flush();
  } catch (const std::bad_alloc&) {
    ::_exit(kExitNoMemory);
  } catch (...) {
    ::_exit(kExitException);
  }
  ::_exit(kExitDone);
}

// A started child; gone and reaped when this goes.
class Child {
 public:
  explicit Child(pid_t id) : id_(id) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (id_ > 0) stop();
  }

  void stop() {
    ::kill(id_, SIGKILL);
    wait();
  }

  // The wait status; nothing where somebody else reaped it (a host that ignores SIGCHLD).
  std::optional<int> wait() {
    int status = 0;
    pid_t answer = -1;
    do {
      answer = ::waitpid(id_, &status, 0);
    } while (answer < 0 && errno == EINTR);
    id_ = 0;
    return answer < 0 ? std::nullopt : std::optional<int>(status);
  }

 private:
  pid_t id_;
};

Error took_too_long(const std::string& subject) {
  return {Code::kTooLarge,
          "Reading " + subject +
              " took too long and was stopped; nothing of it was used. The file may be damaged: open it "
              "in the program that made it, save it again under another name, and try that file."};
}

Error broke_off(const std::string& subject) {
  return {Code::kDamaged, "Reading " + subject +
                              " broke off; nothing of it was used. The file may be damaged: open it in the program "
                              "that made it, save it again under another name, and try that file."};
}

Error needed_too_much_memory(const std::string& subject) {
  return {Code::kTooLarge, "Reading " + subject +
                               " needed more memory than is allowed; nothing of it was used. Split the file into "
                               "smaller ones, each with the heading line."};
}

// Why a child ended before its last frame.
Error reason_of_end(const std::string& subject, std::optional<int> status) {
  if (!status) return broke_off(subject);
  if (WIFSIGNALED(*status)) {
    if (WTERMSIG(*status) == SIGXCPU) return took_too_long(subject);
    return WTERMSIG(*status) == SIGKILL ? needed_too_much_memory(subject) : broke_off(subject);
  }
  if (WEXITSTATUS(*status) == kExitNoMemory) return needed_too_much_memory(subject);
  if (WEXITSTATUS(*status) == kExitNotPrepared) {
    return {Code::kIo, "This system did not let Haki fence off the reading of " + subject +
                           ", so it was not read. Close other programs and try again."};
  }
  return broke_off(subject);
}

// The bytes of the pipe as frames, never holding more than one frame and one block.
class FrameStream {
 public:
  FrameStream(const ChildLimits& limits, const std::string& subject) : limits_(limits), subject_(subject) {}

  // true: the last frame was taken.
  Result<bool> add(std::string_view bytes, const TakeFrame& take) {
    total_ += bytes.size();
    if (total_ > limits_.result_bytes) {
      return Error{Code::kTooLarge, subject_ +
                                        " holds more than can be read at once; nothing of it was used. Split it "
                                        "into smaller files, each with the heading line."};
    }
    buffer_.append(bytes);
    std::size_t used = 0;
    while (buffer_.size() - used >= kFrameHeadBytes) {
      FrameReader head(std::string_view(buffer_).substr(used, kFrameHeadBytes));
      const std::uint64_t kind = head.number(1).value_or(0);
      const std::uint64_t size = head.number(4).value_or(0);
      if (size > limits_.frame_bytes) return broke_off(subject_);
      if (buffer_.size() - used - kFrameHeadBytes < size) break;
      const Frame frame{static_cast<std::uint8_t>(kind), buffer_.substr(used + kFrameHeadBytes, size)};
      used += kFrameHeadBytes + size;
      HAKI_ASSIGN(const bool last, take(frame));
      if (last) return true;
    }
    buffer_.erase(0, used);
    return false;
  }

 private:
  const ChildLimits& limits_;
  const std::string& subject_;
  std::string buffer_;
  std::uint64_t total_ = 0;
};

Error system_refused(const std::string& subject) {
  return {Code::kIo, "This system did not let Haki start the reading of " + subject + " (" + std::strerror(errno) +
                         "). Close other programs and try again."};
}

// Until the last frame, an Error, the end of the pipe or the end of time.
Result<> receive(const std::string& subject, int pipe_fd, int timer_fd, const ChildLimits& limits, Child& child,
                 const TakeFrame& take) {
  FrameStream frames(limits, subject);
  std::array<char, 64U << 10> block{};
  for (;;) {
    std::array<pollfd, 2> watched{pollfd{pipe_fd, POLLIN, 0}, pollfd{timer_fd, POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return system_refused(subject);
    }
    if (watched[1].revents != 0) return took_too_long(subject);
    const ssize_t count = ::read(pipe_fd, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_refused(subject);
    if (count == 0) return reason_of_end(subject, child.wait());
    HAKI_ASSIGN(const bool last, frames.add({block.data(), static_cast<std::size_t>(count)}, take));
    if (last) return Unit{};
  }
}

}  // namespace

Result<> run_in_child(const std::string& subject, int input_fd, const ChildLimits& limits, const ChildWork& work,
                      const TakeFrame& take) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_refused(subject);
  const Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  const Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  itimerspec when{};
  when.it_value.tv_sec = limits.wall_seconds;
  if (timer.get() < 0 || ::timerfd_settime(timer.get(), 0, &when, nullptr) != 0) return system_refused(subject);

  const std::uint64_t memory_limit = mapped_bytes() + limits.memory_bytes;
  const pid_t parent = ::getpid();
  const pid_t id = ::fork();
  if (id < 0) return system_refused(subject);
  if (id == 0) be_the_child(input_fd, writing.get(), limits, memory_limit, parent, work);

  Child child(id);
  writing.reset(-1);  // so that the pipe ends when the child does
  try {
    return receive(subject, reading.get(), timer.get(), limits, child, take);
  } catch (const std::bad_alloc&) {
    return needed_too_much_memory(subject);
  }
}

}  // namespace haki::formats
