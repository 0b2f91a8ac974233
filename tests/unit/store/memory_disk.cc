#include "memory_disk.h"

#include <algorithm>
#include <cstring>

namespace haki::store {
namespace {

constexpr std::size_t kSectorBytes = 512;

void put(Bytes& file, std::uint64_t at, ByteView data) {
  if (file.size() < at + data.size()) file.resize(at + data.size());
  std::copy(data.begin(), data.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
}

Error missing(const std::string& path) { return {Code::kNotFound, "There is no file '" + path + "'."}; }

}  // namespace

Image with_part_of(Image image, const Operation& operation, std::size_t written) {
  switch (operation.kind) {
    case Operation::Kind::kWrite:
      put(image[operation.path], operation.at, operation.data.first(written));
      break;
    case Operation::Kind::kTruncate:
      image[operation.path].resize(operation.at);
      break;
    case Operation::Kind::kRemove:
      image.erase(operation.path);
      break;
    case Operation::Kind::kRename:
      image[operation.to] = image[operation.path];
      image.erase(operation.path);
      break;
    default:
      break;
  }
  return image;
}

class MemoryFile final : public DiskFile {
 public:
  MemoryFile(MemoryDisk& disk, std::string path, std::shared_ptr<MemoryDisk::Inode> inode)
      : disk_(disk), path_(std::move(path)), inode_(std::move(inode)) {}
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() override {
    if (holds_lock_) inode_->locked = false;
  }

  Result<std::size_t> read(std::uint64_t at, std::span<std::uint8_t> to) override {
    const Ruling verdict = disk_.ask({.kind = Operation::Kind::kRead, .path = path_, .at = at});
    if (verdict.refuse) return *verdict.refuse;
    const Bytes& bytes = inode_->now;
    if (at >= bytes.size()) return std::size_t{0};
    const std::size_t size = std::min({to.size(), bytes.size() - static_cast<std::size_t>(at), verdict.read_max});
    std::memcpy(to.data(), bytes.data() + at, size);
    return size;
  }

  Result<> write(std::uint64_t at, ByteView from) override {
    const Ruling verdict = disk_.ask({.kind = Operation::Kind::kWrite, .path = path_, .at = at, .data = from});
    const ByteView done = verdict.refuse ? from.first(std::min(verdict.done, from.size())) : from;
    if (!done.empty()) {
      put(inode_->now, at, done);
      keep({at, Bytes(done.begin(), done.end()), false});
    }
    if (verdict.refuse) return *verdict.refuse;
    return {};
  }

  Result<> sync() override {
    const Ruling verdict = disk_.ask({.kind = Operation::Kind::kSync, .path = path_});
    if (verdict.refuse) return *verdict.refuse;
    for (const MemoryDisk::Change& change : inode_->unsynced) {  // and not all of `now`: files are large, changes are few
      if (change.truncation) inode_->durable.resize(change.at);
      else put(inode_->durable, change.at, change.data);
    }
    inode_->unsynced.clear();
    return {};
  }

  Result<> truncate(std::uint64_t size) override {
    const Ruling verdict = disk_.ask({.kind = Operation::Kind::kTruncate, .path = path_, .at = size});
    if (verdict.refuse) return *verdict.refuse;
    inode_->now.resize(size);
    keep({size, {}, true});
    return {};
  }

  Result<std::uint64_t> size() override {
    const Ruling verdict = disk_.ask({.kind = Operation::Kind::kSize, .path = path_});
    if (verdict.refuse) return *verdict.refuse;
    return static_cast<std::uint64_t>(inode_->now.size());
  }

  Result<> lock() override {
    const Ruling verdict = disk_.ask({.kind = Operation::Kind::kLock, .path = path_});
    if (verdict.refuse) return *verdict.refuse;
    if (inode_->locked) return Error{Code::kBusy, "Another program is using the file."};
    inode_->locked = holds_lock_ = true;
    return {};
  }

 private:
  void keep(MemoryDisk::Change change) {
    if (disk_.power_ == MemoryDisk::Power::kMayFail) inode_->unsynced.push_back(std::move(change));
  }

  MemoryDisk& disk_;
  std::string path_;
  std::shared_ptr<MemoryDisk::Inode> inode_;
  bool holds_lock_ = false;
};

MemoryDisk::MemoryDisk(Image image, Power power) : power_(power) {
  for (auto& [path, bytes] : image) {
    names_[path] = std::make_shared<Inode>();
    if (power == Power::kMayFail) names_[path]->durable = bytes;
    names_[path]->now = std::move(bytes);
  }
  names_changed();
}

Image MemoryDisk::image() const {
  Image image;
  for (const auto& [path, inode] : names_) image[path] = inode->now;
  return image;
}

Image MemoryDisk::image_after_power_cut(std::mt19937_64& random) const {
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  const Names& names = pending_names_[random() % pending_names_.size()];
  const unsigned arrives = static_cast<unsigned>(random() % 5) * 25;  // of this cut: none, few, half, most, all
  Image image;
  for (const auto& [path, inode] : names) {
    Bytes bytes = inode->durable;
    for (const Change& change : inode->unsynced) {
      if (change.truncation) {
        if (chance(arrives)) bytes.resize(change.at);
        continue;
      }
      for (std::size_t done = 0; done < change.data.size();) {
        const std::uint64_t at = change.at + done;
        const std::size_t part = std::min<std::size_t>(change.data.size() - done, kSectorBytes - at % kSectorBytes);
        if (chance(arrives)) put(bytes, at, ByteView(change.data).subspan(done, part));
        done += part;
      }
    }
    image[path] = std::move(bytes);
  }
  return image;
}

Result<std::unique_ptr<DiskFile>> MemoryDisk::open(const std::string& path, OpenMode mode) {
  const Ruling verdict = ask({.kind = Operation::Kind::kOpen, .path = path});
  if (verdict.refuse) return *verdict.refuse;
  if (!names_.contains(path)) {
    if (mode == OpenMode::kExisting || mode == OpenMode::kReading) return missing(path);
    names_[path] = std::make_shared<Inode>();
    names_changed();
  }
  auto file = std::make_unique<MemoryFile>(*this, path, names_[path]);
  if (mode == OpenMode::kTruncate) HAKI_TRY(file->truncate(0));
  return std::unique_ptr<DiskFile>(std::move(file));
}

Result<bool> MemoryDisk::exists(const std::string& path) {
  const Ruling verdict = ask({.kind = Operation::Kind::kExists, .path = path});
  if (verdict.refuse) return *verdict.refuse;
  return names_.contains(path);
}

Result<> MemoryDisk::remove(const std::string& path) {
  const Ruling verdict = ask({.kind = Operation::Kind::kRemove, .path = path});
  if (verdict.refuse) return *verdict.refuse;
  if (names_.erase(path) == 0) return missing(path);
  names_changed();
  return {};
}

Result<> MemoryDisk::rename(const std::string& from, const std::string& to) {
  const Ruling verdict = ask({.kind = Operation::Kind::kRename, .path = from, .to = to});
  if (verdict.refuse) return *verdict.refuse;
  if (!names_.contains(from)) return missing(from);
  names_[to] = names_[from];
  names_.erase(from);
  names_changed();
  return {};
}

Result<> MemoryDisk::sync_directory_of(const std::string& path) {
  const Ruling verdict = ask({.kind = Operation::Kind::kSyncDirectory, .path = path});
  if (verdict.refuse) return *verdict.refuse;
  pending_names_.assign(1, names_);
  return {};
}

Result<std::vector<std::string>> MemoryDisk::names_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& [name, inode] : names_) {
    const std::string folder = path + "/";
    if (name.starts_with(folder) && name.find('/', folder.size()) == std::string::npos) names.push_back(name.substr(folder.size()));
  }
  return names;
}

}  // namespace haki::store
