#include "media/look.h"

#include <algorithm>
#include <array>

#include "media/codecs.h"
#include "media/exif.h"
#include "media/jpeg_parts.h"
#include "media/kinds.h"
#include "media/mp4.h"
#include "media/png_parts.h"
#include "media/said.h"

namespace haki::media {

namespace {

using namespace std::string_view_literals;

// The codes of `order` that are in `which`, or are `code`, in that order.
template <std::size_t Count>
void add_in_order(const std::array<std::string_view, Count>& order, std::string_view code,
                  std::vector<std::string>& which) {
  std::vector<std::string> all;
  for (const std::string_view candidate : order) {
    if (candidate == code || std::find(which.begin(), which.end(), candidate) != which.end())
      all.emplace_back(candidate);
  }
  which = std::move(all);
}

void add_holding(Facts& facts, std::string_view code) {
  add_in_order(std::array{"place"sv, "serial_number"sv, "person"sv, "comment"sv, "more"sv}, code, facts.also_holds);
}

// Returns how the picture lies.
int add_exif(std::string_view tiff, Facts& facts) {
  const Exif exif = exif_of(tiff);
  facts.captured_at = exif.captured_at;
  facts.position = exif.position;
  facts.device = exif.device;
  if (exif.has_place && !exif.position) add_holding(facts, "place");
  if (exif.has_serial_number) add_holding(facts, "serial_number");
  if (exif.names_person) add_holding(facts, "person");
  if (exif.has_comment) add_holding(facts, "comment");
  if (exif.has_maker_note) add_holding(facts, "more");
  return exif.orientation;
}

// Phones append films, and other programs what they like; only zeros are nothing.
bool has_more_behind(std::string_view bytes, const JpegParts& jpeg) {
  if (jpeg.end != JpegEnd::kWhole) return false;
  const std::string_view last = jpeg.parts.back().whole;
  const auto end = static_cast<std::size_t>(last.data() + last.size() - bytes.data());
  return bytes.find_first_not_of('\0', end) != std::string_view::npos;
}

// Whatever a cleaned copy leaves out is told, if only by name.
int add_what_jpeg_says(std::string_view bytes, Facts& facts) {
  const JpegParts jpeg = jpeg_parts(bytes);
  facts.looked_into = jpeg.end != JpegEnd::kBroken;  // what stands behind the break has not been seen
  int orientation = 1;
  bool has_exif = false;
  for (const JpegPart& part : jpeg.parts) {
    if (part.marker == kJpegApp1 && part.payload.starts_with(kExifHead) && !has_exif) {
      orientation = add_exif(part.payload.substr(kExifHead.size()), facts);
      has_exif = true;
    } else if (part.marker == kJpegComment) {
      if (!said(part.payload).empty()) add_holding(facts, "comment");
    } else if (!is_for_pixels(part)) {
      add_holding(facts, "more");
    }
  }
  if (has_more_behind(bytes, jpeg)) add_holding(facts, "more");
  return orientation;
}

int add_what_png_says(std::string_view bytes, Facts& facts) {
  const PngParts png = png_parts(bytes);
  facts.looked_into = png.is_sound;
  int orientation = 1;
  for (const PngPart& part : png.parts) {
    const bool is_text = part.type == "tEXt" || part.type == "zTXt" || part.type == "iTXt";
    if (part.type == "eXIf") {
      orientation = add_exif(part.data, facts);
    } else if (is_text && !part.data.starts_with("XML:com.adobe.xmp")) {
      add_holding(facts, "comment");
    } else if (!is_for_pixels(part)) {
      add_holding(facts, "more");
    }
  }
  return orientation;
}

void add_what_mp4_says(std::string_view bytes, Facts& facts) {
  const Mp4 mp4 = mp4_of(bytes);
  if (mp4.width > 0 && mp4.height > 0) facts.width = mp4.width, facts.height = mp4.height;
  facts.captured_at = mp4.captured_at;
  facts.position = mp4.position;
  facts.device = device_said(mp4.make, mp4.model);
  if (mp4.has_place && !mp4.position) add_holding(facts, "place");
  if (mp4.names_person) add_holding(facts, "person");
  if (mp4.has_comment) add_holding(facts, "comment");
  if (mp4.has_more) add_holding(facts, "more");
}

// The first that fits: as large and as good as can be.
std::optional<Copy> thumbnail_of(const Picture& picture) {
  for (const std::uint32_t side : {kThumbnailSide, 240U, 160U, 80U}) {
    const Picture small = shrunk(picture, size_within(picture.size, side));
    for (const int quality : {80, 65, 50, 35}) {
      Bytes bytes = encode_jpeg(small, quality);
      if (bytes.empty() || bytes.size() > kThumbnailBytesMax) continue;
      return Copy{std::move(bytes), "image/jpeg", small.size.width, small.size.height};
    }
  }
  return std::nullopt;
}

std::optional<Copy> smaller_of(const Picture& picture, std::size_t original_bytes) {
  for (const int quality : {75, 60}) {
    Bytes bytes = encode_jpeg(picture, quality);
    if (bytes.empty() || bytes.size() > original_bytes / 2) continue;
    return Copy{std::move(bytes), "image/jpeg", picture.size.width, picture.size.height};
  }
  return std::nullopt;
}

// Adds size and copies; what the file says of itself is in `known` already.
void add_copies(const Decoded& decoded, int orientation, bool truncated, std::size_t bytes, Inspection& known) {
  if (decoded.size.width > 0 && decoded.size.height > 0) {
    known.facts.width = lies_on_side(orientation) ? decoded.size.height : decoded.size.width;
    known.facts.height = lies_on_side(orientation) ? decoded.size.width : decoded.size.height;
  }
  if (!decoded.picture || (!decoded.complete && !truncated)) add_remark(known.facts, "unreadable");
  if (!decoded.picture) return;
  const Picture picture = upright(*decoded.picture, orientation);
  known.thumbnail = thumbnail_of(picture);
  known.smaller = smaller_of(picture, bytes);
}

}  // namespace

void add_remark(Facts& facts, std::string_view remark) {
  add_in_order(std::array{"empty"sv, "truncated"sv, "misnamed"sv, "unreadable"sv, "unknown_kind"sv}, remark,
               facts.remarks);
}

Inspection look_into(std::string_view bytes, std::string_view name, const std::function<void(const Facts&)>& so_far) {
  Inspection known;
  Facts& facts = known.facts;
  const Kind kind = kind_of(bytes);
  facts.media_type = kind.media_type;
  if (bytes.empty()) {
    add_remark(facts, "empty");
    return known;
  }
  if (kind.family == Family::kUnknown) add_remark(facts, "unknown_kind");
  if (is_misnamed(name, kind.family)) add_remark(facts, "misnamed");
  const bool truncated = is_truncated(bytes, kind.family);
  if (truncated) add_remark(facts, "truncated");
  so_far(facts);

  const bool is_jpeg = kind.family == Family::kJpeg, is_png = kind.family == Family::kPng;
  facts.looked_into = is_jpeg || is_png || kind.family == Family::kMp4;
  if (kind.family == Family::kMp4) add_what_mp4_says(bytes, facts);
  if (!is_jpeg && !is_png) return known;
  const int orientation = is_jpeg ? add_what_jpeg_says(bytes, facts) : add_what_png_says(bytes, facts);
  so_far(facts);
  const Decoded decoded = is_jpeg ? decode_jpeg(bytes, kSmallerSide) : decode_png(bytes, kSmallerSide);
  add_copies(decoded, orientation, truncated, bytes.size(), known);
  return known;
}

}  // namespace haki::media
