#include "formats/frames.h"

#include <unistd.h>

#include <cerrno>

#include "formats/text_encoding.h"

namespace haki::formats {

namespace {
constexpr std::size_t kBufferBytes = 1U << 20;
constexpr int kReaderGone = 4;
}  // namespace

void FrameWriter::write(std::uint8_t kind, std::string_view payload) {
  put_number(buffer_, kind, 1);
  put_number(buffer_, payload.size(), 4);
  buffer_.append(payload);
  if (buffer_.size() >= kBufferBytes) flush();
}

void FrameWriter::flush() {
  std::size_t written = 0;
  while (written < buffer_.size()) {
    const ssize_t count = ::write(fd_, buffer_.data() + written, buffer_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ::_exit(kReaderGone);
    written += static_cast<std::size_t>(count);
  }
  buffer_.clear();
}

void put_number(std::string& payload, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) payload.push_back(static_cast<char>((number >> (8 * i)) & 0xff));
}

void put_text(std::string& payload, std::string_view text) {
  put_number(payload, text.size(), 4);
  payload.append(text);
}

void put_texts(std::string& payload, const std::vector<std::string>& texts) {
  put_number(payload, texts.size(), 4);
  for (const std::string& text : texts) put_text(payload, text);
}

std::optional<std::uint64_t> FrameReader::number(int bytes) {
  if (!sound_ || rest_.size() < static_cast<std::size_t>(bytes)) {
    sound_ = false;
    return std::nullopt;
  }
  std::uint64_t number = 0;
  for (int i = 0; i < bytes; ++i) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[static_cast<std::size_t>(i)])) << (8 * i);
  }
  rest_.remove_prefix(static_cast<std::size_t>(bytes));
  return number;
}

std::optional<std::string> FrameReader::text() {
  const std::optional<std::uint64_t> size = number(4);
  if (!size || rest_.size() < *size || !is_utf8(rest_.substr(0, *size))) {
    sound_ = false;
    return std::nullopt;
  }
  std::string text(rest_.substr(0, *size));
  rest_.remove_prefix(*size);
  return text;
}

std::optional<std::vector<std::string>> FrameReader::texts(std::uint32_t count_max) {
  const std::optional<std::uint64_t> count = number(4);
  if (!count || *count > count_max) {
    sound_ = false;
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < *count; ++i) {
    std::optional<std::string> next = text();
    if (!next) return std::nullopt;
    texts.push_back(std::move(*next));
  }
  return texts;
}

}  // namespace haki::formats
