#include "media/exif.h"

#include <libexif/exif-data.h>

#include <memory>

#include "media/said.h"

namespace haki::media {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kExifBytesMax = 1U << 20;

struct Unref {
  void operator()(ExifData* data) const { exif_data_unref(data); }
};

class ExifReader {
 public:
  explicit ExifReader(std::string_view tiff) : data_(exif_data_new()) {
    if (!data_ || tiff.size() > kExifBytesMax) return;
    // As it stands: what libexif does to make it follow the specification would be its own saying.
    exif_data_unset_option(data_.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_unset_option(data_.get(), EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS);
    std::string bytes(kExifHead);
    bytes += tiff;
    exif_data_load_data(data_.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                        static_cast<unsigned>(bytes.size()));
  }

  const ExifEntry* entry(ExifIfd ifd, int tag) const {
    if (!data_) return nullptr;
    const ExifEntry* entry = exif_content_get_entry(data_->ifd[ifd], static_cast<ExifTag>(tag));
    return entry != nullptr && entry->data != nullptr && entry->size > 0 ? entry : nullptr;
  }

  // Up to the first zero; empty where it is no text.
  std::string_view text(ExifIfd ifd, int tag) const {
    const ExifEntry* found = entry(ifd, tag);
    if (found == nullptr || found->format != EXIF_FORMAT_ASCII) return {};
    const std::string_view whole(reinterpret_cast<const char*>(found->data), found->size);
    return whole.substr(0, whole.find('\0'));
  }

  // The sum of degrees, minutes and seconds, with its sign from N, S, E or W.
  std::optional<double> degrees(int tag, int reference_tag, char positive, char negative) const {
    const ExifEntry* found = entry(EXIF_IFD_GPS, tag);
    const std::string_view reference = text(EXIF_IFD_GPS, reference_tag);
    if (found == nullptr || found->format != EXIF_FORMAT_RATIONAL || found->components < 3 || found->size < 24)
      return std::nullopt;
    if (reference.empty() || (reference[0] != positive && reference[0] != negative)) return std::nullopt;
    double sum = 0, unit = 1;
    for (int i = 0; i < 3; ++i, unit *= 60) {
      const ExifRational part = exif_get_rational(found->data + 8 * i, exif_data_get_byte_order(data_.get()));
      if (part.denominator == 0) {
        if (i == 0 || part.numerator != 0) return std::nullopt;
        continue;  // 0/0 for seconds that are not known
      }
      sum += static_cast<double>(part.numerator) / part.denominator / unit;
    }
    return reference[0] == negative ? -sum : sum;
  }

  int orientation() const {
    const ExifEntry* found = entry(EXIF_IFD_0, EXIF_TAG_ORIENTATION);
    if (found == nullptr || found->format != EXIF_FORMAT_SHORT || found->size < 2) return 1;
    const int value = exif_get_short(found->data, exif_data_get_byte_order(data_.get()));
    return value >= 1 && value <= 8 ? value : 1;
  }

  // Anything but the version, which cameras write that do not know where they are.
  bool has_gps() const {
    if (!data_) return false;
    const ExifContent* gps = data_->ifd[EXIF_IFD_GPS];
    for (unsigned i = 0; i < gps->count; ++i) {
      if (static_cast<int>(gps->entries[i]->tag) != EXIF_TAG_GPS_VERSION_ID) return true;
    }
    return false;
  }

 private:
  std::unique_ptr<ExifData, Unref> data_;
};

// A comment begins with eight bytes that name its encoding, and cameras fill it with blanks.
bool has_user_comment(const ExifReader& exif) {
  const ExifEntry* found = exif.entry(EXIF_IFD_EXIF, EXIF_TAG_USER_COMMENT);
  if (found == nullptr || found->size <= 8) return false;
  return !said(std::string_view(reinterpret_cast<const char*>(found->data) + 8, found->size - 8)).empty();
}

}  // namespace

Exif exif_of(std::string_view tiff) {
  const ExifReader exif(tiff);
  Exif facts;
  facts.captured_at = time_said(exif.text(EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL));
  if (!facts.captured_at.empty())
    facts.captured_at += offset_said(exif.text(EXIF_IFD_EXIF, EXIF_TAG_OFFSET_TIME_ORIGINAL));
  facts.device = device_said(exif.text(EXIF_IFD_0, EXIF_TAG_MAKE), exif.text(EXIF_IFD_0, EXIF_TAG_MODEL));
  facts.orientation = exif.orientation();
  const auto latitude = exif.degrees(EXIF_TAG_GPS_LATITUDE, EXIF_TAG_GPS_LATITUDE_REF, 'N', 'S');
  const auto longitude = exif.degrees(EXIF_TAG_GPS_LONGITUDE, EXIF_TAG_GPS_LONGITUDE_REF, 'E', 'W');
  if (latitude && longitude) facts.position = position_said(*latitude, *longitude);
  facts.has_place = exif.has_gps();
  const auto says = [&](ExifIfd ifd, int tag) { return !said(exif.text(ifd, tag)).empty(); };
  facts.has_serial_number =
      says(EXIF_IFD_EXIF, EXIF_TAG_BODY_SERIAL_NUMBER) || says(EXIF_IFD_EXIF, EXIF_TAG_LENS_SERIAL_NUMBER);
  facts.names_person = says(EXIF_IFD_0, EXIF_TAG_ARTIST) || says(EXIF_IFD_0, EXIF_TAG_COPYRIGHT) ||
                       says(EXIF_IFD_EXIF, EXIF_TAG_CAMERA_OWNER_NAME) ||
                       exif.entry(EXIF_IFD_0, EXIF_TAG_XP_AUTHOR) != nullptr;
  facts.has_comment = says(EXIF_IFD_0, EXIF_TAG_IMAGE_DESCRIPTION) || has_user_comment(exif) ||
                      exif.entry(EXIF_IFD_0, EXIF_TAG_XP_COMMENT) != nullptr ||
                      exif.entry(EXIF_IFD_0, EXIF_TAG_XP_TITLE) != nullptr;
  facts.has_maker_note = exif.entry(EXIF_IFD_EXIF, EXIF_TAG_MAKER_NOTE) != nullptr;
  return facts;
}

std::string exif_with_orientation(int orientation) {
  // Big-endian, one entry at byte 8: tag 0x0112, a short, one of it, the value; and no further list.
  std::string tiff("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0"sv);
  tiff[19] = static_cast<char>(orientation);
  return tiff;
}

}  // namespace haki::media
