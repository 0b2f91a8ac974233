// What devices show for blobs instead of a MAC, so that any tus client can carry them (spec 62-blobs, "Token"). Random,
// in memory alone and as hashes; a restart forgets all. Whether the device may still do anything is not asked here.
// Thread-safe.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/clock.h"
#include "envelope/names.h"

namespace haki::auth {

inline constexpr std::int64_t kBlobTokenLifeMs = 15LL * 60 * 1000;

class BlobTokens {
 public:
  struct Owner {
    CoalitionId org;
    DeviceId device;
    auto operator<=>(const Owner&) const = default;
  };

  // A new one, good for kBlobTokenLifeMs. The oldest of the same device goes where it has kPerDeviceMax already.
  envelope::BlobToken give(const Owner& owner, std::int64_t now_ms, base::Random& random);
  // Whose it is; empty where it is not known, or not any more.
  std::optional<Owner> owner(const envelope::BlobToken& token, std::int64_t now_ms);

  static constexpr std::size_t kPerDeviceMax = 4;

 private:
  static constexpr std::size_t kKeptMax = 16 * 1024;  // of all devices; beyond it the oldest goes

  struct Given {
    Owner owner;
    std::int64_t expires_ms = 0;
  };
  void forget_oldest();

  std::mutex mutex_;
  std::unordered_map<Hash, Given> given_;  // guarded by mutex_
  std::deque<Hash> by_age_;                // guarded by mutex_; names of all given_, the oldest first
};

}  // namespace haki::auth
