// The way between a device and the server: what is sent may be lost, come twice, come late, or be answered in part.
#pragma once

#include <deque>

#include "chance.h"
#include "clocks.h"
#include "coverage.h"
#include "sim_disk.h"
#include "sim_server.h"
#include "transport/network.h"

namespace haki::simulation {

// Chances in 100 for each request.
struct NetworkFaults {
  unsigned no_link = 0;     // nothing gets through at all
  unsigned request_lost = 0;
  unsigned answer_lost = 0;
  unsigned answer_cut = 0;
  unsigned twice = 0;
  unsigned late = 0;        // the device gives up, the request arrives some time later, perhaps after newer ones
  unsigned server_killed_before = 0, server_killed_after = 0;
};

// What all devices of a world share.
struct Weather {
  NetworkFaults faults;
  bool calm = true;  // no faults
  std::deque<transport::Request> late;
  bool late_arrives = false;  // what the server is handed now is one of them
  bool spoiled = false;       // what the server is handed now is not what a device made
  std::uint64_t requests = 0;
  // Of one call of a client: more, and it would go on for ever.
  static constexpr std::uint64_t kRequestsMax = 400;
  std::uint64_t of_this_call = 0;
  std::function<void(const transport::Request&, const transport::Response&)> watch;  // may be empty
};

class SimNetwork final : public transport::Network {
 public:
  SimNetwork(SimServer& server, Weather& weather, TrueClock& clock, Chance& chance, Coverage& coverage, SimDisk& disk)
      : server_(server), weather_(weather), clock_(clock), chance_(chance), coverage_(coverage), disk_(disk) {}

  std::unique_ptr<transport::Channel> connect(transport::Endpoint endpoint, transport::Trust trust) override;
  void wait(std::int64_t ms) override { clock_.pass(ms); }

  // Where it gives a request, that one comes to the server in the place of the device's. May be empty.
  std::function<std::optional<transport::Request>(const transport::Request&)> vandal;

 private:
  Result<transport::Response> send(const transport::Request& request);
  Result<transport::Response> send_in_bad_weather(const transport::Request& request);
  Error lost(const char* how);

  SimServer& server_;
  Weather& weather_;
  TrueClock& clock_;
  Chance& chance_;
  Coverage& coverage_;
  SimDisk& disk_;  // whose death ends what the device does in the network too
};

// Requests that were given up arrive now, some of them, in any order.
void deliver_late(SimServer& server, Weather& weather, Chance& chance, Coverage& coverage);

}  // namespace haki::simulation
