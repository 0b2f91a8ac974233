// A JPEG file as the parts it is made of (ITU-T T.81, annex B).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace haki::media {

struct JpegPart {
  std::uint8_t marker = 0;   // the byte behind 0xff
  std::string_view whole;    // with marker and length, and of a scan the pixels behind it
  std::string_view payload;  // what the length covers, without it; empty where there is none
};

enum class JpegEnd {
  kWhole,      // at the marker of its end; whatever lies behind is not part of it
  kTruncated,  // the file ends first
  kBroken      // what should be a marker is none
};

struct JpegParts {
  std::vector<JpegPart>
      parts;  // up to its end, or to where it breaks off; a part that is cut off is not among them, but a scan is
  JpegEnd end = JpegEnd::kBroken;
};

constexpr std::uint8_t kJpegStart = 0xd8, kJpegEnd = 0xd9, kJpegScan = 0xda, kJpegComment = 0xfe;
constexpr std::uint8_t kJpegApp0 = 0xe0, kJpegApp1 = 0xe1, kJpegApp2 = 0xe2, kJpegApp14 = 0xee, kJpegApp15 = 0xef;

// Total; one pass. At most a million parts are told apart: beyond, it counts as broken.
JpegParts jpeg_parts(std::string_view bytes);

// Whether a decoder needs it to show the picture as it is meant: everything but comments and programs' own parts, of
// which only JFIF's, Adobe's and the colour profile count.
bool is_for_pixels(const JpegPart& part);

}  // namespace haki::media
