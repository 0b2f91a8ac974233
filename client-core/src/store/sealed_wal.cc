#include "store/sealed_wal.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "store/wal_walk.h"

namespace haki::store {
namespace {

// One write of the system takes this much whole on every file system we met, and a commit of a save is far below.
constexpr std::size_t kGatheredFramesBytesMax = 64 * kRecordBytes;

std::uint64_t record_offset(std::uint64_t index) { return kWalHeaderBytes + index * kRecordBytes; }

// A place in the log as SQLite counts it.
struct Place {
  std::uint64_t index;
  std::size_t within;
};
Place place_of(std::uint64_t at) {
  return {(at - kWalHeaderBytes) / kFrameBytes, static_cast<std::size_t>((at - kWalHeaderBytes) % kFrameBytes)};
}

Error unexpected(std::string_view what) {
  return {Code::kIo, "The store's log was asked for " + std::string(what) + "."};
}

}  // namespace

SealedWal::SealedWal(std::unique_ptr<DiskFile> file, const PageCipher& cipher, SealCounters& counters)
    : file_(std::move(file)), cipher_(cipher), counters_(counters), sealed_(kRecordBytes), plain_(kFrameBytes) {}

Result<SealedWal> SealedWal::open(std::unique_ptr<DiskFile> file, const PageCipher& cipher, SealCounters& counters) {
  SealedWal wal(std::move(file), cipher, counters);
  HAKI_ASSIGN(const std::uint64_t size, wal.file_->size());
  if (size < kWalHeaderBytes) return wal;
  wal.records_ = wal.written_ = (size - kWalHeaderBytes) / kRecordBytes;
  if (wal.records_ == 0) return wal;
  HAKI_ASSIGN(const WalWalk walk, walk_wal(*wal.file_, wal.records_, cipher, counters));
  if (walk.damaged_at) return wal.damaged(*walk.damaged_at);
  wal.trusted_ = walk.committed;
  // A killed process may have left commits that were written and never synced. They count from now on, so they must be
  // durable before anything is written behind them; "two commits behind the break" proves damage only then.
  if (walk.committed > 0) HAKI_TRY(wal.file_->sync());
  wal.rebuilt_header_ = walk.rebuilt_header;
  return wal;
}

Error SealedWal::damaged(std::uint64_t index) {
  ++counters_.damaged;
  return {Code::kDamaged,
          "The log of the latest changes in this home (record " + std::to_string(index) +
              ") has changed on the disk, and changes saved after it would be lost silently, so the home "
              "is not opened. Keep its files, and restore it from a backup, or join again and sync."};
}

Result<bool> SealedWal::load(std::uint64_t index) {
  if (loaded_ == index) return true;
  loaded_.reset();
  HAKI_TRY(write_gathered());
  HAKI_ASSIGN(const std::size_t got, file_->read(record_offset(index), sealed_));
  if (got != kRecordBytes) return Error{Code::kIo, "The store's log became shorter while it was in use."};
  ++counters_.records_opened;
  if (!cipher_.open_record(index, sealed_.data(), plain_.data())) return false;
  loaded_ = index;
  return true;
}

Result<> SealedWal::store(std::uint64_t index) {
  if (index > records_) return unexpected("a frame beyond its end");
  loaded_.reset();
  const bool follows = index == first_gathered_ + gathered_.size() / kRecordBytes;
  if (!gathered_.empty() && (!follows || gathered_.size() >= kGatheredFramesBytesMax)) HAKI_TRY(write_gathered());
  if (gathered_.empty()) first_gathered_ = index;
  gathered_.resize(gathered_.size() + kRecordBytes);
  cipher_.seal_record(index, nonces_.next(), plain_.data(), gathered_.data() + gathered_.size() - kRecordBytes);
  ++counters_.records_sealed;
  loaded_ = index;
  records_ = std::max(records_, index + 1);
  trusted_ = std::max(trusted_, index + 1);
  return {};
}

Result<> SealedWal::write_gathered() {
  if (gathered_.empty()) return {};
  const auto written = file_->write(record_offset(first_gathered_), gathered_);
  const std::uint64_t end = first_gathered_ + gathered_.size() / kRecordBytes;
  gathered_.clear();
  nonces_.drop();
  if (written) {
    written_ = std::max(written_, end);
    return {};
  }
  loaded_.reset();
  records_ = written_;
  trusted_ = std::min(trusted_, written_);
  return written;
}

Result<> SealedWal::flush_pending() {
  if (!pending_) return {};
  const Pending pending = *pending_;
  pending_.reset();
  if (pending.index >= records_) return unexpected("a frame without its page");
  HAKI_ASSIGN(const bool opens, load(pending.index));
  if (!opens) return damaged(pending.index);
  std::memcpy(plain_.data(), pending.header.data(), kFrameHeaderBytes);
  return store(pending.index);
}

Result<bool> SealedWal::read_header(std::uint64_t at, std::span<std::uint8_t> to) {
  if (rebuilt_header_) {
    std::memcpy(to.data(), rebuilt_header_->data() + at, to.size());
    return true;
  }
  HAKI_ASSIGN(const std::size_t got, file_->read(at, to));
  std::fill(to.begin() + static_cast<std::ptrdiff_t>(got), to.end(), std::uint8_t{0});
  return got == to.size();
}

Result<bool> SealedWal::read(std::uint64_t at, std::span<std::uint8_t> to) {
  HAKI_TRY(flush_pending());
  if (at + to.size() <= kWalHeaderBytes) return read_header(at, to);
  if (at < kWalHeaderBytes) return unexpected("its header together with a frame");
  const auto [index, within] = place_of(at);
  if (within + to.size() > kFrameBytes) return unexpected("parts of two frames");
  if (index >= records_) {
    std::fill(to.begin(), to.end(), std::uint8_t{0});
    return false;
  }
  HAKI_ASSIGN(const bool opens, load(index));
  if (!opens && index < trusted_) return damaged(index);
  if (!opens) ++counters_.torn_records;  // Rule 4: plain_ is zeros, which ends the log for SQLite.
  std::memcpy(to.data(), plain_.data() + within, to.size());
  return true;
}

Result<> SealedWal::write_page(std::uint64_t index, ByteView page) {
  if (pending_ && pending_->index == index) {
    std::memcpy(plain_.data(), pending_->header.data(), kFrameHeaderBytes);
    pending_.reset();
  } else {
    HAKI_TRY(flush_pending());
    if (index >= records_) return unexpected("a page without its frame");
    HAKI_ASSIGN(const bool opens, load(index));
    if (!opens) return damaged(index);
  }
  loaded_.reset();
  std::memcpy(plain_.data() + kFrameHeaderBytes, page.data(), kPageBytes);
  return store(index);
}

Result<> SealedWal::write(std::uint64_t at, ByteView from) {
  if (at == 0 && from.size() == kWalHeaderBytes) {
    HAKI_TRY(flush_pending());
    HAKI_TRY(write_gathered());
    rebuilt_header_.reset();
    trusted_ = 0;  // A new generation: the records that are there belong to the old one, which is in the main file.
    return file_->write(0, from);
  }
  if (at < kWalHeaderBytes) return unexpected("a change in part of its header");
  const auto [index, within] = place_of(at);
  if (within == kFrameHeaderBytes && from.size() == kPageBytes) return write_page(index, from);
  if (within != 0 || from.size() != kFrameHeaderBytes) return unexpected("a change in part of a frame");
  HAKI_TRY(flush_pending());
  pending_.emplace();
  pending_->index = index;
  std::memcpy(pending_->header.data(), from.data(), kFrameHeaderBytes);
  return {};
}

Result<> SealedWal::truncate(std::uint64_t size) {
  HAKI_TRY(flush_pending());
  HAKI_TRY(write_gathered());
  const std::uint64_t records = size < kWalHeaderBytes ? 0 : place_of(size).index;
  HAKI_TRY(file_->truncate(size < kWalHeaderBytes ? 0 : record_offset(records)));
  loaded_.reset();
  records_ = written_ = std::min(written_, records);
  trusted_ = std::min(trusted_, records);
  return {};
}

Result<> SealedWal::sync() {
  HAKI_TRY(flush_pending());
  HAKI_TRY(write_gathered());
  return file_->sync();
}

Result<std::uint64_t> SealedWal::size() {
  HAKI_TRY(flush_pending());
  HAKI_TRY(write_gathered());
  HAKI_ASSIGN(const std::uint64_t size, file_->size());
  if (size < kWalHeaderBytes) return size;
  return kWalHeaderBytes + records_ * kFrameBytes;
}

}  // namespace haki::store
