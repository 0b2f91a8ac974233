#include "http/stream.h"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace haki::http {
namespace {

namespace net = boost::asio;
using net::ip::tcp;

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}
  void handshake(Done done) override { done({}, 0); }
  void read_some(net::mutable_buffer into, Done done) override { socket_.async_read_some(into, std::move(done)); }
  void write(const std::array<net::const_buffer, 2>& from, Done done) override {
    net::async_write(socket_, from, std::move(done));
  }
  tcp::socket& socket() override { return socket_; }

 private:
  tcp::socket socket_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, net::ssl::context& context) : stream_(std::move(socket), context) {}
  void handshake(Done done) override {
    stream_.async_handshake(net::ssl::stream_base::server,
                            [done = std::move(done)](const boost::system::error_code& error) { done(error, 0); });
  }
  void read_some(net::mutable_buffer into, Done done) override { stream_.async_read_some(into, std::move(done)); }
  void write(const std::array<net::const_buffer, 2>& from, Done done) override {
    net::async_write(stream_, from, std::move(done));
  }
  tcp::socket& socket() override { return stream_.next_layer(); }

 private:
  net::ssl::stream<tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<Stream> make_stream(tcp::socket socket, net::ssl::context* tls) {
  if (tls != nullptr) return std::make_unique<TlsStream>(std::move(socket), *tls);
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace haki::http
