// What the engine wants done next; whoever drives it does exactly this and reports with one event.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "envelope/frames.h"
#include "haki/result.h"

namespace haki::sync {

// Count the request counter up (at least to `counter_above` + 1) and store it; seal what is unsent if `seal`; gather sealed
// frames up to `bytes_max`. Answer: Prepared.
struct Prepare {
  bool seal = false;
  std::size_t bytes_max = 0;
  std::uint64_t counter_above = 0;
};
// Send this to the exchange endpoint. Answer: Answered or Unanswered.
struct Post {
  Bytes body;
};
// Of an answer that came by hand (spec 63-bundles): what the bundle it answers had asked with.
struct CarriedBack {
  envelope::ServerRun asked_run;  // zeros: none
  std::uint64_t asked_after = 0;  // the cursor above which its rows follow
};
// What the server said, proven to be from it. Frames after a cut are missing; each is good for itself.
struct Inbound {
  bool whole = true;  // false where the answer was cut short
  std::optional<CarriedBack> carried{};  // none: it came by the network
  std::optional<envelope::Welcome> welcome;  // none with a refused counter
  std::vector<envelope::MembershipEntry> entries;
  std::vector<envelope::Grant> grants;
  std::vector<envelope::Receipt> receipts;
  std::vector<envelope::Reject> rejects;
  std::vector<envelope::Erased> erased;
  std::vector<envelope::DeviceHeads> heads;  // of devices that were asked for
  std::vector<envelope::Row> rows;
  std::vector<envelope::Snapshot> snapshots;
  std::vector<envelope::SnapshotBytes> snapshot_bytes;
  std::vector<envelope::SnapshotHave> snapshots_held;  // by the server
};
// Puts a frame of a reply where it belongs; of a kind that has no place, it is passed over.
void sort_into(Inbound& inbound, envelope::Frame&& frame);
// Verify and apply in one transaction. Answer: Taken or Failed.
struct Take {
  Inbound inbound;
};
// Answer: Waited.
struct Wait {
  std::int64_t ms = 0;
};
// The session is over; with an error where it did not get through.
struct Finish {
  std::optional<Error> error;
};

using Action = std::variant<Prepare, Post, Take, Wait, Finish>;

}  // namespace haki::sync
