// Walks a sealed log the way SQLite's recovery will, before SQLite does, and tells the torn end that a crash leaves
// from damage that would hide committed changes (spec 50-store-file, "End of the log"). Reads only.
#pragma once

#include <array>
#include <optional>

#include "store/disk.h"
#include "store/sealed_page.h"

namespace haki::store {

struct WalWalk {
  std::uint64_t committed = 0;              // records up to and including the last valid commit
  std::optional<std::uint64_t> damaged_at;  // the record behind which committed changes would be lost
  // Set where the stored header is invalid and could be told from record 0.
  std::optional<std::array<std::uint8_t, kWalHeaderBytes>> rebuilt_header;
};

// `records`: complete records in the file, at least 1.
Result<WalWalk> walk_wal(DiskFile& file, std::uint64_t records, const PageCipher& cipher, SealCounters& counters);

}  // namespace haki::store
