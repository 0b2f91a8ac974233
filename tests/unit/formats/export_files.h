// What the tests of exports share: a folder that goes, running a reader that is not ours, and a disk that takes only so much.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace haki::formats {

class ExportPlace {
 public:
  ExportPlace() {
    std::string folder = (std::filesystem::temp_directory_path() / "haki-export-test-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
  }
  ExportPlace(const ExportPlace&) = delete;
  ExportPlace& operator=(const ExportPlace&) = delete;
  ~ExportPlace() { std::filesystem::remove_all(folder_); }

  std::string operator/(const std::string& name) const { return (folder_ / name).string(); }
  // Names of what lies there, hidden files too.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
    return names;
  }

 private:
  std::filesystem::path folder_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// What read_export.py, which has nothing of ours, says of a file.
inline std::string read_by_python(const std::string& kind, const std::string& path) {
  const std::string command = "/usr/bin/python3 -B " HAKI_SOURCE_DIR "/tests/unit/formats/read_export.py " + kind + " '" + path + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string read;
  std::array<char, 4096> buffer{};
  while (pipe != nullptr && std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) read += buffer.data();
  EXPECT_EQ(::pclose(pipe), 0) << read;
  return read;
}

// Runs `work` in a process whose files may grow to so many bytes, as on a full disk; what it answered.
inline int with_files_up_to(rlim_t bytes, const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);  // then writing fails, with EFBIG
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

}  // namespace haki::formats
