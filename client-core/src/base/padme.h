// Padmé (Nikitin et al., PETS 2019): lengths that say little. The next length whose floating-point mantissa is short; at most
// 12 % more.
#pragma once

#include <bit>
#include <cstdint>

namespace haki::base {

constexpr std::uint64_t padme(std::uint64_t length) {
  if (length < 2) return length;
  const auto exponent = static_cast<unsigned>(std::bit_width(length)) - 1;
  const auto mantissa_bits = static_cast<unsigned>(std::bit_width(exponent));
  if (exponent <= mantissa_bits) return length;
  const std::uint64_t mask = (std::uint64_t{1} << (exponent - mantissa_bits)) - 1;
  return (length + mask) & ~mask;
}

}  // namespace haki::base
