// A file system in memory for the store's tests. It runs a hook before each operation, which may look, refuse, tear a
// write or shorten a read; and it knows which bytes and names a power cut could still lose.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "store/disk.h"

namespace haki::store {

struct Operation {
  enum class Kind { kOpen, kRead, kWrite, kSync, kTruncate, kSize, kLock, kExists, kRemove, kRename, kSyncDirectory };
  Kind kind;
  std::string path;
  std::uint64_t at = 0;  // of reads and writes; the new size of a truncation
  ByteView data = {};    // of a write
  std::string to = {};   // of a rename
  bool changes_disk() const {
    return kind == Kind::kWrite || kind == Kind::kTruncate || kind == Kind::kRemove || kind == Kind::kRename;
  }
};

// What the hook wants to happen. `done` bytes of a refused write are written all the same; a read gets at most
// `read_max`.
struct Ruling {
  std::optional<Error> refuse;
  std::size_t done = 0;
  std::size_t read_max = SIZE_MAX;
};

using Image = std::map<std::string, Bytes>;  // every file by its path

// `image` as it is after a crash in the middle of `operation`, of whose bytes `written` arrived.
Image with_part_of(Image image, const Operation& operation, std::size_t written);

class MemoryDisk final : public Disk {
 public:
  enum class Power { kSteady, kMayFail };  // kMayFail keeps what image_after_power_cut needs
  explicit MemoryDisk(Image image = {}, Power power = Power::kSteady);

  std::function<Ruling(const Operation&)> before;  // may be empty

  Image image() const;
  // What may be there after a power cut now: of everything not synced, each 512-byte sector arrives or does not, and
  // names change in order up to some point.
  Image image_after_power_cut(std::mt19937_64& random) const;
  // What is there for certain: nothing that was not synced, under the names that were.
  Image image_synced() const;

  Result<std::unique_ptr<DiskFile>> open(const std::string& path, OpenMode mode) override;
  Result<bool> exists(const std::string& path) override;
  Result<> remove(const std::string& path) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> sync_directory_of(const std::string& path) override;
  Result<> make_directory(const std::string&) override { return {}; }  // names are whole paths here
  Result<> remove_directory(const std::string&) override { return {}; }
  Result<std::vector<std::string>> names_in(const std::string& path) override;

 private:
  friend class MemoryFile;
  struct Change {  // not yet synced: a write, or a truncation where `truncation` is set
    std::uint64_t at;
    Bytes data;
    bool truncation;
  };
  struct Inode {
    Bytes now;
    Bytes durable;
    std::vector<Change> unsynced;
    bool locked = false;
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  Ruling ask(const Operation& operation) const { return before ? before(operation) : Ruling{}; }
  void names_changed() {
    if (power_ == Power::kMayFail) pending_names_.push_back(names_);
  }

  const Power power_;
  Names names_;
  std::vector<Names> pending_names_;  // [0] is durable; the rest came after
};

}  // namespace haki::store
