#include "owner/home_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>

namespace haki::owner {
namespace {

constexpr std::size_t kNoteBytesMax = 100;

Result<> make_directories(const std::string& path) {
  for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    const std::string part = path.substr(0, slash);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST && slash == std::string::npos) {
      const Code code = errno == EROFS || errno == EACCES ? Code::kReadOnly
                        : errno == ENOSPC                 ? Code::kDiskFull
                                                          : Code::kIo;
      return Error{code, "The directory " + path + " cannot be made: " + std::strerror(errno) + "."};
    }
    if (slash == std::string::npos) return {};
  }
}

Error cannot_lock(const std::string& home, int error) {
  const std::string reason = std::strerror(error);
  switch (error) {
    case ENOENT:
      return {Code::kNotFound, "There is no directory " + home + "."};
    case ENOTDIR:
      return {Code::kInvalid, home + " is not a directory, so no home can be there."};
    case ELOOP:
      return {Code::kUntrusted, home + "/lock is a link, which Haki never makes. Remove it and try again."};
    case ENOSPC:
      return {Code::kDiskFull, "There is no space left where " + home + " lies. Nothing was lost. Make room."};
    case EROFS:
    case EACCES:
    case EPERM:
      return {Code::kReadOnly,
              "The home " + home + " cannot be written (" + reason + "). Check its owner and its disk."};
    default:
      return {Code::kIo, "The home " + home + " cannot be locked: " + reason + "."};
  }
}

}  // namespace

Result<HomeLock> HomeLock::try_take(const std::string& home, std::string_view what, bool make_home) {
  if (make_home) HAKI_TRY(make_directories(home));
  const std::string path = home + "/lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid()) return cannot_lock(home, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Error{Code::kBusy, "Another process uses the home " + home + "."};
    return cannot_lock(home, errno);
  }
  // The note is for people. That it cannot be written (a full disk) is no reason to keep anybody from reading.
  const std::string note = std::to_string(::getpid()) + " " + std::string(what.substr(0, kNoteBytesMax)) + "\n";
  if (::ftruncate(file.get(), 0) == 0 && ::pwrite(file.get(), note.data(), note.size(), 0) < 0) errno = 0;
  return HomeLock(std::move(file));
}

std::string holder_of(const std::string& home) {
  const Descriptor file(::open((home + "/lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::array<char, kNoteBytesMax + 32> note{};
  const ssize_t size = file.valid() ? ::read(file.get(), note.data(), note.size()) : 0;
  std::string text(note.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  text = text.substr(0, text.find('\n'));
  const std::size_t space = text.find(' ');
  if (space == std::string::npos || text.find_first_not_of("0123456789") != space) return {};
  for (const char c : text) {
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0) return {};
  }
  return "process " + text.substr(0, space) + " (haki " + text.substr(space + 1) + ")";
}

}  // namespace haki::owner
