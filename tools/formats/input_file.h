// A stranger's file, opened for a child that parses it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "haki/result.h"

namespace haki::formats {

// A regular file open for reading, closed with this.
class InputFile {
 public:
  InputFile(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  InputFile(InputFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)), size_(other.size_) {}
  InputFile& operator=(InputFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~InputFile();

  int fd() const { return fd_; }
  std::uint64_t size() const { return size_; }  // bytes, when it was opened

 private:
  int fd_;
  std::uint64_t size_;
};

// Never waits: a pipe, a device and a folder are refused, each in its own sentence, as is what is not there or not
// allowed. An empty file is opened.
Result<InputFile> open_input(const std::string& path);

// For the child: the first `size` bytes of `fd`, mapped until the process ends; empty where that cannot be done. A file
// that shrinks while it is read ends the process, which is what a child is for.
std::optional<std::string_view> map_input(int fd, std::uint64_t size);

}  // namespace haki::formats
