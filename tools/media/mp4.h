// MP4, 3GP, QuickTime and HEIF: boxes within boxes (ISO/IEC 14496-12), and what a film or a recording says of itself in
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace haki::media {

struct Mp4 {
  std::string_view brand;  // four characters of the first box; empty where the file begins with another box
  bool has_video = false, has_sound = false;
  bool is_truncated = false;  // a box goes beyond the end, the index is missing, or it names bytes beyond the end
  std::uint32_t width = 0, height = 0;  // of the first video track, upright; 0 where it does not say
  std::string captured_at;              // as Facts::captured_at
  std::optional<std::pair<double, double>> position;
  bool has_place = false;     // whether it makes a position or not
  std::string make, model;    // as they stand
  bool names_person = false;  // an artist, author or copyright holder
  bool has_comment = false;   // a title, description or comment
  bool has_more = false;      // boxes or tracks of which nothing is known here; any of them may tell
};

// Whether the bytes begin as one of these does.
bool begins_as_mp4(std::string_view bytes);

// Total. Boxes may lie six deep.
Mp4 mp4_of(std::string_view bytes);

}  // namespace haki::media
