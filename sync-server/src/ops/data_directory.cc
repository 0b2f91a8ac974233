#include "ops/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace haki::ops {

Result<DataDirectory> DataDirectory::open(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{errno == ENOSPC ? Code::kDiskFull : Code::kReadOnly,
                 "The data directory " + path + " cannot be made: " + std::strerror(errno) + "."};
  }
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return Error{Code::kInvalid, path + " is not a directory. Give the server's data directory with --data."};
  }
  // Keys and metadata lie here: nobody else of this computer may look.
  if ((status.st_mode & 077) != 0 && ::chmod(path.c_str(), 0700) != 0) {
    return Error{Code::kReadOnly, "Others can read the data directory " + path +
                                      ", and its rights cannot be changed. Make it this user's own (chmod 700)."};
  }
  return DataDirectory(path);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept : path_(std::move(other.path_)), lock_(other.lock_) {
  other.lock_ = -1;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

Result<> DataDirectory::lock_for_serving() {
  lock_ = ::open((path_ + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    return Error{errno == ENOSPC ? Code::kDiskFull : Code::kReadOnly,
                 "The data directory " + path_ + " cannot be written: " + std::strerror(errno) + "."};
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return {};
  return Error{Code::kBusy, "Another haki-server already serves from " + path_ +
                                ". Stop it first, or give this one a data directory of its own."};
}

std::uint64_t DataDirectory::free_bytes() const {
  struct statvfs status {};
  if (::statvfs(path_.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

}  // namespace haki::ops
