// HTTP to one server over one connection, kept open between requests.
//
// send() blocks until the answer is here or the request has failed; it never takes longer than the request's timeout.
// Only `Host`, `Content-Length` and what a request names are sent with it: a header that is not needed costs money on a
// phone and tells a stranger something. Nothing is retried, with one exception: a kept-open connection that turns out to have
// been closed by the server before any byte of the answer is replaced once by a new one, which is safe because every
// request of the protocol may arrive twice. Waiting before another attempt is the sync layer's work.
//
// One thread at a time uses a client; only cancel() may come from another. Neither copied nor moved.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "envelope/names.h"
#include "haki/bytes.h"
#include "haki/result.h"
#include "transport/endpoint.h"
#include "transport/tls.h"

namespace haki::transport {

inline constexpr std::size_t kHeaderBytesMax = 8 * 1024;  // of an answer, its interim (1xx) headers included
inline constexpr std::int64_t kTimeoutMsMax = 3'600'000;  // a longer timeout counts as this

using Header = std::pair<std::string, std::string>;  // a name and its value, without line ends

struct Request {
  std::string method;  // "GET", "POST", ...
  std::string target;  // begins with "/"
  Bytes body;
  std::int64_t timeout_ms = 60'000;  // for all of it: name, connection, TLS, request, answer
  std::vector<Header> headers{};
};

struct Response {
  int status = 0;
  Bytes body;
  // The connection broke, or the timeout passed, after a part of the body was here; `body` is that part. The caller
  // uses the whole frames of it.
  bool cut_short = false;
  std::vector<Header> headers{};  // names in lower case

  // The first of that name (in lower case); empty where there is none.
  std::string_view header(std::string_view name) const;
};

// Since the client was made. TCP payload without TLS: the bytes of HTTP headers and bodies as written and read, those
// of failed requests included.
struct Traffic {
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  std::uint64_t round_trips = 0;  // requests that were answered, be it by one byte; handshakes are not in it
  std::uint64_t connections = 0;  // opened, TLS included; each costs one more round trip, with TLS two or three
};

// Requests to one server, one after another.
class Channel {
 public:
  virtual ~Channel() = default;
  // Any status is an answer, not an error. Errors: kUntrusted where the server's key is not the pinned one (nothing of
  // the request was sent then), kInvalid where the request is not one, kNetwork for all else; see failure.h.
  virtual Result<Response> send(const Request& request) = 0;
  // The key of the server, SHA-256 of its SubjectPublicKeyInfo, as the last TLS handshake proved it; empty before that
  // and on plain http.
  virtual std::optional<envelope::Pin> peer_pin() const = 0;
  virtual Traffic traffic() const = 0;
  // From another thread: a running send() ends soon with kNetwork; where none runs, the next one does, so that a cancel that
  // comes just before a send() is not lost. The channel can be used again afterwards.
  virtual void cancel() = 0;
};

class HttpClient final : public Channel {
 public:
  HttpClient(Endpoint endpoint, Trust trust);
  ~HttpClient() override;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  Result<Response> send(const Request& request) override;
  std::optional<envelope::Pin> peer_pin() const override;
  Traffic traffic() const override;
  void cancel() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace haki::transport
