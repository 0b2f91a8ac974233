// What the ledger keeps, as plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/secret.h"
#include "haki/bytes.h"

namespace haki::store {

struct KeptEpochKey {
  CompartmentId compartment;
  std::uint32_t epoch = 0;
  crypto::EpochKey key;
  std::int64_t made_ms = 0;  // own notebook only
  Hash readers;              // own notebook only
};
struct KeptInvite {
  InviteId id;
  std::string text;       // the whole invite, with its secret
  std::string districts;  // one a line
  std::int64_t expires_ms = 0;
  std::optional<DeviceId> used_by;
};
struct KeptJoin {
  InviteId invite;
  DeviceId device;
  Bytes frame;
  std::string reason;
  bool approved = false;  // by hand
};
struct KeptItem {
  std::int64_t no = 0;
  std::int64_t chain = 0;
  std::uint64_t first_seq = 0, last_seq = 0;
  std::uint32_t epoch = 0;
  Bytes header, sealed;
  std::string reason;
  bool over_quota = false;  // as the server marked it
  Bytes remainder{};        // in the place of `sealed` (spec 14-erasure); envelope::encode_remainder
  bool has_content() const { return !sealed.empty() || !remainder.empty(); }
};

// Acts on their way to the membership log, as encoded proposals that go together.
struct Intent {
  std::int64_t no = 0;
  std::vector<Bytes> acts{};
  std::string name{}, district{};  // of a new circle: written into it once it is there
  std::vector<DeviceId> about{};   // of a case's readers: whom it lets in or takes out
};
struct Verdict {
  CompartmentId compartment;
  LogId log;
  std::uint64_t seq = 0;
  Hash hash;
  bool accepted = false;
};

struct KeptRun {
  std::uint64_t last_seq = 0;
  Bytes frame;
  Hash prev{};  // only of one that was asked for by what it holds
};

}  // namespace haki::store
