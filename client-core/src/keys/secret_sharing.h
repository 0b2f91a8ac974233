// Shamir's secret sharing over GF(256), by libgfshare. It has no integrity of its own and takes any numbers it is
// given: keys/recovery.h is what to use.
#pragma once

#include <span>
#include <vector>

#include "base/clock.h"
#include "crypto/secret.h"

namespace haki::keys {

using ShareValue = crypto::SecretKey<struct ShareValueTag>;

// Values 1 to `count` of a secret of 32 bytes; any `threshold` of them give it back, fewer say nothing of it.
// Precondition: 1 <= threshold <= count <= 255.
std::vector<ShareValue> split_secret(const crypto::SecretBytes& secret32, unsigned threshold, unsigned count,
                                     base::Random& random);

struct NumberedValue {
  std::uint8_t number = 0;
  const ShareValue* value = nullptr;
};
// What the values give together; nonsense where they do not belong together or are too few.
// Precondition: numbers are not zero and differ.
crypto::SecretBytes join_secret(std::span<const NumberedValue> values);

}  // namespace haki::keys
