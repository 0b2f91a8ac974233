#include "relay/coalitions.h"

#include "crypto/random.h"

namespace haki::relay {
namespace {

constexpr std::int64_t kBeaconMs = 3'600'000;
constexpr std::size_t kEntriesPerRead = 1024;

}  // namespace

Result<std::optional<CoalitionView>> Coalitions::get(storage::Store& store, const CoalitionId& org) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(org);
    if (found != kept_.end()) return std::optional(found->second);
  }
  HAKI_ASSIGN(const auto snapshot, store.read());
  HAKI_ASSIGN(const auto stored, snapshot->coalition(org));
  if (!stored) return std::optional<CoalitionView>();
  HAKI_ASSIGN(CoalitionView view, refresh(*snapshot, *stored, org));
  return std::optional(std::move(view));
}

Result<CoalitionView> Coalitions::refresh(storage::Snapshot& snapshot, const storage::Coalition& stored,
                                          const CoalitionId& org) {
  const Error damaged{Code::kDamaged, "A membership log in the server's database does not hold. Restore a backup."};
  MembershipPtr known;
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(org);
    if (found != kept_.end()) known = found->second.membership;
  }
  if (known && known->count() >= stored.entries) return CoalitionView{stored.key, known};
  auto grown = known ? std::make_shared<envelope::Membership>(*known) : std::make_shared<envelope::Membership>();
  while (grown->count() < stored.entries) {
    HAKI_ASSIGN(const auto frames, snapshot.entries(stored.key, grown->count(), kEntriesPerRead));
    if (frames.empty()) return damaged;
    for (const Bytes& frame : frames) {
      auto decoded = envelope::FrameReader(frame).next();
      const auto* entry = decoded ? std::get_if<envelope::MembershipEntry>(&*decoded) : nullptr;
      if (entry == nullptr || !grown->apply(*entry)) return damaged;
    }
  }
  CoalitionView view{stored.key, std::move(grown)};
  put(org, view);
  return view;
}

void Coalitions::put(const CoalitionId& org, const CoalitionView& view) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= kKeptMax && !kept_.contains(org)) kept_.clear();
  CoalitionView& kept = kept_[org];
  if (!kept.membership || kept.membership->count() < view.membership->count()) kept = view;
}

envelope::Beacon Coalitions::beacon(const CoalitionId& org, std::int64_t now_ms, base::Random& random,
                                    const crypto::SigningSecret& signer) {
  const std::lock_guard lock(mutex_);
  const auto found = beacons_.find(org);
  if (found != beacons_.end()) {
    const std::int64_t age = now_ms - found->second.time_ms;
    if (age >= 0 && age < kBeaconMs) return found->second;
  }
  if (beacons_.size() >= kKeptMax) beacons_.clear();
  envelope::Beacon made;
  made.time_ms = now_ms;
  random.fill(made.random.bytes);
  made.signature = crypto::sign(signer, "HAKI1.bcn", envelope::beacon_message(org, made));
  return beacons_[org] = made;
}

}  // namespace haki::relay
