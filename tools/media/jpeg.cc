#include <stdio.h>  // for jpeglib.h, which does not include it

#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <vector>

#include "media/codecs.h"
#include "media/media.h"

namespace haki::media {

namespace {

// libjpeg leaves by longjmp: the functions that call setjmp below own nothing that needs destruction.
struct JpegErrors {
  jpeg_error_mgr base;  // first, so that libjpeg's pointer to it is one to this
  std::jmp_buf leave;
};

void give_up_jpeg(j_common_ptr common) { std::longjmp(reinterpret_cast<JpegErrors*>(common->err)->leave, 1); }
void say_nothing_jpeg(j_common_ptr) {}

jpeg_error_mgr* silent_errors(JpegErrors& errors) {
  jpeg_std_error(&errors.base);
  errors.base.error_exit = give_up_jpeg;
  errors.base.output_message = say_nothing_jpeg;
  return &errors.base;
}

class JpegDecoder {
 public:
  JpegDecoder() { state_.err = silent_errors(errors_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() { jpeg_destroy_decompress(&state_); }

  bool read_head(std::string_view bytes) {
    if (setjmp(errors_.leave) != 0) return false;
    jpeg_create_decompress(&state_);
    jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    return jpeg_read_header(&state_, TRUE) == JPEG_HEADER_OK;
  }

  // Has the decoder itself leave out what is more than twice too large: cheaper than to average it away.
  bool start(std::uint32_t side) {
    if (setjmp(errors_.leave) != 0) return false;
    const bool has_ink = state_.jpeg_color_space == JCS_CMYK || state_.jpeg_color_space == JCS_YCCK;
    state_.out_color_space = has_ink ? JCS_CMYK : JCS_RGB;
    state_.scale_denom = 8;
    for (state_.scale_num = 1; state_.scale_num < 8; state_.scale_num *= 2) {
      jpeg_calc_output_dimensions(&state_);
      if (std::max(state_.output_width, state_.output_height) >= side) break;
    }
    return jpeg_start_decompress(&state_) == TRUE;
  }

  // How many rows came before the end, or before it gave up.
  std::uint32_t read_rows(Bytes& row, Shrinker& shrinker) {
    if (setjmp(errors_.leave) != 0) return state_.output_scanline;
    unsigned char* rows[] = {row.data()};
    while (state_.output_scanline < state_.output_height) {
      if (jpeg_read_scanlines(&state_, rows, 1) != 1) break;
      if (state_.output_components == 4) ink_to_light(row.data());
      shrinker.add_row(row.data());
    }
    return state_.output_scanline;
  }

  Size size() const { return {state_.image_width, state_.image_height}; }
  Size output_size() const { return {state_.output_width, state_.output_height}; }
  std::size_t row_bytes() const {
    return std::size_t{state_.output_width} * static_cast<unsigned>(state_.output_components);
  }
  bool has_pixels_of_three_or_four() const { return state_.output_components == 3 || state_.output_components == 4; }

 private:
  // In place; roughly, since no profile is used. Adobe's programs write how much light there is in place of ink.
  void ink_to_light(unsigned char* row) const {
    const bool is_light = state_.saw_Adobe_marker == TRUE;
    for (std::uint32_t x = 0; x < state_.output_width; ++x) {
      const unsigned char* ink = row + 4 * std::size_t{x};
      const int black = is_light ? ink[3] : 255 - ink[3];
      unsigned char* light = row + 3 * std::size_t{x};
      for (int i = 0; i < 3; ++i)
        light[i] = static_cast<unsigned char>((is_light ? ink[i] : 255 - ink[i]) * black / 255);
    }
  }

  jpeg_decompress_struct state_{};
  JpegErrors errors_{};
};

struct JpegBuffer {
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
};

bool write_jpeg(jpeg_compress_struct& state, JpegErrors& errors, const Picture& picture, int quality, JpegBuffer& out) {
  if (setjmp(errors.leave) != 0) return false;
  jpeg_create_compress(&state);
  jpeg_mem_dest(&state, &out.bytes, &out.size);
  state.image_width = picture.size.width;
  state.image_height = picture.size.height;
  state.input_components = 3;
  state.in_color_space = JCS_RGB;
  jpeg_set_defaults(&state);
  jpeg_set_quality(&state, quality, TRUE);
  state.optimize_coding = TRUE;
  jpeg_start_compress(&state, TRUE);
  while (state.next_scanline < state.image_height) {
    auto* row =
        const_cast<unsigned char*>(picture.rgb.data() + std::size_t{3} * state.image_width * state.next_scanline);
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  return true;
}

}  // namespace

Decoded decode_jpeg(std::string_view bytes, std::uint32_t side) {
  Decoded decoded;
  JpegDecoder decoder;
  if (!decoder.read_head(bytes)) return decoded;
  decoded.size = decoder.size();
  const std::uint64_t pixels = std::uint64_t{decoded.size.width} * decoded.size.height;
  if (pixels > kPixelsMax || !decoder.start(side) || !decoder.has_pixels_of_three_or_four()) return decoded;
  Bytes row(decoder.row_bytes());
  Shrinker shrinker(decoder.output_size(), size_within(decoder.output_size(), side));
  const std::uint32_t rows = decoder.read_rows(row, shrinker);
  decoded.complete = rows == decoder.output_size().height;
  if (rows > 0) decoded.picture = shrinker.take();
  return decoded;
}

Bytes encode_jpeg(const Picture& picture, int quality) {
  jpeg_compress_struct state{};
  JpegErrors errors{};
  JpegBuffer out;
  state.err = silent_errors(errors);
  const bool written = write_jpeg(state, errors, picture, quality, out);
  jpeg_destroy_compress(&state);
  Bytes bytes;
  if (written) bytes.assign(out.bytes, out.bytes + out.size);
  std::free(out.bytes);
  return bytes;
}

}  // namespace haki::media
