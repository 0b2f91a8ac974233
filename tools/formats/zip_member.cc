#include "formats/zip_member.h"

#include <zip.h>

#include <array>

namespace haki::formats {

namespace {

std::string in_lower_case(std::string_view name) {
  std::string lower(name);
  for (char& character : lower) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return lower;
}

}  // namespace

ZipArchive::ZipArchive(std::string_view bytes, std::uint64_t unpacked_bytes_max)
    : unpacked_bytes_left_(unpacked_bytes_max) {
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
  if (source == nullptr) return;
  archive_ = zip_open_from_source(source, ZIP_RDONLY, nullptr);
  if (archive_ == nullptr) {
    zip_source_free(source);
    return;
  }
  const zip_int64_t count = zip_get_num_entries(archive_, 0);
  bool sound = true;
  for (zip_int64_t i = 0; i < count && sound; ++i) {
    const char* name = zip_get_name(archive_, static_cast<zip_uint64_t>(i), ZIP_FL_ENC_RAW);
    // Of two members of one name one program would read the first and another the last.
    sound = name != nullptr && members_.emplace(in_lower_case(name), static_cast<std::uint64_t>(i)).second;
  }
  if (sound) return;
  zip_discard(archive_);
  archive_ = nullptr;
}

ZipArchive::~ZipArchive() {
  if (archive_ != nullptr) zip_discard(archive_);
}

bool ZipArchive::has(std::string_view name) const { return members_.contains(in_lower_case(name)); }

std::optional<Failure> ZipArchive::read(std::string_view name, const Take& take) {
  const auto found = members_.find(in_lower_case(name));
  if (archive_ == nullptr || found == members_.end()) return Failure::kDamagedPackage;
  return unpack(found->second, take);
}

std::optional<Failure> ZipArchive::unpack(std::uint64_t index, const Take& take) {
  zip_stat_t status{};
  if (zip_stat_index(archive_, index, 0, &status) != 0) return Failure::kDamagedPackage;
  if ((status.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && status.encryption_method != ZIP_EM_NONE) {
    return Failure::kLocked;
  }
  if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE) return Failure::kDamagedPackage;
  zip_file_t* member = zip_fopen_index(archive_, index, 0);
  if (member == nullptr) return Failure::kDamagedPackage;

  std::optional<Failure> failure;
  std::array<char, 64U << 10> block{};
  for (;;) {
    const zip_int64_t count = zip_fread(member, block.data(), block.size());
    if (count < 0) failure = Failure::kDamagedPackage;  // a wrong checksum too, at the end
    if (count <= 0) break;
    const auto size = static_cast<std::uint64_t>(count);
    if (size > unpacked_bytes_left_) {
      failure = Failure::kUnpacked;
      break;
    }
    unpacked_bytes_left_ -= size;
    if (!take({block.data(), static_cast<std::size_t>(size)})) break;
  }
  zip_fclose(member);
  return failure;
}

}  // namespace haki::formats
