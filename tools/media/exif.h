// What a camera writes into a picture (CIPA DC-008, Exif 2.32). The one user of libexif.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace haki::media {

inline constexpr std::string_view kExifHead{"Exif\0\0", 6};  // what stands before it in a JPEG

struct Exif {
  std::string captured_at;  // as Facts::captured_at
  std::optional<std::pair<double, double>> position;
  std::string device;
  int orientation = 1;     // 1 to 8: how the picture lies, and 1 where that is not said
  bool has_place = false;  // GPS data, whether they make a position or not
  bool has_serial_number = false, names_person = false, has_comment = false, has_maker_note = false;
};

// `tiff`: the bytes behind kExifHead in a JPEG, or in a PNG's eXIf. Total. Called in a child: libexif has had its
// accidents.
Exif exif_of(std::string_view tiff);

// EXIF that says nothing but how the picture lies: the same kind of bytes.
std::string exif_with_orientation(int orientation);

}  // namespace haki::media
