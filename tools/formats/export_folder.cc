#include "formats/export_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace haki::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderBegins = ".haki-export-";

Error refused(const std::string& target, int error) {
  switch (error) {
    case ENOENT: return {Code::kNotFound, "There is no directory for the file " + target + "."};
    case EACCES:
    case EPERM: return {Code::kDenied, "The file " + target + " cannot be written: you may not. Check who owns its directory."};
    case ENOSPC:
    case EFBIG:
    case EDQUOT: return {Code::kDiskFull, "There is no space left for " + target + ". Nothing was written."};
    case EROFS: return {Code::kReadOnly, "The file " + target + " cannot be written: its disk is read-only."};
    case EEXIST: return {Code::kExists, "There is a file " + target + " already. Name another one, or say --force to replace it."};
    default: return {Code::kIo, "The file " + target + " cannot be written: " + std::strerror(error) + "."};
  }
}

std::string directory_of(const std::string& target) {
  const std::string directory = fs::path(target).parent_path().string();
  return directory.empty() ? "." : directory;
}

// What a killed process left: its lock is free.
void remove_abandoned(const std::string& directory) {
  std::error_code none;
  for (auto at = fs::directory_iterator(directory, none); !none && at != fs::directory_iterator(); at.increment(none)) {
    const fs::path path = at->path();
    if (!path.filename().string().starts_with(kFolderBegins)) continue;
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) continue;
    struct stat seen{};
    std::error_code failed;
    if (::fstat(folder, &seen) == 0 && seen.st_uid == ::geteuid() && ::flock(folder, LOCK_EX | LOCK_NB) == 0) {
      fs::remove_all(path, failed);
    }
    ::close(folder);
  }
}

int sync_file(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return errno;
  const int error = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  return error;
}

// A file system that cannot rename without replacing is asked first; between the two another process may win.
int give_name(const std::string& from, const std::string& to, bool replace) {
  if (replace) return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::access(to.c_str(), F_OK) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

Result<ExportFolder> ExportFolder::beside(const std::string& target, bool replace) {
  std::error_code none;
  if (fs::is_directory(target, none)) return Error{Code::kInvalid, target + " is a directory, not a file."};
  if (!replace && fs::exists(fs::symlink_status(target, none))) return refused(target, EEXIST);
  const std::string directory = directory_of(target);
  remove_abandoned(directory);
  std::string path = directory + "/" + std::string(kFolderBegins) + "XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return refused(target, errno);
  const int lock = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock >= 0) ::flock(lock, LOCK_EX | LOCK_NB);
  return ExportFolder(std::move(path), lock);
}

ExportFolder::ExportFolder(ExportFolder&& other) noexcept : path_(std::move(other.path_)), lock_(other.lock_) {
  other.path_.clear();
  other.lock_ = -1;
}

ExportFolder::~ExportFolder() {
  std::error_code none;
  if (!path_.empty()) fs::remove_all(path_, none);
  if (lock_ >= 0) ::close(lock_);
}

Result<> ExportFolder::publish(std::string_view name, const std::string& target, bool replace) {
  const std::string made = file(name);
  if (::chmod(made.c_str(), 0600) != 0) return refused(target, errno);
  if (const int error = sync_file(made, O_RDONLY); error != 0) return refused(target, error);
  if (const int error = give_name(made, target, replace); error != 0) return refused(target, error);
  static_cast<void>(sync_file(directory_of(target), O_RDONLY | O_DIRECTORY));  // not every file system can
  return {};
}

}  // namespace haki::formats
