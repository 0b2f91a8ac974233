#include "owner/place.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace haki::owner {
namespace {

// FNV-1a. A collision does no harm: the caller names its home and the owner refuses another one.
std::uint64_t fnv(std::string_view text, std::uint64_t hash) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace

Result<std::string> real_home(const std::string& home) {
  char* resolved = ::realpath(home.c_str(), nullptr);
  if (resolved == nullptr) return Error{Code::kNotFound, "There is no directory " + home + "."};
  std::string path = resolved;
  std::free(resolved);
  return path;
}

Result<std::string> runtime_directory(bool make) {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::string path = runtime != nullptr && runtime[0] == '/' ? std::string(runtime) + "/haki"
                                                             : "/tmp/haki-" + std::to_string(::geteuid());
  if (make && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{Code::kIo, "The directory " + path + " cannot be made: " + std::strerror(errno) + "."};
  }
  struct stat facts {};
  const bool seen = ::lstat(path.c_str(), &facts) == 0;
  if (!seen || !S_ISDIR(facts.st_mode) || facts.st_uid != ::geteuid() || (facts.st_mode & 077) != 0) {
    return Error{Code::kUntrusted, "The directory " + path +
                                       " does not belong to you alone, so an open home could be " +
                                       "listened to. Remove it, or set XDG_RUNTIME_DIR to a directory of your own."};
  }
  return path;
}

Result<std::string> socket_path(const std::string& directory, const std::string& real_path) {
  std::array<char, 40> name{};
  std::snprintf(name.data(), name.size(), "/%016llx%016llx",
                static_cast<unsigned long long>(fnv(real_path, 0xcbf29ce484222325ULL)),
                static_cast<unsigned long long>(fnv(real_path, 0x9e3779b97f4a7c15ULL)));
  std::string path = directory + name.data();
  if (path.size() >= sizeof(sockaddr_un{}.sun_path)) {
    return Error{Code::kInvalid, "The path of XDG_RUNTIME_DIR is too long for a socket. Set it to a shorter one."};
  }
  return path;
}

bool peer_is_us(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

}  // namespace haki::owner
