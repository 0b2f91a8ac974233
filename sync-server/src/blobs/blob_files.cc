#include "blobs/blob_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <algorithm>
#include <memory>
#include <optional>

namespace haki::blobs {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr off_t kRoomBytes = 4 * 1024 * 1024;  // of a piece
constexpr std::string_view kPartPrefix = "part-";

class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  File(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool open() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  const int fd_;
};

Error file_damaged() {
  return {Code::kDamaged, "A file of the server's blobs folder is gone or has another length than it had. Restore it from a backup."};
}

// Errno, or 0.
int write_all(int fd, std::uint64_t offset, ByteView bytes) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return written < 0 ? errno : ENOSPC;
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return 0;
}

// Empty where they are not all there.
std::optional<Bytes> read_all(int fd, std::uint64_t offset, std::size_t size) {
  Bytes bytes(size);
  std::size_t at = 0;
  while (at < size) {
    const auto got = ::pread(fd, bytes.data() + at, size - at, static_cast<off_t>(offset + at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    at += static_cast<std::size_t>(got);
  }
  return bytes;
}

// Of the first `length` bytes; empty where they are not all there.
std::optional<crypto::Hasher> hash_of(int fd, std::uint64_t length) {
  crypto::Hasher hasher;
  for (std::uint64_t at = 0; at < length;) {
    const auto piece = read_all(fd, at, static_cast<std::size_t>(std::min<std::uint64_t>(kReadBytes, length - at)));
    if (!piece) return std::nullopt;
    hasher.add(*piece);
    at += piece->size();
  }
  return hasher;
}

std::optional<std::uint64_t> length_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

// Names in it durable. Errno, or 0.
int sync_folder(const std::string& path) {
  const File folder(path, O_RDONLY | O_DIRECTORY);
  return folder.open() && ::fsync(folder.get()) == 0 ? 0 : errno;
}

int make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) return errno == EEXIST ? 0 : errno;
  return sync_folder(path.substr(0, path.rfind('/') + 1));
}

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  if (!folder) return names;
  while (const dirent* entry = ::readdir(folder.get())) names.emplace_back(entry->d_name);
  return names;
}

}  // namespace

std::string BlobFiles::folder_of(const CoalitionId& org) const { return folder_ + "/" + to_hex(org); }
std::string BlobFiles::whole_of(const BlobName& name) const { return folder_of(name.org) + "/" + to_hex(name.blob); }
std::string BlobFiles::part_of(const BlobName& name) const {
  return folder_of(name.org) + "/" + std::string(kPartPrefix) + to_hex(name.blob);
}

Error BlobFiles::failed(int error) {
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) {
    writable_ = false;
    return {Code::kDiskFull, "A blob cannot be written: the disk is full."};
  }
  if (error == EACCES || error == EPERM || error == EROFS) {
    writable_ = false;
    return {Code::kReadOnly, "A blob cannot be written: the folder is read-only."};
  }
  return {Code::kIo, "A blob cannot be written (system error " + std::to_string(error) + ")."};
}

Result<> BlobFiles::write_piece(const BlobName& name, std::uint64_t offset, ByteView bytes, bool last) {
  const std::string path = part_of(name);
  if (offset == 0) {
    for (const std::string& folder : {folder_, folder_of(name.org)}) {
      if (const int error = make_folder(folder)) return failed(error);
    }
  }
  // One that was left may be the whole one's file too (make_whole): it is never written again.
  if (offset == 0 && ::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(errno);
  const File part(path, O_RDWR | O_NOFOLLOW | (offset == 0 ? O_CREAT | O_EXCL : 0));
  if (!part.open()) return errno == ENOENT ? file_damaged() : failed(errno);
  const auto length = length_of(part.get());
  if (!length || *length < offset) return file_damaged();
  // What is behind the offset was never acknowledged.
  if (*length > offset && ::ftruncate(part.get(), static_cast<off_t>(offset)) != 0) return failed(errno);
  int error = write_all(part.get(), offset, bytes);
  if (error == 0) {
    // The disk begins while this processor hashes.
    (void)::sync_file_range(part.get(), static_cast<off_t>(offset), static_cast<off_t>(bytes.size()), SYNC_FILE_RANGE_WRITE);
    Running running = running_at(name, offset);
    if (running.bytes == offset) {
      running.hasher.add(bytes);
      running.bytes += bytes.size();
      const std::lock_guard lock(mutex_);
      if (running_.size() >= kRunningMax) running_.clear();
      running_.insert_or_assign(name, running);
    }
    if (!last && ::fdatasync(part.get()) != 0) error = errno;
  }
  if (error == 0 && offset == 0 && !last) error = sync_folder(folder_of(name.org));
  if (error == 0) return {};
  (void)::ftruncate(part.get(), static_cast<off_t>(offset));
  return failed(error);
}

Result<> BlobFiles::append(const BlobName& name, std::uint64_t offset, ByteView bytes, bool last) {
  const auto written = write_piece(name, offset, bytes, last);
  if (written) {
    writable_ = true;
  } else {
    const std::lock_guard lock(mutex_);
    running_.erase(name);
  }
  return written;
}

// Read from the part where this process has not seen its beginning, or has forgotten. Shorter than asked: unreadable.
BlobFiles::Running BlobFiles::running_at(const BlobName& name, std::uint64_t bytes) {
  if (bytes == 0) return {};
  {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(name);
    if (found != running_.end() && found->second.bytes == bytes) return found->second;
  }
  const File part(part_of(name), O_RDONLY | O_NOFOLLOW);
  auto hasher = part.open() ? hash_of(part.get(), bytes) : std::nullopt;
  return hasher ? Running{*hasher, bytes} : Running{};
}

Result<Hash> BlobFiles::part_hash(const BlobName& name, std::uint64_t length) {
  Running running = running_at(name, length);
  if (running.bytes != length) return file_damaged();
  return running.hasher.finish32();
}

// The new name before the sync: a file system with a journal then makes both durable at once.
Result<> BlobFiles::make_whole(const BlobName& name) {
  const std::string part_path = part_of(name), whole = whole_of(name);
  const File part(part_path, O_RDWR | O_NOFOLLOW);
  if (!part.open()) return failed(errno);
  if (::link(part_path.c_str(), whole.c_str()) != 0) {
    if (errno != EEXIST) return failed(errno);
    // It is whole for another compartment's readers already. Whatever else has its name is no blob.
    const auto hash = whole_hash(name);
    const bool same = hash && std::ranges::equal(hash->view(), name.blob.view());
    if (!same && (::unlink(whole.c_str()) != 0 || ::link(part_path.c_str(), whole.c_str()) != 0)) return failed(errno);
  }
  if (::fdatasync(part.get()) != 0) return failed(errno);
  if (const int error = sync_folder(folder_of(name.org))) return failed(error);
  writable_ = true;
  return {};
}

void BlobFiles::remove_part(const BlobName& name) {
  {
    const std::lock_guard lock(mutex_);
    running_.erase(name);
  }
  (void)::unlink(part_of(name).c_str());
}

Result<> BlobFiles::remove_whole(const BlobName& name) {
  if (::unlink(whole_of(name).c_str()) != 0) return errno == ENOENT ? Result<>() : Result<>(failed(errno));
  if (const int error = sync_folder(folder_of(name.org))) return failed(error);
  return {};
}

Result<Bytes> BlobFiles::read(const BlobName& name, std::uint64_t length, std::uint64_t offset, std::size_t size) const {
  const File whole(whole_of(name), O_RDONLY | O_NOFOLLOW);
  if (!whole.open() || length_of(whole.get()) != length) return file_damaged();
  auto bytes = read_all(whole.get(), offset, size);
  if (!bytes) return file_damaged();
  return std::move(*bytes);
}

Result<std::uint64_t> BlobFiles::whole_length(const BlobName& name) const {
  const File whole(whole_of(name), O_RDONLY | O_NOFOLLOW);
  const auto length = whole.open() ? length_of(whole.get()) : std::nullopt;
  if (!length) return file_damaged();
  return *length;
}

Result<Hash> BlobFiles::whole_hash(const BlobName& name) const {
  HAKI_ASSIGN(const std::uint64_t length, whole_length(name));
  const File whole(whole_of(name), O_RDONLY | O_NOFOLLOW);
  auto hasher = whole.open() ? hash_of(whole.get(), length) : std::nullopt;
  if (!hasher) return file_damaged();
  return hasher->finish32();
}

std::size_t BlobFiles::remove_other_parts(const std::function<bool(const BlobName& name)>& known) {
  std::size_t removed = 0;
  for (const std::string& coalition : names_in(folder_)) {
    const auto org = id_from_hex<CoalitionId>(coalition);
    if (!org) continue;
    for (const std::string& file : names_in(folder_of(*org))) {
      if (!file.starts_with(kPartPrefix)) continue;
      const auto blob = id_from_hex<BlobId>(std::string_view(file).substr(kPartPrefix.size()));
      if (!blob || known({*org, *blob})) continue;
      removed += ::unlink((folder_of(*org) + "/" + file).c_str()) == 0 ? 1 : 0;
    }
  }
  return removed;
}

bool BlobFiles::writable() {
  if (writable_) return true;
  const std::string path = folder_ + "/room";
  {
    const File room(path, O_WRONLY | O_CREAT | O_NOFOLLOW);
    writable_ = room.open() && ::posix_fallocate(room.get(), 0, kRoomBytes) == 0;
  }
  (void)::unlink(path.c_str());
  return writable_;
}

}  // namespace haki::blobs
