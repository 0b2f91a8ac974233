// People and devices of the coalition, and how new ones come in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "haki/bytes.h"

namespace haki {

struct MemberView {
  MemberId id;       // zeros where only the device is known (people's names are for leads)
  DeviceId device;
  std::string name;  // empty where not known here
  std::string role;  // monitor, clinic, lead, auditor
  std::string organisation;
  std::vector<std::string> districts;
  std::string state;            // active, unverified
  std::int64_t last_seen_ms = 0;  // newest change received from it; 0 for none
  std::uint64_t received = 0;     // change sets received from it
  // Change sets of it that are known and not applied here: held for a key, for earlier work or for a newer version; of this
  // device, those the server has not acknowledged. Nothing where nothing has come from it. What waits on somebody's device
  // unsent nobody else can know.
  std::optional<std::uint64_t> backlog;
  bool me = false;
};

struct InviteOptions {
  std::string role;
  std::string name;
  std::string organisation;
  std::vector<std::string> districts;
  // Instead of the four above: another device of this member, named as the lists name it. It carries the person's.
  std::string another_device{};
  std::int64_t lasts_ms = 0;  // 1 hour to 30 days; 0: 14 days
};
struct Invite {
  std::string text;     // what the other person needs, and nobody else should see
  std::string qr_text;  // the same as a QR code holds it
  std::int64_t expires_ms = 0;
  // Whom it is for.
  std::string role, name, organisation;
  std::vector<std::string> districts;
};

// A join request that waits for a lead.
struct PendingJoin {
  InviteId invite;
  DeviceId device;
  std::string name;
  std::string role;
  std::string words;   // eight words to compare in person or by voice
  std::string reason;  // why it was not admitted by itself
};

}  // namespace haki
