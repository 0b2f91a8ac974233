// Goal: a mistake in a server's settings is named, not guessed around.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "ops/settings.h"

namespace haki::ops {
namespace {

class Configuration : public ::testing::Test {
 protected:
  ~Configuration() override { std::remove(file_.c_str()); }
  Result<> read(const std::string& text) {
    std::ofstream(file_) << text;
    return read_config(file_, settings);
  }
  std::string error_of(const std::string& text) {
    const auto result = read(text);
    return result ? "" : result.error().message;
  }
  Settings settings;

 private:
  std::string file_ = ::testing::TempDir() + "haki-settings-" + std::to_string(::getpid()) + ".toml";
};

TEST_F(Configuration, NamesEverySetting) {
  ASSERT_TRUE(
      read("data = '/srv/haki'\nlisten = '[::1]:0'\nstorage = 'sqlite'\ntls_cert = 'c'\ntls_key = 'k'\n"
           "allow_plain_http = true\nthreads = 4\nconnections = 10\nconnections_per_address = 5\n"
           "device_quota_mib = 64\ncoalition_blobs_mib = 512\n"));
  EXPECT_EQ(settings.data, "/srv/haki");
  EXPECT_EQ(settings.listen, "[::1]:0");
  EXPECT_EQ(settings.tls_cert, "c");
  EXPECT_EQ(settings.tls_key, "k");
  EXPECT_TRUE(settings.allow_plain_http);
  EXPECT_EQ(settings.threads, 4);
  EXPECT_EQ(settings.connections, 10);
  EXPECT_EQ(settings.connections_per_address, 5);
  EXPECT_EQ(settings.device_quota_mib, 64);
  EXPECT_EQ(settings.coalition_blobs_mib, 512);
}

TEST_F(Configuration, AnUnknownKeyIsRefusedByName) {
  EXPECT_NE(error_of("tls_certificate = 'c'").find("'tls_certificate'"), std::string::npos);
}

TEST_F(Configuration, AValueOfAnotherKindIsRefusedByName) {
  EXPECT_NE(error_of("threads = 'two'").find("threads must be a number from 1 to 64"), std::string::npos);
  EXPECT_NE(error_of("threads = 65").find("threads must be"), std::string::npos);
  EXPECT_NE(error_of("allow_plain_http = 'yes'").find("true or false"), std::string::npos);
}

TEST_F(Configuration, ADevicesQuotaMayBeNoneAndHasABound) {
  EXPECT_EQ(settings.device_quota_mib, 1024);
  ASSERT_TRUE(read("device_quota_mib = 0"));
  EXPECT_EQ(settings.device_quota_mib, 0);
  EXPECT_TRUE(read("device_quota_mib = 1048576"));
  EXPECT_NE(error_of("device_quota_mib = 1048577").find("a number from 0 to 1048576"), std::string::npos);
  EXPECT_FALSE(read("device_quota_mib = -1"));
}

TEST_F(Configuration, ACoalitionsAttachmentsMayHaveNoLimitAndHaveABound) {
  EXPECT_EQ(settings.coalition_blobs_mib, 10'240);
  ASSERT_TRUE(read("coalition_blobs_mib = 0"));
  EXPECT_EQ(settings.coalition_blobs_mib, 0);
  EXPECT_TRUE(read("coalition_blobs_mib = 67108864"));
  EXPECT_FALSE(read("coalition_blobs_mib = 67108865"));
  EXPECT_FALSE(read("coalition_blobs_mib = -1"));
}

TEST_F(Configuration, ABrokenFileNamesTheLine) {
  EXPECT_NE(error_of("data = 'a'\n= 3").find("line 2"), std::string::npos);
}

TEST(Listen, TakesHostAndPort) {
  EXPECT_EQ(parse_listen("127.0.0.1:80")->port, 80);
  EXPECT_EQ(parse_listen("[::]:443")->host, "::");
  EXPECT_EQ(parse_listen("8443")->host, "127.0.0.1");
  for (const char* wrong : {"", ":80", "a:b", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:80x"}) {
    EXPECT_FALSE(parse_listen(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace haki::ops
