#include "store/sealed_file.h"

#include <cstring>
#include <string>

namespace haki::store {
namespace {

constexpr std::size_t kGatheredBytesMax = 64 * kPageBytes;

}  // namespace

SealedFile::SealedFile(std::unique_ptr<DiskFile> file, const PageCipher& cipher, SealCounters& counters)
    : file_(std::move(file)), cipher_(cipher), counters_(counters), sealed_(kPageBytes), plain_(kPageBytes) {}

Result<SealedFile> SealedFile::open(std::unique_ptr<DiskFile> file, const PageCipher& cipher, SealCounters& counters) {
  constexpr std::string_view kPlainMagic = "SQLite format 3";
  std::uint8_t beginning[kPlainMagic.size()];
  HAKI_ASSIGN(const std::size_t got, file->read(0, beginning));
  if (as_text({beginning, got}) == kPlainMagic) {
    return Error{Code::kWrongVersion,
                 "This file is an ordinary, unprotected SQLite database, not a store of Haki. Haki does not read or "
                 "change it; choose another home, or put the home's own file back."};
  }
  return SealedFile(std::move(file), cipher, counters);
}

Result<> SealedFile::lock() {
  if (locked_) return {};
  HAKI_TRY(file_->lock());
  locked_ = true;
  return {};
}

Error SealedFile::damaged(std::uint64_t page_number) {
  ++counters_.damaged;
  return {Code::kDamaged,
          "Part of this home's data (page " + std::to_string(page_number) +
              " of its store) has changed on the disk and is not used. What lies elsewhere can still be "
              "read and exported. Restore this home from a backup, or join again and sync."};
}

Result<bool> SealedFile::load(std::uint64_t page_number, std::uint8_t* to) {
  HAKI_TRY(write_gathered());
  HAKI_ASSIGN(const std::size_t got, file_->read((page_number - 1) * kPageBytes, sealed_));
  if (got != kPageBytes) return false;
  ++counters_.pages_opened;
  return cipher_.open_page(page_number, sealed_.data(), to);
}

Result<bool> SealedFile::read(std::uint64_t at, std::span<std::uint8_t> to) {
  const std::uint64_t page_number = at / kPageBytes + 1;
  if (at % kPageBytes == 0 && to.size() == kPageBytes) {
    HAKI_ASSIGN(const bool opens, load(page_number, to.data()));
    if (!opens) return damaged(page_number);
    return true;
  }
  if (at + to.size() > kPageBytes) return Error{Code::kIo, "The store was asked for part of a page."};
  HAKI_ASSIGN(const bool opens, load(1, plain_.data()));
  if (opens) {
    std::memcpy(to.data(), plain_.data() + at, to.size());
    return true;
  }
  // Rule 5: SQLite wants the sizes before it looks at the log, which may hold the whole of page 1.
  if (at != 0 || to.size() != kDatabaseHeaderBytes) return damaged(1);
  ++counters_.torn_page_one;
  std::memcpy(to.data(), empty_first_page(), kDatabaseHeaderBytes);
  return true;
}

Result<> SealedFile::write(std::uint64_t at, ByteView from) {
  if (at % kPageBytes != 0 || from.size() != kPageBytes) {
    return Error{Code::kIo, "The store was asked to write part of a page."};
  }
  const bool follows = at == first_gathered_ + gathered_.size();
  if (!gathered_.empty() && (!follows || gathered_.size() >= kGatheredBytesMax)) HAKI_TRY(write_gathered());
  if (gathered_.empty()) first_gathered_ = at;
  gathered_.resize(gathered_.size() + kPageBytes);
  cipher_.seal_page(at / kPageBytes + 1, nonces_.next(), from.data(), gathered_.data() + gathered_.size() - kPageBytes);
  ++counters_.pages_sealed;
  return {};
}

Result<> SealedFile::write_gathered() {
  if (gathered_.empty()) return {};
  const auto written = file_->write(first_gathered_, gathered_);
  gathered_.clear();
  nonces_.drop();
  return written;
}

Result<> SealedFile::truncate(std::uint64_t size) {
  HAKI_TRY(write_gathered());
  return file_->truncate(size);
}

Result<> SealedFile::sync() {
  HAKI_TRY(write_gathered());
  return file_->sync();
}

Result<std::uint64_t> SealedFile::size() {
  HAKI_TRY(write_gathered());
  return file_->size();
}

}  // namespace haki::store
