#include "formats/ole_stream.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "formats/little_endian.h"

namespace haki::formats {

namespace {

constexpr std::size_t kHeaderBytes = 512;
constexpr std::size_t kEntryBytes = 128;
constexpr std::size_t kMiniSectorBytes = 64;
constexpr std::size_t kSectorsInHeader = 109;  // of the allocation table
constexpr std::uint32_t kLastSector = 0xfffffffa;

using Chain = std::vector<std::uint32_t>;

class OleFile {
 public:
  explicit OleFile(std::string_view file) : file_(file) {
    const std::size_t shift = file.size() < kHeaderBytes ? 0 : little_endian(file, 30, 2);
    if (shift != 9 && shift != 12) return;
    sector_bytes_ = std::size_t{1} << shift;
    read_table();
    mini_cutoff_ = little_endian(file_, 56, 4);
    const std::string mini_table = contents(number_at(60), kAll);
    for (std::size_t at = 0; at + 4 <= mini_table.size(); at += 4) {
      mini_next_.push_back(static_cast<std::uint32_t>(little_endian(mini_table, at, 4)));
    }
    directory_ = contents(number_at(48), kAll);
  }

  std::optional<std::string> stream(std::string_view name) const {
    std::string wide;
    for (const char character : name) wide += {character, '\0'};
    wide += std::string(2, '\0');
    const std::string_view root = std::string_view(directory_).substr(0, kEntryBytes);
    for (std::size_t at = 0; at + kEntryBytes <= directory_.size(); at += kEntryBytes) {
      const std::string_view entry = std::string_view(directory_).substr(at, kEntryBytes);
      if (entry[66] != 2 || little_endian(entry, 64, 2) != wide.size() || !entry.starts_with(wide)) continue;
      const auto first = static_cast<std::uint32_t>(little_endian(entry, 116, 4));
      const std::size_t size = little_endian(entry, 120, 4);
      std::string bytes = size < mini_cutoff_ ? mini_contents(root, first, size) : contents(first, size);
      if (bytes.size() < size) return std::nullopt;
      return bytes;
    }
    return std::nullopt;
  }

 private:
  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

  std::uint32_t number_at(std::size_t at) const { return static_cast<std::uint32_t>(little_endian(file_, at, 4)); }

  // Empty beyond the end of the file; the last sector may be cut off.
  std::string_view sector(std::uint32_t number) const {
    const std::uint64_t at = (std::uint64_t{number} + 1) * sector_bytes_;
    return at >= file_.size() ? std::string_view() : file_.substr(static_cast<std::size_t>(at), sector_bytes_);
  }

  void add_table_sector(std::uint32_t number) {
    const std::string_view bytes = sector(number);
    for (std::size_t at = 0; at + 4 <= bytes.size(); at += 4) {
      next_.push_back(static_cast<std::uint32_t>(little_endian(bytes, at, 4)));
    }
  }

  // The table of what follows each sector: its own sectors are named in the header and, beyond 109, in a chain of lists.
  void read_table() {
    for (std::size_t i = 0; i < kSectorsInHeader && number_at(76 + 4 * i) < kLastSector; ++i) add_table_sector(number_at(76 + 4 * i));
    std::uint32_t list = number_at(68);
    for (std::size_t lists = file_.size() / sector_bytes_; lists > 0 && list < kLastSector; --lists) {
      const std::string_view bytes = sector(list);
      if (bytes.size() < sector_bytes_ || next_.size() > file_.size() / sector_bytes_ + sector_bytes_) return;
      for (std::size_t at = 0; at + 8 <= bytes.size() && little_endian(bytes, at, 4) < kLastSector; at += 4) {
        add_table_sector(static_cast<std::uint32_t>(little_endian(bytes, at, 4)));
      }
      list = static_cast<std::uint32_t>(little_endian(bytes, sector_bytes_ - 4, 4));
    }
  }

  // Up to `size` bytes of a chain; a chain that goes round is as long as the file at most.
  std::string contents(std::uint32_t first, std::size_t size) const {
    std::string bytes;
    const std::size_t size_max = std::min(size, file_.size());
    for (std::uint32_t at = first; at < next_.size() && bytes.size() < size_max; at = next_[at]) {
      if (sector(at).empty()) break;
      bytes += sector(at);
    }
    if (bytes.size() > size_max) bytes.resize(size_max);
    return bytes;
  }

  // Small streams lie in sectors of 64 bytes within the stream of the root.
  std::string mini_contents(std::string_view root, std::uint32_t first, std::size_t size) const {
    const std::string all = contents(static_cast<std::uint32_t>(little_endian(root, 116, 4)), little_endian(root, 120, 4));
    std::string bytes;
    for (std::uint32_t at = first; at < mini_next_.size() && bytes.size() < size; at = mini_next_[at]) {
      if (at * kMiniSectorBytes >= all.size()) break;
      bytes += all.substr(at * kMiniSectorBytes, kMiniSectorBytes);
    }
    if (bytes.size() > size) bytes.resize(size);
    return bytes;
  }

  std::string_view file_;
  std::size_t sector_bytes_ = kHeaderBytes;
  std::size_t mini_cutoff_ = 0;
  Chain next_;
  Chain mini_next_;
  std::string directory_;
};

}  // namespace

std::optional<std::string> ole_stream(std::string_view file, std::string_view name) { return OleFile(file).stream(name); }

}  // namespace haki::formats
