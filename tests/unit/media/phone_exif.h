// EXIF written by hand (TIFF 6.0, little-endian), so that the tests do not believe what they test.
#pragma once

#include "samples.h"

namespace haki::media {

struct TiffEntry {
  int tag, type;
  std::uint32_t count;
  std::string value;  // little-endian
};

inline TiffEntry tiff_text(int tag, const std::string& text) {
  return {tag, 2, static_cast<std::uint32_t>(text.size() + 1), text + '\0'};
}
inline TiffEntry tiff_short(int tag, int value) { return {tag, 3, 1, little(static_cast<unsigned>(value), 2)}; }
inline TiffEntry tiff_degrees(int tag, unsigned degrees, unsigned minutes, unsigned hundredths) {
  return {
      tag, 5, 3,
      little(degrees, 4) + little(1, 4) + little(minutes, 4) + little(1, 4) + little(hundredths, 4) + little(100, 4)};
}

// A list of entries as it stands at byte `at` of the file, with what does not fit into four bytes behind it.
inline std::string tiff_list(const std::vector<TiffEntry>& entries, std::size_t at) {
  std::string list = little(entries.size(), 2), behind;
  const std::size_t behind_at = at + 2 + 12 * entries.size() + 4;
  for (const TiffEntry& entry : entries) {
    std::string value = entry.value;
    if (value.size() > 4) {
      value = little(behind_at + behind.size(), 4);
      behind += entry.value;
    }
    value.resize(4);
    list += little(static_cast<unsigned>(entry.tag), 2) + little(static_cast<unsigned>(entry.type), 2) +
            little(entry.count, 4) + value;
  }
  return list + little(0, 4) + behind;
}

// What a phone in Samburu could have written; every value a test may change.
struct PhoneExif {
  std::string make = "Tecno", model = "Tecno Spark 10", taken = "2023:05:17 14:03:09", offset = "+03:00";
  std::string latitude_reference = "S", longitude_reference = "E", serial_number;
  int orientation = 6;

  std::string tiff() const {
    std::vector<TiffEntry> exif{tiff_text(0x9003, taken), tiff_text(0x9011, offset)};
    if (!serial_number.empty()) exif.push_back(tiff_text(0xa431, serial_number));
    std::vector<TiffEntry> gps{{0, 1, 4, "\x02\x03" + std::string(2, '\0')}};
    if (!latitude_reference.empty()) gps.push_back(tiff_text(1, latitude_reference));
    gps.push_back(tiff_degrees(2, 1, 17, 2'436));  // 1 + 17/60 + 24.36/3600 = 1.29010
    gps.push_back(tiff_text(3, longitude_reference));
    gps.push_back(tiff_degrees(4, 36, 49, 1'884));  // 36 + 49/60 + 18.84/3600 = 36.82190
    std::vector<TiffEntry> first{tiff_text(0x010f, make),
                                 tiff_text(0x0110, model),
                                 tiff_short(0x0112, orientation),
                                 {0x8769, 4, 1, little(0, 4)},
                                 {0x8825, 4, 1, little(0, 4)}};
    const std::size_t exif_at = 8 + tiff_list(first, 8).size(), gps_at = exif_at + tiff_list(exif, exif_at).size();
    first[3].value = little(exif_at, 4);
    first[4].value = little(gps_at, 4);
    return std::string("II*\0", 4) + little(8, 4) + tiff_list(first, 8) + tiff_list(exif, exif_at) +
           tiff_list(gps, gps_at);
  }
  std::string part() const { return jpeg_part(0xe1, "Exif" + std::string(2, '\0') + tiff()); }
};

}  // namespace haki::media
