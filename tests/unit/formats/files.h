// What the tests of this folder share: a temporary file with given bytes, and the heading line of UPR Info.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace haki::formats {

inline const std::string kHeading = "To,To-Rgrp,To-Org,Text,From,From-Rgrp,From-Org,Response,Action,Issue,Session";

// A line of UPR Info's table with everything but the text filled in.
inline std::string line_with(std::string_view text, std::string_view response = "Accepted") {
  return "Kenya,Africa,\"AU, Commonwealth\"," + std::string(text) + ",Algeria,Africa,\"AU, OIC, AL\"," +
         std::string(response) + ",3,\"Labour,Migrants\",8";
}

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view bytes, std::string_view name = "table.csv") {
    std::string folder = (std::filesystem::temp_directory_path() / "haki-formats-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
    path_ = (folder_ / name).string();
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove_all(folder_); }

  const std::string& path() const { return path_; }
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::string path_;
};

// The folder of real files beside the checkout; empty where it is absent.
inline std::filesystem::path shared_data() {
  const char* stated = std::getenv("HAKI_SHARED");
  const std::filesystem::path shared = stated != nullptr
                                           ? std::filesystem::path(stated)
                                           : std::filesystem::path(HAKI_SOURCE_DIR).parent_path() / "shared";
  return std::filesystem::is_directory(shared / "data" / "upr") ? shared / "data" : std::filesystem::path();
}

}  // namespace haki::formats
