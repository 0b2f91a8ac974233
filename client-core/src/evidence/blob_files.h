// The folder of blobs beside the store: sealed bytes only, one file a blob (spec 12-attachments, "At rest").
//
// A file is whole and durable before anything names it. Whatever is cut off leaves either a whole file or one that sweep()
// removes. One thread at a time; nothing here is part of a database transaction.
#pragma once

#include <functional>
#include <set>

#include "base/clock.h"
#include "crypto/sealed_blob.h"
#include "evidence/content.h"
#include "store/disk.h"

namespace haki::evidence {

// What was learnt of a file while it was sealed.
struct SealedContent {
  BlobId id;
  Hash sha256, blake2b;  // of the content
  std::uint64_t content_bytes = 0, sealed_bytes = 0;
};
// Called with the bytes done, every MiB or so; an Error ends the work.
using BytesDone = std::function<Result<>(std::uint64_t bytes)>;

class BlobFiles {
 public:
  // `home`: the folder of the store. All references outlive this.
  BlobFiles(store::Disk& disk, base::Random& random, std::string home);

  // Reads all of `content` once and seals it. The file is there, durable, when this returns. kDiskFull, kReadOnly, kIo leave
  // nothing behind.
  Result<SealedContent> seal(Content& content, const crypto::BlobKey& key, ByteView aad, const BytesDone& done);
  // Hands out the content. kNotFound: the file is gone. kDamaged: it is not what was sealed; what was handed out before counts
  // for nothing. `expected`: the digests of the signed record; sealed bytes and id are checked too.
  Result<> open(const BlobId& id, const crypto::BlobKey& key, ByteView aad, const SealedContent& expected,
                const std::function<Result<>(ByteView)>& sink);
  // What is in a sealed file, sealed once more under another key: another blob. Errors as of seal() and open().
  Result<SealedContent> seal_again(const BlobId& id, const crypto::BlobKey& key, ByteView aad, const SealedContent& expected,
                                   const crypto::BlobKey& next_key, ByteView next_aad);
  Result<bool> has(const BlobId& id);
  // At most `at_most` bytes of the sealed file from `offset` on.
  Result<Bytes> piece(const BlobId& id, std::uint64_t offset, std::size_t at_most);
  Result<crypto::BlobHeader> header(const BlobId& id);

  // A blob that comes in pieces. How much of it is here; keep() appends at exactly that offset, durably.
  Result<std::uint64_t> part_bytes(const BlobId& id);
  Result<> keep(const BlobId& id, std::uint64_t offset, ByteView piece);
  // All pieces are here: takes it in if its id is right; else removes the pieces (kDamaged).
  Result<> finish(const BlobId& id);

  // Removes the file and its part. Nothing is said of blocks on flash memory: the key's end is what counts.
  Result<> remove(const BlobId& id);
  // Removes what no blob in `known` has a name for, and every file that was never finished but parts of `known` ones.
  Result<> sweep(const std::set<BlobId>& known);

 private:
  std::string path_of(const BlobId& id) const;
  std::string part_of(const BlobId& id) const;
  Result<> write_sealed(store::DiskFile& file, Content& content, crypto::BlobSealer& sealer, SealedContent& learnt,
                        const BytesDone& done);

  store::Disk& disk_;
  base::Random& random_;
  const std::string folder_;
};

}  // namespace haki::evidence
