#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <vector>

#include "media/codecs.h"
#include "media/media.h"

namespace haki::media {

namespace {

constexpr std::size_t kReadBytes = 512;  // at once: of a file that is cut off, so much of what is there is lost at most
constexpr std::uint64_t kInterlacedPixelsMax = 64'000'000;  // the whole is in memory

void read_from_view(png_structp png, png_bytep to, png_size_t count) {
  auto& rest = *static_cast<std::string_view*>(png_get_io_ptr(png));
  if (count > rest.size()) png_error(png, "ends");
  std::memcpy(to, rest.data(), count);
  rest.remove_prefix(count);
}

void give_up_png(png_structp png, png_const_charp) { png_longjmp(png, 1); }
void say_nothing_png(png_structp, png_const_charp) {}

// libpng leaves by longjmp: the functions that call setjmp below own nothing that needs destruction.
class PngDecoder {
 public:
  explicit PngDecoder(std::string_view bytes) : rest_(bytes) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, give_up_png, say_nothing_png);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
  }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }

  bool read_head() {
    if (info_ == nullptr || setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_user_limits(png_, kSideMax, kSideMax);
    png_set_compression_buffer_size(png_, kReadBytes);
    png_set_read_fn(png_, &rest_, read_from_view);
    png_read_info(png_, info_);
    return true;
  }

  // Whatever it is made of: eight bits of red, green and blue.
  bool start() {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_expand(png_);
    png_set_scale_16(png_);
    png_set_gray_to_rgb(png_);
    const bool is_see_through =
        (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
    png_color_16 white{0, 0xff, 0xff, 0xff, 0xff};
    if (png_get_bit_depth(png_, info_) == 16) white = {0, 0xffff, 0xffff, 0xffff, 0xffff};
    if (is_see_through) png_set_background(png_, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 1.0);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return png_get_channels(png_, info_) == 3 && png_get_bit_depth(png_, info_) == 8;
  }

  // How many rows came before the end, or before it gave up. `pixels` is one row, or all of them where there are
  // passes.
  std::uint32_t read_rows(Bytes& pixels, Shrinker& shrinker) {
    const std::size_t row_bytes = std::size_t{3} * size().width;
    if (setjmp(png_jmpbuf(png_)) == 0) {
      while (rows_ < size().height * static_cast<std::uint64_t>(passes_)) {
        const std::uint64_t y = passes_ == 1 ? 0 : rows_ % size().height;
        png_read_row(png_, pixels.data() + row_bytes * y, nullptr);
        if (passes_ == 1) shrinker.add_row(pixels.data());
        ++rows_;
      }
    }
    if (passes_ == 1) return static_cast<std::uint32_t>(rows_);
    for (std::uint32_t y = 0; y < size().height && rows_ > 0; ++y) shrinker.add_row(pixels.data() + row_bytes * y);
    return static_cast<std::uint32_t>(rows_ / static_cast<std::uint64_t>(passes_));
  }

  Size size() const { return {png_get_image_width(png_, info_), png_get_image_height(png_, info_)}; }
  bool is_interlaced() const { return png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE; }
  bool has_rows() const { return rows_ > 0; }

 private:
  std::string_view rest_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  std::uint64_t rows_ = 0;  // a member, so that it outlives the longjmp
};

}  // namespace

Decoded decode_png(std::string_view bytes, std::uint32_t side) {
  Decoded decoded;
  PngDecoder decoder(bytes);
  if (!decoder.read_head()) return decoded;
  decoded.size = decoder.size();
  const std::uint64_t pixels = std::uint64_t{decoded.size.width} * decoded.size.height;
  if (pixels > (decoder.is_interlaced() ? kInterlacedPixelsMax : kPixelsMax) || !decoder.start()) return decoded;
  Bytes rows(3 * (decoder.is_interlaced() ? pixels : decoded.size.width), 0xff);
  Shrinker shrinker(decoded.size, size_within(decoded.size, side));
  decoded.complete = decoder.read_rows(rows, shrinker) == decoded.size.height;
  if (decoder.has_rows()) decoded.picture = shrinker.take();
  return decoded;
}

}  // namespace haki::media
