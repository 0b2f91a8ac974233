// A channel without sockets: what is sent is a call, counted as a real one counts.
#pragma once

#include <functional>

#include "transport/http_client.h"

namespace haki::simulation {

class DirectChannel final : public transport::Channel {
 public:
  using Send = std::function<Result<transport::Response>(const transport::Request&)>;
  explicit DirectChannel(Send send) : send_(std::move(send)) {}

  Result<transport::Response> send(const transport::Request& request) override {
    traffic_.bytes_up += request.body.size();
    ++traffic_.connections;
    auto response = send_(request);
    if (response) {
      ++traffic_.round_trips;
      traffic_.bytes_down += response->body.size();
    }
    return response;
  }
  std::optional<envelope::Pin> peer_pin() const override { return std::nullopt; }
  transport::Traffic traffic() const override { return traffic_; }
  void cancel() override {}  // one thread: nobody else could ask

 private:
  const Send send_;
  transport::Traffic traffic_;
};

}  // namespace haki::simulation
