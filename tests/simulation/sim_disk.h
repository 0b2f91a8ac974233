// A device's disk: in memory, knowing what a power cut takes, with a death or a trouble that waits for one operation.
#pragma once

#include <memory>

#include "chance.h"
#include "coverage.h"
#include "keys/key_disk.h"
#include "memory_disk.h"

namespace haki::simulation {

enum class DiskTrouble { kNone, kKilled, kPowerCut, kFull, kFailing };
std::string_view name_of(DiskTrouble trouble);

// All of a file; empty where it is missing or cannot be read.
std::optional<Bytes> content_of(store::Disk& disk, const std::string& path);

class SimDisk final : public store::Disk {
 public:
  SimDisk(Chance& chance, Coverage& coverage);

  // From now on: the trouble comes with the operation after `operations` ones that change or sync something. kKilled and
  // kPowerCut: a write may arrive in part, and everything after it fails until reboot(). kFull: writes of about `lasts`
  // operations are refused; kFailing: that one is.
  void expect(DiskTrouble trouble, std::uint64_t operations, std::uint64_t lasts);
  void clear();
  bool dead() const { return dead_; }
  // After a death: the disk as the device finds it when it starts again. Nothing of it is open.
  void reboot();
  // As if killed between two operations.
  void die(DiskTrouble how);

  store::Image image() const { return inner_->image(); }
  void become(store::Image image);  // nothing of it is open
  void put(const std::string& path, ByteView content);  // by a hand from outside: a stick
  std::optional<Bytes> content(const std::string& path) { return content_of(*inner_, path); }

  Result<std::unique_ptr<store::DiskFile>> open(const std::string& path, store::OpenMode mode) override { return inner_->open(path, mode); }
  Result<bool> exists(const std::string& path) override {
    if (path.ends_with("/.")) return true;  // names are whole paths here
    return inner_->exists(path);
  }
  Result<> remove(const std::string& path) override { return inner_->remove(path); }
  Result<> rename(const std::string& from, const std::string& to) override { return inner_->rename(from, to); }
  Result<> sync_directory_of(const std::string& path) override { return inner_->sync_directory_of(path); }
  Result<> make_directory(const std::string& path) override { return inner_->make_directory(path); }
  Result<> remove_directory(const std::string& path) override { return inner_->remove_directory(path); }
  Result<std::vector<std::string>> names_in(const std::string& path) override { return inner_->names_in(path); }

 private:
  void watch();
  store::Ruling judge(const store::Operation& operation);

  Chance& chance_;
  Coverage& coverage_;
  std::unique_ptr<store::MemoryDisk> inner_;
  DiskTrouble trouble_ = DiskTrouble::kNone;
  std::uint64_t left_ = 0, lasts_ = 0;
  bool dead_ = false;
};

// The key file's steps on the same disk.
class KeysOnDisk final : public keys::KeyDisk {
 public:
  explicit KeysOnDisk(store::Disk& disk) : disk_(disk) {}
  std::optional<Bytes> read(const std::string& path, std::size_t bytes_max) override;
  bool exists(const std::string& path) override;
  Result<> write(const std::string& path, ByteView content) override;
  Result<> overwrite(const std::string& path, std::size_t at, ByteView content) override;
  Result<> rename(const std::string& from, const std::string& to) override { return disk_.rename(from, to); }
  Result<> remove(const std::string& path) override;
  Result<> sync_folder(const std::string& folder) override { return disk_.sync_directory_of(folder + "/key"); }

 private:
  store::Disk& disk_;
};

}  // namespace haki::simulation
