// What a home has around it: time, chance, a disk and a network. Everybody has the system's; the simulator has others.
#pragma once

#include "base/clock.h"
#include "keys/key_disk.h"
#include "store/disk.h"
#include "transport/stoppable.h"

namespace haki::client {

// All outlive the homes that are opened in it.
struct Surroundings {
  base::Clock& clock;
  base::Random& random;
  store::Disk& disk;
  keys::KeyDisk& key_disk;  // of the same file system
  transport::Network& network;
};

// Those of the operating system. They hold no state and may be used by any number of homes.
Surroundings& the_system();

}  // namespace haki::client
