// The write-ahead log as SQLite sees it: a clear header and frames of 24 + 4096 bytes; beneath it each frame is one
// sealed record, never split over two writes (spec 50-store-file, rules 1 to 4, and "End of the log"). Records that follow
// each other are gathered and written at once, at the latest before the log is synced or anything else is asked of it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "store/disk.h"
#include "store/nonces.h"
#include "store/sealed_page.h"

namespace haki::store {

class SealedWal {
 public:
  // Walks a log that is there, so that damage before its end is kDamaged here instead of lost commits later.
  // Cost: opens every record once.
  static Result<SealedWal> open(std::unique_ptr<DiskFile> file, const PageCipher& cipher, SealCounters& counters);

  // False where the log is shorter: the rest of `to` is zeros.
  Result<bool> read(std::uint64_t at, std::span<std::uint8_t> to);
  Result<> write(std::uint64_t at, ByteView from);
  Result<> truncate(std::uint64_t size);
  Result<> sync();
  Result<std::uint64_t> size();
  Result<> lock() { return {}; }  // whoever holds the main file holds its log

 private:
  SealedWal(std::unique_ptr<DiskFile> file, const PageCipher& cipher, SealCounters& counters);
  // Opens a record into plain_. False where its seal does not hold; then plain_ is zeros.
  Result<bool> load(std::uint64_t index);
  // Seals plain_ as record `index`, to be written with its neighbours.
  Result<> store(std::uint64_t index);
  // Writes what was gathered. Where that fails, the log counts as ending where it ended before.
  Result<> write_gathered();
  // Writes a frame header that SQLite rewrote without its page.
  Result<> flush_pending();
  // A part of the header, which is in clear.
  Result<bool> read_header(std::uint64_t at, std::span<std::uint8_t> to);
  Result<> write_page(std::uint64_t index, ByteView page);
  Error damaged(std::uint64_t index);

  std::unique_ptr<DiskFile> file_;
  const PageCipher& cipher_;
  SealCounters& counters_;
  std::vector<std::uint8_t> sealed_;     // one record, as on disk
  std::vector<std::uint8_t> gathered_;   // whole records from first_gathered_ on, sealed and not yet written
  std::uint64_t first_gathered_ = 0;
  Nonces nonces_;
  crypto::SecretBytes plain_;            // one frame
  std::optional<std::uint64_t> loaded_;  // which frame plain_ holds
  std::uint64_t records_ = 0;            // complete records, with those gathered
  std::uint64_t written_ = 0;            // complete records in the file
  std::uint64_t trusted_ = 0;            // records below this were whole when opened or written: failing now is damage
  struct Pending {
    std::uint64_t index;
    std::array<std::uint8_t, kFrameHeaderBytes> header;
  };
  std::optional<Pending> pending_;
  std::optional<std::array<std::uint8_t, kWalHeaderBytes>> rebuilt_header_;
};

}  // namespace haki::store
