#include "media/clean.h"

#include <zlib.h>

#include "media/exif.h"
#include "media/jpeg_parts.h"
#include "media/kinds.h"
#include "media/png_parts.h"

namespace haki::media {

namespace {

void put_big_endian(std::string& out, std::uint32_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(number >> (8 * i) & 0xff));
}

std::string jpeg_part_of(std::uint8_t marker, std::string_view payload) {
  std::string part{'\xff', static_cast<char>(marker)};
  put_big_endian(part, static_cast<std::uint32_t>(payload.size() + 2), 2);
  part += payload;
  return part;
}

std::string jpeg_orientation(std::string_view exif) {
  const int orientation = exif_of(exif.substr(kExifHead.size())).orientation;
  return orientation == 1 ? std::string()
                          : jpeg_part_of(kJpegApp1, std::string(kExifHead) + exif_with_orientation(orientation));
}

// JFIF says the shape of a pixel, and may hold a small picture, which goes.
std::string jfif_without_picture(std::string_view payload) {
  constexpr std::size_t kWithoutPicture = 14;
  if (payload.size() < kWithoutPicture) return {};
  std::string kept(payload.substr(0, kWithoutPicture));
  kept[12] = kept[13] = 0;
  return jpeg_part_of(kJpegApp0, kept);
}

// What stays of a part.
std::string cleaned_part(const JpegPart& part) {
  if (!is_for_pixels(part)) return {};
  return part.marker == kJpegApp0 ? jfif_without_picture(part.payload) : std::string(part.whole);
}

std::variant<std::string, CannotClean> cleaned_jpeg(std::string_view bytes) {
  const JpegParts jpeg = jpeg_parts(bytes);
  if (jpeg.end == JpegEnd::kBroken) return CannotClean::kBroken;
  std::string result;
  bool has_exif = false;
  for (const JpegPart& part : jpeg.parts) {
    if (part.marker == kJpegApp1 && part.payload.starts_with(kExifHead) && !has_exif) {
      result += jpeg_orientation(part.payload);
      has_exif = true;
    } else {
      result += cleaned_part(part);
    }
  }
  return result;
}

std::string png_orientation(std::string_view exif) {
  const int orientation = exif_of(exif).orientation;
  if (orientation == 1) return {};
  const std::string checked = "eXIf" + exif_with_orientation(orientation);
  std::string chunk;
  put_big_endian(chunk, static_cast<std::uint32_t>(checked.size() - 4), 4);
  chunk += checked;
  const uLong check = crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  put_big_endian(chunk, static_cast<std::uint32_t>(check), 4);
  return chunk;
}

std::variant<std::string, CannotClean> cleaned_png(std::string_view bytes) {
  const PngParts png = png_parts(bytes);
  if (!png.is_sound) return CannotClean::kBroken;
  std::string result(kPngSignature);
  for (const PngPart& part : png.parts) {
    if (is_for_pixels(part)) result += part.whole;
    if (part.type == "eXIf") result += png_orientation(part.data);
  }
  return result;
}

}  // namespace

std::variant<std::string, CannotClean> cleaned(std::string_view bytes) {
  switch (kind_of(bytes).family) {
    case Family::kJpeg:
      return cleaned_jpeg(bytes);
    case Family::kPng:
      return cleaned_png(bytes);
    default:
      return CannotClean::kOtherKind;
  }
}

}  // namespace haki::media
