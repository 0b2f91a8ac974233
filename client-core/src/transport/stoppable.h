// A network whose requests and waits end early when somebody asks, so that an app can stop an exchange at any moment: the person
// closes it, the battery is low, the link costs money now.
#pragma once

#include <stop_token>

#include "transport/network.h"

namespace haki::transport {

class StoppableNetwork final : public Network {
 public:
  explicit StoppableNetwork(Network& inner) : inner_(inner) {}  // outlives it

  std::unique_ptr<Channel> connect(Endpoint endpoint, Trust trust) override;  // outlived by this network
  void wait(std::int64_t ms) override;

 private:
  friend class StoppableCall;
  friend class StoppableChannel;
  Network& inner_;
  std::stop_token token_;
};

// One call, for as long as this lives: once a stop is asked for, from any thread, a request under way and all after it end with
// kStopped. What comes after the call is not stopped. One at a time.
class StoppableCall {
 public:
  StoppableCall(StoppableNetwork& network, std::stop_token token) : network_(network) { network_.token_ = std::move(token); }
  ~StoppableCall() { network_.token_ = {}; }
  StoppableCall(const StoppableCall&) = delete;
  StoppableCall& operator=(const StoppableCall&) = delete;

 private:
  StoppableNetwork& network_;
};

}  // namespace haki::transport
