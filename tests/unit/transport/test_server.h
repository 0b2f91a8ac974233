// A server that does exactly as a test tells it, on plain sockets and OpenSSL, so that nothing of the client under test
// is needed to build it. A Script runs once for each connection accepted, one after the other, in the server's own
// thread.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "envelope/names.h"
#include "transport/endpoint.h"

namespace haki::transport {

struct Validity {
  long from_days;
  long to_days;
};
inline constexpr Validity kValidNow{-1, 30};
inline constexpr Validity kExpired{-400, -35};
inline constexpr Validity kNotYetValid{365, 730};

// A self-signed certificate with a key of its own.
class TestCertificate {
 public:
  explicit TestCertificate(Validity validity = kValidNow, std::string_view name = "haki.test");
  // Another certificate for the key of `other`, as after a renewal.
  TestCertificate(const TestCertificate& other, Validity validity);

  envelope::Pin pin() const;
  std::string pem() const;
  // `version` 0: whatever both sides like best.
  std::shared_ptr<SSL_CTX> server_context(int version = 0) const;

 private:
  void sign(Validity validity, std::string_view name);
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
};

// Both directions of one server, and the connection it is busy with.
struct Wire {
  std::atomic<std::uint64_t> in{0};
  std::atomic<std::uint64_t> out{0};
  std::mutex mutex;  // guards what follows
  int socket = -1;
  bool stopping = false;
};

// The server's end of one connection.
class Peer {
 public:
  Peer(int socket, SSL* tls, Wire& wire);
  ~Peer();

  std::string read_request();  // header and body; what there was, where the client left before the end
  std::string read_header();
  void say(std::string_view bytes);
  void wait_until_client_leaves();
  void finish();  // close_notify, FIN
  void cut();     // FIN without close_notify
  void reset();   // RST
  bool resumed() const { return SSL_session_reused(tls_) == 1; }
  std::string server_name() const;

 private:
  long read_some(char* into, std::size_t size);
  int socket_;
  SSL* tls_;
  std::string pending_;
  Wire& wire_;
};

class TestServer {
 public:
  using Script = std::function<void(Peer&, int connection)>;  // connection: 0, 1, ...; the peer is finished afterwards

  explicit TestServer(Script script) : TestServer(std::vector<std::shared_ptr<SSL_CTX>>{}, std::move(script)) {}
  // contexts: of the first connection, the second, ...; the last one stays.
  TestServer(std::vector<std::shared_ptr<SSL_CTX>> contexts, Script script);
  TestServer(const TestCertificate& certificate, Script script)
      : TestServer(std::vector{certificate.server_context()}, std::move(script)) {}
  ~TestServer() { stop(); }

  Endpoint endpoint(std::string host = "127.0.0.1") const;
  Endpoint endpoint_as(std::string scheme) const { return {std::move(scheme), "127.0.0.1", port_}; }
  // Ends the running script, for which the client seems to leave once what it sent is read. Counts are final then.
  void stop();
  int connections() const { return connections_; }
  std::uint64_t bytes_in() const { return wire_.in; }
  std::uint64_t bytes_out() const { return wire_.out; }

 private:
  void serve();
  std::vector<std::shared_ptr<SSL_CTX>> contexts_;
  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  Wire wire_;
  std::thread thread_;
};

// "HTTP/1.1 200 OK" with a length and `body`.
std::string answer(std::string_view body);
// The usual script: answers every request of a connection with what `reply` makes of it, until the client leaves.
TestServer::Script answering(std::function<std::string(const std::string& request)> reply);

}  // namespace haki::transport
