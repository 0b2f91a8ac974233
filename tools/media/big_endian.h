// Numbers as most media write them. The caller has checked that the bytes are there.
#pragma once

#include <cstdint>
#include <string_view>

namespace haki::media {

inline std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

inline std::uint64_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  return big_endian(bytes.substr(at, count));
}

inline std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = count; i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return number;
}

}  // namespace haki::media
