// Gives RapidCheck a seed that is printed with the one command that replays it. Included once per test program.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace haki::property {

class PrintedSeed final : public testing::EmptyTestEventListener {
 public:
  // Before RapidCheck reads its configuration, which it does at the first check.
  explicit PrintedSeed(std::string program) : program_(std::move(program)) {
    if (std::getenv("RC_PARAMS") == nullptr) {
      const std::string parameters = "max_success=500 seed=" + std::to_string(std::random_device{}());
      ::setenv("RC_PARAMS", parameters.c_str(), 1);
    }
    testing::UnitTest::GetInstance()->listeners().Append(this);  // takes ownership
  }
  void OnTestEnd(const testing::TestInfo& test) override {
    if (test.result()->Passed()) return;
    std::printf("Replay with: RC_PARAMS='%s' %s --gtest_filter=%s.%s\n", std::getenv("RC_PARAMS"), program_.c_str(),
                test.test_suite_name(), test.name());
  }

 private:
  std::string program_;
};

}  // namespace haki::property
