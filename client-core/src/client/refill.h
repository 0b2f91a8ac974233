// Filling a server that lost work of others, from what a lead keeps sealed: after a restore from an old backup, or at a new
// address. Each chain is continued from where the server has it; every item still proves itself by its author's signature
// (spec 60-http-api, "Run").
#pragma once

#include <deque>

#include "client/home.h"
#include "envelope/frames.h"

namespace haki::client {

class Refill {
 public:
  explicit Refill(Home& home) : home_(home) {}

  // Looks whether the server's life changed since the last time, which is kept until the work is done.
  Result<> look();
  // The log from entry `from` on, for a server that has less of it than this device.
  Result<envelope::Append> log_from(std::uint64_t from, std::size_t at_most);
  // The standing keys that this lead holds, and all of `ref` and `lead`, for all who may read them: a server that was filled again has
  // no grants.
  envelope::Append standing_keys();
  // Whose chains to ask for next, at most `at_most` devices.
  std::vector<DeviceId> wanted(std::size_t at_most) const;
  Result<> heard(const envelope::DeviceHeads& heads);
  // What goes with the next request: epoch keys before runs. The same again until answered() says it is through.
  struct Frames {
    std::vector<Bytes> epoch_keys, runs;
  };
  Result<Frames> next(std::size_t bytes_max);
  Result<> answered();
  bool pending() const { return !unasked_.empty() || !gaps_.empty(); }

 private:
  struct Gap {
    std::int64_t chain = 0;
    CompartmentId compartment;
    std::uint64_t after_seq = 0;
    bool keys_sent = false;
  };
  Home& home_;
  bool on_ = false;
  std::deque<DeviceId> unasked_;
  std::deque<Gap> gaps_;
  std::uint64_t sent_to_ = 0;  // of the first gap, in the request under way
  bool sent_ = false;
};

}  // namespace haki::client
