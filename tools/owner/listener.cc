#include "owner/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "owner/place.h"

namespace haki::owner {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kReadWithin{2000};
constexpr int kCallersWaitingMax = 64;

int wait_for(int fd, Clock::time_point until) {
  const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
  pollfd ready{fd, POLLIN, 0};
  return left <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left));
}

// Reads up to `size` bytes, and descriptors that come with them. 0 and less: nothing more comes.
ssize_t receive(int socket, char* bytes, std::size_t size, Call& call, bool& broken) {
  alignas(cmsghdr) char control[CMSG_SPACE(kRequestDescriptors * sizeof(int))];
  iovec part{bytes, size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (count < 0) return count;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t fds = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < fds; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
      Descriptor received(fd);  // closed at once where it is one too many
      if (i < kRequestDescriptors && !call.descriptors[i].valid()) call.descriptors[i] = std::move(received);
      else broken = true;
    }
  }
  broken = broken || (message.msg_flags & MSG_CTRUNC) != 0;
  return count;
}

// Empty where what came is not a request.
std::optional<Call> read_call(int socket) {
  const auto until = Clock::now() + kReadWithin;
  Call call;
  std::string bytes;
  bytes.reserve(4);
  std::size_t wanted = 4;
  bool broken = false;
  bool has_length = false;
  while (bytes.size() < wanted) {
    const int ready = wait_for(socket, until);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    const std::size_t before = bytes.size();
    bytes.resize(wanted);
    const ssize_t count = receive(socket, bytes.data() + before, wanted - before, call, broken);
    bytes.resize(before + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count == 0 || broken || (count < 0 && errno != EAGAIN && errno != EINTR)) return std::nullopt;
    if (has_length || bytes.size() < 4) continue;
    for (std::size_t i = 0; i < 4; ++i) {
      wanted = (i == 0 ? 0 : wanted) | (std::size_t{static_cast<unsigned char>(bytes[i])} << (8 * i));
    }
    if (wanted > kRequestBytesMax) return std::nullopt;
    has_length = true;
    bytes.clear();
    bytes.reserve(wanted);  // the passphrase is in it, so it must not move
  }
  for (const Descriptor& descriptor : call.descriptors) {
    if (!descriptor.valid()) return std::nullopt;
  }
  auto request = decode(bytes);
  wipe(bytes);
  if (!request) return std::nullopt;
  call.request = std::move(*request);
  call.caller = socket;
  return call;
}

void answer(int socket, std::string_view bytes) {
  // A caller that has gone makes this fail, which is of no interest: there is nobody to answer.
  if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) errno = 0;
}

}  // namespace

Result<Listener> Listener::open(const std::string& home) {
  HAKI_ASSIGN(std::string real, real_home(home));
  HAKI_ASSIGN(const std::string directory, runtime_directory(true));
  HAKI_ASSIGN(std::string path, socket_path(directory, real));
  const auto failed = [&](const char* what) {
    return Error{Code::kIo,
                 "Other commands cannot be listened for at " + path + " (" + what + ": " + std::strerror(errno) + ")."};
  };
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.valid()) return failed("socket");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("removing a stale socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  // The directory lets nobody else in, so it does not matter that the socket's own mode is set a moment later.
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failed("bind");
  Listener listener(std::move(socket), path, std::move(real));
  if (::chmod(path.c_str(), 0600) != 0) return failed("chmod");
  if (::listen(listener.socket_.get(), kCallersWaitingMax) != 0) return failed("listen");
  return listener;
}

Listener::~Listener() {
  if (socket_.valid()) ::unlink(path_.c_str());
}

Result<bool> Listener::serve_one(milliseconds wait, const Handler& handler) {
  const auto limit = milliseconds(24L * 60 * 60 * 1000);
  pollfd ready{socket_.get(), POLLIN, 0};
  const int count = ::poll(&ready, 1, static_cast<int>(std::min(std::max(wait, milliseconds(0)), limit).count()));
  if (count < 0 && errno != EINTR)
    return Error{Code::kIo, std::string("Waiting for commands failed: ") + std::strerror(errno)};
  if (count <= 0) return false;
  Descriptor caller(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!caller.valid()) return false;  // it has gone again, or there is no descriptor left just now
  if (!peer_is_us(caller.get())) return false;
  serve(std::move(caller), handler);
  return true;
}

void Listener::serve(Descriptor caller, const Handler& handler) {
  std::optional<Call> call = read_call(caller.get());
  if (!call || call->request.home != home_) {
    answer(caller.get(), std::string(1, kAnswerRefused));
    return;
  }
  // Somebody who gave up waiting in the queue must not find later that the command was run after all.
  if (caller_is_gone(caller.get())) return;
  answer(caller.get(), std::string(1, kAnswerStarted));
  const Answer result = handler(*call);
  for (Descriptor& descriptor : call->descriptors) descriptor.close();
  call->request.passphrase.wipe();
  call->request.new_passphrase.wipe();
  switch (result.kind) {
    case Answer::Kind::kExit:
      answer(caller.get(), std::string{kAnswerExit, static_cast<char>(result.exit_code)});
      break;
    case Answer::Kind::kNeedsPassphrase:
      answer(caller.get(), std::string(1, kAnswerNeedsPassphrase));
      break;
    case Answer::Kind::kGone:
      answer(caller.get(), std::string(1, kAnswerGone));
      break;
  }
}

bool caller_is_gone(int caller) {
  pollfd state{caller, POLLIN | POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0;
}

}  // namespace haki::owner
