// One phone of a world: a disk, a clock, a network, and the real client on them while it is on.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "client/entrance.h"
#include "client/home.h"
#include "sim_network.h"

namespace haki::simulation {

inline constexpr const char* kHome = "/home";
inline constexpr const char* kPassphrase = "four words of a simulation";

struct Device {
  Device(std::size_t which, SimServer& server, Weather& weather, TrueClock& truth, Chance& chance, Coverage& coverage)
      : number(which),
        name("HAKIMARK device " + std::to_string(which)),
        clock(truth),
        disk(chance, coverage),
        key_disk(disk),
        network(server, weather, truth, chance, coverage, disk),
        around{clock, chance, disk, key_disk, network} {}
  Device(const Device&) = delete;

  const std::size_t number;
  const std::string name;
  std::string role;
  DeviceClock clock;
  SimDisk disk;
  KeysOnDisk key_disk;
  SimNetwork network;
  client::Surroundings around;
  std::unique_ptr<Client> client;  // none while it is off

  bool began = false;     // it has had a home
  bool gone = false;      // its home was destroyed by an order to wipe: nothing is expected of it any more
  bool restored = false;  // made by the recovery words
  bool restoring = false; // and the new words were not shown yet
  bool forked = false;    // left behind: only its own work is expected of it
  std::optional<store::Image> copy;  // of its disk
  std::size_t copied_at = 0;         // the step
  bool put_back = false;             // to that copy, and no exchange has ended well since
  std::string invite;     // of one that has not joined yet
  std::set<std::uint64_t> bundles_taken;
  std::uint64_t server_life = 1;  // in which its last exchange ended well

  client::Home& home() { return client::Entrance::home_of(*client); }
  DeviceId id() { return home().device; }
};

}  // namespace haki::simulation
