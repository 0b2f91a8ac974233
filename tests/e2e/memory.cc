#include "memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>

namespace haki::e2e {
namespace {

constexpr std::uint8_t kChange = 0xA5;

}  // namespace

Needle::Needle(std::string name, std::span<const std::uint8_t> bytes) : name_(std::move(name)) {
  for (const std::uint8_t byte : bytes) changed_.push_back(byte ^ kChange);
}

bool Needle::is_in(std::span<const std::uint8_t> hay) const {
  if (hay.size() < changed_.size()) return false;
  const std::uint8_t* at = hay.data();
  const std::uint8_t* const last = hay.data() + hay.size() - changed_.size();
  while (at <= last) {
    at = static_cast<const std::uint8_t*>(std::memchr(at, changed_[0] ^ kChange, static_cast<std::size_t>(last - at) + 1));
    if (at == nullptr) return false;
    std::size_t same = 1;
    while (same < changed_.size() && (at[same] ^ kChange) == changed_[same]) ++same;
    if (same == changed_.size()) return true;
    ++at;
  }
  return false;
}

std::vector<Needle> text_needles(std::string_view name, std::string_view text) {
  constexpr std::size_t kPiece = 10;
  std::vector<Needle> pieces;
  for (std::size_t at = 0; at + kPiece <= text.size(); at += kPiece) {
    const std::span<const std::uint8_t> piece(reinterpret_cast<const std::uint8_t*>(text.data()) + at, kPiece);
    pieces.emplace_back(std::string(name) + " from byte " + std::to_string(at), piece);
  }
  return pieces;
}

std::vector<Needle> key_needles(std::string_view name, std::span<const std::uint8_t> key) {
  return {Needle(std::string(name) + ", first half", key.first(16)), Needle(std::string(name) + ", second half", key.subspan(16, 16))};
}

std::vector<Region> writable_regions(const std::string& process) {
  std::vector<Region> regions;
  std::ifstream maps("/proc/" + process + "/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string range, rights, offset, device, inode, name;
    words >> range >> rights >> offset >> device >> inode >> name;
    if (!rights.starts_with("rw") || name.starts_with("/dev/") || name.starts_with("[vv")) continue;
    const std::size_t dash = range.find('-');
    regions.push_back({std::stoull(range.substr(0, dash), nullptr, 16), std::stoull(range.substr(dash + 1), nullptr, 16), name});
  }
  return regions;
}

std::vector<std::string> found_in_own_memory(std::span<const Needle> needles) {
  std::vector<std::string> found;
  for (const Region& region : writable_regions("self")) {
    const std::span<const std::uint8_t> hay(reinterpret_cast<const std::uint8_t*>(region.begin), region.end - region.begin);
    for (const Needle& needle : needles) {
      if (needle.is_in(hay)) found.push_back(needle.name() + " in " + (region.name.empty() ? "a mapping" : region.name));
    }
  }
  return found;
}

std::vector<std::vector<std::uint8_t>> memory_of(int process) {
  std::vector<std::vector<std::uint8_t>> memory;
  const int file = ::open(("/proc/" + std::to_string(process) + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return memory;
  for (const Region& region : writable_regions(std::to_string(process))) {
    std::vector<std::uint8_t> bytes(region.end - region.begin);
    const ssize_t got = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(region.begin));
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    memory.push_back(std::move(bytes));
  }
  ::close(file);
  return memory;
}

std::vector<std::string> found_in(const std::vector<std::vector<std::uint8_t>>& memory, std::span<const Needle> needles) {
  std::vector<std::string> found;
  for (const auto& region : memory) {
    for (const Needle& needle : needles) {
      if (needle.is_in(region)) found.push_back(needle.name());
    }
  }
  return found;
}

}  // namespace haki::e2e
