// Where a file is made before it gets its name: a folder of its own beside the target, which nobody else may enter, so that a
// full disk or a refusal leaves nothing behind and the finished file appears whole or not at all.
//
// What is exported is in the clear: it must lie nowhere but there, no library's temporary files in /tmp either. The folder goes
// with this object on every way out; one that a killed process left is removed by the next export into the same directory, which
// knows it by its name and by nobody holding its lock.
#pragma once

#include <string>
#include <string_view>

#include "haki/result.h"

namespace haki::formats {

class ExportFolder {
 public:
  // Beside `target`. kNotFound, kDenied, kReadOnly, kDiskFull, kIo; kExists where `target` is there and `replace` is not set.
  static Result<ExportFolder> beside(const std::string& target, bool replace);
  ExportFolder(ExportFolder&& other) noexcept;
  ExportFolder& operator=(ExportFolder&&) = delete;
  ~ExportFolder();

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }

  // Makes the finished file durable and gives it the name `target`; only its owner may read it. kExists as above, decided here.
  Result<> publish(std::string_view name, const std::string& target, bool replace);

 private:
  ExportFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_ = -1;
};

}  // namespace haki::formats
