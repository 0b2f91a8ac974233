// A device of the tests in this folder: the real client on a disk in memory, and the real server called directly.
#pragma once

#include <memory>

#include "client/entrance.h"
#include "client/home.h"
#include "memory_disk.h"
#include "sim_disk.h"
#include "sim_server.h"
#include "transport/network.h"

namespace haki::test {

inline constexpr const char* kHome = "/home";
inline constexpr const char* kPassphrase = "four words of a test";

// The way to the server: there, gone, or losing each answer once the server has taken what it answers.
class Line final : public transport::Network {
 public:
  enum class Weather { kFair, kNoLink, kAnswersLost };
  explicit Line(simulation::SimServer& server, simulation::TrueClock& clock) : server_(server), clock_(clock) {}
  std::unique_ptr<transport::Channel> connect(transport::Endpoint, transport::Trust) override;
  void wait(std::int64_t ms) override { clock_.pass(ms); }
  Result<transport::Response> send(const transport::Request& request);

  Weather weather = Weather::kFair;

 private:
  simulation::SimServer& server_;
  simulation::TrueClock& clock_;
};

struct Phone {
  Phone(simulation::SimServer& server, simulation::TrueClock& clock, base::Random& random, store::Image image = {},
        store::MemoryDisk::Power power = store::MemoryDisk::Power::kSteady)
      : disk(std::move(image), power), key_disk(disk), line(server, clock), around{clock, random, disk, key_disk, line} {}
  Phone(const Phone&) = delete;
  ~Phone() { client.reset(); }

  // Opens the home that is on the disk.
  Result<> turn_on();
  client::Home& home() { return client::Entrance::home_of(*client); }

  store::MemoryDisk disk;
  simulation::KeysOnDisk key_disk;
  Line line;
  client::Surroundings around;
  std::unique_ptr<Client> client;  // none while it is off
};

}  // namespace haki::test
