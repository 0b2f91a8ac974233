// Secrets live in guarded, locked memory that is wiped when freed; they cannot be printed, copied by accident or compared
// in variable time. Every kind of key is a type of its own, so a signing key cannot be passed for a wrapping key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "haki/bytes.h"

namespace haki::crypto {

// Starts libsodium; every other call of this layer needs it first. Ends the process if the library cannot start.
// Idempotent, thread-safe.
void initialize();

// A secret of any length, in pages of its own (sodium_malloc). Move-only. There is deliberately no operator<<.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size);
  explicit SecretBytes(ByteView from);  // copies; wiping the source is the caller's part
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  std::uint8_t* data() { return data_; }
  const std::uint8_t* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ByteView view() const { return {data_, size_}; }
  std::span<std::uint8_t> span() { return {data_, size_}; }
  SecretBytes copy() const { return SecretBytes(view()); }
  // Constant time in the content; lengths are not secret.
  bool equals(const SecretBytes& other) const;

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

// A secret of Size bytes for one purpose, named by Tag.
template <typename Tag, std::size_t Size = 32>
class SecretKey {
 public:
  static constexpr std::size_t kSize = Size;
  SecretKey() : bytes_(Size) {}  // zeros
  // Precondition: from.size() == Size.
  explicit SecretKey(ByteView from) : bytes_(Size) {
    if (from.size() != Size) std::abort();
    std::memcpy(bytes_.data(), from.data(), Size);
  }
  ByteView view() const { return bytes_.view(); }
  std::uint8_t* data() { return bytes_.data(); }
  const std::uint8_t* data() const { return bytes_.data(); }
  SecretKey copy() const { return SecretKey(view()); }
  bool equals(const SecretKey& other) const { return bytes_.equals(other.bytes_); }

 private:
  SecretBytes bytes_;
};

using MasterKey = SecretKey<struct MasterKeyTag>;      // DMK: everything on this device hangs from it (spec 40-keys)
using WrapKey = SecretKey<struct WrapKeyTag>;          // KEK: from the passphrase; opens the key file's slots
using StoreKey = SecretKey<struct StoreKeyTag>;        // K_db: seals pages of the store, nothing else
using IdentityKey = SecretKey<struct IdentityKeyTag>;  // K_ident: seals the device's private keys
using EpochKey = SecretKey<struct EpochKeyTag>;        // CEK: K of (compartment, epoch)
using PayloadKey = SecretKey<struct PayloadKeyTag>;    // PK: seals one item's content
using RequestKey = SecretKey<struct RequestKeyTag>;    // K_auth: MACs exchanges between one device and one server

// Overwrites memory in a way the compiler keeps.
void wipe(std::span<std::uint8_t> bytes);
// Overwrites what the calls made so far have left on this thread's stack, 256 KiB below the caller's frame.
void wipe_stack();

}  // namespace haki::crypto
