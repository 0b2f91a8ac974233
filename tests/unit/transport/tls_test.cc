// Goal: the client talks to the key it was told to trust and to no other, whatever the certificate around it says, and
// a person learns which of the two ends does not speak TLS.
// Method: the scripted server with certificates made here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "sending.h"
#include "test_server.h"
#include "transport/http_client.h"

namespace haki::transport {
namespace {

using testing::HasSubstr;

Request post_sealed(std::string_view body, std::int64_t timeout_ms = 30'000) {
  const auto bytes = as_bytes(body);
  return {"POST", "/v1/exchange", Bytes(bytes.begin(), bytes.end()), timeout_ms};
}

TestServer::Script echoing() {
  return answering([](const std::string& request) { return answer(request); });
}

Trust pinned(const TestCertificate& certificate) { return {{certificate.pin()}, false}; }

void expect_error(const Result<Response>& result, Code code, const std::string& said) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, code);
  EXPECT_THAT(result.error().message, HasSubstr(said));
  EXPECT_THAT(result.error().message, Not(HasSubstr("lost")));
}

TEST(Tls, PinnedKeyIsTrustedWhateverTheDateSays) {
  for (const Validity validity : {kValidNow, kExpired, kNotYetValid}) {
    const TestCertificate certificate(validity);
    TestServer server(certificate, echoing());
    HttpClient client(server.endpoint(), pinned(certificate));
    const auto result = client.send(post_sealed("x"));
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(client.peer_pin(), certificate.pin());
  }
}

TEST(Tls, RenewedCertificateWithTheSameKeyIsTrusted) {
  const TestCertificate old(kExpired);
  const TestCertificate renewed(old, kValidNow);
  TestServer server(renewed, echoing());
  HttpClient client(server.endpoint(), pinned(old));
  EXPECT_TRUE(client.send(post_sealed("x")));
}

TEST(Tls, OneOfSeveralPinsIsEnough) {
  const TestCertificate certificate;
  TestServer server(certificate, echoing());
  HttpClient client(server.endpoint(), {{TestCertificate().pin(), certificate.pin()}, false});
  EXPECT_TRUE(client.send(post_sealed("x")));
}

TEST(Tls, AnotherKeyIsRefusedBeforeAnythingIsSent) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TestCertificate certificate;
    TestServer server({certificate.server_context(version)}, echoing());
    HttpClient client(server.endpoint(), pinned(TestCertificate()));
    expect_error(client.send(post_sealed("x")), Code::kUntrusted,
                 "shows another certificate than the one this coalition knows");
    EXPECT_FALSE(client.peer_pin());
    server.stop();
    EXPECT_EQ(server.bytes_in(), 0u);
    EXPECT_EQ(client.traffic().bytes_up, 0u);
  }
}

TEST(Tls, FirstContactTakesAnyKeyAndSaysWhichItWas) {
  const TestCertificate certificate(kExpired);
  TestServer server(certificate, echoing());
  HttpClient client(server.endpoint(), {{}, true});
  EXPECT_FALSE(client.peer_pin());
  const auto result = client.send(post_sealed("x"));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(client.peer_pin(), certificate.pin());
}

// A client made without pins must not take any key by accident.
TEST(Tls, WithoutPinsASelfSignedCertificateIsRefused) {
  const TestCertificate certificate;
  TestServer server(certificate, echoing());
  HttpClient client(server.endpoint(), {});
  expect_error(client.send(post_sealed("x")), Code::kUntrusted, "does not prove");
  server.stop();
  EXPECT_EQ(server.bytes_in(), 0u);
}

TEST(Tls, SecondConnectionResumesTheFirstSession) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TestCertificate certificate;
    std::vector<bool> resumed;
    TestServer server({certificate.server_context(version)}, [&](Peer& peer, int) {
      resumed.push_back(peer.resumed());
      peer.read_request();
      peer.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    });
    HttpClient client(server.endpoint(), pinned(certificate));
    for (int i = 0; i < 3; ++i) {
      const auto result = client.send(post_sealed("x"));
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(client.peer_pin(), certificate.pin());
    }
    server.stop();
    EXPECT_THAT(resumed, testing::ElementsAre(false, true, true)) << "TLS version " << std::hex << version;
  }
}

TEST(Tls, KeyThatChangesBetweenTwoConnectionsIsRefused) {
  const TestCertificate first;
  const TestCertificate second;
  TestServer server({first.server_context(), second.server_context()}, [](Peer& peer, int) {
    peer.read_request();
    peer.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
  });
  HttpClient client(server.endpoint(), pinned(first));
  ASSERT_TRUE(client.send(post_sealed("x")));
  expect_error(client.send(post_sealed("x")), Code::kUntrusted, "another certificate");
}

TEST(Tls, OlderThan12IsRefused) {
  const TestCertificate certificate;
  TestServer server({certificate.server_context(TLS1_1_VERSION)}, echoing());
  HttpClient client(server.endpoint(), pinned(certificate));
  expect_error(client.send(post_sealed("x")), Code::kNetwork, "No secure connection could be agreed");
  server.stop();
  EXPECT_EQ(server.bytes_in(), 0u);
}

TEST(Tls, PlainServerOnAnHttpsAddressIsSaid) {
  for (const std::string said : {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
                                 "220 mail.example.org ESMTP Postfix\r\n"}) {
    TestServer server([&](Peer& peer, int) {
      peer.say(said);
      peer.wait_until_client_leaves();
    });
    HttpClient client(server.endpoint_as("https"), {{}, true});
    expect_error(client.send(post_sealed("x")), Code::kNetwork, "does not speak TLS");
    EXPECT_EQ(client.traffic().bytes_up, 0u);
  }
}

TEST(Tls, TlsServerOnAnHttpAddressIsSaid) {
  const TestCertificate certificate;
  TestServer server(certificate, echoing());
  HttpClient client(server.endpoint_as("http"), {});
  expect_error(client.send(post_sealed("x")), Code::kNetwork, "https://");  // OpenSSL's server hangs up or sends an alert

  TestServer alerting([](Peer& peer, int) {
    peer.read_request();
    peer.say(std::string_view("\x15\x03\x01\x00\x02\x02\x46", 7));  // as nginx, Go and others do
  });
  HttpClient other(alerting.endpoint(), {});
  expect_error(other.send(post_sealed("x")), Code::kNetwork, "speaks TLS");
}

TEST(Tls, HandshakeThatIsCutIsSaid) {
  TestServer server([](Peer&, int) {});
  HttpClient client(server.endpoint_as("https"), {{}, true});
  expect_error(client.send(post_sealed("x")), Code::kNetwork, "while it was being made secure");
}

TEST(Tls, HandshakeThatIsNotAnsweredTimesOut) {
  TestServer server([](Peer& peer, int) { peer.wait_until_client_leaves(); });
  HttpClient client(server.endpoint_as("https"), {{}, true});
  expect_error(client.send(post_sealed("x", 150)), Code::kNetwork, "in time");
}

TEST(Tls, CancelEndsAHandshake) {
  std::promise<void> accepted;
  TestServer server([&](Peer& peer, int) {
    accepted.set_value();
    peer.wait_until_client_leaves();
  });
  HttpClient client(server.endpoint_as("https"), {{}, true});
  Sending sending(client, post_sealed("x", kTimeoutMsMax));
  accepted.get_future().wait();
  client.cancel();
  expect_error(sending.wait(), Code::kNetwork, "stopped");
}

TEST(Tls, AnswerCutAtAnyByteGivesWhatCameOfTheBody) {
  const TestCertificate certificate;
  const std::string body = "welcome receipt run";
  const std::string said = answer(body);
  const std::size_t header = said.size() - body.size();
  for (void (Peer::*end)() : {&Peer::finish, &Peer::cut}) {
    TestServer server(certificate, [&](Peer& peer, int number) {
      peer.read_request();
      peer.say(said.substr(0, static_cast<std::size_t>(number)));
      (peer.*end)();
    });
    HttpClient client(server.endpoint(), pinned(certificate));
    for (std::size_t cut = 0; cut < said.size(); ++cut) {
      const auto result = client.send(post_sealed("x"));
      ASSERT_EQ(result.has_value(), cut > header) << cut;
      if (!result) {
        EXPECT_EQ(result.error().code, Code::kNetwork) << cut;
        continue;
      }
      EXPECT_TRUE(result->cut_short) << cut;
      EXPECT_EQ(as_text(result->body), body.substr(0, cut - header)) << cut;
    }
  }
}

// Without a length only close_notify tells the end of a body from a connection that somebody cut.
TEST(Tls, BodyWithoutLengthIsWholeOnlyWithAnOrderlyEnd) {
  const TestCertificate certificate;
  TestServer server(certificate, [](Peer& peer, int number) {
    peer.read_request();
    peer.say("HTTP/1.1 200 OK\r\n\r\nframes");
    number == 0 ? peer.finish() : peer.cut();
  });
  HttpClient client(server.endpoint(), pinned(certificate));
  const auto whole = client.send(post_sealed("x"));
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_FALSE(whole->cut_short);
  const auto cut = client.send(post_sealed("x"));
  ASSERT_TRUE(cut) << cut.error().message;
  EXPECT_TRUE(cut->cut_short);
  EXPECT_EQ(as_text(cut->body), "frames");
}

TEST(Tls, IdleConnectionThatTheServerClosedIsReplaced) {
  const TestCertificate certificate;
  std::promise<void> closed;
  TestServer server(certificate, [&](Peer& peer, int number) {
    peer.say(answer(peer.read_request()));
    peer.finish();
    if (number == 0) closed.set_value();
  });
  HttpClient client(server.endpoint(), pinned(certificate));
  ASSERT_TRUE(client.send(post_sealed("first")));
  closed.get_future().wait();
  ASSERT_TRUE(client.send(post_sealed("second")));
  server.stop();
  EXPECT_EQ(server.connections(), 2);
  EXPECT_EQ(client.traffic().bytes_up, server.bytes_in());
}

TEST(Tls, RefusalBeforeTheRequestWasReadDoesNotEndTheProgram) {
  const TestCertificate certificate;
  TestServer server(certificate, [](Peer& peer, int) {
    peer.read_header();
    peer.say("HTTP/1.1 413 Too Large\r\nContent-Length: 9\r\n\r\ntoo large");
    peer.cut();
  });
  HttpClient client(server.endpoint(), pinned(certificate));
  const auto result = client.send(post_sealed(std::string(16 * 1024 * 1024, 'x')));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, 413);
}

TEST(Tls, OneConnectionServesManyRequestsAndTrafficIsWhatTheServerSaw) {
  const TestCertificate certificate;
  TestServer server(certificate, echoing());
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  {
    HttpClient client(server.endpoint(), pinned(certificate));
    for (std::size_t i = 0; i < 5; ++i) {
      const auto result = client.send(post_sealed(std::string(i * 100'000, 'x')));
      ASSERT_TRUE(result) << result.error().message;
    }
    EXPECT_EQ(client.traffic().connections, 1u);
    EXPECT_EQ(client.traffic().round_trips, 5u);
    up = client.traffic().bytes_up;
    down = client.traffic().bytes_down;
  }
  server.stop();
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(up, server.bytes_in());
  EXPECT_EQ(down, server.bytes_out());
}

}  // namespace
}  // namespace haki::transport
