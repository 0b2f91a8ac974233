// A text that must not outlive its use: a passphrase on its way from a person to the key file.
//
// Move-only, and wiped when it goes, is moved from or is wiped on purpose. It has no operator<< and does not become a string by
// itself, so it is not printed, kept or copied by accident.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace haki {

class SecretText {
 public:
  SecretText() = default;
  // Copies; wiping the source is the caller's part.
  explicit SecretText(std::string_view text) : text_(std::make_unique<char[]>(text.size() + 1)), size_(text.size()) {
    if (size_ != 0) std::memcpy(text_.get(), text.data(), size_);
  }
  SecretText(SecretText&& other) noexcept : text_(std::move(other.text_)), size_(std::exchange(other.size_, 0)) {}
  SecretText& operator=(SecretText&& other) noexcept {
    if (this != &other) {
      wipe();
      text_ = std::move(other.text_);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { wipe(); }

  std::string_view view() const { return text_ ? std::string_view(text_.get(), size_) : std::string_view(); }
  bool empty() const { return size_ == 0; }
  SecretText copy() const { return SecretText(view()); }
  void wipe() {
    if (text_) wipe_memory(text_.get(), size_);
    size_ = 0;
  }

  // Overwrites memory in a way the compiler keeps.
  static void wipe_memory(char* at, std::size_t size) {
    for (volatile char* byte = at; size > 0; --size) *byte++ = 0;
  }

 private:
  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
};

}  // namespace haki
