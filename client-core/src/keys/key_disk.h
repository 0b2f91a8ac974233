// The steps by which a home's key file changes on the disk, a call each, so that a test can end the process after any.
#pragma once

#include <optional>
#include <string>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::keys {

class KeyDisk {
 public:
  virtual ~KeyDisk() = default;
  // At most `bytes_max` of it from its beginning; empty where it is missing or cannot be read.
  virtual std::optional<Bytes> read(const std::string& path, std::size_t bytes_max) = 0;
  // Also where it cannot be read.
  virtual bool exists(const std::string& path) = 0;
  // A new file for its owner alone (0600) with this content, synced. A leftover of that name goes first.
  virtual Result<> write(const std::string& path, ByteView content) = 0;
  // Replaces bytes of a file that is there, where they lie, and syncs: for what must go from the medium.
  virtual Result<> overwrite(const std::string& path, std::size_t at, ByteView content) = 0;
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  // Removing what is not there is no error.
  virtual Result<> remove(const std::string& path) = 0;
  virtual Result<> sync_folder(const std::string& folder) = 0;
};

// The operating system's files.
KeyDisk& posix_key_disk();

// Replaces folder/name so that after a power cut it is either the old or the new file, whole.
Result<> replace_file(KeyDisk& disk, const std::string& folder, const std::string& name, ByteView content);

}  // namespace haki::keys
