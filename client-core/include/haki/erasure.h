// A record or file whose content is destroyed for everybody, and what can be told of that (spec 14-erasure). Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "haki/bytes.h"

namespace haki {

// What went from this device at once.
struct ErasedHere {
  std::size_t records = 0;  // with the one that was named
  std::size_t files = 0;
};

// What is left of it: who, when by their clock, why.
struct Tombstone {
  std::string by, organisation;
  std::int64_t at_ms = 0;
  std::string reason;
};

// Who may read where it stood, and their signed word, as far as this device may see it.
struct Holder {
  std::string name, organisation;
  DeviceId device;
  std::int64_t let_go_ms = 0;  // by its clock; 0: not heard
};

struct ErasureView {
  RecordId id;
  std::vector<Tombstone> tombstones;
  std::vector<Holder> holders;
  // At the server, of the items and files that this device knows it had: leads alone know.
  std::uint64_t items = 0, items_gone = 0, files = 0, files_gone = 0;
  std::int64_t server_ms = 0;  // the server's clock, the last of them
};

}  // namespace haki
