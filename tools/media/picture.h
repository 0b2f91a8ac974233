// Pixels in memory: made smaller row by row as a decoder hands them over, and turned upright.
#pragma once

#include <cstdint>
#include <vector>

#include "haki/bytes.h"

namespace haki::media {

struct Size {
  std::uint32_t width = 0, height = 0;
};

struct Picture {
  Size size;
  Bytes rgb;  // three bytes a pixel, rows from the top, without gaps
};

// The size of the longest side `side` with the same shape; the same size where it is no longer than that already.
Size size_within(Size size, std::uint32_t side);

// Averages areas: each pixel of the result is the mean of those it covers. Holds one row and the result, whatever the
// source.
class Shrinker {
 public:
  // `to` is in neither direction larger than `from`, and none of the four is 0.
  Shrinker(Size from, Size to);
  void add_row(const std::uint8_t* rgb);  // `from.width` pixels
  Picture take();                         // once; rows that never came are white

 private:
  struct Share {
    std::uint32_t column;  // of the result
    float first, second;   // how much of the pixel goes there, and to the next column
  };
  void emit();

  Size from_;
  Picture to_;
  std::vector<Share> shares_;
  std::vector<float> row_, sum_;
  std::uint32_t rows_in_ = 0, rows_out_ = 0;
};

Picture shrunk(const Picture& picture, Size to);

// Turned and mirrored as EXIF's orientation, 1 to 8, says that it is to be shown.
Picture upright(const Picture& picture, int orientation);

// Whether that orientation exchanges width and height.
inline bool lies_on_side(int orientation) { return orientation >= 5; }

}  // namespace haki::media
