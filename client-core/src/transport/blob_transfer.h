// One request each of the tus protocol for blobs (spec 62-blobs): begin, ask, send, fetch. Knows no store and keeps no state
// but the connection; who calls decides what comes next.
#pragma once

#include "envelope/names.h"
#include "transport/http_client.h"

namespace haki::transport {

enum class BlobOutcome {
  kHeld,       // `offset` bytes are at the server; of a fetch: `bytes` came
  kWhole,      // all of it is; `receipt_ms` and `receipt` are its word, not checked here
  kUnknown,    // the server has no such blob, or no upload of it
  kOffset,     // another offset was held: `offset`
  kChecksum,   // the piece was damaged on the way; nothing of it was kept
  kDamaged,    // all bytes were there and were not this blob; all of it was dropped
  kToken,      // the token is not, or no longer, good
  kNotAllowed,
  kQuota,      // the coalition's space at the server is used up
  kBusy,       // overload or a full disk there
  kRefused     // anything else: `status`
};

struct BlobAnswer {
  BlobOutcome outcome = BlobOutcome::kRefused;
  int status = 0;
  std::uint64_t offset = 0;
  std::uint64_t total = 0;    // of a fetch: how long the blob is
  Bytes bytes;                // of a fetch
  std::int64_t receipt_ms = 0;
  Bytes receipt;              // 64 bytes where there is one
  bool over_quota = false;
};

class BlobTransfer {
 public:
  // `http` outlives it.
  BlobTransfer(Channel& http, const CoalitionId& org, const envelope::BlobToken& token) : http_(http), org_(org), token_(token) {}

  // Makes the upload, with its first piece. The same again is harmless.
  Result<BlobAnswer> begin(const BlobId& blob, const CompartmentId& compartment, std::uint64_t length, ByteView first_piece);
  Result<BlobAnswer> ask(const BlobId& blob);
  Result<BlobAnswer> send(const BlobId& blob, std::uint64_t offset, ByteView piece);
  // At most `at_most` bytes from `offset` on. A reply that was cut short brings what came.
  Result<BlobAnswer> fetch(const BlobId& blob, std::uint64_t offset, std::size_t at_most);

 private:
  Request request(std::string method, const BlobId* blob) const;
  Result<BlobAnswer> exchange(const Request& request);

  Channel& http_;
  const CoalitionId org_;
  const envelope::BlobToken token_;
};

}  // namespace haki::transport
