// Asio runs here without coroutines and without threads of its own: each operation is started and the private
// io_context is run until that operation ends, the deadline passes, or interrupt() wakes it. An operation that did not
// end is ended by closing the socket, and then waited for, so that nothing of it is left when the call returns.
//
// Looking up a name is the exception. getaddrinfo() cannot be given a deadline or be stopped, and without network it
// may take half a minute; Asio's own resolver joins its thread on destruction, which would make a closing application
// hang for as long. So one lookup runs in a detached thread that shares nothing but a Lookup with us and is left behind
// when the deadline passes. It ends by itself.
#include "transport/connection.h"

#include <netdb.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cerrno>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/assert.h"

namespace haki::transport {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t kAddressesMax = 8;  // of one name; more are not tried

// An operation that may outlive the call that started it only as this small block, never as a reference into its stack.
struct Operation {
  bool done = false;
  error_code error;
  std::size_t bytes = 0;
};

struct Lookup {
  std::mutex mutex;
  asio::io_context* waiting = nullptr;  // whom to wake; null once nobody waits
  bool done = false;
  int code = 0;  // of getaddrinfo
  std::vector<tcp::endpoint> found;
};

// The body of the detached thread.
void look_up(const std::shared_ptr<Lookup>& lookup, const std::string& host, const std::string& port) noexcept {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);

  const std::lock_guard lock(lookup->mutex);
  lookup->code = code;
  if (code == 0) {
    for (const addrinfo* each = list; each != nullptr && lookup->found.size() < kAddressesMax; each = each->ai_next) {
      tcp::endpoint address;
      if (each->ai_addrlen > address.capacity()) continue;
      std::memcpy(address.data(), each->ai_addr, each->ai_addrlen);
      address.resize(each->ai_addrlen);
      lookup->found.push_back(address);
    }
    ::freeaddrinfo(list);
  }
  lookup->done = true;
  if (lookup->waiting != nullptr) asio::post(*lookup->waiting, [] {});
}

Failure connect_failure(const error_code& error) {
  if (error == asio::error::connection_refused) return Failure::kRefused;
  if (error == asio::error::timed_out) return Failure::kTimedOut;
  return Failure::kUnreachable;
}

}  // namespace

struct Connection::State {
  State(Endpoint to, Trust whom) : endpoint(std::move(to)), trust(std::move(whom)), socket(io) {}
  ~State() { close(); }

  bool secure() const { return endpoint.scheme == "https"; }
  void close();
  Failure wait(const std::function<bool()>& done, Deadline deadline);
  Failure run(Operation& operation, Deadline deadline);
  Failure resolve(Deadline deadline, std::vector<tcp::endpoint>& found);
  Failure resolve_name(Deadline deadline, std::vector<tcp::endpoint>& found);
  Failure connect(const tcp::endpoint& address, Deadline deadline);
  Failure connect_any(Deadline deadline);
  Failure handshake(Deadline deadline);
  template <typename Start>
  Moved move(Deadline deadline, Start&& start);

  const Endpoint endpoint;
  const Trust trust;
  asio::io_context io{1};
  std::atomic<bool> interrupted{false};
  tcp::socket socket;
  std::optional<asio::ssl::context> context;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  bool ready = false;  // connected and, for https, past its handshake
  SavedSession session;
  std::optional<envelope::Pin> pin;
  std::string detail;
};

void Connection::State::close() {
  if (tls && ready) session.keep(tls->native_handle());
  ready = false;
  error_code ignored;  // the socket is gone either way
  socket.close(ignored);
  // Whatever still hangs on this socket ends now; only then may the stream under it go.
  io.restart();
  io.poll();
  tls.reset();
}

Failure Connection::State::wait(const std::function<bool()>& done, Deadline deadline) {
  io.restart();
  while (!done() && !interrupted.load()) {
    if (io.run_one_until(deadline) == 0) break;
  }
  if (done()) return Failure::kNone;
  return interrupted.exchange(false) ? Failure::kStopped : Failure::kTimedOut;
}

Failure Connection::State::run(Operation& operation, Deadline deadline) {
  const Failure failure = wait([&] { return operation.done; }, deadline);
  if (failure == Failure::kNone) return failure;
  ready = false;  // a TLS record may be half sent: such a session is not resumed either
  error_code ignored;
  socket.close(ignored);
  while (!operation.done) {
    io.restart();
    io.run_one();
  }
  return failure;
}

Failure Connection::State::resolve(Deadline deadline, std::vector<tcp::endpoint>& found) {
  error_code not_numeric;
  const auto address = asio::ip::make_address(endpoint.host, not_numeric);
  if (!not_numeric) {
    found = {tcp::endpoint(address, endpoint.port)};
    return Failure::kNone;
  }
  if (endpoint.host == "localhost") {  // always this machine, whatever a hosts file says (RFC 6761, 6.3)
    found = {tcp::endpoint(asio::ip::address_v4::loopback(), endpoint.port),
             tcp::endpoint(asio::ip::address_v6::loopback(), endpoint.port)};
    return Failure::kNone;
  }
  return resolve_name(deadline, found);
}

Failure Connection::State::resolve_name(Deadline deadline, std::vector<tcp::endpoint>& found) {
  const auto lookup = std::make_shared<Lookup>();
  lookup->waiting = &io;
  const auto still_waiting = asio::make_work_guard(io);
  std::thread([lookup, host = endpoint.host, port = std::to_string(endpoint.port)] {
    look_up(lookup, host, port);
  }).detach();

  const auto done = [&] {
    const std::lock_guard lock(lookup->mutex);
    return lookup->done;
  };
  const Failure failure = wait(done, deadline);
  const std::lock_guard lock(lookup->mutex);
  lookup->waiting = nullptr;
  if (failure != Failure::kNone) return failure;
  if (lookup->code == 0 && !lookup->found.empty()) {
    found = std::move(lookup->found);
    return Failure::kNone;
  }
  const bool unknown = lookup->code == 0 || lookup->code == EAI_NONAME || lookup->code == EAI_NODATA;
  if (!unknown) detail = ::gai_strerror(lookup->code);
  return unknown ? Failure::kNoSuchName : Failure::kNoNameService;
}

Failure Connection::State::connect(const tcp::endpoint& address, Deadline deadline) {
  error_code error;
  socket.open(address.protocol(), error);
  // Without this the end of a request longer than a segment waits for the acknowledgement of its beginning.
  if (!error) socket.set_option(tcp::no_delay(true), error);
  if (error) {
    detail = error.message();
    return Failure::kUnreachable;
  }
  const auto operation = std::make_shared<Operation>();
  socket.async_connect(address, [operation](const error_code& result) {
    operation->error = result;
    operation->done = true;
  });
  const Failure failure = run(*operation, deadline);
  if (failure != Failure::kNone) return failure;
  if (!operation->error) return Failure::kNone;
  detail = operation->error.message();
  return connect_failure(operation->error);
}

Failure Connection::State::connect_any(Deadline deadline) {
  std::vector<tcp::endpoint> addresses;
  const Failure unresolved = resolve(deadline, addresses);
  if (unresolved != Failure::kNone) return unresolved;

  Failure worst = Failure::kUnreachable;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // Each address gets an even part of the time left: the first of them may lead nowhere, as IPv6 often does.
    const auto now = std::chrono::steady_clock::now();
    const auto left = std::max(deadline - now, Deadline::duration::zero());
    const Failure failure = connect(addresses[i], now + left / static_cast<std::int64_t>(addresses.size() - i));
    if (failure == Failure::kNone || failure == Failure::kStopped) return failure;
    error_code ignored;
    socket.close(ignored);
    // "Unreachable" says least: an address family this device lacks must not hide why the other one failed.
    if (failure != Failure::kUnreachable) worst = failure;
  }
  return worst;
}

Failure Connection::State::handshake(Deadline deadline) {
  if (!context) context.emplace(make_client_context(trust));
  tls.emplace(socket, *context);
  if (!prepare(tls->native_handle(), endpoint, trust)) return Failure::kHandshakeFailed;
  session.offer(tls->native_handle());

  const auto operation = std::make_shared<Operation>();
  tls->async_handshake(asio::ssl::stream_base::client, [operation](const error_code& result) {
    operation->error = result;
    operation->done = true;
  });
  const Failure failure = run(*operation, deadline);
  if (failure != Failure::kNone) return failure;
  const error_code& error = operation->error;
  if (!error) {
    if (!is_trusted(tls->native_handle(), trust)) return Failure::kOtherCertificate;
    pin = transport::peer_pin(tls->native_handle());
    return Failure::kNone;
  }
  session.forget();  // should the session be what the server dislikes, the next handshake is a full one
  if (error.category() != asio::error::get_ssl_category()) return Failure::kHandshakeCut;
  auto explained = explain_handshake(tls->native_handle(), static_cast<unsigned long>(error.value()), trust);
  detail = std::move(explained.detail);
  return explained.failure;
}

template <typename Start>
Moved Connection::State::move(Deadline deadline, Start&& start) {
  const auto operation = std::make_shared<Operation>();
  start([operation](const error_code& result, std::size_t bytes) {
    operation->error = result;
    operation->bytes = bytes;
    operation->done = true;
  });
  const Failure failure = run(*operation, deadline);
  if (failure != Failure::kNone) return {failure, 0};
  if (operation->bytes > 0) return {Failure::kNone, operation->bytes};
  return {operation->error == asio::error::eof ? Failure::kClosed : Failure::kBroken, 0};
}

Connection::Connection(Endpoint endpoint, Trust trust)
    : state_(std::make_unique<State>(std::move(endpoint), std::move(trust))) {}
Connection::~Connection() = default;

Failure Connection::open(Deadline deadline) {
  close();
  state_->detail.clear();
  Failure failure = state_->connect_any(deadline);
  if (failure == Failure::kNone && state_->secure()) failure = state_->handshake(deadline);
  state_->ready = failure == Failure::kNone;
  if (!state_->ready) close();
  return failure;
}

bool Connection::is_reusable() {
  if (!state_->ready) return false;
  // A server says nothing between two requests. Bytes now are its farewell (close_notify, "408 Request Timeout"), none
  // are its FIN; either way the next request would be written for nothing.
  char byte;
  const auto peeked = ::recv(state_->socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Connection::close() { state_->close(); }

Moved Connection::write_some(ByteView bytes, Deadline deadline) {
  HAKI_ASSERT(!bytes.empty());
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  return state_->move(deadline, [&](auto handler) {
    if (state_->tls) return state_->tls->async_write_some(buffer, std::move(handler));
    state_->socket.async_write_some(buffer, std::move(handler));
  });
}

Moved Connection::read_some(std::span<std::uint8_t> into, Deadline deadline) {
  HAKI_ASSERT(!into.empty());
  const auto buffer = asio::buffer(into.data(), into.size());
  return state_->move(deadline, [&](auto handler) {
    if (state_->tls) return state_->tls->async_read_some(buffer, std::move(handler));
    state_->socket.async_read_some(buffer, std::move(handler));
  });
}

std::optional<envelope::Pin> Connection::peer_pin() const { return state_->pin; }
const std::string& Connection::detail() const { return state_->detail; }

void Connection::interrupt() {
  state_->interrupted.store(true);
  asio::post(state_->io, [] {});
}

bool Connection::take_interrupt() { return state_->interrupted.exchange(false); }

}  // namespace haki::transport
