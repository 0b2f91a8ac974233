// Who may bring and fetch which blob, how far it has got, and what the store keeps of that (spec 62-blobs). Decisions
// alone: the bytes are somebody else's, who asks here first, makes them durable, and then has the write kept. No socket,
// no file, no thread. Thread-safe; but what is decided about one blob stands until its write is kept only where nobody
// else works on that blob meanwhile.
#pragma once

#include "relay/exchange.h"

namespace haki::relay {

inline constexpr std::uint64_t kBlobBytesMax = 2'150'000'000;
inline constexpr std::int64_t kUploadLifeMs = 90LL * 24 * 3600 * 1000;

// Somebody whose token holds and who is a member now.
struct BlobAsker {
  CoalitionView coalition;
  DeviceId device;
};
// A blob as one asker may know it: whole, or an upload under way.
struct BlobState {
  std::optional<storage::Upload> upload;   // also one that expired and is still known: forgotten
  std::optional<storage::HeldBlob> whole;
  bool erased = false;  // for readers of some compartment
  std::uint64_t offset() const { return whole ? whole->length : upload ? upload->held : 0; }
};
// What was asked for, or why not, as an answer.
template <typename T>
using OrRefused = std::variant<T, Reply>;

class Blobs {
 public:
  // `quota_bytes`: what a coalition may have; up to twice as much is taken and marked. 0: no limit.
  Blobs(Context& context, std::uint64_t quota_bytes) : context_(context), quota_bytes_(quota_bytes) {}

  OrRefused<BlobAsker> asker(const CoalitionId& org, const std::optional<envelope::BlobToken>& token);

  // POST. Where nothing of it is there yet, the state is that of an upload which holds nothing, and takes the place of what
  // `before` tells was under way under another length or for another compartment.
  struct Beginning {
    BlobState state;
    bool is_new = false;
    std::optional<std::uint64_t> before;  // as BlobWrite::held wants it
  };
  OrRefused<Beginning> begin(const BlobAsker& asker, const BlobId& blob, const CompartmentId& compartment,
                             std::uint64_t length);
  // HEAD. What does not exist for this asker is kBlobUnknown.
  OrRefused<BlobState> look(const BlobAsker& asker, const BlobId& blob);
  // PATCH: what a piece may be added to.
  OrRefused<BlobState> go_on(const BlobAsker& asker, const BlobId& blob, std::uint64_t offset);
  // GET.
  OrRefused<storage::HeldBlob> fetch(const BlobAsker& asker, const BlobId& blob);
  // DELETE: an upload under way, by whose it is.
  OrRefused<storage::Upload> forget(const BlobAsker& asker, const BlobId& blob);

  // Why these bytes more are not taken; empty: they are.
  std::optional<Reply> no_room(const BlobAsker& asker, std::uint64_t more_bytes);
  // What to keep once a piece of `bytes` is durable; with the last one the blob is whole.
  storage::BlobWrite after_piece(const BlobAsker& asker, const BlobId& blob, std::optional<std::uint64_t> before,
                                 storage::Upload upload, std::uint64_t bytes);
  storage::BlobWrite gone(storage::CoalitionKey coalition, const BlobId& blob, const storage::Upload& upload) const;
  // All that were erased, and what is still held of one all the same: for another compartment's readers.
  Result<std::vector<std::pair<CoalitionId, BlobId>>> erased();
  struct StillHeld {
    bool upload = false, whole = false;
  };
  Result<StillHeld> still_held(const CoalitionId& org, const BlobId& blob);
  // Uploads whose time is over and of which something is still kept; and what is to be kept of one instead: for a while that
  // there was one, then nothing. Empty where it is not over any more, or the store cannot be read.
  Result<std::vector<std::pair<CoalitionId, BlobId>>> expired();
  std::optional<storage::BlobWrite> expire(const CoalitionId& org, const BlobId& blob);

  // `Haki-Receipt`: the same for ever.
  std::string receipt(const CoalitionId& org, const BlobId& blob, const storage::HeldBlob& whole) const;
  crypto::Signature receipt_signature(const CoalitionId& org, const BlobId& blob, const storage::HeldBlob& whole) const;
  bool marked(std::uint64_t bytes_then) const { return quota_bytes_ != 0 && bytes_then > quota_bytes_; }
  std::int64_t now_ms() { return context_.clock.now_ms(); }

 private:
  struct Rows {
    std::optional<storage::Upload> upload;
    std::vector<storage::HeldBlob> whole;
    std::map<CompartmentId, std::int64_t> erased;  // where, and when
  };
  Result<Rows> rows(const BlobAsker& asker, const BlobId& blob);
  Result<OrRefused<Beginning>> try_begin(const BlobAsker& asker, const BlobId& blob, const CompartmentId& compartment,
                                         std::uint64_t length);
  Result<BlobState> state(const BlobAsker& asker, const BlobId& blob);
  bool may_read(const BlobAsker& asker, const CompartmentId& compartment) const;

  Context& context_;
  const std::uint64_t quota_bytes_;
};

// What a refusal of this folder says.
envelope::Refusal code_of(const Reply& refused);
// With the status that tus wants for it.
Reply blob_refusal(envelope::Refusal code, std::uint64_t seq = 0);
Reply upload_expired();

}  // namespace haki::relay
