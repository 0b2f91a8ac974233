// The bytes of blobs: one file a blob under DATA/blobs/{coalition in hexadecimal}/, named by its id in hexadecimal, 0600.
// What is being brought lies beside it as part- and that name.
//
// A file means nothing by itself: the database says how much of a part is held and which blob is whole, and is told only
// after the bytes are durable. What a crash leaves beyond that is cut off when the part is gone on with, or removed at the
// next start; but a whole one's file is never removed, though the database, restored from a backup, should not name it, unless a lead had it erased. Thread-safe for different blobs; one blob's part belongs to one caller at a time.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "crypto/hash.h"
#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::blobs {

struct BlobName {
  CoalitionId org;
  BlobId blob;
  bool operator==(const BlobName&) const = default;
};

class BlobFiles {
 public:
  // `folder` is made when the first blob comes.
  explicit BlobFiles(std::string folder) : folder_(std::move(folder)) {}

  // The part's bytes from `offset` on are these, durably, and nothing is behind them; the blob's `last` ones are durable only
  // with make_whole(). kDiskFull, kReadOnly, kIo: what was there before `offset` still is. kDamaged: the part is shorter.
  Result<> append(const BlobName& name, std::uint64_t offset, ByteView bytes, bool last = false);
  // BLAKE2b-256 of the part, whose length this is. Costs nothing where append() saw all of it since the process began.
  Result<Hash> part_hash(const BlobName& name, std::uint64_t length);
  // The part is, durably, also the whole one's file. Errors as of append().
  Result<> make_whole(const BlobName& name);
  // What is not there counts as removed.
  void remove_part(const BlobName& name);

  // What is not there counts as removed; the removal is durable. Errors as of append().
  Result<> remove_whole(const BlobName& name);

  // Bytes of a whole one. kDamaged where its file is gone or has another length than `length`.
  Result<Bytes> read(const BlobName& name, std::uint64_t length, std::uint64_t offset, std::size_t size) const;
  // The file's length, and its BLAKE2b-256; kDamaged where it is gone.
  Result<std::uint64_t> whole_length(const BlobName& name) const;
  Result<Hash> whole_hash(const BlobName& name) const;

  // Every part for which `known` is false is removed. Returns how many; what cannot be read stays.
  std::size_t remove_other_parts(const std::function<bool(const BlobName& name)>& known);

  // False after a write failed for want of space or because the place is read-only, until there is room for a piece.
  bool writable();

 private:
  struct Running {  // the hash of a part's beginning
    crypto::Hasher hasher = crypto::Hasher();
    std::uint64_t bytes = 0;
  };
  struct NameHash {
    std::size_t operator()(const BlobName& name) const { return std::hash<BlobId>()(name.blob); }
  };
  static constexpr std::size_t kRunningMax = 1024;

  std::string folder_of(const CoalitionId& org) const;
  std::string part_of(const BlobName& name) const;
  std::string whole_of(const BlobName& name) const;
  Result<> write_piece(const BlobName& name, std::uint64_t offset, ByteView bytes, bool last);
  Running running_at(const BlobName& name, std::uint64_t bytes);
  Error failed(int error);

  const std::string folder_;
  std::atomic<bool> writable_ = true;
  std::mutex mutex_;
  std::unordered_map<BlobName, Running, NameHash> running_;  // guarded by mutex_
};

}  // namespace haki::blobs
