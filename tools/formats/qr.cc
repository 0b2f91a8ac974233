#include "formats/qr.h"

#include <png.h>

#include <csetjmp>
#include <cstdint>
#include <qrcodegen/qrcodegen.hpp>

namespace haki::formats {
namespace {

constexpr long kPixelsPerModule = 8;
constexpr long kQuietOnPaper = 4;
constexpr long kQuietOnScreen = 2;

void append_png(png_structp png, png_bytep bytes, png_size_t count) {
  static_cast<std::string*>(png_get_io_ptr(png))->append(reinterpret_cast<const char*>(bytes), count);
}
void flush_nothing(png_structp) {}

// libpng leaves with longjmp, so nothing here may need destruction.
bool write_png(png_structp png, png_infop info, png_uint_32 side, const std::vector<png_bytep>& rows) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_write_image(png, const_cast<png_bytepp>(rows.data()));
  png_write_end(png, nullptr);
  return true;
}

}  // namespace

Result<QrCode> QrCode::of(std::string_view text, QrUse use) {
  const Error too_large{Code::kTooLarge,
                        "This is too long for a QR code that a camera reads with ease. Use a file instead."};
  try {
    const auto least = use == QrUse::kPaper ? qrcodegen::QrCode::Ecc::MEDIUM : qrcodegen::QrCode::Ecc::LOW;
    const auto made = qrcodegen::QrCode::encodeSegments(qrcodegen::QrSegment::makeSegments(std::string(text).c_str()),
                                                        least, 1, kComfortableQrVersion);
    QrCode code;
    code.side_ = static_cast<std::size_t>(made.getSize());
    for (int y = 0; y < made.getSize(); ++y) {
      for (int x = 0; x < made.getSize(); ++x) code.dark_.push_back(made.getModule(x, y));
    }
    return code;
  } catch (const qrcodegen::data_too_long&) {
    return too_large;
  }
}

bool QrCode::dark(long x, long y) const {
  const long side = static_cast<long>(side_);
  if (x < 0 || y < 0 || x >= side || y >= side) return false;
  return dark_[static_cast<std::size_t>(y * side + x)];
}

Result<std::string> qr_png(const QrCode& code) {
  const Error no_memory{Code::kIo, "There is no memory for the picture."};
  const long side = (static_cast<long>(code.side()) + 2 * kQuietOnPaper) * kPixelsPerModule;
  const std::size_t row_bytes = static_cast<std::size_t>(side + 7) / 8;
  std::vector<std::uint8_t> pixels(row_bytes * static_cast<std::size_t>(side));  // a bit each, 1 is white
  std::vector<png_bytep> rows;
  for (long y = 0; y < side; ++y) {
    std::uint8_t* const row = pixels.data() + row_bytes * static_cast<std::size_t>(y);
    rows.push_back(row);
    for (long x = 0; x < side; ++x) {
      const bool dark = code.dark(x / kPixelsPerModule - kQuietOnPaper, y / kPixelsPerModule - kQuietOnPaper);
      if (!dark) row[x / 8] = static_cast<std::uint8_t>(row[x / 8] | 0x80 >> x % 8);
    }
  }
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  bool written = false;
  if (info != nullptr) {
    png_set_write_fn(png, &bytes, append_png, flush_nothing);
    written = write_png(png, info, static_cast<png_uint_32>(side), rows);
  }
  png_destroy_write_struct(&png, &info);
  if (!written) return no_memory;
  return bytes;
}

Result<std::string> qr_text(const QrCode& code, std::size_t columns, bool colours) {
  const std::size_t wide = code.side() + 2 * static_cast<std::size_t>(kQuietOnScreen);
  if (wide > columns) {
    return Error{Code::kTooLarge, "The QR code is " + std::to_string(wide) + " columns wide, and here are " +
                                      std::to_string(columns) +
                                      ". Make the window wider or the letters smaller, or write a picture with --qr "
                                      "FILE.png."};
  }
  // What is drawn for (upper, lower): dark where colours say so, light otherwise.
  static constexpr const char* kBlocks[2][2] = {{" ", "▄"}, {"▀", "█"}};
  const long end = static_cast<long>(code.side()) + kQuietOnScreen;
  std::string text;
  for (long y = -kQuietOnScreen; y < end; y += 2) {
    if (colours) text += "\x1b[30;107m";
    for (long x = -kQuietOnScreen; x < end; ++x) {
      // Below the last line of an odd number of rows there is nothing, which is neither dark nor drawn light.
      const bool upper = code.dark(x, y) == colours, lower = y + 1 < end && code.dark(x, y + 1) == colours;
      text += kBlocks[upper][lower];
    }
    text += colours ? "\x1b[0m\n" : "\n";
  }
  return text;
}

}  // namespace haki::formats
