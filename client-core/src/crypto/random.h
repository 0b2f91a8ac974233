// The system's source of randomness, behind base::Random.
#pragma once

#include "base/clock.h"
#include "haki/bytes.h"

namespace haki::crypto {

class SystemRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// A new id or key part: random bytes of the type's length.
template <typename T>
T random_id(base::Random& random) {
  T id;
  random.fill(id.bytes);
  return id;
}

}  // namespace haki::crypto
