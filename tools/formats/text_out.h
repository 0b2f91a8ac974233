// Text on its way into a file or a pipe, kept back until there is enough of it. The first failure stays: check finish().
#pragma once

#include <string>
#include <string_view>

#include "haki/result.h"

namespace haki::formats {

class TextOut {
 public:
  // Makes the file; `subject` names it in sentences: what the person asked for, not where it is made.
  static Result<TextOut> create(const std::string& path, const std::string& subject);
  // Writes to a descriptor that stays open and belongs to the caller.
  TextOut(int fd, std::string subject) : fd_(fd), subject_(std::move(subject)) {}
  TextOut(TextOut&& other) noexcept;
  TextOut& operator=(TextOut&&) = delete;
  ~TextOut();

  void put(std::string_view text);
  // kDiskFull, kIo: nothing of it can be relied on.
  Result<> flush();
  Result<> failure() const;

 private:
  int fd_;
  bool owned_ = false;
  std::string subject_;
  std::string waiting_;
  int error_ = 0;
};

}  // namespace haki::formats
