// Goal: whatever arrives on the socket, each limit holds at its value and is passed one beyond, and others are served
// on. Method: the real server in this process over a handler that echoes, with limits small enough to reach.
#include <gtest/gtest.h>

#include <atomic>
#include <charconv>
#include <thread>

#include "http/server.h"
#include "http_client.h"

namespace haki::http {
namespace {

using test::HttpClient;

class Echo final : public Handler {
 public:
  void handle(Request request, std::shared_ptr<Responder> responder) override {
    ++requests;
    if (request.target == "/large") return responder->respond({200, Bytes(3'000'000, 'x')});
    if (request.target == "/elsewhere") {  // as a store does: another thread hands the answer back
      std::thread([responder] { responder->post([responder] { responder->respond({200, {'e'}}); }); }).detach();
      return;
    }
    if (request.target == "/never") return;
    if (request.target == "/gone") return responder->respond({204, {'x'}, {{"Upload-Offset", "7"}}});
    if (request.target == "/headers") {
      std::string all;
      for (const auto& [name, value] : request.headers) all += name + "=" + value + ";";
      return responder->respond({460, Bytes(all.begin(), all.end())});
    }
    responder->respond({200, std::move(request.body)});
  }
  Admission admit(std::string_view, std::string_view target) override {
    static constexpr std::string_view kWanted[] = {"upload-offset", "authorization"};
    return {.large_body = target == "/blobs", .headers = kWanted};
  }
  Response refusal(int, std::string_view target) override {
    if (target == "/blobs") return {0, {'n', 'o'}, {{"Tus-Resumable", "1.0.0"}}};
    return {0, {'n', 'o'}};
  }
  std::atomic<int> requests = 0;
};

class Http : public ::testing::Test {
 protected:
  void start(Options options = {}) {
    auto listening = Server::listen(options, handler);
    ASSERT_TRUE(listening) << listening.error().message;
    server = std::move(*listening);
    const std::string url = server->url();
    const auto colon = url.rfind(':');
    std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
    runner = std::thread([this] { server->run(); });
  }
  ~Http() override {
    if (!server) return;
    server->stop();
    runner.join();
  }
  // The server still answers somebody else.
  void expect_serves() {
    HttpClient other(port);
    const auto answer = other.request("POST", "/", Bytes{'o', 'k'});
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200);
  }

  Echo handler;
  std::unique_ptr<Server> server;
  std::thread runner;
  std::uint16_t port = 0;
};

TEST_F(Http, AnAnswerHasContentLengthAndNothingElse) {
  start();
  HttpClient client(port);
  const auto answer = client.request("POST", "/", Bytes(3, 'a'));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->head, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(answer->body, Bytes(3, 'a'));
}

TEST_F(Http, HeadersOfTheHandlersOwnFollow) {
  start();
  HttpClient client(port);
  const auto answer = client.request("POST", "/gone");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->head, "HTTP/1.1 204 No Content\r\nUpload-Offset: 7\r\n\r\n");
  EXPECT_EQ(client.request("POST", "/", Bytes{'a'})->body, Bytes{'a'});  // nothing of a body was between
}

TEST_F(Http, ToHeadNoBodyIsSent) {
  start();
  HttpClient client(port);
  ASSERT_TRUE(client.send_request("HEAD", "/large"));
  ASSERT_TRUE(client.send_request("POST", "/", Bytes{'a'}));
  EXPECT_EQ(client.read()->head, "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(client.read()->body, Bytes{'a'});
}

TEST_F(Http, TheHandlerGetsTheHeadersItWantsAndNoOthers) {
  start();
  HttpClient client(port);
  ASSERT_TRUE(client.send("GET /headers HTTP/1.1\r\nHost: x\r\nUPLOAD-OFFSET: 12\r\nCookie: c\r\nAuthorization: Bearer t\r\n\r\n"));
  const auto answer = client.read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->head.starts_with("HTTP/1.1 460 Checksum Mismatch\r\n")) << answer->head;
  EXPECT_EQ(as_text(answer->body), "authorization=Bearer t;upload-offset=12;");
}

TEST_F(Http, AWantedHeaderThatComesTwiceIsRefused) {
  start();
  HttpClient client(port);
  ASSERT_TRUE(client.send("GET /headers HTTP/1.1\r\nHost: x\r\nUpload-Offset: 12\r\nUpload-Offset: 13\r\n\r\n"));
  EXPECT_EQ(client.read()->status, 400);
  EXPECT_EQ(handler.requests, 0);
  expect_serves();
}

TEST_F(Http, ALargeBodyIsReadWhereTheHandlerAllowsItAlone) {
  Options options;
  options.limits.body_bytes = 1000;
  options.limits.large_body_bytes = 200'000;
  start(options);
  HttpClient client(port);
  EXPECT_EQ(client.request("PATCH", "/blobs", Bytes(200'000, 'b'))->body, Bytes(200'000, 'b'));
  EXPECT_EQ(client.request("POST", "/", Bytes(1000, 'b'))->status, 200);
  const int answered = handler.requests;
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"));
  EXPECT_EQ(client.read()->status, 413);
  HttpClient other(port);
  ASSERT_TRUE(other.send("PATCH /blobs HTTP/1.1\r\nHost: x\r\nContent-Length: 200001\r\n\r\n"));
  EXPECT_EQ(other.read()->status, 413);
  EXPECT_EQ(handler.requests, answered);
}

TEST_F(Http, ARefusalOfThisLayersOwnHasTheHandlersHeaders) {
  Options options;
  options.limits.large_body_bytes = 100;
  options.limits.body_bytes = 100;
  start(options);
  HttpClient client(port);
  ASSERT_TRUE(client.send("PATCH /blobs HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const auto refused = client.read();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 411);
  EXPECT_NE(refused->head.find("Tus-Resumable: 1.0.0"), std::string::npos);
}

TEST_F(Http, AConnectionServesManyRequestsAlsoSentTogether) {
  start();
  HttpClient client(port);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(client.send_request("POST", "/", Bytes(10, static_cast<std::uint8_t>(i))));
  for (int i = 0; i < 100; ++i) {
    const auto answer = client.read();
    ASSERT_TRUE(answer.has_value()) << i;
    EXPECT_EQ(answer->body, Bytes(10, static_cast<std::uint8_t>(i)));
  }
}

TEST_F(Http, AnAnswerMayComeFromAnotherThread) {
  start();
  HttpClient client(port);
  for (int i = 0; i < 50; ++i) ASSERT_EQ(client.request("GET", "/elsewhere")->body, Bytes{'e'});
}

TEST_F(Http, ALargeAnswerComesWhole) {
  start();
  HttpClient client(port);
  EXPECT_EQ(client.request("GET", "/large")->body.size(), 3'000'000u);
}

TEST_F(Http, ARequestByteByByteIsTaken) {
  start();
  HttpClient client(port);
  for (const char byte : std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"))
    client.send({&byte, 1});
  EXPECT_EQ(client.read()->body, (Bytes{'h', 'i'}));
}

TEST_F(Http, ABodyAtTheLimitIsTakenOneMoreIsRefusedUnread) {
  Options options;
  options.limits.body_bytes = 100'000;
  start(options);
  HttpClient client(port);
  EXPECT_EQ(client.request("POST", "/", Bytes(100'000, 'b'))->body.size(), 100'000u);
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n"));
  const auto refused = client.read();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 413);
  EXPECT_EQ(refused->body, (Bytes{'n', 'o'}));
  EXPECT_NE(refused->head.find("Connection: close"), std::string::npos);
  EXPECT_EQ(handler.requests, 1);
  expect_serves();
}

// A client that sends all of it before it reads must still get to see the answer.
TEST_F(Http, ATooLargeBodySentWholeStillGetsItsAnswer) {
  start();
  HttpClient client(port);
  const auto refused = client.request("POST", "/", Bytes(1024 * 1024 + 1, 'b'));
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 413);
}

TEST_F(Http, AHeaderAboveItsLimitIsRefused) {
  start();
  const auto with_header_of = [&](std::size_t size) {
    HttpClient client(port);
    std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
    head.append(size - head.size() - 4, 'x');
    client.send(head + "\r\n\r\n");
    const auto answer = client.read();
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(with_header_of(8000), 200);
  EXPECT_EQ(with_header_of(8300), 431);
  EXPECT_EQ(with_header_of(100'000), 431);
  expect_serves();
}

TEST_F(Http, AChunkedBodyIsRefused) {
  start();
  HttpClient client(port);
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
  EXPECT_EQ(client.read()->status, 411);
  EXPECT_EQ(handler.requests, 0);
}

TEST_F(Http, TwoContentLengthsOrGarbageAreRefused) {
  start();
  for (const char* garbage :
       {"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", "\x16\x03\x01\x02garbage\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/9.9\r\n\r\n"}) {
    HttpClient client(port);
    client.send(garbage);
    const auto answer = client.read();
    ASSERT_TRUE(answer.has_value()) << garbage;
    EXPECT_EQ(answer->status, 400) << garbage;
  }
  EXPECT_EQ(handler.requests, 0);
  expect_serves();
}

TEST_F(Http, AHalfRequestIsNotHandled) {
  start();
  {
    HttpClient client(port);
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
  }
  expect_serves();
  EXPECT_EQ(handler.requests, 1);
}

TEST_F(Http, ASlowHeaderIsCutOff) {
  Options options;
  options.limits.header_seconds = 1;
  start(options);
  HttpClient silent(port);
  HttpClient slow(port);
  slow.send("POST / HTTP/1.1\r\nHo");
  EXPECT_GE(slow.closed_after_ms(), 500);
  EXPECT_GE(silent.closed_after_ms(), 0);
  expect_serves();
}

TEST_F(Http, ASlowBodyIsCutOffAFastEnoughOneIsNot) {
  Options options;
  options.limits.body_seconds = 1;
  options.limits.slow_body_rate = 1000;
  start(options);
  HttpClient slow(port);
  slow.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n0123456789");
  HttpClient steady(port);
  steady.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(steady.send(std::string(1000, 's')));
    std::this_thread::sleep_for(std::chrono::milliseconds(125));  // 8,000 bytes a second for 2.5 s
  }
  const auto answer = steady.read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body.size(), 20'000u);
  EXPECT_GE(slow.closed_after_ms(), 0);
}

TEST_F(Http, AnIdleConnectionIsClosed) {
  Options options;
  options.limits.idle_seconds = 1;
  start(options);
  HttpClient client(port);
  EXPECT_TRUE(client.request("GET", "/").has_value());
  EXPECT_GE(client.closed_after_ms(), 500);
}

TEST_F(Http, WhoDoesNotReadIsCutOff) {
  Options options;
  options.limits.write_seconds = 1;
  start(options);
  HttpClient client(port);
  for (int i = 0; i < 20; ++i) client.send_request("GET", "/large");  // more than the kernel buffers
  std::this_thread::sleep_for(std::chrono::seconds(4));
  std::size_t whole = 0;
  while (client.read()) ++whole;
  EXPECT_LT(whole, 20u);
  expect_serves();
}

TEST_F(Http, AHandlerThatNeverAnswersDoesNotKeepTheConnection) {
  Options options;
  options.limits.answer_seconds = 1;
  start(options);
  HttpClient client(port);
  client.send_request("GET", "/never");
  EXPECT_GE(client.closed_after_ms(), 0);
}

TEST_F(Http, ConnectionsBeyondTheLimitAreClosedAndFreedOnesReused) {
  Options options;
  options.limits.connections = 3;
  start(options);
  {
    std::vector<HttpClient> three;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(three.emplace_back(port).request("GET", "/").has_value());
    HttpClient fourth(port);
    EXPECT_FALSE(fourth.request("GET", "/").has_value());
  }
  std::optional<HttpClient::Response> answer;
  for (int i = 0; i < 200 && !answer; ++i)
    answer = HttpClient(port).request("GET", "/");  // until the closes are noticed
  EXPECT_TRUE(answer.has_value());
}

TEST_F(Http, ConnectionsOfOneAddressAreBounded) {
  Options options;
  options.limits.connections_per_address = 2;
  start(options);
  std::vector<HttpClient> two;
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(two.emplace_back(port).request("GET", "/").has_value());
  HttpClient third(port);
  EXPECT_FALSE(third.request("GET", "/").has_value());
}

TEST_F(Http, BodiesTogetherAreBounded) {
  Options options;
  options.limits.bodies_bytes = 150'000;
  start(options);
  HttpClient first(port);
  first.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nbegun");
  std::optional<HttpClient::Response> second;
  for (int i = 0; i < 200; ++i) {  // until the first one's header is read
    second = HttpClient(port).request("POST", "/", Bytes(100'000, 'x'));
    if (second && second->status == 503) break;
  }
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(second->status, 503);
  EXPECT_TRUE(first.send(std::string(99'995, 'x')));
  EXPECT_EQ(first.read()->status, 200);
  EXPECT_EQ(HttpClient(port).request("POST", "/", Bytes(100'000, 'x'))->status, 200);
}

TEST_F(Http, PlainBeyondThisComputerNeedsItsOption) {
  Options options;
  options.host = "0.0.0.0";
  const auto refused = Server::listen(options, handler);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kDenied);
  options.allow_plain = true;
  EXPECT_TRUE(Server::listen(options, handler));
}

TEST_F(Http, ATakenPortSaysSo) {
  start();
  Options options;
  options.port = port;
  const auto refused = Server::listen(options, handler);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kBusy);
}

class Https : public Http {
 protected:
  Https() {
    directory = ::testing::TempDir() + "haki-tls-" + std::to_string(::getpid());
    const std::string command = "mkdir -p " + directory +
                                " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
                                "-nodes -days 2 -subj /CN=localhost -keyout " +
                                directory + "/key.pem -out " + directory + "/cert.pem 2>/dev/null";
    made = std::system(command.c_str()) == 0;
    options.certificate_file = directory + "/cert.pem";
    options.key_file = directory + "/key.pem";
  }
  ~Https() override { (void)!std::system(("rm -rf " + directory).c_str()); }
  std::string directory;
  bool made = false;
  Options options;
};

TEST_F(Https, ServesAndItsPinIsTheCertificates) {
  ASSERT_TRUE(made);
  start(options);
  EXPECT_TRUE(server->url().starts_with("https://"));
  HttpClient client(port, true);
  ASSERT_TRUE(client.connected());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.request("POST", "/", Bytes(50'000, 't'))->body.size(), 50'000u);
  EXPECT_EQ(client.request("GET", "/large")->body.size(), 3'000'000u);
  const auto pin = certificate_pin(options.certificate_file);
  ASSERT_TRUE(pin);
  EXPECT_EQ(client.pin(), *pin);
}

TEST_F(Https, PlainSpeechAndSilenceAreCutOff) {
  ASSERT_TRUE(made);
  options.limits.handshake_seconds = 1;
  start(options);
  HttpClient plain(port);
  plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_GE(plain.closed_after_ms(), 0);
  HttpClient silent(port);
  EXPECT_GE(silent.closed_after_ms(), 500);
  EXPECT_EQ(handler.requests, 0);
  EXPECT_TRUE(HttpClient(port, true).request("GET", "/").has_value());
}

TEST_F(Https, FilesThatAreNoCertificateSaySo) {
  ASSERT_TRUE(made);
  Options wrong = options;
  wrong.certificate_file = options.key_file;
  EXPECT_FALSE(Server::listen(wrong, handler));
  EXPECT_FALSE(certificate_pin(options.key_file));
  wrong.certificate_file = "/nonexistent";
  EXPECT_FALSE(Server::listen(wrong, handler));
}

}  // namespace
}  // namespace haki::http
