// The one seam between a home and the network: who asks for a channel to a server, and how long to wait before asking again.
// Phones and programs use the system's; the simulator has one of its own.
#pragma once

#include <memory>

#include "transport/http_client.h"

namespace haki::transport {

class Network {
 public:
  virtual ~Network() = default;
  // Nothing is sent before the first request. HttpClient's promises hold of every channel.
  virtual std::unique_ptr<Channel> connect(Endpoint endpoint, Trust trust) = 0;
  // Before another attempt; returns after about so long.
  virtual void wait(std::int64_t ms) = 0;
};

// HttpClient over the operating system's sockets.
class SystemNetwork final : public Network {
 public:
  std::unique_ptr<Channel> connect(Endpoint endpoint, Trust trust) override;
  void wait(std::int64_t ms) override;
};

}  // namespace haki::transport
