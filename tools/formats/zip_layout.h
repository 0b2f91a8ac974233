// What a zip is made of, byte by byte, so that no two readers can see different files in it (spec 82-dossier, "As a zip"): libzip
// and others read the directory at the end, some read from the front, and a zip can be made to tell them different things.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace haki::formats {

struct ZipEntry {
  std::string name;  // as its bytes are
  std::uint64_t bytes = 0, packed = 0;  // as the directory says
  std::uint16_t method = 0;
  bool is_folder = false;
};
struct ZipLayout {
  std::vector<ZipEntry> entries;  // in the directory's order, as libzip counts them
  bool has_comment = false;
};
// Why it is not taken.
enum class ZipFault : std::uint8_t { kNoZip = 1, kCutOff = 2, kHidden = 3, kContradicts = 4, kLocked = 5, kMethod = 6, kLink = 7, kTooMany = 8 };
constexpr std::uint8_t kZipFaultLast = 8;

// Reads the directory and each local header of the file behind `fd`; not the contents.
std::variant<ZipLayout, ZipFault> read_zip_layout(int fd);

}  // namespace haki::formats
