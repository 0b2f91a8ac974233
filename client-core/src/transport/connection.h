// One TCP connection to one server, plain or TLS, opened again as often as needed. Asio stays in its .cc.
//
// Blocking: every call ends by its deadline at the latest, whatever the network, the other side or the name service
// does. One thread at a time; only interrupt() may come from another.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "haki/bytes.h"
#include "transport/endpoint.h"
#include "transport/failure.h"
#include "transport/tls.h"

namespace haki::transport {

using Deadline = std::chrono::steady_clock::time_point;

// How far one read or write came.
struct Moved {
  Failure failure = Failure::kNone;
  std::size_t bytes = 0;  // application bytes; 0 exactly where failure is not kNone
};

class Connection {
 public:
  Connection(Endpoint endpoint, Trust trust);
  ~Connection();

  // Looks the name up, connects to its addresses in turn, agrees on TLS. On failure the connection is closed and
  // detail() may say more. Closes first what was open.
  Failure open(Deadline deadline);
  // Open, and the other side has neither closed it nor said anything since: fit for another request.
  bool is_reusable();
  void close();

  // Either moves at least one byte or fails; after a failure only close() and open() make sense, except that a failed
  // write may be followed by a read: the answer may have come before the end.
  Moved write_some(ByteView bytes, Deadline deadline);
  Moved read_some(std::span<std::uint8_t> into, Deadline deadline);

  // Of the last handshake that succeeded; empty on plain http.
  std::optional<envelope::Pin> peer_pin() const;
  const std::string& detail() const;

  // From any thread: the running call ends with kStopped. Where none runs, the next that waits does, or whoever calls
  // take_interrupt() first, so that an interrupt between two calls is not lost.
  void interrupt();
  bool take_interrupt();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace haki::transport
