#include "http/connection.h"

#include <algorithm>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/vector_body.hpp>

namespace haki::http {
namespace {

namespace net = boost::asio;
namespace beast_http = boost::beast::http;
using boost::system::error_code;

// A request of an ordinary item is read at once; who is silent between two requests, as thousands are, holds less for its beginning.
constexpr std::size_t kInputBytes = 24 * 1024, kIdleInputBytes = 4 * 1024;
constexpr int kDrainSeconds = 2;

int status_for(const error_code& error) {
  if (error == beast_http::error::body_limit) return 413;
  if (error == beast_http::error::header_limit) return 431;
  return 400;
}

std::string reason_of(int status) {
  if (status == 460) return "Checksum Mismatch";  // of tus
  return beast_http::obsolete_reason(static_cast<beast_http::status>(status));
}

// Answers one request of a connection, from whatever thread.
class Answer final : public Responder {
 public:
  Answer(Loop& loop, std::weak_ptr<Connection> connection) : loop_(loop), connection_(std::move(connection)) {}
  void post(std::function<void()> work) override { net::post(loop_.io, std::move(work)); }
  void respond(Response response) override {
    net::dispatch(loop_.io, [connection = connection_, response = std::move(response)]() mutable {
      if (const auto here = connection.lock()) here->respond(std::move(response));
    });
  }

 private:
  Loop& loop_;
  const std::weak_ptr<Connection> connection_;
};

}  // namespace

bool Shared::enter(const net::ip::address& address) {
  const std::lock_guard lock(mutex);
  if (connections >= limits.connections) return false;
  std::size_t& same = per_address[address];
  if (same >= limits.connections_per_address) return false;
  ++same;
  ++connections;
  return true;
}

void Shared::leave(const net::ip::address& address) {
  const std::lock_guard lock(mutex);
  --connections;
  const auto found = per_address.find(address);
  if (found != per_address.end() && --found->second == 0) per_address.erase(found);
}

struct Connection::Parser {
  beast_http::request_parser<beast_http::vector_body<std::uint8_t>> http;
};

Connection::Connection(Shared& shared, Loop& loop, std::unique_ptr<Stream> stream, net::ip::address address)
    : shared_(shared), loop_(loop), stream_(std::move(stream)), address_(std::move(address)), timer_(loop.io) {
  loop_.connections.insert(this);
}

Connection::~Connection() {
  loop_.connections.erase(this);
  shared_.bodies_bytes -= reserved_;
  shared_.leave(address_);
}

void Connection::start() {
  error_code ignored;
  stream_->socket().set_option(net::ip::tcp::no_delay(true), ignored);
  expire_in(shared_.limits.handshake_seconds);
  watch();
  stream_->handshake([self = shared_from_this()](const error_code& error, std::size_t) {
    if (error || self->state_ == State::kClosed) return self->close();
    self->begin_request();
    self->expire_in(self->shared_.limits.header_seconds);  // who connects has something to say
  });
}

void Connection::stop() {
  close_after_ = true;
  if (state_ == State::kIdle || state_ == State::kHandshake) close();
}

void Connection::begin_request() {
  if (loop_.stopping) return close();
  state_ = State::kIdle;
  expire_in(shared_.limits.idle_seconds);
  parser_ = std::make_unique<Parser>();
  parser_->http.header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
  // What this request may bring is known behind its header.
  parser_->http.body_limit(std::max(shared_.limits.body_bytes, shared_.limits.large_body_bytes));
  parser_->http.eager(true);
  body_read_ = 0;
  headers_.clear();
  to_head_ = false;
  if (filled_ > 0) return consume();  // the next request's beginning came with the last one
  Bytes(kIdleInputBytes).swap(input_);
  read();
}

void Connection::read() {
  if (state_ != State::kIdle) input_.resize(kInputBytes);
  const auto into = net::buffer(input_.data() + filled_, input_.size() - filled_);
  stream_->read_some(into, [self = shared_from_this()](const error_code& error, std::size_t read) {
    if (error || self->state_ == State::kClosed) return self->close();
    self->filled_ += read;
    self->consume();
  });
}

// Feeds the parser what has come. It keeps nothing of its own: what it does not take stays in the buffer.
void Connection::consume() {
  auto& http = parser_->http;
  if (state_ == State::kIdle) {
    state_ = State::kReading;
    expire_in(shared_.limits.header_seconds);
  }
  std::size_t taken = 0;
  while (taken < filled_ && !http.is_done()) {
    const bool had_header = http.is_header_done();
    http.eager(had_header);  // stop behind the header, to look at it before the body
    error_code error;
    const std::size_t now = http.put(net::buffer(input_.data() + taken, filled_ - taken), error);
    taken += now;
    if (had_header) body_read_ += now;
    if (error == beast_http::error::need_more) break;
    if (error) return refuse(status_for(error));
    if (!had_header && http.is_header_done() && !header_done()) return;
    if (now == 0 && had_header) break;
  }
  std::copy(input_.begin() + static_cast<std::ptrdiff_t>(taken), input_.begin() + static_cast<std::ptrdiff_t>(filled_),
            input_.begin());
  filled_ -= taken;
  if (!http.is_done()) {
    if (filled_ == kInputBytes) return refuse(431);
    return read();
  }
  state_ = State::kAnswering;
  auto message = http.release();
  close_after_ = close_after_ || !message.keep_alive();
  Request request{std::string(message.method_string()), std::string(message.target()), std::move(message.body()),
                  std::move(headers_)};
  answering_ = shared_from_this();
  expire_in(shared_.limits.answer_seconds);
  shared_.handler.handle(std::move(request), std::make_shared<Answer>(loop_, weak_from_this()));
}

bool Connection::header_done() {
  auto& http = parser_->http;
  to_head_ = http.get().method() == beast_http::verb::head;
  if (http.chunked()) return refuse(411), false;
  const Admission admission = shared_.handler.admit(http.get().method_string(), http.get().target());
  for (const std::string_view name : admission.headers) {
    const auto [from, to] = http.get().equal_range(name);
    if (from == to) continue;
    if (std::next(from) != to) return refuse(400), false;  // two words on one thing
    headers_.emplace(name, from->value());
  }
  const auto length = http.content_length();
  const std::size_t most = admission.large_body ? shared_.limits.large_body_bytes : shared_.limits.body_bytes;
  if (length && *length > most) return refuse(413), false;
  if (length && shared_.bodies_bytes + *length > shared_.limits.bodies_bytes) return refuse(503), false;
  if (length) reserve(*length);
  body_began_ = Clock::now();
  expire_in(shared_.limits.body_seconds);
  return true;
}

void Connection::reserve(std::size_t bytes) {
  reserved_ += bytes;
  shared_.bodies_bytes += bytes;
}

void Connection::refuse(int status) {
  const std::string_view target = parser_->http.is_header_done() ? std::string_view(parser_->http.get().target()) : "";
  Response response = shared_.handler.refusal(status, target);
  response.status = status;
  write(std::move(response), true);
}

void Connection::respond(Response response) {
  const auto self = std::move(answering_);
  if (self) write(std::move(response), false);
}

void Connection::abandon() { answering_.reset(); }

void Connection::write(Response response, bool close_now) {
  if (state_ == State::kClosed) return;
  state_ = State::kWriting;
  close_after_ = close_after_ || close_now || loop_.stopping;
  const bool without_body = to_head_ || response.status == 204;
  head_ = "HTTP/1.1 " + std::to_string(response.status) + " " + reason_of(response.status);
  if (!without_body) head_ += "\r\nContent-Length: " + std::to_string(response.body.size());
  for (const auto& [name, value] : response.headers) head_.append("\r\n").append(name).append(": ").append(value);
  head_ += close_after_ ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n";
  output_ = without_body ? Bytes() : std::move(response.body);
  written_ = 0;
  reserve(output_.size());
  write_more();
}

void Connection::write_more() {
  expire_in(shared_.limits.write_seconds);
  const std::size_t size = std::min(output_.size() - written_, shared_.limits.write_chunk);
  const std::array<net::const_buffer, 2> from{net::buffer(head_), net::buffer(output_.data() + written_, size)};
  stream_->write(from, [self = shared_from_this(), size](const error_code& error, std::size_t) {
    if (error || self->state_ == State::kClosed) return self->close();
    self->head_.clear();
    self->written_ += size;
    if (self->written_ < self->output_.size()) return self->write_more();
    self->output_ = {};
    self->shared_.bodies_bytes -= self->reserved_;
    self->reserved_ = 0;
    if (self->close_after_) return self->drain();
    self->begin_request();
  });
}

// Closing with unread bytes would reset the connection and could take the answer with it: say that we are done, and let
// the other side finish for a moment.
void Connection::drain() {
  error_code ignored;
  if (state_ != State::kDraining) {
    state_ = State::kDraining;
    expire_in(kDrainSeconds);
    stream_->socket().shutdown(net::ip::tcp::socket::shutdown_send, ignored);
  }
  input_.resize(kInputBytes);
  stream_->socket().async_read_some(net::buffer(input_),
                                    [self = shared_from_this()](const error_code& error, std::size_t) {
                                      if (error || self->state_ == State::kClosed) return self->close();
                                      self->drain();
                                    });
}

void Connection::close() {
  if (state_ == State::kClosed) return;
  const auto self = shared_from_this();  // until the end of this function
  state_ = State::kClosed;
  error_code ignored;
  timer_.cancel();
  stream_->socket().close(ignored);
  answering_.reset();
}

// The timer is set once and looks at the deadline when it fires, so that moving the deadline costs nothing.
void Connection::expire_in(int seconds) { deadline_ = Clock::now() + std::chrono::seconds(seconds); }

void Connection::watch() {
  // Deadlines also move nearer; none is nearer than this.
  const auto next = std::min(deadline_, Clock::now() + std::chrono::seconds(1));
  timer_.expires_at(next);
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->state_ == State::kClosed) return;
    if (Clock::now() >= self->deadline_) self->on_deadline();
    if (self->state_ != State::kClosed) self->watch();
  });
}

void Connection::on_deadline() {
  const bool reading_body = state_ == State::kReading && parser_->http.is_header_done();
  if (!reading_body) return close();
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - body_began_).count();
  const bool fast_enough = body_read_ >= shared_.limits.slow_body_rate * static_cast<std::size_t>(passed);
  if (passed >= shared_.limits.slow_body_seconds || !fast_enough) return close();
  expire_in(1);
}

}  // namespace haki::http
