#include "client/surroundings.h"

#include "crypto/random.h"

namespace haki::client {

Surroundings& the_system() {
  static base::SystemClock clock;
  static crypto::SystemRandom random;
  static store::PosixDisk disk;
  static transport::SystemNetwork network;
  static Surroundings system{clock, random, disk, keys::posix_key_disk(), network};
  return system;
}

}  // namespace haki::client
