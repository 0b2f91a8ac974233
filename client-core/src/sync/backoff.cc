#include "sync/backoff.h"

#include <algorithm>

#include "base/little_endian.h"

namespace haki::sync {

std::int64_t Backoff::next_ms() {
  std::array<std::uint8_t, 4> bytes;
  random_.fill(bytes);
  const std::int64_t half = step_ms_ / 2;
  const std::int64_t wait = half + static_cast<std::int64_t>(base::load_le<std::uint32_t>(bytes.data())) % (half + 1);
  step_ms_ = std::min(step_ms_ * 2, kMostMs);
  return wait;
}

}  // namespace haki::sync
