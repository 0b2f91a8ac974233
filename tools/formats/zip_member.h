// The members of a zip archive, unpacked under a bound. libzip is used here and in dossier_zip.cc alone.
//
// Nothing that the archive says of itself is believed: names that occur twice, passwords and rare methods are refused, the
// sizes it declares are not looked at, and what really comes out of all members together is counted as it comes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "formats/frames.h"

struct zip;  // libzip's own name for an open archive

namespace haki::formats {

class ZipArchive {
 public:
  // `bytes` are borrowed for the life of the archive and are read in place.
  ZipArchive(std::string_view bytes, std::uint64_t unpacked_bytes_max);
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;
  ~ZipArchive();

  bool is_sound() const { return archive_ != nullptr; }  // false: cut off, damaged, or with a name twice
  bool has(std::string_view name) const;                 // in upper or lower case, as Office has it

  // Hands the bytes of the member to `take` block by block until it answers false. Failure: no such member, damaged,
  // locked, or more than the bound.
  using Take = std::function<bool(std::string_view block)>;
  std::optional<Failure> read(std::string_view name, const Take& take);

 private:
  std::optional<Failure> unpack(std::uint64_t index, const Take& take);

  zip* archive_ = nullptr;
  std::map<std::string, std::uint64_t> members_;  // by name in lower case
  std::uint64_t unpacked_bytes_left_;
};

}  // namespace haki::formats
