#include "changes/hlc.h"

#include <algorithm>

#include "base/assert.h"
#include "base/limits.h"

namespace haki::changes {

Hlc HybridClock::next() {
  const Hlc wall = Hlc::of(clock_.now_ms(), 0);
  // One more than the last also carries a full counter into the milliseconds, so no tick can run out.
  HAKI_ASSERT(last_.value != UINT64_MAX);
  last_ = std::max(wall, Hlc{last_.value + 1});
  return last_;
}

void HybridClock::see(Hlc remote) {
  const std::int64_t ahead_ms_max = std::clamp<std::int64_t>(clock_.now_ms(), 0, Hlc::kMsMax) + limits::kClockLeadMsMax;
  last_ = std::max(last_, std::min(remote, Hlc::of(ahead_ms_max, 0)));
}

}  // namespace haki::changes
