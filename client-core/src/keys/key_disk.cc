#include "keys/key_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace haki::keys {
namespace {

Error io_error(const std::string& path) {
  const int number = errno;
  if (number == ENOSPC || number == EDQUOT) {
    return {Code::kDiskFull, "The disk is full, so the key file could not be written. Free some space and try again."};
  }
  if (number == EROFS || number == EACCES || number == EPERM) {
    return {Code::kReadOnly, "The folder of this home cannot be written (" + path + "). Check its permissions."};
  }
  return {Code::kIo, "The key file could not be used (" + path + ": " + std::strerror(number) + ")."};
}

// Writes all of it at its place and syncs; closes `file` in any case.
Result<> write_and_close(int file, std::size_t at, ByteView content, const std::string& path) {
  const auto size = static_cast<ssize_t>(content.size());
  bool good = ::pwrite(file, content.data(), content.size(), static_cast<off_t>(at)) == size && ::fsync(file) == 0;
  const int error = errno;
  good = ::close(file) == 0 && good;
  if (good) return {};
  errno = error;
  return io_error(path);
}

class PosixKeyDisk final : public KeyDisk {
 public:
  std::optional<Bytes> read(const std::string& path, std::size_t bytes_max) override {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    Bytes content(bytes_max);
    const ssize_t got = ::read(file, content.data(), content.size());
    ::close(file);
    content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return content;
  }

  bool exists(const std::string& path) override {
    struct stat seen;
    return ::stat(path.c_str(), &seen) == 0;
  }

  Result<> write(const std::string& path, ByteView content) override {
    ::unlink(path.c_str());
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) return io_error(path);
    return write_and_close(file, 0, content, path);
  }

  Result<> overwrite(const std::string& path, std::size_t at, ByteView content) override {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return io_error(path);
    return write_and_close(file, at, content, path);
  }

  Result<> rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_error(from);
    return {};
  }

  Result<> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_error(path);
    return {};
  }

  Result<> sync_folder(const std::string& folder) override {
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return io_error(folder);
    const bool good = ::fsync(directory) == 0;
    const int error = errno;
    ::close(directory);
    errno = error;
    if (!good) return io_error(folder);
    return {};
  }
};

}  // namespace

KeyDisk& posix_key_disk() {
  static PosixKeyDisk disk;
  return disk;
}

Result<> replace_file(KeyDisk& disk, const std::string& folder, const std::string& name, ByteView content) {
  const std::string path = folder + "/" + name;
  HAKI_TRY(disk.write(path + ".new", content));
  HAKI_TRY(disk.rename(path + ".new", path));
  return disk.sync_folder(folder);
}

}  // namespace haki::keys
