// What is to be attached, read once from its beginning to its end: a file, or bytes in memory.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::evidence {

class Content {
 public:
  virtual ~Content() = default;
  virtual std::uint64_t size() const = 0;
  // As much as fits; 0 only at the end. Beyond size() there is nothing, even if the file has grown.
  virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
};

// kNotFound, kDenied, kInvalid (a folder, a device), kTooLarge: in words, with the path.
Result<std::unique_ptr<Content>> open_file(const std::string& path);
// `bytes` must live as long.
std::unique_ptr<Content> of_bytes(ByteView bytes);

}  // namespace haki::evidence
