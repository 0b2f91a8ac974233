// A disk on which the process dies at a chosen step: before it, in the middle of what it writes, or right after it. After that
// nothing more reaches the disk.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "keys/key_disk.h"

namespace haki::test {

enum class Death { kBefore, kTorn, kAfter };

class MortalDisk final : public keys::KeyDisk {
 public:
  MortalDisk(int step, Death death) : left_(step), death_(death) {}
  // One step is refused, and all others are done.
  static MortalDisk refusing(int step) {
    MortalDisk disk(step, Death::kBefore);
    disk.immortal_ = true;
    return disk;
  }
  bool reached() const { return dead_; }

  std::optional<Bytes> read(const std::string& path, std::size_t bytes_max) override { return disk_.read(path, bytes_max); }
  bool exists(const std::string& path) override { return disk_.exists(path); }
  Result<> write(const std::string& path, ByteView content) override {
    return step([&](bool whole) { return disk_.write(path, whole ? content : content.first(content.size() / 2)); });
  }
  Result<> overwrite(const std::string& path, std::size_t at, ByteView content) override {
    return step([&](bool whole) { return disk_.overwrite(path, at, whole ? content : content.first(content.size() / 2)); });
  }
  Result<> rename(const std::string& from, const std::string& to) override {
    return step([&](bool whole) { return whole ? disk_.rename(from, to) : Result<>(); });
  }
  Result<> remove(const std::string& path) override {
    return step([&](bool whole) { return whole ? disk_.remove(path) : Result<>(); });
  }
  Result<> sync_folder(const std::string& folder) override {
    return step([&](bool whole) { return whole ? disk_.sync_folder(folder) : Result<>(); });
  }

 private:
  template <typename Step>
  Result<> step(const Step& step) {
    const Error gone{Code::kIo, "the process is gone"};
    if (dead_ && !immortal_) return gone;
    if (dead_ || left_-- > 0) return step(true);
    dead_ = true;
    if (death_ != Death::kBefore) static_cast<void>(step(death_ == Death::kAfter));
    return gone;
  }

  KeyDisk& disk_ = keys::posix_key_disk();
  int left_;
  Death death_;
  bool dead_ = false;
  bool immortal_ = false;
};

inline std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

inline void put(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

}  // namespace haki::test
