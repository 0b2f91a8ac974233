// Numbers in bytes that may end too soon.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace haki::formats {

// The `size` bytes at `at`, at most eight, the lowest first; those beyond the end count as 0.
inline std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < size && at + i < bytes.size(); ++i) {
    number |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return number;
}

}  // namespace haki::formats
