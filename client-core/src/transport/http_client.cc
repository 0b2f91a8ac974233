#include "transport/http_client.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <string_view>

#include "base/limits.h"
#include "transport/connection.h"
#include "transport/failure.h"

namespace haki::transport {
namespace {

namespace http = boost::beast::http;
using Parser = http::response_parser<http::vector_body<std::uint8_t>>;

constexpr std::size_t kReadBytes = 16 * 1024;  // one TLS record
// What of a chunked body may wait for its line to end (chunk size, extension, trailer).
constexpr std::size_t kPendingBytesMax = kReadBytes + kHeaderBytesMax;
constexpr std::string_view kHeaderEnd = "\r\n\r\n";

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= 32 && std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_target(std::string_view text) {
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  return text.starts_with('/') && text.size() <= 2048 && std::ranges::all_of(text, visible);
}

bool is_header(const Header& header) {
  const auto name = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  const auto value = [](char c) { return c >= ' ' && c < '\x7f'; };
  return !header.first.empty() && header.second.size() <= 2048 && std::ranges::all_of(header.first, name) &&
         std::ranges::all_of(header.second, value);
}

// Header and body in one piece: two writes would be two TLS records and, on a slow link, two packets.
Bytes wire_bytes(const Request& request, const Endpoint& endpoint) {
  std::string header = request.method + " " + request.target + " HTTP/1.1\r\nHost: " + authority(endpoint) + "\r\n";
  const bool may_go_without = request.method == "GET" || request.method == "HEAD";
  if (!request.body.empty() || !may_go_without) {
    header += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  for (const auto& [name, value] : request.headers) header += name + ": " + value + "\r\n";
  header += "\r\n";
  Bytes wire;
  wire.reserve(header.size() + request.body.size());
  const auto bytes = as_bytes(header);
  wire.insert(wire.end(), bytes.begin(), bytes.end());
  wire.insert(wire.end(), request.body.begin(), request.body.end());
  return wire;
}

// Takes an answer apart as its bytes come in. Pure: knows no connection.
class Answer {
 public:
  explicit Answer(bool head_request) : head_request_(head_request) { restart(); }

  // Failure::kNone as long as the bytes can be the beginning of an answer within the limits.
  Failure take(ByteView bytes);
  // The other side has ended the connection; true if that ends the answer properly (a body without length).
  bool take_end();

  bool done() const { return header_done_ && parser_->is_done(); }
  // Bytes that came after the answer: the connection is not fit for another request.
  bool has_surplus() const { return !pending_.empty(); }
  bool keeps_open() const { return parser_->keep_alive(); }
  bool has_part_of_body() const { return header_done_ && !parser_->get().body().empty(); }
  // Precondition: the header is complete. Moves the body out.
  Response response() {
    auto message = parser_->release();
    Response response{static_cast<int>(message.result_int()), std::move(message.body()), false, {}};
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c); });
      response.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    return response;
  }

 private:
  void restart();
  Failure take_header();
  Failure take_body();
  // Gives the parser the first `size` pending bytes and drops those it took. kNone also where it wants more.
  Failure parse(std::size_t size);

  const bool head_request_;
  std::optional<Parser> parser_;
  Bytes pending_;
  std::size_t header_bytes_ = 0;  // of this answer and the interim ones before it
  bool header_done_ = false;
};

void Answer::restart() {
  parser_.emplace();
  parser_->eager(true);
  parser_->skip(head_request_);
  parser_->body_limit(limits::kReplyBytesMax);
  header_done_ = false;
}

Failure Answer::take(ByteView bytes) {
  pending_.insert(pending_.end(), bytes.begin(), bytes.end());
  while (!header_done_) {
    const Failure failure = take_header();
    if (failure != Failure::kNone) return failure;
    if (!header_done_) return Failure::kNone;
    const int status = parser_->get().result_int();
    if (status >= 200) break;
    // Interim answers such as 103 come before the real one. 101 would change the protocol, which nobody asked for.
    if (status == 101) return Failure::kNotHttp;
    restart();
  }
  return take_body();
}

// The header is found and measured here, before the parser sees it: Beast's own limit counts from field to field.
Failure Answer::take_header() {
  constexpr std::string_view kStart = "HTTP/1.";
  const auto text = as_text(pending_);
  if (text.substr(0, kStart.size()) != kStart.substr(0, text.size())) {
    const bool tls_record = pending_[0] >= 0x14 && pending_[0] <= 0x17 && (pending_.size() < 2 || pending_[1] == 3);
    return tls_record ? Failure::kSpeaksTls : Failure::kNotHttp;
  }
  const std::size_t room = kHeaderBytesMax - header_bytes_;
  const auto end = text.substr(0, room).find(kHeaderEnd);
  if (end == std::string_view::npos) return text.size() >= room ? Failure::kHeaderTooLarge : Failure::kNone;
  header_bytes_ += end + kHeaderEnd.size();
  header_done_ = true;
  const Failure failure = parse(end + kHeaderEnd.size());
  if (failure != Failure::kNone) return failure;
  return parser_->is_header_done() ? Failure::kNone : Failure::kNotHttp;
}

Failure Answer::take_body() {
  while (!pending_.empty() && !parser_->is_done()) {
    const std::size_t before = pending_.size();
    const Failure failure = parse(before);
    if (failure != Failure::kNone) return failure;
    if (pending_.size() == before) break;  // the parser waits for the rest of a line
  }
  return pending_.size() > kPendingBytesMax && !parser_->is_done() ? Failure::kNotHttp : Failure::kNone;
}

Failure Answer::parse(std::size_t size) {
  boost::system::error_code error;
  const std::size_t used = parser_->put(boost::asio::buffer(pending_.data(), size), error);
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(used));
  if (!error || error == http::error::need_more) return Failure::kNone;
  return error == http::error::body_limit ? Failure::kBodyTooLarge : Failure::kNotHttp;
}

bool Answer::take_end() {
  if (!header_done_ || done()) return false;
  boost::system::error_code error;
  parser_->put_eof(error);
  return !error;
}

}  // namespace

std::string_view Response::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &Header::first);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

struct HttpClient::State {
  State(Endpoint to, Trust trust) : endpoint(to), connection(std::move(to), std::move(trust)) {}

  Result<Response> send(const Request& request);
  Failure open(Deadline deadline);
  Failure write(ByteView wire, Deadline deadline);
  Failure read(Answer& answer, Deadline deadline);
  // One request on the connection as it is. kNone: `response` is set.
  Failure exchange(const Request& request, ByteView wire, Deadline deadline, Response& response);

  const Endpoint endpoint;
  Connection connection;
  Traffic traffic;
  bool answered = false;  // at least one byte came back in the last exchange
};

Result<Response> HttpClient::State::send(const Request& request) {
  if (!is_token(request.method) || !is_target(request.target) || !std::ranges::all_of(request.headers, is_header)) {
    return Error{Code::kInvalid, "The request for " + to_string(endpoint) + " is not one that HTTP can carry."};
  }
  if (connection.take_interrupt()) return describe(Failure::kStopped, endpoint);
  const auto timeout = std::chrono::milliseconds(std::clamp<std::int64_t>(request.timeout_ms, 0, kTimeoutMsMax));
  const Deadline deadline = std::chrono::steady_clock::now() + timeout;
  const Bytes wire = wire_bytes(request, endpoint);

  Response response;
  const bool reused = connection.is_reusable();
  Failure failure = reused ? Failure::kNone : open(deadline);
  if (failure == Failure::kNone) failure = exchange(request, wire, deadline, response);
  const bool was_closed = failure == Failure::kClosed || failure == Failure::kBroken;
  if (reused && was_closed && !answered) {
    failure = open(deadline);
    if (failure == Failure::kNone) failure = exchange(request, wire, deadline, response);
  }
  if (failure == Failure::kNone) return response;

  connection.close();
  const bool ended = failure == Failure::kClosed || failure == Failure::kBroken;
  if (ended && !answered && endpoint.scheme == "http") failure = Failure::kUnanswered;
  if (failure == Failure::kSpeaksTls && endpoint.scheme == "https") failure = Failure::kNotHttp;  // TLS inside TLS
  return describe(failure, endpoint, connection.detail());
}

Failure HttpClient::State::open(Deadline deadline) {
  answered = false;
  const Failure failure = connection.open(deadline);
  if (failure == Failure::kNone) ++traffic.connections;
  return failure;
}

Failure HttpClient::State::write(ByteView wire, Deadline deadline) {
  while (!wire.empty()) {
    const Moved moved = connection.write_some(wire, deadline);
    if (moved.failure != Failure::kNone) return moved.failure;
    traffic.bytes_up += moved.bytes;
    wire = wire.subspan(moved.bytes);
  }
  return Failure::kNone;
}

Failure HttpClient::State::read(Answer& answer, Deadline deadline) {
  Bytes block(kReadBytes);
  while (!answer.done()) {
    const Moved moved = connection.read_some(block, deadline);
    if (moved.failure == Failure::kClosed && answer.take_end()) return Failure::kNone;
    if (moved.failure != Failure::kNone) return moved.failure;
    traffic.bytes_down += moved.bytes;
    if (!answered) ++traffic.round_trips;
    answered = true;
    const Failure failure = answer.take({block.data(), moved.bytes});
    if (failure != Failure::kNone) return failure;
  }
  return Failure::kNone;
}

Failure HttpClient::State::exchange(const Request& request, ByteView wire, Deadline deadline, Response& response) {
  answered = false;
  Answer answer(request.method == "HEAD");
  const Failure unsent = write(wire, deadline);
  if (unsent == Failure::kStopped || unsent == Failure::kTimedOut) return unsent;
  // A server that refuses a request may answer and close before it has read all of it: its answer says more than the
  // broken write does.
  const Failure unread = read(answer, deadline);
  if (unread == Failure::kNone) {
    const bool keep = unsent == Failure::kNone && answer.keeps_open() && !answer.has_surplus();
    response = answer.response();
    if (!keep) connection.close();
    return Failure::kNone;
  }
  const bool ended = unread == Failure::kClosed || unread == Failure::kBroken || unread == Failure::kTimedOut;
  if (!ended || !answer.has_part_of_body()) return unread;
  connection.close();
  response = answer.response();
  response.cut_short = true;
  return Failure::kNone;
}

HttpClient::HttpClient(Endpoint endpoint, Trust trust)
    : state_(std::make_unique<State>(std::move(endpoint), std::move(trust))) {}
HttpClient::~HttpClient() = default;

Result<Response> HttpClient::send(const Request& request) {
  try {
    return state_->send(request);
  } catch (const std::exception& exception) {
    // Out of memory, of threads or of descriptors, as Asio and the standard library report it.
    state_->connection.close();
    return Error{Code::kIo, "This device refused what an exchange with " + to_string(state_->endpoint) + " needs (" +
                                exception.what() + "). Close other applications, then try again."};
  }
}

std::optional<envelope::Pin> HttpClient::peer_pin() const { return state_->connection.peer_pin(); }
Traffic HttpClient::traffic() const { return state_->traffic; }
void HttpClient::cancel() { state_->connection.interrupt(); }

}  // namespace haki::transport
