#include "formats/input_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace haki::formats {

namespace {

Error cannot_open(const std::string& path, int reason) {
  if (reason == ENOENT || reason == ENOTDIR) {
    return {Code::kNotFound, "There is no file " + path + ". Check the name and the folder, and try again."};
  }
  if (reason == EACCES || reason == EPERM) {
    return {Code::kDenied, "You are not allowed to read " + path +
                               ". Copy it to a folder of your own, or ask its owner for leave to read it."};
  }
  return {Code::kIo, path + " cannot be opened: " + std::strerror(reason) + "."};
}

}  // namespace

InputFile::~InputFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<InputFile> open_input(const std::string& path) {
  // Without waiting for a writer where the name is a pipe's.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return cannot_open(path, errno);
  struct stat status {};
  const int reason = ::fstat(fd, &status) == 0 ? 0 : errno;
  InputFile file(fd, static_cast<std::uint64_t>(status.st_size));
  if (reason != 0) return cannot_open(path, reason);
  if (S_ISDIR(status.st_mode)) return Error{Code::kInvalid, path + " is a folder. Name the file in it."};
  if (!S_ISREG(status.st_mode)) {
    return Error{Code::kInvalid, path + " is not a file on a disk. Save what it gives into a file, and name that."};
  }
  return file;
}

std::optional<std::string_view> map_input(int fd, std::uint64_t size) {
  if (size == 0) return std::string_view();
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapped == MAP_FAILED) return std::nullopt;
  return std::string_view(static_cast<const char*>(mapped), size);
}

}  // namespace haki::formats
