#include "relay/feed.h"

#include <algorithm>

namespace haki::relay {
namespace {

constexpr std::size_t kPage = 256;

// EpochKeys, JoinRequests and Wiped in order of server_seq, read page by page.
class Frames {
 public:
  Frames(storage::Snapshot& snapshot, storage::CoalitionKey coalition, std::int64_t now_ms, const Wanted& wanted)
      : snapshot_(snapshot), coalition_(coalition), now_ms_(now_ms), wanted_(wanted), above_(wanted.above) {}

  // The next one below `limit`; null where there is none.
  Result<const storage::StoredFrame*> next(std::uint64_t limit) {
    while (at_ == page_.size() && !at_end_) HAKI_TRY(load());
    if (at_ == page_.size() || page_[at_].server_seq >= limit) return nullptr;
    return &page_[at_];
  }
  void pop() { ++at_; }

 private:
  Result<> load() {
    page_.clear();
    at_ = 0;
    std::uint64_t reach = UINT64_MAX;  // how far all kinds are known
    const auto take = [&](std::vector<storage::StoredFrame>&& frames) {
      if (frames.size() == kPage) reach = std::min(reach, frames.back().server_seq);
      std::ranges::move(frames, std::back_inserter(page_));
    };
    if (wanted_.epoch_keys) {
      HAKI_ASSIGN(auto keys, snapshot_.epoch_keys_above(coalition_, above_, kPage));
      take(std::move(keys));
    }
    if (wanted_.joins) {
      HAKI_ASSIGN(auto joins, snapshot_.joins_above(coalition_, above_, now_ms_, kPage));
      take(std::move(joins));
    }
    if (wanted_.wiped) {
      HAKI_ASSIGN(auto wiped, snapshot_.wiped_above(coalition_, above_, kPage));
      take(std::move(wiped));
    }
    at_end_ = reach == UINT64_MAX;
    above_ = reach;
    std::erase_if(page_, [&](const storage::StoredFrame& frame) {
      const bool epoch_key = !frame.compartment.is_zero();
      return frame.server_seq > reach || frame.server_seq > wanted_.up_to ||
             (epoch_key && !wanted_.epoch_keys(frame.compartment));
    });
    std::ranges::sort(page_, {}, &storage::StoredFrame::server_seq);
    return {};
  }

  storage::Snapshot& snapshot_;
  const storage::CoalitionKey coalition_;
  const std::int64_t now_ms_;
  const Wanted& wanted_;
  std::uint64_t above_;
  std::vector<storage::StoredFrame> page_;
  std::size_t at_ = 0;
  bool at_end_ = false;
};

}  // namespace

Result<> feed(storage::Snapshot& snapshot, storage::CoalitionKey coalition, std::int64_t now_ms, const Wanted& wanted,
              RowWriter& rows) {
  Frames frames(snapshot, coalition, now_ms, wanted);
  const auto give_frames_below = [&](std::uint64_t limit) -> Result<bool> {
    for (;;) {
      HAKI_ASSIGN(const storage::StoredFrame* frame, frames.next(limit));
      if (frame == nullptr) return true;
      if (!rows.add(*frame)) return false;
      frames.pop();
    }
  };
  std::vector<storage::ChainFrom> keys;
  for (const storage::Chain& chain : wanted.chains) keys.push_back({chain.key, wanted.covered ? wanted.covered(chain) : 0});
  Result<bool> gave = true;
  bool ended = false;  // by this reply, not by what was looked at
  const auto give = [&](storage::StoredItem&& item) {
    if (item.server_seq > wanted.up_to) return false;
    gave = give_frames_below(item.server_seq);
    if (!gave || !*gave) return false;
    const auto chain = std::ranges::lower_bound(wanted.chains, item.chain, {}, &storage::Chain::key);
    return rows.add(*chain, std::move(item));
  };
  HAKI_ASSIGN(const bool to_the_end, snapshot.items_above(coalition, wanted.above, keys, [&](storage::StoredItem&& item) {
    const bool go_on = give(std::move(item));
    ended = !go_on;
    return go_on;
  }));
  if (!to_the_end && !ended) rows.leave_out_the_rest();
  if (gave && !rows.full()) gave = give_frames_below(UINT64_MAX);
  rows.flush();
  return gave ? Result<>() : Result<>(gave.error());
}

}  // namespace haki::relay
