#include "store/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace haki::store {
namespace {

Code code_of(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return Code::kDiskFull;
    case EROFS:
    case EACCES:
    case EPERM:
      return Code::kReadOnly;
    case ENOENT:
      return Code::kNotFound;
    case EEXIST:
      return Code::kExists;
    case EWOULDBLOCK:
      return Code::kBusy;
    default:
      return Code::kIo;
  }
}

// The sentence for what the system refused at `path`. Reads errno.
Error refused(std::string_view action, const std::string& path) {
  const int error = errno;
  const std::string place = " '" + path + "'";
  switch (code_of(error)) {
    case Code::kDiskFull:
      return {Code::kDiskFull, "There is no space left on the disk for" + place +
                                   ". Nothing that was saved before is lost; free some space and try again."};
    case Code::kReadOnly:
      return {Code::kReadOnly, "The file" + place +
                                   " cannot be written: the disk or the folder is read-only for this user. "
                                   "Make it writable, or use a home on another disk."};
    case Code::kNotFound:
      return {Code::kNotFound, "There is no file" + place + "."};
    case Code::kBusy:
      return {Code::kBusy, "Another program is using" + place + ". Close it, or wait until it is done, and try again."};
    default:
      return {code_of(error), "The system could not " + std::string(action) + place + " (" +
                                  std::generic_category().message(error) + "). Check the disk, then try again."};
  }
}

class PosixFile final : public DiskFile {
 public:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;
  ~PosixFile() override { ::close(descriptor_); }

  Result<std::size_t> read(std::uint64_t at, std::span<std::uint8_t> to) override {
    std::size_t done = 0;
    while (done < to.size()) {
      const ssize_t n = ::pread(descriptor_, to.data() + done, to.size() - done, static_cast<off_t>(at + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return refused("read", path_);
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

  Result<> write(std::uint64_t at, ByteView from) override {
    std::size_t done = 0;
    while (done < from.size()) {
      const ssize_t n = ::pwrite(descriptor_, from.data() + done, from.size() - done, static_cast<off_t>(at + done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return refused("write", path_);
      done += static_cast<std::size_t>(n);
    }
    return {};
  }

  Result<> sync() override {
    if (::fdatasync(descriptor_) != 0) return refused("make durable", path_);
    return {};
  }

  Result<> truncate(std::uint64_t size) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return refused("shorten", path_);
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat state;
    if (::fstat(descriptor_, &state) != 0) return refused("examine", path_);
    return static_cast<std::uint64_t>(state.st_size);
  }

  Result<> lock() override {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) return refused("lock", path_);
    return {};
  }

 private:
  int descriptor_;
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<DiskFile>> PosixDisk::open(const std::string& path, OpenMode mode) {
  int flags = O_CLOEXEC | (mode == OpenMode::kReading ? O_RDONLY : O_RDWR);
  if (mode == OpenMode::kCreate || mode == OpenMode::kTruncate) flags |= O_CREAT;
  if (mode == OpenMode::kTruncate) flags |= O_TRUNC;
  int descriptor;
  do {
    descriptor = ::open(path.c_str(), flags, 0600);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return refused("open", path);
  return std::unique_ptr<DiskFile>(std::make_unique<PosixFile>(descriptor, path));
}

Result<bool> PosixDisk::exists(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return refused("examine", path);
}

Result<> PosixDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return refused("remove", path);
  return {};
}

Result<> PosixDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return refused("rename", from);
  return {};
}

Result<> PosixDisk::sync_directory_of(const std::string& path) {
  const auto slash = path.find_last_of('/');
  const std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return refused("open", directory);
  const int outcome = ::fsync(descriptor);
  // Some file systems refuse to sync a directory and need no such call.
  const bool failed = outcome != 0 && errno != EINVAL && errno != EROFS;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  if (failed) return refused("make durable", directory);
  return {};
}

Result<> PosixDisk::make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return refused("make the folder", path);
  return {};
}

Result<> PosixDisk::remove_directory(const std::string& path) {
  const bool stays = ::rmdir(path.c_str()) != 0 && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST;
  if (stays) return refused("remove the folder", path);
  return {};
}

Result<std::vector<std::string>> PosixDisk::names_in(const std::string& path) {
  std::vector<std::string> names;
  DIR* folder = ::opendir(path.c_str());
  if (folder == nullptr && errno == ENOENT) return names;
  if (folder == nullptr) return refused("look into", path);
  errno = 0;
  while (const dirent* entry = ::readdir(folder)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  const bool failed = errno != 0;
  Result<std::vector<std::string>> result = failed ? Result<std::vector<std::string>>(refused("look into", path)) : names;
  ::closedir(folder);
  return result;
}

}  // namespace haki::store
