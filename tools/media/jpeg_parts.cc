#include "media/jpeg_parts.h"

#include <cstring>

#include "media/big_endian.h"

namespace haki::media {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kPartsMax = 1'000'000;

std::uint8_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

// Within a scan, 0xff 0x00 is a pixel's byte and 0xd0 to 0xd7 restart the decoder; 0xff may be repeated before a
// marker.
bool belongs_to_scan(std::uint8_t marker) {
  return marker == 0 || marker == 0xff || (marker >= 0xd0 && marker <= 0xd7);
}

// Where the pixels that begin at `at` end: at a marker, or at the end of the bytes.
std::size_t end_of_pixels(std::string_view bytes, std::size_t at) {
  while (at < bytes.size()) {
    const void* found = std::memchr(bytes.data() + at, 0xff, bytes.size() - at);
    if (found == nullptr) return bytes.size();
    at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
    if (at + 1 < bytes.size() && !belongs_to_scan(byte_at(bytes, at + 1))) return at;
    ++at;
  }
  return bytes.size();
}

}  // namespace

JpegParts jpeg_parts(std::string_view bytes) {
  JpegParts result;
  std::size_t at = 0;
  while (result.parts.size() < kPartsMax) {
    const std::size_t begin = at;
    if (at < bytes.size() && byte_at(bytes, at) != 0xff) return result;
    while (at < bytes.size() && byte_at(bytes, at) == 0xff) ++at;  // fill bytes
    if (at == bytes.size()) break;
    const std::uint8_t marker = byte_at(bytes, at++);
    if ((begin == 0) != (marker == kJpegStart) || marker == 0) return result;
    const bool bare =
        marker == kJpegStart || marker == kJpegEnd || marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    std::string_view payload;
    if (!bare) {
      if (bytes.size() - at < 2) break;
      const std::size_t length = big_endian(bytes, at, 2);
      if (length < 2) return result;
      if (bytes.size() - at < length) break;
      payload = bytes.substr(at + 2, length - 2);
      at += length;
      if (marker == kJpegScan) at = end_of_pixels(bytes, at);
    }
    result.parts.push_back({marker, bytes.substr(begin, at - begin), payload});
    if (marker == kJpegEnd) {
      result.end = JpegEnd::kWhole;
      return result;
    }
  }
  if (result.parts.size() < kPartsMax) result.end = JpegEnd::kTruncated;
  return result;
}

bool is_for_pixels(const JpegPart& part) {
  if (part.marker == kJpegComment) return false;
  if (part.marker < kJpegApp0 || part.marker > kJpegApp15) return true;
  return (part.marker == kJpegApp0 && part.payload.starts_with("JFIF\0"sv)) ||
         (part.marker == kJpegApp2 && part.payload.starts_with("ICC_PROFILE\0"sv)) ||
         (part.marker == kJpegApp14 && part.payload.starts_with("Adobe"));  // which colours they are
}

}  // namespace haki::media
