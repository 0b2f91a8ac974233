#include "test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/assert.h"

namespace haki::transport {
namespace {

constexpr long kDaySeconds = 24 * 3600;

void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  HAKI_ASSERT(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

TestCertificate::TestCertificate(Validity validity, std::string_view name) : key_(EVP_EC_gen("P-256"), EVP_PKEY_free) {
  sign(validity, name);
}

TestCertificate::TestCertificate(const TestCertificate& other, Validity validity) : key_(other.key_) {
  sign(validity, "haki.test");
}

void TestCertificate::sign(Validity validity, std::string_view name) {
  certificate_ = {X509_new(), X509_free};
  X509* made = certificate_.get();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), validity.to_days + 1000);
  X509_gmtime_adj(X509_getm_notBefore(made), validity.from_days * kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(made), validity.to_days * kDaySeconds);
  const std::string text(name);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
  X509_set_issuer_name(made, X509_get_subject_name(made));
  X509_set_pubkey(made, key_.get());
  add_extension(made, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(made, NID_subject_alt_name, "DNS:" + text);
  HAKI_ASSERT(X509_sign(made, key_.get(), EVP_sha256()) > 0);
}

envelope::Pin TestCertificate::pin() const {
  std::uint8_t* der = nullptr;
  const int size = i2d_PUBKEY(key_.get(), &der);  // from the key itself, by another way than the client's
  HAKI_ASSERT(size > 0);
  envelope::Pin pin;
  SHA256(der, static_cast<std::size_t>(size), pin.bytes.data());
  OPENSSL_free(der);
  return pin;
}

std::string TestCertificate::pem() const {
  BIO* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, certificate_.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string result(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return result;
}

std::shared_ptr<SSL_CTX> TestCertificate::server_context(int version) const {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (version != 0) {
    if (version < TLS1_2_VERSION) SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), version);
    SSL_CTX_set_max_proto_version(context.get(), version);
  }
  HAKI_ASSERT(SSL_CTX_use_certificate(context.get(), certificate_.get()) == 1);
  HAKI_ASSERT(SSL_CTX_use_PrivateKey(context.get(), key_.get()) == 1);
  return context;
}

Peer::Peer(int socket, SSL* tls, Wire& wire) : socket_(socket), tls_(tls), wire_(wire) {
  const std::lock_guard lock(wire_.mutex);
  wire_.socket = socket;
  if (wire_.stopping) ::shutdown(socket, SHUT_RD);
}

Peer::~Peer() {
  finish();
  SSL_free(tls_);
}

long Peer::read_some(char* into, std::size_t size) {
  if (socket_ < 0) return 0;
  const long got = tls_ != nullptr ? SSL_read(tls_, into, static_cast<int>(size)) : ::recv(socket_, into, size, 0);
  if (got > 0) wire_.in += static_cast<std::uint64_t>(got);
  return got;
}

std::string Peer::read_header() {
  char block[4096];
  for (;;) {
    const auto end = pending_.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::string header = pending_.substr(0, end + 4);
      pending_.erase(0, end + 4);
      return header;
    }
    const long got = read_some(block, sizeof block);
    if (got <= 0) return std::exchange(pending_, {});
    pending_.append(block, static_cast<std::size_t>(got));
  }
}

std::string Peer::read_request() {
  std::string request = read_header();
  constexpr std::string_view kLength = "Content-Length: ";
  const auto at = request.find(kLength);
  const std::size_t length = at == std::string::npos ? 0 : std::stoul(request.substr(at + kLength.size()));
  char block[4096];
  while (pending_.size() < length) {
    const long got = read_some(block, sizeof block);
    if (got <= 0) break;
    pending_.append(block, static_cast<std::size_t>(got));
  }
  request += pending_.substr(0, length);
  pending_.erase(0, std::min(length, pending_.size()));
  return request;
}

void Peer::say(std::string_view bytes) {
  while (!bytes.empty() && socket_ >= 0) {
    const long sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                      : ::send(socket_, bytes.data(), bytes.size(), 0);
    if (sent <= 0) return;
    wire_.out += static_cast<std::uint64_t>(sent);
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Peer::wait_until_client_leaves() {
  char block[4096];
  while (socket_ >= 0 && ::recv(socket_, block, sizeof block, 0) > 0) {
  }
}

void Peer::finish() {
  if (socket_ < 0) return;
  if (tls_ != nullptr && SSL_is_init_finished(tls_)) SSL_shutdown(tls_);
  cut();
}

void Peer::cut() {
  const std::lock_guard lock(wire_.mutex);
  wire_.socket = -1;
  ::close(socket_);
  socket_ = -1;
}

void Peer::reset() {
  const linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  cut();
}

std::string Peer::server_name() const {
  const char* name = SSL_get_servername(tls_, TLSEXT_NAMETYPE_host_name);
  return name != nullptr ? name : "";
}

TestServer::TestServer(std::vector<std::shared_ptr<SSL_CTX>> contexts, Script script)
    : contexts_(std::move(contexts)), script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  HAKI_ASSERT(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
  HAKI_ASSERT(::listen(listener_, 16) == 0);
  HAKI_ASSERT(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

Endpoint TestServer::endpoint(std::string host) const {
  return {contexts_.empty() ? "http" : "https", std::move(host), port_};
}

void TestServer::serve() {
  // Only here: that the client survives a broken connection with SIGPIPE at its default is part of what is tested.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (;;) {
    const int socket = ::accept(listener_, nullptr, nullptr);
    if (socket < 0) return;
    const int one = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const int number = connections_++;
    SSL* tls = nullptr;
    if (!contexts_.empty()) {
      const std::size_t last = contexts_.size() - 1;
      tls = SSL_new(contexts_[std::min(static_cast<std::size_t>(number), last)].get());
      SSL_set_fd(tls, socket);
    }
    Peer peer(socket, tls, wire_);
    if (tls == nullptr || SSL_accept(tls) == 1) script_(peer, number);
  }
}

void TestServer::stop() {
  if (!thread_.joinable()) return;
  ::shutdown(listener_, SHUT_RDWR);
  {
    // A test that fails with its client still connected must end, not wait for ever.
    const std::lock_guard lock(wire_.mutex);
    wire_.stopping = true;
    if (wire_.socket >= 0) ::shutdown(wire_.socket, SHUT_RD);
  }
  thread_.join();
  ::close(listener_);
}

std::string answer(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TestServer::Script answering(std::function<std::string(const std::string& request)> reply) {
  return [reply = std::move(reply)](Peer& peer, int) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      peer.say(reply(request));
    }
  };
}

}  // namespace haki::transport
