// Handing commands over a socket. Goal: descriptors and exit codes arrive, and nothing a caller does harms the owner.
// Method: a thread serves with a handler that the test chooses; callers are real sockets, well and badly behaved.
#include "owner/listener.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include "owner/caller.h"
#include "owner/home_lock.h"
#include "owner/place.h"
#include "scratch.h"

namespace haki::owner {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Answer exit_with(int code) { return {Answer::Kind::kExit, code}; }

int memory() { return ::memfd_create("test", MFD_CLOEXEC); }

std::string content_of(int fd) {
  std::string bytes(4096, '\0');
  const ssize_t count = ::pread(fd, bytes.data(), bytes.size(), 0);
  bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return bytes;
}

class ListenerTest : public testing::Scratch {
 protected:
  void SetUp() override {
    Scratch::SetUp();
    ::signal(SIGPIPE, SIG_IGN);
  }
  void TearDown() override {
    stop();
    Scratch::TearDown();
  }

  // Serves in a thread until stop().
  void serve(Handler handler) {
    auto opened = Listener::open(home());
    ASSERT_TRUE(opened) << opened.error().message;
    listener_.emplace(*std::move(opened));
    thread_ = std::thread([this, handler = std::move(handler)] {
      while (!stop_) EXPECT_TRUE(listener_->serve_one(milliseconds(20), handler));
    });
  }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    listener_.reset();
  }

  Result<CallResult> call(std::vector<std::string> words, int out = 1, seconds begin_within = seconds(10)) {
    Request request;
    request.words = std::move(words);
    const Descriptor prepared(memory());
    return call_owner(home(), request, {0, out, 2, prepared.get()}, begin_within);
  }

  // A connection that speaks no sense by itself.
  int connect_raw() {
    const int fd = connect_to(*socket_path(*runtime_directory(false), *real_home(home())));
    EXPECT_GE(fd, 0);
    return fd;
  }
  static int connect_to(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? fd : -1;
  }

  std::optional<Listener> listener_;
  std::thread thread_;
  std::atomic<bool> stop_ = false;
};

TEST_F(ListenerTest, WithoutAnOwnerNobodyAnswers) {
  const auto result = call({"list"});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, CallResult::Kind::kNobody);
}

TEST_F(ListenerTest, WordsExitCodeAndDescriptorsArrive) {
  serve([](Call& call) {
    EXPECT_EQ(call.request.words, (std::vector<std::string>{"show", "3f9a"}));
    EXPECT_EQ(content_of(call.descriptors[3].get()), "");
    EXPECT_EQ(::write(call.descriptors[1].get(), "hello", 5), 5);
    return exit_with(5);
  });
  const Descriptor out(memory());
  const auto result = call({"show", "3f9a"}, out.get());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->kind, CallResult::Kind::kExit);
  EXPECT_EQ(result->exit_code, 5);
  EXPECT_EQ(content_of(out.get()), "hello");
}

TEST_F(ListenerTest, EveryExitCodeComesBackAsItWas) {
  std::atomic<int> code = 0;
  serve([&](Call&) { return exit_with(code); });
  for (code = 0; code <= 6; ++code) {
    const auto result = call({"sync"});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exit_code, code);
  }
}

TEST_F(ListenerTest, DescriptorsAreClosedAfterTheCall) {
  std::array<int, kRequestDescriptors> seen{};
  serve([&](Call& call) {
    for (std::size_t i = 0; i < seen.size(); ++i) seen[i] = call.descriptors[i].get();
    return exit_with(0);
  });
  ASSERT_TRUE(call({"list"}));
  stop();
  for (const int fd : seen) EXPECT_EQ(::fcntl(fd, F_GETFD), -1) << fd;
}

TEST_F(ListenerTest, OwnerMayAskForThePassphrase) {
  serve([](Call& call) {
    return call.request.has_passphrase ? exit_with(0) : Answer{Answer::Kind::kNeedsPassphrase, 0};
  });
  EXPECT_EQ(call({"list"})->kind, CallResult::Kind::kNeedsPassphrase);
}

TEST_F(ListenerTest, ClosingOwnerIsLikeNone) {
  serve([](Call&) { return Answer{Answer::Kind::kGone, 0}; });
  EXPECT_EQ(call({"list"})->kind, CallResult::Kind::kNobody);
}

TEST_F(ListenerTest, StaleSocketIsReplaced) {
  { ASSERT_TRUE(Listener::open(home())); }
  const std::string path = *socket_path(*runtime_directory(false), *real_home(home()));
  EXPECT_FALSE(std::filesystem::exists(path)) << "a listener that ends takes its socket with it";
  // What a killed owner leaves behind: a socket that nobody listens at.
  const int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ::close(dead);
  EXPECT_EQ(call({"list"})->kind, CallResult::Kind::kNobody);
  serve([](Call&) { return exit_with(0); });
  EXPECT_EQ(call({"list"})->kind, CallResult::Kind::kExit);
}

TEST_F(ListenerTest, TwoCallersAreServedOneAfterTheOther) {
  std::atomic<int> inside = 0;
  std::atomic<int> served = 0;
  serve([&](Call&) {
    EXPECT_EQ(++inside, 1);
    std::this_thread::yield();
    --inside;
    ++served;
    return exit_with(0);
  });
  std::vector<std::future<bool>> callers;
  for (int i = 0; i < 16; ++i) {
    callers.push_back(std::async(std::launch::async, [&] {
      const auto result = call({"list"});
      return result && result->kind == CallResult::Kind::kExit;
    }));
  }
  for (auto& caller : callers) EXPECT_TRUE(caller.get());
  EXPECT_EQ(served, 16);
}

TEST_F(ListenerTest, CallerThatGivesUpWaitingIsToldBusyAndItsCommandIsNotRun) {
  const auto lock = HomeLock::try_take(home(), "sync --watch", false);
  std::promise<void> began;
  std::promise<void> go;
  std::atomic<int> ran = 0;
  serve([&](Call& call) {
    if (call.request.words[0] == "slow") began.set_value(), go.get_future().wait();
    ++ran;
    return exit_with(0);
  });
  auto slow = std::async(std::launch::async, [&] { return call({"slow"}); });
  began.get_future().wait();
  const auto waiting = call({"impatient"}, 1, seconds(0));
  ASSERT_FALSE(waiting);
  EXPECT_EQ(waiting.error().code, Code::kBusy);
  EXPECT_NE(waiting.error().message.find("haki sync --watch"), std::string::npos) << waiting.error().message;
  go.set_value();
  ASSERT_TRUE(slow.get());
  ASSERT_EQ(call({"next"})->kind, CallResult::Kind::kExit);  // by now the queue has been worked off
  EXPECT_EQ(ran, 2);
}

TEST_F(ListenerTest, CallerThatVanishesMidCommandIsNoticedAndHurtsNobody) {
  std::promise<void> started;
  std::promise<bool> noticed;
  serve([&](Call& call) {
    if (call.request.words[0] != "long") return exit_with(0);
    started.set_value();
    bool gone = false;
    for (int i = 0; i < 1000 && !gone; ++i) {
      gone = caller_is_gone(call.caller);
      if (!gone) std::this_thread::sleep_for(milliseconds(5));
    }
    noticed.set_value(gone);
    return exit_with(0);
  });
  const pid_t child = ::fork();
  if (child == 0) {
    const auto result = call({"long"});
    ::_exit(result ? 0 : 1);
  }
  started.get_future().wait();
  ::kill(child, SIGKILL);
  EXPECT_TRUE(noticed.get_future().get());
  EXPECT_EQ(call({"short"})->kind, CallResult::Kind::kExit);
}

TEST_F(ListenerTest, NonsenseDoesNotReachTheHandler) {
  std::atomic<int> handled = 0;
  serve([&](Call&) { return ++handled, exit_with(0); });
  for (const std::string& nonsense : {std::string("\x05\0\0\0hello", 9), std::string("GET / HTTP/1.1\r\n\r\n"),
                                      std::string("\0\0\0\0", 4), std::string("\xff\xff\xff\xff", 4)}) {
    const Descriptor fd(connect_raw());
    EXPECT_EQ(::write(fd.get(), nonsense.data(), nonsense.size()), static_cast<ssize_t>(nonsense.size()));
    char answer = 0;
    ::shutdown(fd.get(), SHUT_WR);
    EXPECT_EQ(::read(fd.get(), &answer, 1), 1);
    EXPECT_EQ(answer, kAnswerRefused);
  }
  EXPECT_EQ(call({"list"})->kind, CallResult::Kind::kExit);
  EXPECT_EQ(handled, 1);
}

TEST_F(ListenerTest, OversizeRequestIsRefusedAtItsLengthAndNotRead) {
  std::atomic<int> handled = 0;
  serve([&](Call&) { return ++handled, exit_with(0); });
  const Descriptor fd(connect_raw());
  const std::uint32_t size = kRequestBytesMax + 1;
  std::string frame;
  for (int shift = 0; shift < 32; shift += 8) frame.push_back(static_cast<char>((size >> shift) & 0xFF));
  frame += std::string(size, 'x');
  // More than the socket holds: an owner that does not read it closes while it is being written.
  std::size_t written = 0;
  ssize_t count = 0;
  while (written < frame.size() && count >= 0) {
    count = ::write(fd.get(), frame.data() + written, frame.size() - written);
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  EXPECT_LT(written, frame.size());
  EXPECT_EQ(call({"list"})->kind, CallResult::Kind::kExit);
  EXPECT_EQ(handled, 1);
}

TEST_F(ListenerTest, RequestWithoutDescriptorsIsRefused) {
  std::atomic<int> handled = 0;
  serve([&](Call&) { return ++handled, exit_with(0); });
  Request request;
  request.home = *real_home(home());
  request.words = {"list"};
  const std::string bytes = *encode(request);
  std::string frame;
  for (int shift = 0; shift < 32; shift += 8) frame.push_back(static_cast<char>((bytes.size() >> shift) & 0xFF));
  frame += bytes;
  const Descriptor fd(connect_raw());
  ASSERT_EQ(::write(fd.get(), frame.data(), frame.size()), static_cast<ssize_t>(frame.size()));
  char answer = 0;
  ASSERT_EQ(::read(fd.get(), &answer, 1), 1);
  EXPECT_EQ(answer, kAnswerRefused);
  EXPECT_EQ(handled, 0);
}

TEST_F(ListenerTest, RequestForAnotherHomeIsRefused) {
  serve([](Call&) { return exit_with(0); });
  std::filesystem::create_directory(path_ + "/other");
  // Another home's socket path that leads here, as after a collision of the hash.
  const std::string here = *socket_path(*runtime_directory(false), *real_home(home()));
  const std::string there = *socket_path(*runtime_directory(false), *real_home(path_ + "/other"));
  std::filesystem::create_hard_link(here, there);
  Request request;
  request.words = {"list"};
  const Descriptor prepared(memory());
  const auto result = call_owner(path_ + "/other", request, {0, 1, 2, prepared.get()}, seconds(10));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::kWrongVersion);
}

TEST_F(ListenerTest, LongRequestArrivesWhole) {
  std::string received;
  serve([&](Call& call) { return received = call.request.words[1], exit_with(0); });
  const std::string narrative(900'000, 'n');
  ASSERT_EQ(call({"new", narrative})->kind, CallResult::Kind::kExit);
  stop();
  EXPECT_EQ(received, narrative);
}

TEST_F(ListenerTest, AnotherUserIsNotTrusted) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs to become another user, which only root can";
  std::atomic<int> handled = 0;
  serve([&](Call&) { return ++handled, exit_with(0); });
  // Root's directory lets nobody in; it is opened here so that only the check of the peer's user id is left.
  for (const std::string& part : {path_, path_ + "/run", path_ + "/run/haki"}) {
    std::filesystem::permissions(part, std::filesystem::perms::all);
  }
  const std::string socket = *socket_path(path_ + "/run/haki", *real_home(home()));
  std::filesystem::permissions(socket, std::filesystem::perms::all);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(65534) != 0) ::_exit(3);
    const int fd = connect_to(socket);
    char answer = 0;
    if (fd < 0) ::_exit(4);
    ::_exit(::read(fd, &answer, 1) == 0 ? 0 : 1);  // closed without a word
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(handled, 0);
}

}  // namespace
}  // namespace haki::owner
