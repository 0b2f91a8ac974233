// One real home of a coalition that no server knows: where records are made, changed and read.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "client/home.h"

namespace haki::client {

class OneHome : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    auto made = Home::create(folder + "/home", "four words of a test");
    ASSERT_TRUE(made) << made.error().message;
    home = std::move(*made);
    home->org.bytes.fill(5);
    ASSERT_TRUE(home->settings->put(setting::kOrg, home->org));
  }
  void TearDown() override {
    home.reset();
    std::filesystem::remove_all(folder);
  }

  std::string folder = testing::TempDir() + "haki-one-home-XXXXXX";
  std::unique_ptr<Home> home;
};

}  // namespace haki::client
