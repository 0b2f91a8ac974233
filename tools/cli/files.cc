#include "cli/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "owner/descriptor.h"

namespace haki::cli {
namespace {

Error cannot(const std::string& what, const std::string& path, int error) {
  switch (error) {
    case ENOENT:
      return {Code::kNotFound, "There is no file " + path + "."};
    case EACCES:
    case EPERM:
      return {Code::kDenied, "The file " + path + " cannot be " + what + ": you may not. Check who owns it."};
    case EISDIR:
      return {Code::kInvalid, path + " is a directory, not a file."};
    case ENOSPC:
      return {Code::kDiskFull, "There is no space left for " + path + "."};
    case EROFS:
      return {Code::kReadOnly, "The file " + path + " cannot be written: its disk is read-only."};
    default:
      return {Code::kIo, "The file " + path + " cannot be " + what + ": " + std::strerror(error) + "."};
  }
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const owner::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return cannot("read", path, errno);
  std::string bytes;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot("read", path, errno);
    if (count == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() > bytes_max)
      return Error{Code::kTooLarge, "The file " + path + " is larger than anything expected here."};
  }
}

Result<> write_private_file(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new-" + std::to_string(::getpid());
  owner::Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) {
    if (errno != ENOENT) return cannot("written", path, errno);
    return Error{Code::kNotFound, "There is no directory for the file " + path + "."};
  }
  int error = 0;
  while (!bytes.empty() && error == 0) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EINTR) error = errno;
  }
  if (error == 0 && ::fsync(file.get()) != 0) error = errno;
  if (error == 0 && ::rename(fresh.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return {};
  ::unlink(fresh.c_str());
  return cannot("written", path, error);
}

}  // namespace haki::cli
