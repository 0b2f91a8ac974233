// A PNG file as its chunks (PNG specification, third edition, section 5).
#pragma once

#include <string_view>
#include <vector>

namespace haki::media {

inline constexpr std::string_view kPngSignature{"\x89PNG\r\n\x1a\n", 8};

struct PngPart {
  std::string_view type;   // four letters
  std::string_view whole;  // with length, type and checksum; shorter than it says where the file ends within
  std::string_view data;
};

struct PngParts {
  std::vector<PngPart> parts;  // up to IEND or the end of the file
  bool is_whole = false;       // IEND is there
  bool is_sound = false;       // every type was four letters
};

// Total; `bytes` begin with the signature. At most a million chunks are told apart: beyond, it counts as unsound.
PngParts png_parts(std::string_view bytes);

// Whether it says how the pixels look, or is an animation's.
bool is_for_pixels(const PngPart& part);

}  // namespace haki::media
