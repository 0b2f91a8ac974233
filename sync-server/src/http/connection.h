// One connection: reads a request, has it answered, writes the answer, and again. Owns its stream, its buffer and its
// one deadline; everything runs on its loop's thread. Only this folder's sources include it.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/server.h"
#include "http/stream.h"

namespace haki::http {

class Connection;

// What all connections share, from any thread.
struct Shared {
  Shared(Handler& who, const Limits& bounds) : handler(who), limits(bounds) {}
  Handler& handler;
  const Limits limits;
  std::atomic<std::size_t> bodies_bytes = 0;
  std::mutex mutex;
  std::size_t connections = 0;                                  // guarded by mutex
  std::map<boost::asio::ip::address, std::size_t> per_address;  // guarded by mutex

  // False: there are too many.
  bool enter(const boost::asio::ip::address& address);
  void leave(const boost::asio::ip::address& address);
};

// One thread's event loop and its connections.
struct Loop {
  std::set<Connection*> connections;  // of this thread
  bool stopping = false;
  boost::asio::io_context io{1};  // goes first: what it still holds are connections, which leave the set above
};

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Shared& shared, Loop& loop, std::unique_ptr<Stream> stream, boost::asio::ip::address address);
  Connection(const Connection&) = delete;
  ~Connection();
  void start();
  // Closes now if no request is being read or answered, else after the answer.
  void stop();
  // Forgets a request whose answer will not come any more. May destroy the connection.
  void abandon();
  void respond(Response response);

 private:
  struct Parser;
  using Clock = std::chrono::steady_clock;
  enum class State { kHandshake, kIdle, kReading, kAnswering, kWriting, kDraining, kClosed };

  void begin_request();
  void read();
  void consume();
  // True: the body may be read; else an answer is under way.
  bool header_done();
  void refuse(int status);
  void write(Response response, bool close);
  void write_more();
  void drain();
  void close();
  void expire_in(int seconds);
  void watch();
  void on_deadline();
  void reserve(std::size_t bytes);

  Shared& shared_;
  Loop& loop_;
  std::unique_ptr<Stream> stream_;
  const boost::asio::ip::address address_;
  State state_ = State::kHandshake;

  boost::asio::steady_timer timer_;
  Clock::time_point deadline_;
  Clock::time_point body_began_;

  std::unique_ptr<Parser> parser_;
  std::map<std::string, std::string, std::less<>> headers_;  // of this request, those wanted
  bool to_head_ = false;                                     // the answer has no body
  Bytes input_;
  std::size_t filled_ = 0;
  std::size_t body_read_ = 0;
  std::size_t reserved_ = 0;

  // Only this thread holds connections; who answers on another one holds a weak reference, so that the last strong one
  // goes here. This one keeps the connection while nothing is being read or written.
  std::shared_ptr<Connection> answering_;
  std::string head_;
  Bytes output_;
  std::size_t written_ = 0;
  bool close_after_ = false;
};

}  // namespace haki::http
