#include "evidence/content.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "haki/attachment.h"

namespace haki::evidence {
namespace {

class FileContent final : public Content {
 public:
  FileContent(int descriptor, std::string path, std::uint64_t size)
      : descriptor_(descriptor), path_(std::move(path)), size_(size), left_(size) {}
  FileContent(const FileContent&) = delete;
  ~FileContent() override { ::close(descriptor_); }

  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
    std::size_t done = 0;
    while (done < wanted) {
      const ssize_t n = ::read(descriptor_, into.data() + done, wanted - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        return Error{Code::kIo, "The file '" + path_ + "' could not be read to its end (" + std::strerror(errno) +
                                    "). Nothing was attached; copy it to this device first, then try again."};
      }
      if (n == 0) break;
      done += static_cast<std::size_t>(n);
    }
    left_ -= done;
    if (done < wanted) {
      return Error{Code::kInvalid, "The file '" + path_ + "' became shorter while it was read. Nothing was attached; wait until "
                                       "whatever writes it is done, then try again."};
    }
    return done;
  }

 private:
  int descriptor_;
  std::string path_;
  std::uint64_t size_, left_;
};

class BytesContent final : public Content {
 public:
  explicit BytesContent(ByteView bytes) : size_(bytes.size()), rest_(bytes) {}
  std::uint64_t size() const override { return size_; }
  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    const std::size_t take = std::min(into.size(), rest_.size());
    std::copy_n(rest_.begin(), take, into.begin());
    rest_ = rest_.subspan(take);
    return take;
  }

 private:
  std::uint64_t size_;
  ByteView rest_;
};

Error not_attachable(const std::string& path, int number) {
  if (number == ENOENT || number == ENOTDIR) return {Code::kNotFound, "There is no file '" + path + "' to attach."};
  if (number == EACCES || number == EPERM) return {Code::kDenied, "The file '" + path + "' may not be read by this user."};
  return {Code::kIo, "The file '" + path + "' could not be opened (" + std::strerror(number) + ")."};
}

}  // namespace

Result<std::unique_ptr<Content>> open_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe must not keep us waiting
  if (descriptor < 0) return not_attachable(path, errno);
  struct stat state;
  if (::fstat(descriptor, &state) != 0) {
    const int number = errno;
    ::close(descriptor);
    return not_attachable(path, number);
  }
  const auto size = static_cast<std::uint64_t>(state.st_size);
  auto content = std::make_unique<FileContent>(descriptor, path, size);  // closes it on every way out
  if (!S_ISREG(state.st_mode)) {
    return Error{Code::kInvalid, "'" + path + "' is not a file that can be attached. Name a photo, a recording or a document."};
  }
  if (size > kAttachmentBytesMax) {
    return Error{Code::kTooLarge, "The file '" + path + "' has " + std::to_string(size >> 20) +
                                      " MiB; an attachment has at most 2048. Cut the recording into parts and attach each."};
  }
  return std::unique_ptr<Content>(std::move(content));
}

std::unique_ptr<Content> of_bytes(ByteView bytes) { return std::make_unique<BytesContent>(bytes); }

}  // namespace haki::evidence
