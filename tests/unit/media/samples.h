// Media made up for the tests: pictures with known colours, EXIF written by hand, films that are boxes and nothing
// else.
#pragma once

#include <png.h>
#include <zlib.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "../formats/files.h"
#include "media/codecs.h"
#include "media/look.h"

namespace haki::media {

using formats::TemporaryFile;

inline std::string big(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(number >> (8 * i) & 0xff);
  return text;
}

inline std::string little(std::uint64_t number, int bytes) {
  const std::string text = big(number, bytes);
  return {text.rbegin(), text.rend()};
}

// The left half red, the right half blue.
inline Picture red_and_blue(std::uint32_t width, std::uint32_t height) {
  Picture picture{{width, height}, Bytes(std::size_t{3} * width * height)};
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) picture.rgb[i + (i / 3 % width < width / 2 ? 0 : 2)] = 0xff;
  return picture;
}

// Nothing is harder to make small.
inline Picture noise(std::uint32_t width, std::uint32_t height) {
  Picture picture{{width, height}, Bytes(std::size_t{3} * width * height)};
  std::mt19937 random(7);
  for (std::uint8_t& byte : picture.rgb) byte = static_cast<std::uint8_t>(random());
  return picture;
}

inline std::string jpeg_of(const Picture& picture, int quality = 95) {
  return std::string(as_text(encode_jpeg(picture, quality)));
}

inline std::string jpeg_part(int marker, std::string_view payload) {
  return "\xff" + std::string(1, static_cast<char>(marker)) + big(payload.size() + 2, 2) + std::string(payload);
}

// `jpeg` with `parts` behind its first marker.
inline std::string with_parts(std::string jpeg, std::string_view parts) { return jpeg.insert(2, parts); }

inline std::string png_chunk(const std::string& type, std::string_view data) {
  const std::string checked = type + std::string(data);
  return big(data.size(), 4) + checked +
         big(crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size())), 4);
}

// `format`: one of libpng's PNG_FORMAT_; `pixels` in it.
inline std::string png_of(std::uint32_t width, std::uint32_t height, std::uint32_t format, const Bytes& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = format;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr);
  std::string png(size, '\0');
  png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), 0, nullptr);
  png.resize(size);
  return png;
}
inline std::string png_of(const Picture& picture) {
  return png_of(picture.size.width, picture.size.height, PNG_FORMAT_RGB, picture.rgb);
}

// `png` with `chunks` behind its head.
inline std::string with_chunks(std::string png, std::string_view chunks) { return png.insert(8 + 25, chunks); }

inline std::string box(std::string_view type, std::string_view content) {
  return big(content.size() + 8, 4) + std::string(type) + std::string(content);
}

inline Inspection looked(std::string_view bytes, std::string_view name = "") {
  return look_into(bytes, name, [](const Facts&) {});
}

}  // namespace haki::media
