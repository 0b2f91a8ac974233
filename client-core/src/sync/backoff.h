// How long to wait before trying again: doubling from two seconds to fifteen minutes, each time a random part of it off, so
// that phones that lost the same mast do not come back together.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace haki::sync {

class Backoff {
 public:
  static constexpr std::int64_t kFirstMs = 2'000;
  static constexpr std::int64_t kMostMs = 15 * 60'000;

  explicit Backoff(base::Random& random) : random_(random) {}
  // The next wait: between half of the step and all of it; the step doubles up to the cap.
  std::int64_t next_ms();
  void reset() { step_ms_ = kFirstMs; }

 private:
  base::Random& random_;
  std::int64_t step_ms_ = kFirstMs;
};

}  // namespace haki::sync
