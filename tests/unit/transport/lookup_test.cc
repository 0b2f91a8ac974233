// Goal: a name service that is wrong, away or hanging never holds up a request, a cancel or a closing client.
// Method: this program has its own getaddrinfo(): every answer of a name service is at hand, no question leaves us.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>

#include "sending.h"
#include "test_server.h"
#include "transport/http_client.h"

namespace {

// What the name service knows and how it is today.
class NameService {
 public:
  void answer(const std::string& name, std::vector<std::string> addresses) { known_[name] = std::move(addresses); }
  void fail(int code) { code_ = code; }
  void hang() { hanging_ = true; }
  void wait_until_asked() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ > 0; });
  }
  // Lets every hanging call go and waits until it has; so no thread of one test meets the next.
  void release() {
    std::unique_lock lock(mutex_);
    hanging_ = false;
    changed_.notify_all();
    changed_.wait(lock, [&] { return asked_ == 0; });
    known_.clear();
    code_ = 0;
  }

  int ask(const std::string& name, std::uint16_t port, addrinfo** list) {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !hanging_; });
    --asked_;
    changed_.notify_all();
    if (code_ != 0) return code_;
    if (!known_.contains(name)) return EAI_NONAME;
    for (auto each = known_[name].rbegin(); each != known_[name].rend(); ++each) *list = entry(*each, port, *list);
    return 0;
  }

 private:
  static addrinfo* entry(const std::string& address, std::uint16_t port, addrinfo* next) {
    auto* to = new sockaddr_in{};
    to->sin_family = AF_INET;
    to->sin_port = htons(port);
    inet_pton(AF_INET, address.c_str(), &to->sin_addr);
    auto* made = new addrinfo{};
    made->ai_family = AF_INET;
    made->ai_addr = reinterpret_cast<sockaddr*>(to);
    made->ai_addrlen = sizeof *to;
    made->ai_next = next;
    return made;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::vector<std::string>> known_;
  int code_ = 0;
  bool hanging_ = false;
  int asked_ = 0;
};

NameService& name_service() {
  static auto* service = new NameService;  // never destroyed: a thread left behind may still come by
  return *service;
}

}  // namespace

extern "C" int getaddrinfo(const char* name, const char* port, const addrinfo*, addrinfo** list) {
  return name_service().ask(name, static_cast<std::uint16_t>(std::atoi(port)), list);
}

extern "C" void freeaddrinfo(addrinfo* list) noexcept {
  while (list != nullptr) {
    addrinfo* next = list->ai_next;
    delete reinterpret_cast<sockaddr_in*>(list->ai_addr);
    delete list;
    list = next;
  }
}

namespace haki::transport {
namespace {

using testing::HasSubstr;

const std::string kName = "clinic.haki.test";

class Lookup : public testing::Test {
 protected:
  ~Lookup() override { name_service().release(); }
  static Request get(std::int64_t timeout_ms = 30'000) { return {"GET", "/", {}, timeout_ms}; }
  static void expect_error(const Result<Response>& result, Code code, const std::string& said) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code);
    EXPECT_THAT(result.error().message, HasSubstr(said));
  }
  static TestServer::Script greeting() {
    return answering([](const std::string&) { return answer("hello"); });
  }
};

TEST_F(Lookup, NameThatDoesNotExistIsSaid) {
  HttpClient client({"https", kName, 443}, {{}, true});
  expect_error(client.send(get()), Code::kNetwork, "There is no server named clinic.haki.test. Check the address");
}

TEST_F(Lookup, NameWithoutAddressIsSaid) {
  name_service().fail(EAI_NODATA);
  HttpClient client({"https", kName, 443}, {{}, true});
  expect_error(client.send(get()), Code::kNetwork, "There is no server named clinic.haki.test");
}

TEST_F(Lookup, NameServiceThatIsAwayIsSaid) {
  name_service().fail(EAI_AGAIN);
  HttpClient client({"https", kName, 443}, {{}, true});
  expect_error(client.send(get()), Code::kNetwork, "cannot be looked up just now");
}

TEST_F(Lookup, HangingNameServiceTimesOut) {
  name_service().hang();
  HttpClient client({"https", kName, 443}, {{}, true});
  expect_error(client.send(get(150)), Code::kNetwork, "in time");
}

// The test ends only if neither send() nor the destructor waits: the name service is released after both.
TEST_F(Lookup, CancelAndDestructionDoNotWaitForAHangingNameService) {
  name_service().hang();
  {
    HttpClient client({"https", kName, 443}, {{}, true});
    Sending sending(client, get(kTimeoutMsMax));
    name_service().wait_until_asked();
    client.cancel();
    expect_error(sending.wait(), Code::kNetwork, "stopped");
  }
}

TEST_F(Lookup, LateAnswerOfTheNameServiceIsIgnored) {
  TestServer server(greeting());
  name_service().answer(kName, {"127.0.0.1"});
  name_service().hang();
  HttpClient client(server.endpoint(kName), {});
  expect_error(client.send(get(150)), Code::kNetwork, "in time");
  name_service().release();
  name_service().answer(kName, {"127.0.0.1"});
  const auto result = client.send(get());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Lookup, NextAddressIsTriedWhereOneLeadsNowhere) {
  TestServer server(greeting());
  name_service().answer(kName, {"255.255.255.255", "127.0.0.2", "127.0.0.1"});
  HttpClient client(server.endpoint(kName), {});
  const auto result = client.send(get());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(client.traffic().connections, 1u);
}

TEST_F(Lookup, ReasonOfTheAddressThatSaysMostIsGiven) {
  TestServer server(greeting());
  const Endpoint endpoint = server.endpoint(kName);
  server.stop();
  name_service().answer(kName, {"127.0.0.1", "255.255.255.255"});
  HttpClient client(endpoint, {});
  expect_error(client.send(get()), Code::kNetwork, "no server answers on port");
}

TEST_F(Lookup, ServerIsToldItsNameAndNotItsNumber) {
  const TestCertificate certificate;
  std::vector<std::string> names;
  TestServer server(certificate, [&](Peer& peer, int) {
    names.push_back(peer.server_name());
    peer.say(answer(peer.read_request()));
  });
  name_service().answer(kName, {"127.0.0.1"});
  HttpClient by_name(server.endpoint(kName), {{certificate.pin()}, false});
  const auto result = by_name.send(get());
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(std::string(as_text(result->body)), HasSubstr("Host: clinic.haki.test:"));
  HttpClient by_number(server.endpoint(), {{certificate.pin()}, false});
  ASSERT_TRUE(by_number.send(get()));
  server.stop();
  EXPECT_THAT(names, testing::ElementsAre(kName, ""));
}

// Without pins the device's authorities decide: here, the one certificate that SSL_CERT_FILE names.
class Authorities : public Lookup {
 protected:
  void trust_only(const TestCertificate& certificate) {
    std::ofstream(path_) << certificate.pem();
    ::setenv("SSL_CERT_FILE", path_.c_str(), 1);
    name_service().answer(kName, {"127.0.0.1"});
    name_service().answer("other.haki.test", {"127.0.0.1"});
  }
  ~Authorities() override {
    ::unsetenv("SSL_CERT_FILE");
    std::remove(path_.c_str());
  }
  const std::string path_ = testing::TempDir() + "haki_transport_authority_" + std::to_string(::getpid()) + ".pem";
};

TEST_F(Authorities, DecideWhereNoKeyIsPinned) {
  const TestCertificate certificate(kValidNow, kName);
  trust_only(certificate);
  TestServer server(certificate, greeting());
  {
    HttpClient right(server.endpoint(kName), {});
    const auto result = right.send(get());
    ASSERT_TRUE(result) << result.error().message;
  }
  HttpClient wrong_name(server.endpoint("other.haki.test"), {});
  expect_error(wrong_name.send(get()), Code::kUntrusted, "does not prove");
  HttpClient number(server.endpoint(), {});
  expect_error(number.send(get()), Code::kUntrusted, "does not prove");
}

TEST_F(Authorities, RefuseAnExpiredCertificate) {
  const TestCertificate certificate(kExpired, kName);
  trust_only(certificate);
  TestServer server(certificate, greeting());
  HttpClient client(server.endpoint(kName), {});
  expect_error(client.send(get()), Code::kUntrusted, "expired");
}

}  // namespace
}  // namespace haki::transport
