#include "media/png_parts.h"

#include <algorithm>
#include <array>

#include "media/big_endian.h"

namespace haki::media {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kChunksMax = 1'000'000;
constexpr std::size_t kChunkHeadBytes = 8;
constexpr std::size_t kChunkCheckBytes = 4;

bool is_letter(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); }

}  // namespace

PngParts png_parts(std::string_view bytes) {
  PngParts result;
  std::string_view rest = bytes.substr(kPngSignature.size());
  while (rest.size() >= kChunkHeadBytes && result.parts.size() < kChunksMax) {
    const std::size_t length = big_endian(rest, 0, 4);
    const std::string_view type = rest.substr(4, 4);
    if (!std::all_of(type.begin(), type.end(), is_letter)) return result;
    const std::string_view whole = rest.substr(0, kChunkHeadBytes + length + kChunkCheckBytes);
    const bool complete = whole.size() == kChunkHeadBytes + length + kChunkCheckBytes;
    result.parts.push_back({type, whole, whole.substr(kChunkHeadBytes, length)});
    rest.remove_prefix(whole.size());
    if (type == "IEND") {
      result.is_whole = complete;
      break;
    }
  }
  result.is_sound = result.parts.size() < kChunksMax;
  return result;
}

bool is_for_pixels(const PngPart& part) {
  constexpr std::array kKept{"IHDR"sv, "PLTE"sv, "IDAT"sv, "IEND"sv, "tRNS"sv, "cHRM"sv, "gAMA"sv, "iCCP"sv, "sBIT"sv,
                             "sRGB"sv, "cICP"sv, "mDCV"sv, "cLLI"sv, "bKGD"sv, "pHYs"sv, "acTL"sv, "fcTL"sv, "fdAT"sv};
  return std::find(kKept.begin(), kKept.end(), part.type) != kKept.end();
}

}  // namespace haki::media
