// Goal: an address is understood as its writer meant it, or refused with a sentence that says what to change; one that
// would send in the clear to another machine does not pass by accident.
#include "transport/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haki::transport {
namespace {

using testing::HasSubstr;

TEST(Endpoint, IsReadFromAnAddress) {
  const struct {
    std::string_view address;
    Endpoint expected;
  } cases[] = {
      {"https://haki.example.org", {"https", "haki.example.org", 443}},
      {"https://haki.example.org/", {"https", "haki.example.org", 443}},
      {"  HTTPS://Haki.Example.ORG:8443 \n", {"https", "haki.example.org", 8443}},
      {"https://192.0.2.7:1", {"https", "192.0.2.7", 1}},
      {"https://[2001:DB8::1]:65535/", {"https", "2001:db8::1", 65535}},
      {"https://[::1]", {"https", "::1", 443}},
      {"https://xn--nxasmq6b.example", {"https", "xn--nxasmq6b.example", 443}},
      {"https://sync_server", {"https", "sync_server", 443}},
      {"http://127.0.0.1:8080", {"http", "127.0.0.1", 8080}},
      {"http://127.8.9.10", {"http", "127.8.9.10", 80}},
      {"http://[::1]:8080", {"http", "::1", 8080}},
      {"http://localhost", {"http", "localhost", 80}},
  };
  for (const auto& each : cases) {
    const auto endpoint = parse_endpoint(each.address);
    ASSERT_TRUE(endpoint) << each.address << ": " << endpoint.error().message;
    EXPECT_EQ(*endpoint, each.expected) << each.address;
  }
}

TEST(Endpoint, IsRefusedWithASentenceAboutThePartThatIsWrong) {
  const struct {
    std::string_view address;
    std::string_view said;
  } cases[] = {
      {"", "https://"},
      {"haki.example.org", "begin with https://"},
      {"haki.example.org:443", "begin with https://"},
      {"ftp://haki.example.org", "begin with https://"},
      {"://haki.example.org", "begin with https://"},
      {"https://", "name of the server is missing"},
      {"https:///", "name of the server is missing"},
      {"https://:443", "name of the server is missing"},
      {"https://haki.example.org/v1", "something follows"},
      {"https://haki.example.org//", "something follows"},
      {"https://haki.example.org?x", "something follows"},
      {"https://haki.example.org#x", "something follows"},
      {"https://haki.example.org\\x", "something follows"},
      {"https://me@haki.example.org", "user name"},
      {"https://me:secret@haki.example.org", "user name"},
      {"https://haki example.org", "character"},
      {"https://haki..example.org", "character"},
      {"https://-haki.example.org", "character"},
      {"https://h\xc3\xa4ki.example.org", "character"},
      {"https://haki.example.org\r\nX: y", "character"},
      {"https://2001:db8::1", "port"},
      {"https://[2001:db8::1", "brackets"},
      {"https://[2001:db8::1]8443", "brackets"},
      {"https://[192.0.2.7]", "character"},
      {"https://[haki.example.org]", "character"},
      {"https://haki.example.org:", "port"},
      {"https://haki.example.org:0", "port"},
      {"https://haki.example.org:65536", "port"},
      {"https://haki.example.org:-1", "port"},
      {"https://haki.example.org:8443x", "port"},
  };
  for (const auto& each : cases) {
    const auto endpoint = parse_endpoint(each.address);
    ASSERT_FALSE(endpoint) << each.address;
    EXPECT_EQ(endpoint.error().code, Code::kInvalid) << each.address;
    EXPECT_THAT(endpoint.error().message, HasSubstr(std::string(each.said))) << each.address;
  }
}

TEST(Endpoint, NameIsRefusedAboveTheLengthOfAName) {
  EXPECT_TRUE(parse_endpoint("https://" + std::string(253, 'a')));
  EXPECT_FALSE(parse_endpoint("https://" + std::string(254, 'a')));
}

TEST(Endpoint, PlainHttpToAnotherMachineIsRefusedUnlessAllowed) {
  for (const std::string host : {"haki.example.org", "192.0.2.7", "128.0.0.1", "0.0.0.0", "127.0.0.1.example.org",
                                 "localhost.example.org", "127.1", "[2001:db8::1]", "[::]", "[::ffff:127.0.0.1]"}) {
    const auto refused = parse_endpoint("http://" + host);
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().code, Code::kRefused) << host;
    EXPECT_THAT(refused.error().message, HasSubstr("https://")) << host;
    EXPECT_TRUE(parse_endpoint("http://" + host, PlainHttp::kAnywhere)) << host;
    EXPECT_TRUE(parse_endpoint("https://" + host)) << host;
  }
}

TEST(Endpoint, IsWrittenAsTheHostHeaderWantsIt) {
  EXPECT_EQ(authority({"https", "haki.example.org", 443}), "haki.example.org");
  EXPECT_EQ(authority({"https", "haki.example.org", 80}), "haki.example.org:80");
  EXPECT_EQ(authority({"http", "127.0.0.1", 80}), "127.0.0.1");
  EXPECT_EQ(authority({"http", "::1", 443}), "[::1]:443");
  EXPECT_EQ(to_string({"https", "2001:db8::1", 443}), "https://[2001:db8::1]");
}

}  // namespace
}  // namespace haki::transport
