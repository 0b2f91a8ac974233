// One stream type over plain TCP and TLS, so that what is above it is compiled once. Every call from the loop's thread;
// one read and one write at a time. Only this folder's sources include it.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

namespace haki::http {

class Stream {
 public:
  using Done = std::function<void(const boost::system::error_code&, std::size_t)>;
  virtual ~Stream() = default;
  virtual void handshake(Done done) = 0;
  virtual void read_some(boost::asio::mutable_buffer into, Done done) = 0;
  // All of both.
  virtual void write(const std::array<boost::asio::const_buffer, 2>& from, Done done) = 0;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
};

// `tls` null: plain.
std::unique_ptr<Stream> make_stream(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context* tls);

}  // namespace haki::http
