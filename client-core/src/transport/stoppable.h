// A network whose requests and waits end early when somebody asks, so that an app can stop an exchange at any moment: the person
// closes it, the battery is low, the link costs money now.
#pragma once

#include <stop_token>

#include "transport/network.h"

namespace haki::transport {

class StoppableNetwork final : public Network {
 public:
  explicit StoppableNetwork(Network& inner) : inner_(inner) {}  // outlives it

  // Of the call that begins: once a stop is asked for, from any thread, a request under way and all after it end with kStopped.
  // A token that nothing can stop, as the default one, ends that.
  void obey(std::stop_token token) { token_ = std::move(token); }

  std::unique_ptr<Channel> connect(Endpoint endpoint, Trust trust) override;  // outlived by this network
  void wait(std::int64_t ms) override;

 private:
  friend class StoppableChannel;
  Network& inner_;
  std::stop_token token_;
};

}  // namespace haki::transport
