// HTTP/1.1 for request handlers that know nothing of sockets: limits on size, time and number from the first byte on
// (spec 60-http-api, "Limits"), TLS or plain, one request at a time on a connection.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::http {

struct Request {
  std::string method;
  std::string target;
  Bytes body;
  std::map<std::string, std::string, std::less<>> headers{};  // of those that the handler wants, the ones that came
};
struct Response {
  int status = 200;
  Bytes body;  // not sent with a 204, nor to HEAD
  std::vector<std::pair<std::string_view, std::string>> headers{};  // names of static life, values of printable ASCII
};
// What a request may bring, asked before its body is read.
struct Admission {
  bool large_body = false;                           // up to Limits::large_body_bytes
  std::span<const std::string_view> headers{};       // which of its headers the handler wants, of static life; one that
                                                     // comes twice makes the request malformed
};

// How a request is answered. Both may be called on any thread, also after the connection has gone.
class Responder {
 public:
  virtual ~Responder() = default;
  // Runs `work` on the connection's own thread.
  virtual void post(std::function<void()> work) = 0;
  // Once.
  virtual void respond(Response response) = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  virtual void handle(Request request, std::shared_ptr<Responder> responder) = 0;
  virtual Admission admit(std::string_view method, std::string_view target) = 0;
  // An answer that this layer gives by itself (malformed, too large, busy); `target` is empty where it was not read. Status
  // and length are this layer's.
  virtual Response refusal(int status, std::string_view target) = 0;
};

struct Limits {
  std::size_t header_bytes = 8 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t large_body_bytes = 4 * 1024 * 1024;  // where the handler allows it
  std::size_t bodies_bytes = 64 * 1024 * 1024;  // of all requests and replies at once
  std::size_t connections = 1024;
  std::size_t connections_per_address = 200;
  int handshake_seconds = 30;
  int header_seconds = 15;
  int body_seconds = 15;
  int slow_body_seconds = 120;  // as long as it comes at slow_body_rate or more
  std::size_t slow_body_rate = 1024;
  int answer_seconds = 120;  // for the handler; then the connection is closed
  int write_seconds = 60;    // for every write_chunk bytes
  std::size_t write_chunk = 64 * 1024;
  int idle_seconds = 120;
};

struct Options {
  std::string host = "127.0.0.1";  // an address, or "localhost"
  std::uint16_t port = 0;          // 0: one that is free
  std::string certificate_file;    // empty: plain HTTP
  std::string key_file;
  bool allow_plain = false;  // plain HTTP on an address others can reach
  int threads = 2;
  Limits limits;
};

class Server {
 public:
  // Listens; requests are answered from run() on. kInvalid, kBusy (the port is taken), kDenied, kIo.
  static Result<std::unique_ptr<Server>> listen(const Options& options, Handler& handler);
  virtual ~Server() = default;
  // e.g. "http://127.0.0.1:8080"
  virtual std::string url() const = 0;
  // Until SIGTERM, SIGINT or stop(). Requests being answered then are finished, for at most a few seconds.
  virtual void run() = 0;
  virtual void stop() = 0;  // from any thread
};

// SHA-256 of the certificate's SubjectPublicKeyInfo, for the first certificate in a PEM file.
Result<std::array<std::uint8_t, 32>> certificate_pin(const std::string& certificate_file);

}  // namespace haki::http
