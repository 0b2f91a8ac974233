// Looking for secrets in the writable memory of a process. A needle is kept changed, so that the one who looks is not what is
// found.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace haki::e2e {

class Needle {
 public:
  Needle(std::string name, std::span<const std::uint8_t> bytes);
  const std::string& name() const { return name_; }
  bool is_in(std::span<const std::uint8_t> hay) const;

 private:
  std::string name_;
  std::vector<std::uint8_t> changed_;
};

// Every ten bytes of a text, because the beginning of freed memory is overwritten by the heap itself; each half of a key of 32
// bytes. One of them tells too much.
std::vector<Needle> text_needles(std::string_view name, std::string_view text);
std::vector<Needle> key_needles(std::string_view name, std::span<const std::uint8_t> key);

struct Region {
  std::uint64_t begin = 0, end = 0;
  std::string name;
};
// The readable and writable regions of a process, without devices.
std::vector<Region> writable_regions(const std::string& process);

// Names of the needles that are in this process's own writable memory, with where.
std::vector<std::string> found_in_own_memory(std::span<const Needle> needles);

// All writable memory of another process; empty where it cannot be read.
std::vector<std::vector<std::uint8_t>> memory_of(int process);
std::vector<std::string> found_in(const std::vector<std::vector<std::uint8_t>>& memory, std::span<const Needle> needles);

}  // namespace haki::e2e
