// The membership logs the server has in memory, verified once from their founding entry. What is handed out is
// immutable and shared, so that a request sees one state from beginning to end. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "crypto/keypair.h"
#include "envelope/frames.h"
#include "storage/store.h"

namespace haki::relay {

using MembershipPtr = std::shared_ptr<const envelope::Membership>;

struct CoalitionView {
  storage::CoalitionKey key = 0;
  MembershipPtr membership;
};

class Coalitions {
 public:
  // Empty where the store has no such coalition.
  Result<std::optional<CoalitionView>> get(storage::Store& store, const CoalitionId& org);
  // As `snapshot` has it: reads the entries that are not in memory yet.
  Result<CoalitionView> refresh(storage::Snapshot& snapshot, const storage::Coalition& stored, const CoalitionId& org);
  // Takes what was appended and is durable; ignored where memory has a longer log already.
  void put(const CoalitionId& org, const CoalitionView& view);

  // The beacon of this hour.
  envelope::Beacon beacon(const CoalitionId& org, std::int64_t now_ms, base::Random& random,
                          const crypto::SigningSecret& signer);

 private:
  static constexpr std::size_t kKeptMax = 64;

  std::mutex mutex_;
  std::unordered_map<CoalitionId, CoalitionView> kept_;
  std::unordered_map<CoalitionId, envelope::Beacon> beacons_;
};

}  // namespace haki::relay
