// The request of an exchange, taken apart. Form only: nothing in it is trusted yet.
#pragma once

#include <variant>
#include <vector>

#include "envelope/frames.h"

namespace haki::relay {

struct Request {
  envelope::Hello hello;
  std::optional<envelope::Append> append;
  std::vector<envelope::EpochKey> epoch_keys;
  std::vector<envelope::Run> runs;
  std::vector<envelope::Erase> erases;
  std::optional<envelope::Wiped> wiped;
  std::vector<envelope::Snapshot> snapshots;
  std::vector<envelope::SnapshotBytes> snapshot_bytes;
  std::vector<envelope::SnapshotWord> snapshot_words;
  std::vector<envelope::Pull> pulls;
  std::vector<envelope::SnapshotWant> snapshot_wants;
  std::vector<DeviceId> heads_wanted;
  envelope::Mac mac;
  std::size_t authenticated = 0;  // bytes that the MAC covers
};

// The request, or why its form is refused: kMalformed, kVersion, kTooLarge.
std::variant<Request, envelope::Refusal> parse_request(ByteView body);

}  // namespace haki::relay
