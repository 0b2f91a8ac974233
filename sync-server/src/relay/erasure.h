// Erase frames of one request: what a lead wants let go of for everybody is judged and answered (spec 14-erasure, "At the
// server"). Nothing is stored here.
#pragma once

#include <map>
#include <set>

#include "relay/push.h"

namespace haki::relay {

// Whether a snapshot may tell what was erased: it reaches one of these items of its compartment, and not its tombstone.
bool may_tell_erased(const envelope::Snapshot& offer, const std::vector<storage::Erasure>& erasures);
// Which of a compartment's snapshots go for that, of those that are `held`: all that may tell, but for what tells of items that
// compaction has let go of, until two leads have signed another that tells of them too, and of nothing erased.
Result<std::vector<storage::EraseSnapshotWrite>> erased_snapshots(storage::Snapshot& store, const CoalitionView& coalition,
                                                                  const CompartmentId& compartment,
                                                                  const std::vector<storage::HeldSnapshot>& held,
                                                                  const std::vector<storage::Erasure>& erasures);

class Erasures {
 public:
  // Everything referred to outlives it. `push` has taken the request's runs; `sender` is as of then.
  Erasures(storage::Snapshot& snapshot, const CoalitionView& coalition, const envelope::Device& sender, const auth::ServerKeys& keys,
           std::int64_t now_ms, Push& push)
      : snapshot_(snapshot), coalition_(coalition), sender_(sender), keys_(keys), now_ms_(now_ms), push_(push) {}

  // An error means that the store cannot be read; what is refused becomes an answer.
  Result<> take(const envelope::Erase& erase);
  // What is to be stored, snapshots that go for it too. It points into the request.
  Result<> add_to(storage::ExchangeWrite& write) const;

  // One for each, in their order.
  const std::vector<envelope::Frame>& answers() const { return answers_; }
  // Erased now or before: their files are removed before the answer leaves.
  const std::vector<BlobId>& blobs() const { return blobs_; }
  // Of a compartment, those of this request too.
  Result<std::vector<storage::Erasure>> of(const CompartmentId& compartment) const;

 private:
  using Content = storage::HeldItem::Content;
  // An item as it will be once what was taken so far is stored.
  struct Working {
    Content content = Content::kSealed;
    std::map<storage::Tomb, storage::HeldTomb> tombs{};
    Bytes remainder{};  // encoded
  };
  struct Name {
    CompartmentId compartment;
    LogId log;
    std::uint64_t seq = 0;
    auto operator<=>(const Name&) const = default;
  };

  Result<> take_item(const envelope::Erase& erase);
  Result<> take_blob(const envelope::Erase& erase);
  Result<Working*> working(const envelope::Erase& erase, const Push::Place& place);
  envelope::Erased answer(const envelope::Erase& erase) const;
  void refuse(const envelope::Erase& erase, envelope::Refusal code);
  void wanted(const envelope::Erase& erase);
  void erased(const envelope::Erase& erase, std::int64_t time_ms);
  void keep(const envelope::Erase& erase, Working& item);

  storage::Snapshot& snapshot_;
  const CoalitionView& coalition_;
  const envelope::Device& sender_;
  const auth::ServerKeys& keys_;
  const std::int64_t now_ms_;
  Push& push_;
  std::map<Name, Working> items_;
  std::set<std::pair<CompartmentId, BlobId>> blobs_now_;
  std::vector<storage::EraseItemWrite> item_writes_;
  std::vector<storage::EraseBlobWrite> blob_writes_;
  std::vector<BlobId> blobs_;
  std::vector<envelope::Frame> answers_;
};

}  // namespace haki::relay
