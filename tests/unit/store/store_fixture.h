// Vocabulary of the store's tests: keys, folders of their own, and a check that shows an error's sentence.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "crypto/secret.h"
#include "haki/result.h"
#include "store/sealed_page.h"

namespace haki::store {

template <typename T>
::testing::AssertionResult holds(const Result<T>& result) {
  if (result) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << code_name(result.error().code) << ": " << result.error().message;
}
#define ASSERT_OK(result) ASSERT_TRUE(::haki::store::holds(result))
#define EXPECT_OK(result) EXPECT_TRUE(::haki::store::holds(result))  // braces around it after an `if`

inline crypto::StoreKey test_key(std::uint8_t seed) {
  crypto::StoreKey key;
  for (std::size_t i = 0; i < crypto::StoreKey::kSize; ++i) key.data()[i] = static_cast<std::uint8_t>(seed * 31 + i);
  return key;
}

inline FileId test_file_id(std::uint8_t seed) {
  FileId id;
  for (std::size_t i = 0; i < FileId::kSize; ++i) id.bytes[i] = static_cast<std::uint8_t>(seed * 17 + i);
  return id;
}

// A new folder, removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "haki-store-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& root() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The long sweeps run with HAKI_LONG=1 in the environment.
inline bool long_run() {
  const char* const value = std::getenv("HAKI_LONG");
  return value != nullptr && *value == '1';
}

}  // namespace haki::store
