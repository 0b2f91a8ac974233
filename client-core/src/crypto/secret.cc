#include "crypto/secret.h"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace haki::crypto {

void initialize() {
  if (sodium_init() < 0) {
    std::fputs("haki: libsodium cannot start (no source of randomness?)\n", stderr);
    std::abort();
  }
}

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  initialize();
  data_ = static_cast<std::uint8_t*>(sodium_malloc(size == 0 ? 1 : size));
  if (data_ == nullptr) std::abort();  // out of memory: nothing of ours was written
  sodium_memzero(data_, size);
}

SecretBytes::SecretBytes(ByteView from) : SecretBytes(from.size()) {
  if (!from.empty()) std::memcpy(data_, from.data(), from.size());
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    sodium_free(data_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { sodium_free(data_); }  // wipes

bool SecretBytes::equals(const SecretBytes& other) const {
  return size_ == other.size_ && (size_ == 0 || sodium_memcmp(data_, other.data_, size_) == 0);
}

void wipe(std::span<std::uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

void wipe_stack() { sodium_stackzero(256 * 1024); }

}  // namespace haki::crypto
