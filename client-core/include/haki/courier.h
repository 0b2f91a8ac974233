// Work that travels by hand: sealed files for a phone or a USB stick, and what a courier's device holds for others; got from
// Client::couriers(), and good while that client is.
//
// Nobody on the way can open a bundle, nor see whose it is. It may be carried twice, late or never: what has no receipt goes
// into the next one too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "haki/result.h"
#include "haki/sync.h"

namespace haki {
namespace client {
class Home;
}

// What Couriers::make() wrote, each file whole and on the medium.
struct BundlesMade {
  std::vector<std::string> files;    // paths of own bundles: to be carried to the server
  std::vector<std::string> answers;  // paths of answers for others, carried back
  std::uint64_t changes = 0;         // own change sets in them
  std::uint64_t attachments = 0;     // own files in them, whole
  std::uint64_t bytes = 0;           // of all paths together
  std::vector<std::string> notes;    // sentences a person should read
};
// What Couriers::take() did with one file.
struct BundleTaken {
  bool held = false;   // another device's: it goes with the next sync
  SyncReport report;   // of an answer for this device: what it brought; bytes and round trips are 0
  std::uint64_t attachments = 0;  // own files that the server has whole now
};
// What became of what is held for others.
struct BundlesForwarded {
  std::uint64_t taken = 0;    // by the server, in this call
  std::uint64_t waiting = 0;  // still held
  std::uint64_t answers = 0;  // held for the way back
  std::vector<std::string> notes;
};

class Couriers {
 public:
  static constexpr std::size_t kBytesMin = 64 * 1024;         // the least `bytes_max`
  static constexpr std::size_t kBytesDefault = 4'000'000;

  explicit Couriers(client::Home& home) : home_(home) {}

  // Writes what the server has not confirmed, records and files, into `folder`, in files of at most `bytes_max` (kBytesMin to
  // 4 MiB; a longer single record gets a longer file); where nothing waits, a question for what is new. Also the answers held
  // for others, which are then let go of. All of it or nothing: kNotFound, kDiskFull, kReadOnly, kInvalid in words.
  Result<BundlesMade> make(const std::string& folder, std::size_t bytes_max);
  // One file: an answer for this device is verified and taken in, another device's bundle is held. kInvalid: no bundle, damaged
  // or cut short; kUntrusted: of another coalition or server; kDenied: an answer for another device; kUnsupported: of a newer
  // version; kDiskFull: nothing of it is kept.
  Result<BundleTaken> take(const std::string& file);
  // Hands to the server what is held for others. No network is used where nothing is held.
  Result<BundlesForwarded> forward();

 private:
  client::Home& home_;
};

}  // namespace haki
