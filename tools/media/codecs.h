// JPEG and PNG to pixels, and pixels to JPEG. The users of libjpeg and libpng are jpeg.cc and png.cc.
#pragma once

#include <optional>
#include <string_view>

#include "media/picture.h"

namespace haki::media {

struct Decoded {
  Size size;                       // as the file says; 0 by 0 where its head cannot be read
  std::optional<Picture> picture;  // at most `side` pixels a side; what never came of it is white or grey
  bool complete = false;           // the decoder got to the end without giving up
};

// Total, apart from std::bad_alloc; called in a child all the same. No picture beyond kPixelsMax and kSideMax. Memory:
// a few rows and the result; of progressive JPEG and interlaced PNG the whole, so of interlaced PNG no picture beyond
// 64 megapixels.
Decoded decode_jpeg(std::string_view bytes, std::uint32_t side);
Decoded decode_png(std::string_view bytes, std::uint32_t side);  // what is transparent lies on white

// `quality`: 1 to 100, as libjpeg has it. Empty where the encoder gave up.
Bytes encode_jpeg(const Picture& picture, int quality);

}  // namespace haki::media
