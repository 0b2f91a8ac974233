// What a home of a lead who came back by the recovery words keeps of them (spec 41-recovery, "Coming back"): opens what was sealed to the
// old recovery keys. Setting kRescue: u8 under way | seed 32 | Grants.
#pragma once

#include <vector>

#include "envelope/frames.h"
#include "keys/recovery.h"

namespace haki::client {

struct Rescued {
  keys::RecoveryKeys keys;
  std::vector<envelope::Grant> grants;  // of notebooks, whose keys their owners name
  bool under_way = true;                // until one exchange has brought all there was
};

// kDamaged where it is none.
Result<Rescued> read_rescued(ByteView kept);
// To be wiped by who asked.
Bytes encode_rescued(bool under_way, ByteView seed, ByteView grants);

}  // namespace haki::client
