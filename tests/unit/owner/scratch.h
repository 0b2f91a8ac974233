// A directory of the test's own, gone when it ends, with XDG_RUNTIME_DIR inside it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace haki::owner::testing {

class Scratch : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/haki-owner-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
    std::filesystem::create_directory(path_ + "/run");
    std::filesystem::permissions(path_ + "/run", std::filesystem::perms::owner_all);
    std::filesystem::create_directory(path_ + "/home");
    ::setenv("XDG_RUNTIME_DIR", (path_ + "/run").c_str(), 1);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::string home() const { return path_ + "/home"; }
  std::string path_;
};

}  // namespace haki::owner::testing
