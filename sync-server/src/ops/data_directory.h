// The server's data directory: 0700, everything in it 0600. One serving process owns it; short commands may use it
// beside.
#pragma once

#include <cstdint>
#include <string>

#include "haki/result.h"

namespace haki::ops {

class DataDirectory {
 public:
  // Makes it where it is missing. Errors say what to do about them.
  static Result<DataDirectory> open(const std::string& path);
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory(const DataDirectory&) = delete;
  ~DataDirectory();

  std::string database() const { return path_ + "/server.db"; }
  std::string blobs() const { return path_ + "/blobs"; }
  std::string keys() const { return path_ + "/keys"; }
  // Held until this object goes, or the process. kBusy where another process serves from here.
  Result<> lock_for_serving();
  std::uint64_t free_bytes() const;

 private:
  explicit DataDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
  int lock_ = -1;
};

}  // namespace haki::ops
