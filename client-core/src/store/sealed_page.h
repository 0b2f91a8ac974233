// How one page of the database and one record of its log are sealed (spec 50-store-file).
//
// Claim: without the key, nothing but sizes and places is learnt, and no bytes can be made that open; bytes of another
// place, file or store do not open. Not promised: that an older copy of the same page is noticed.
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/aead.h"
#include "crypto/secret.h"
#include "haki/bytes.h"

namespace haki::store {

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kReserveBytes = crypto::kNonceBytes + crypto::kTagBytes;
inline constexpr std::size_t kPageContentBytes = kPageBytes - kReserveBytes;
inline constexpr std::size_t kWalHeaderBytes = 32;
inline constexpr std::size_t kFrameHeaderBytes = 24;
inline constexpr std::size_t kFrameBytes = kFrameHeaderBytes + kPageBytes;
inline constexpr std::size_t kRecordBytes = kFrameBytes + kReserveBytes;
inline constexpr std::size_t kDatabaseHeaderBytes = 100;

using FileId = FixedBytes<struct FileIdTag, 16>;  // random, one a store; bound into every seal

// What the cipher met; for `status` and for tests.
struct SealCounters {
  std::uint64_t pages_opened = 0;
  std::uint64_t pages_sealed = 0;
  std::uint64_t records_opened = 0;
  std::uint64_t records_sealed = 0;
  std::uint64_t torn_records = 0;     // ends of the log that a crash had torn, healed
  std::uint64_t torn_page_one = 0;    // headers answered from constants so that the log could heal page 1
  std::uint64_t rebuilt_headers = 0;  // log headers rebuilt from the first record
  std::uint64_t damaged = 0;          // pages or records refused
  std::uint64_t refused_files = 0;    // files of another kind that SQLite asked for
};

// Holds its own copy of the key. Const and free of state, hence usable from any thread.
class PageCipher {
 public:
  PageCipher(const crypto::StoreKey& key, const FileId& file_id) : key_(key.copy()), file_id_(file_id) {}

  // `page` and `sealed` have kPageBytes. The last kReserveBytes of `page` are not stored, and zeros after opening.
  void seal_page(std::uint64_t page_number, const crypto::Nonce& nonce, const std::uint8_t* page,
                 std::uint8_t* sealed) const;
  // False, and zeros in `page`, where it does not open. The buffers do not overlap.
  [[nodiscard]] bool open_page(std::uint64_t page_number, const std::uint8_t* sealed, std::uint8_t* page) const;

  // `frame` has kFrameBytes, `record` kRecordBytes.
  void seal_record(std::uint64_t index, const crypto::Nonce& nonce, const std::uint8_t* frame,
                   std::uint8_t* record) const;
  [[nodiscard]] bool open_record(std::uint64_t index, const std::uint8_t* record, std::uint8_t* frame) const;

 private:
  crypto::StoreKey key_;
  FileId file_id_;
};

// Page 1 of a store that holds nothing: kPageBytes. Its first kDatabaseHeaderBytes also stand in for a torn page 1.
const std::uint8_t* empty_first_page();

}  // namespace haki::store
