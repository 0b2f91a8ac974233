#include "sim_disk.h"

#include <random>

namespace haki::simulation {

using store::Operation;
using store::Ruling;

std::string_view name_of(DiskTrouble trouble) {
  switch (trouble) {
    case DiskTrouble::kNone: return "none";
    case DiskTrouble::kKilled: return "killed";
    case DiskTrouble::kPowerCut: return "power cut";
    case DiskTrouble::kFull: return "disk full";
    case DiskTrouble::kFailing: return "disk error";
  }
  return "";
}

SimDisk::SimDisk(Chance& chance, Coverage& coverage)
    : chance_(chance),
      coverage_(coverage),
      inner_(std::make_unique<store::MemoryDisk>(store::Image{}, store::MemoryDisk::Power::kMayFail)) {
  watch();
}

void SimDisk::watch() {
  inner_->before = [this](const Operation& operation) { return judge(operation); };
}

void SimDisk::expect(DiskTrouble trouble, std::uint64_t operations, std::uint64_t lasts) {
  trouble_ = trouble;
  left_ = operations;
  lasts_ = lasts;
}

void SimDisk::clear() {
  trouble_ = DiskTrouble::kNone;
}

Ruling SimDisk::judge(const Operation& operation) {
  using Kind = Operation::Kind;
  if (dead_) return {.refuse = Error{Code::kIo, "the device is off"}};
  const bool counts = operation.changes_disk() || operation.kind == Kind::kSync || operation.kind == Kind::kSyncDirectory;
  if (trouble_ == DiskTrouble::kNone || !counts) return {};
  if (left_ > 0) {
    --left_;
    return {};
  }
  const DiskTrouble trouble = trouble_;
  const std::size_t part = chance_.percent(50) ? 0 : chance_.below(operation.data.size() + 1);
  switch (trouble) {
    case DiskTrouble::kKilled:
    case DiskTrouble::kPowerCut:
      coverage_.count("disk", std::string(name_of(trouble)) + (operation.kind == Kind::kWrite                                               ? " at a write"
                                                               : operation.kind == Kind::kSync || operation.kind == Kind::kSyncDirectory ? " at a sync"
                                                                                                                                         : " at a change of names"));
      dead_ = true;
      return {.refuse = Error{Code::kIo, "the device is off"}, .done = part};
    case DiskTrouble::kFull:
      if (operation.kind != Kind::kWrite) return {};
      coverage_.count("disk", "full");
      if (lasts_-- == 0) trouble_ = DiskTrouble::kNone;
      return {.refuse = Error{Code::kDiskFull, "There is no space left on the disk."}, .done = part};
    case DiskTrouble::kFailing:
      coverage_.count("disk", "error");
      trouble_ = DiskTrouble::kNone;
      return {.refuse = Error{Code::kIo, "The disk refused."}, .done = part};
    case DiskTrouble::kNone: break;
  }
  return {};
}

void SimDisk::die(DiskTrouble how) {
  coverage_.count("disk", std::string(name_of(how)) + " at rest");
  trouble_ = how;
  dead_ = true;
}

void SimDisk::reboot() {
  std::mt19937_64 random(chance_.next());
  store::Image image = trouble_ == DiskTrouble::kPowerCut ? inner_->image_after_power_cut(random) : inner_->image();
  inner_ = std::make_unique<store::MemoryDisk>(std::move(image), store::MemoryDisk::Power::kMayFail);
  watch();
  trouble_ = DiskTrouble::kNone;
  dead_ = false;
}

void SimDisk::become(store::Image image) {
  inner_ = std::make_unique<store::MemoryDisk>(std::move(image), store::MemoryDisk::Power::kMayFail);
  watch();
}

void SimDisk::put(const std::string& path, ByteView content) {
  const auto file = inner_->open(path, store::OpenMode::kTruncate);
  if (file) static_cast<void>((*file)->write(0, content) && (*file)->sync());
  static_cast<void>(inner_->sync_directory_of(path));
}

std::optional<Bytes> content_of(store::Disk& disk, const std::string& path) {
  const auto file = disk.open(path, store::OpenMode::kReading);
  const auto size = file ? (*file)->size() : Result<std::uint64_t>(file.error());
  if (!size) return std::nullopt;
  Bytes bytes(static_cast<std::size_t>(*size));
  const auto read = (*file)->read(0, bytes);
  if (!read) return std::nullopt;
  return bytes;
}

std::optional<Bytes> KeysOnDisk::read(const std::string& path, std::size_t bytes_max) {
  auto bytes = content_of(disk_, path);
  if (bytes && bytes->size() > bytes_max) bytes->resize(bytes_max);
  return bytes;
}

bool KeysOnDisk::exists(const std::string& path) {
  const auto there = disk_.exists(path);
  return there && *there;
}

Result<> KeysOnDisk::write(const std::string& path, ByteView content) {
  HAKI_ASSIGN(const auto file, disk_.open(path, store::OpenMode::kTruncate));
  HAKI_TRY(file->write(0, content));
  return file->sync();
}

Result<> KeysOnDisk::overwrite(const std::string& path, std::size_t at, ByteView content) {
  HAKI_ASSIGN(const auto file, disk_.open(path, store::OpenMode::kExisting));
  HAKI_TRY(file->write(at, content));
  return file->sync();
}

Result<> KeysOnDisk::remove(const std::string& path) {
  auto removed = disk_.remove(path);
  if (!removed && removed.error().code == Code::kNotFound) return {};
  return removed;
}

}  // namespace haki::simulation
