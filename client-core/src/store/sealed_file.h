// The main database file as SQLite sees it: plain pages, sealed beneath (spec 50-store-file, rules 5 to 7).
// Anything but whole pages, and parts of page 1, is refused; a page that does not open or is not there is kDamaged. Pages that
// follow each other are gathered and written at once, at the latest before the file is synced or anything else is asked of it.
#pragma once

#include <memory>
#include <vector>

#include "store/disk.h"
#include "store/nonces.h"
#include "store/sealed_page.h"

namespace haki::store {

class SealedFile {
 public:
  // Refuses a file that begins as an ordinary SQLite database does (kWrongVersion).
  static Result<SealedFile> open(std::unique_ptr<DiskFile> file, const PageCipher& cipher, SealCounters& counters);

  // Always true: SQLite asks for nothing beyond the end of a complete store.
  Result<bool> read(std::uint64_t at, std::span<std::uint8_t> to);
  Result<> write(std::uint64_t at, ByteView from);
  Result<> truncate(std::uint64_t size);
  Result<> sync();
  Result<std::uint64_t> size();
  Result<> lock();

 private:
  SealedFile(std::unique_ptr<DiskFile> file, const PageCipher& cipher, SealCounters& counters);
  // Opens a page into `to` (kPageBytes). False where its seal does not hold.
  Result<bool> load(std::uint64_t page_number, std::uint8_t* to);
  Result<> write_gathered();
  Error damaged(std::uint64_t page_number);

  std::unique_ptr<DiskFile> file_;
  const PageCipher& cipher_;
  SealCounters& counters_;
  std::vector<std::uint8_t> sealed_;  // one page, as on disk
  crypto::SecretBytes plain_;         // one page, for partial reads
  std::vector<std::uint8_t> gathered_;  // whole pages from first_gathered_ on, sealed and not yet written
  std::uint64_t first_gathered_ = 0;    // an offset
  Nonces nonces_;
  bool locked_ = false;
};

}  // namespace haki::store
