#include "formats/text_out.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace haki::formats {
namespace {
constexpr std::size_t kTextOutBytes = 256 * 1024;
}

Result<TextOut> TextOut::create(const std::string& path, const std::string& subject) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Error{Code::kIo, "The file " + subject + " cannot be written: " + std::strerror(errno) + "."};
  TextOut out(file, subject);
  out.owned_ = true;
  return out;
}

TextOut::TextOut(TextOut&& other) noexcept
    : fd_(other.fd_), owned_(other.owned_), subject_(std::move(other.subject_)), waiting_(std::move(other.waiting_)), error_(other.error_) {
  other.owned_ = false;
}

TextOut::~TextOut() {
  if (owned_) ::close(fd_);
}

void TextOut::put(std::string_view text) {
  waiting_ += text;
  if (waiting_.size() >= kTextOutBytes) static_cast<void>(flush());
}

Result<> TextOut::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty() && error_ == 0) {
    const ssize_t count = ::write(fd_, rest.data(), rest.size());
    if (count >= 0) rest.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EINTR) error_ = errno;
  }
  waiting_.clear();
  return failure();
}

Result<> TextOut::failure() const {
  if (error_ == 0) return {};
  if (error_ == ENOSPC || error_ == EFBIG || error_ == EDQUOT) {
    return Error{Code::kDiskFull, "There is no space left for " + subject_ + ". Nothing was written."};
  }
  return Error{Code::kIo, "The file " + subject_ + " cannot be written: " + std::strerror(error_) + "."};
}

}  // namespace haki::formats
