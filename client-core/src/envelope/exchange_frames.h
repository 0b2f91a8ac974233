// Frames of an exchange between a member's device and the server (spec 60-http-api, "Exchange").
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "envelope/erase_frames.h"
#include "envelope/first_contact_frames.h"
#include "envelope/item.h"

namespace haki::envelope {

struct Hello {
  std::uint32_t version = kProtocolVersion;
  DeviceId device;
  std::uint64_t counter = 0;
  std::uint64_t membership_count = 0;
  std::uint64_t cursor = 0;
  std::array<std::uint8_t, 8> heads8{};
  std::uint32_t credit = 0;
  ServerRun server_run;
  bool wants_token = false;  // for blobs (spec 62-blobs, "Token")
};
struct Head {
  CompartmentId compartment;
  std::uint64_t seq = 0;
  Hash hash;
};
struct Beacon {
  std::int64_t time_ms = 0;
  FixedBytes<struct BeaconTag, 16> random;
  crypto::Signature signature;
};
struct Welcome {
  std::int64_t time_ms = 0;
  ServerRun server_run;
  std::uint64_t membership_count = 0;
  Hash membership_head;
  std::vector<Head> heads;
  bool more = false;
  std::optional<Beacon> beacon;
  std::uint64_t cursor = 0;  // the Hello.cursor to send next, once this whole reply is applied
  bool heads_differ = false;  // `heads` are all the server has of the sender's log, perhaps none
  BlobToken token;  // zeros: none
};
struct Auth { Mac mac; };
struct Pull {
  CompartmentId compartment;
  LogId log;  // zeros: all logs
  std::uint64_t after_seq = 0;
};
struct EpochKey {
  CompartmentId compartment;
  LogId log;  // zeros on the way up: the sender's
  std::uint32_t epoch = 0;
  KeyId key;
  std::uint32_t m_seq = 0;
  Hash m_head;
  std::vector<SealedKey> grants;
  crypto::Signature signature;
};
struct Receipt {
  CompartmentId compartment;
  LogId log;  // zeros: the receiver's
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  crypto::Signature signature;
};
struct Reject {
  Refusal code = Refusal::kMalformed;
  CompartmentId compartment;
  LogId log;
  std::uint64_t seq = 0;
  Hash hash;
  std::uint64_t counter = 0;
  std::int64_t time_ms = 0;
};
// What a removed device says last: it has obeyed the wipe order. Domain "HAKI1.wip", over wiped_message().
struct Wiped {
  DeviceId device;
  crypto::Signature signature;
};
// A lead asks how far a device's chains have got, readable or not, before it removes it.
struct HeadsWanted { DeviceId device; };
struct DeviceHeads {
  DeviceId device;
  std::vector<Head> heads;
};
struct Row {
  std::uint64_t server_seq = 0;
  std::variant<Run, EpochKey, JoinRequest, Wiped> content;
  bool over_quota = false;  // of a Run, as the server says (spec 60-http-api, "Quota")
};

}  // namespace haki::envelope
