#include "http_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>

namespace haki::test {

struct HttpClient::Socket {
  int fd = -1;
  SSL_CTX* context = nullptr;
  SSL* tls = nullptr;
  ~Socket() {
    if (tls != nullptr) SSL_free(tls);
    if (context != nullptr) SSL_CTX_free(context);
    if (fd >= 0) ::close(fd);
  }
};

HttpClient::HttpClient(std::uint16_t port, bool tls) : socket_(std::make_unique<Socket>()) {
  socket_->fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const timeval patience{30, 0};
  ::setsockopt(socket_->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const int on = 1;
  ::setsockopt(socket_->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool good = ::connect(socket_->fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (good && tls) {
    socket_->context = SSL_CTX_new(TLS_client_method());
    socket_->tls = SSL_new(socket_->context);
    SSL_set_fd(socket_->tls, socket_->fd);
    good = SSL_connect(socket_->tls) == 1;
  }
  if (!good) {
    ::close(socket_->fd);
    socket_->fd = -1;
  }
}

HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

bool HttpClient::connected() const { return socket_->fd >= 0; }

bool HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const long sent = socket_->tls != nullptr ? SSL_write(socket_->tls, bytes.data(), static_cast<int>(bytes.size()))
                                              : ::send(socket_->fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool HttpClient::send_request(std::string_view method, std::string_view target, ByteView body) {
  std::string message = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n";
  if (!body.empty()) message += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  message += "\r\n";
  message += as_text(body);
  return send(message);
}

long HttpClient::receive(std::uint8_t* into, std::size_t size) {
  return socket_->tls != nullptr ? SSL_read(socket_->tls, into, static_cast<int>(size))
                                 : ::recv(socket_->fd, into, size, 0);
}

std::optional<HttpClient::Response> HttpClient::read() {
  std::size_t end = std::string::npos, length = 0;
  for (;;) {
    if (end == std::string::npos) {
      end = buffered_.find("\r\n\r\n");
      const auto at = buffered_.find("Content-Length: ");
      if (end != std::string::npos && at < end) {
        std::from_chars(buffered_.data() + at + 16, buffered_.data() + end, length);
      }
    }
    if (end != std::string::npos && buffered_.size() >= end + 4 + length) break;
    std::uint8_t piece[16384];
    const long got = receive(piece, sizeof piece);
    if (got <= 0) return std::nullopt;
    buffered_.append(reinterpret_cast<const char*>(piece), static_cast<std::size_t>(got));
  }
  Response response;
  response.head = buffered_.substr(0, end + 4);
  const ByteView body = as_bytes(buffered_).subspan(end + 4, length);
  response.body.assign(body.begin(), body.end());
  std::from_chars(response.head.data() + 9, response.head.data() + 12, response.status);
  buffered_.erase(0, end + 4 + length);
  return response;
}

std::optional<HttpClient::Response> HttpClient::request(std::string_view method, std::string_view target,
                                                        ByteView body) {
  if (!send_request(method, target, body)) return std::nullopt;
  return read();
}

std::int64_t HttpClient::closed_after_ms() {
  const auto start = std::chrono::steady_clock::now();
  std::uint8_t piece[16384];
  for (;;) {
    const long got = ::recv(socket_->fd, piece, sizeof piece, 0);
    const auto passed = std::chrono::steady_clock::now() - start;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
    if (got == 0 || (got < 0 && errno != EAGAIN)) return ms;
    if (got < 0) return -1;
  }
}

std::array<std::uint8_t, 32> HttpClient::pin() const {
  std::array<std::uint8_t, 32> pin{};
  X509* certificate = SSL_get1_peer_certificate(socket_->tls);
  std::uint8_t* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  EVP_Digest(encoded, static_cast<std::size_t>(size), pin.data(), nullptr, EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  X509_free(certificate);
  return pin;
}

}  // namespace haki::test
