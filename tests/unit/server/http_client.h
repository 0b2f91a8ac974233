// A blocking HTTP client that can also misbehave: sends what it is told, byte for byte, and says what came back and
// when.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "haki/bytes.h"

namespace haki::test {

class HttpClient {
 public:
  struct Response {
    int status = 0;
    std::string head;
    Bytes body;
  };

  // Connects to 127.0.0.1; with TLS, takes any certificate (what it is meant to be is the tests' part).
  explicit HttpClient(std::uint16_t port, bool tls = false);
  HttpClient(HttpClient&&) noexcept;
  ~HttpClient();

  bool connected() const;
  bool send(std::string_view bytes);
  bool send_request(std::string_view method, std::string_view target, ByteView body = {});
  // Empty where the connection ended, or nothing whole came in 30 s.
  std::optional<Response> read();
  std::optional<Response> request(std::string_view method, std::string_view target, ByteView body = {});
  // Milliseconds until the other side closed, whatever it sent before; -1 where it did not within 30 s.
  std::int64_t closed_after_ms();
  // SHA-256 of the SubjectPublicKeyInfo that the server showed.
  std::array<std::uint8_t, 32> pin() const;

 private:
  struct Socket;
  long receive(std::uint8_t* into, std::size_t size);
  std::unique_ptr<Socket> socket_;
  std::string buffered_;
};

}  // namespace haki::test
