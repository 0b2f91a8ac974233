// The one seam between the store and the file system. Everything the store reads or writes goes through here, so tests
// can stop, tear, reorder and refuse each single operation.
//
// A failure is an Error whose code says what kind it is (kNotFound, kExists, kDiskFull, kReadOnly, kBusy, else kIo).
// No locking of its own: one thread at a time per file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::store {

// An open file; closed by its destructor.
class DiskFile {
 public:
  virtual ~DiskFile() = default;
  // Reads until `to` is full or the file ends; the number of bytes read.
  virtual Result<std::size_t> read(std::uint64_t at, std::span<std::uint8_t> to) = 0;
  // Writes all of it with one call of the system where that takes it whole. On failure a part may have been written.
  virtual Result<> write(std::uint64_t at, ByteView from) = 0;
  // What was written before is on the medium when this returns.
  virtual Result<> sync() = 0;
  virtual Result<> truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() = 0;
  // Takes the file for this process until it is closed; kBusy where another holds it.
  virtual Result<> lock() = 0;
};

enum class OpenMode {
  kExisting,  // kNotFound where it is missing
  kReading,   // the same, of a medium that need not be writable; nothing is written to it
  kCreate,    // made empty where it is missing
  kTruncate,  // made empty in any case
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<DiskFile>> open(const std::string& path, OpenMode mode) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Result<> remove(const std::string& path) = 0;
  // Replaces `to` where it exists.
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  // Makes creation, removal and renaming of `path` durable.
  virtual Result<> sync_directory_of(const std::string& path) = 0;
  // A folder in one that is there; nothing to do where it is there already.
  virtual Result<> make_directory(const std::string& path) = 0;
  // An empty folder goes; one that is not empty, or not there, stays as it is.
  virtual Result<> remove_directory(const std::string& path) = 0;
  // Names of the files in a folder, in no order; none where there is no such folder.
  virtual Result<std::vector<std::string>> names_in(const std::string& path) = 0;
};

// The operating system's files, readable by their owner only (0600).
class PosixDisk final : public Disk {
 public:
  Result<std::unique_ptr<DiskFile>> open(const std::string& path, OpenMode mode) override;
  Result<bool> exists(const std::string& path) override;
  Result<> remove(const std::string& path) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> sync_directory_of(const std::string& path) override;
  Result<> make_directory(const std::string& path) override;
  Result<> remove_directory(const std::string& path) override;
  Result<std::vector<std::string>> names_in(const std::string& path) override;
};

}  // namespace haki::store
