#include "owner/caller.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "owner/descriptor.h"
#include "owner/home_lock.h"
#include "owner/place.h"

namespace haki::owner {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Sends everything, the descriptors with the first byte. False where the owner does not take it in time.
bool send_all(int socket, std::string_view bytes, const CallDescriptors& descriptors, Clock::time_point until) {
  const std::array<int, kRequestDescriptors> fds{descriptors.in, descriptors.out, descriptors.err,
                                                 descriptors.prepared};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {};
  bool first = true;
  while (!bytes.empty()) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (first) {
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      cmsghdr* head = CMSG_FIRSTHDR(&message);
      head->cmsg_level = SOL_SOCKET;
      head->cmsg_type = SCM_RIGHTS;
      head->cmsg_len = CMSG_LEN(sizeof fds);
      std::memcpy(CMSG_DATA(head), fds.data(), sizeof fds);
    }
    const ssize_t count = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      first = false;
      continue;
    }
    if (errno == EINTR) continue;
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
    pollfd ready{socket, POLLOUT, 0};
    if (errno != EAGAIN || left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) return false;
  }
  return true;
}

// One byte; 0 where the time is over, -1 where nothing more comes.
int read_byte(int socket, Clock::time_point until, bool for_ever) {
  while (true) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
    if (!for_ever && left <= 0) return 0;
    pollfd ready{socket, POLLIN, 0};
    const int count = ::poll(&ready, 1, for_ever ? -1 : static_cast<int>(left));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) return 0;
    unsigned char byte = 0;
    const ssize_t size = ::recv(socket, &byte, 1, MSG_DONTWAIT);
    if (size == 1) return byte;
    if (size == 0 || (errno != EAGAIN && errno != EINTR)) return -1;
  }
}

Result<Descriptor> connect_to_owner(const std::string& real) {
  // Where the directory is not ours, nobody can listen there whom we would trust: the home may still be owned alone.
  const auto directory = runtime_directory(false);
  if (!directory) return Descriptor();
  HAKI_ASSIGN(const std::string path, socket_path(*directory, real));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return Error{Code::kIo, std::string("No socket can be had: ") + std::strerror(errno) + "."};
  // Connecting waits where many callers are queued already.
  const timeval patience{10, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return Descriptor();
  if (!peer_is_us(socket.get())) {
    return Error{Code::kUntrusted, "Another user listens at " + path + ". Nothing was sent. Remove that file."};
  }
  return socket;
}

}  // namespace

Result<CallResult> call_owner(const std::string& home, Request& request, const CallDescriptors& descriptors,
                              milliseconds begin_within) {
  const auto real = real_home(home);
  if (!real) return CallResult{};  // where there is no home, nobody owns it
  request.home = *real;
  HAKI_ASSIGN(const Descriptor socket, connect_to_owner(*real));
  if (!socket.valid()) return CallResult{};
  const auto until = Clock::now() + begin_within;
  const std::string who = holder_of(*real);
  const Error busy{Code::kBusy, "The home " + home + " is in use by " + (who.empty() ? "another process" : who) +
                                    ", which did not answer in time. Try again when it has finished."};

  HAKI_ASSIGN(std::string bytes, encode(request));
  std::string frame;
  frame.reserve(bytes.size() + 4);
  for (int shift = 0; shift < 32; shift += 8) frame.push_back(static_cast<char>((bytes.size() >> shift) & 0xFF));
  frame += bytes;
  wipe(bytes);
  const bool sent = send_all(socket.get(), frame, descriptors, until);
  wipe(frame);
  // An owner that refuses may have closed before it read everything; its answer says more than a failed send.
  int byte = read_byte(socket.get(), until, false);
  if (byte == kAnswerRefused) {
    return Error{Code::kWrongVersion, "The process that has this home open is of another version of Haki. " +
                                          std::string("End it with haki lock, or close the desk, and try again.")};
  }
  if (byte == 0 || (!sent && byte != -1)) return busy;
  if (byte != kAnswerStarted) return CallResult{};  // it closed before it began, so nothing was done
  byte = read_byte(socket.get(), until, true);
  if (byte == kAnswerNeedsPassphrase) return CallResult{CallResult::Kind::kNeedsPassphrase, 0};
  if (byte == kAnswerGone) return CallResult{};
  const int code = byte == kAnswerExit ? read_byte(socket.get(), until, true) : -1;
  if (code < 0) {
    return Error{Code::kIo,
                 "The process that had the home open ended while it ran this command. What it had saved is kept; "
                 "see haki status, then run the command again if need be."};
  }
  return CallResult{CallResult::Kind::kExit, code};
}

}  // namespace haki::owner
