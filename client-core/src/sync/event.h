// What happens to a session, told to the engine: one event at a time, each the outcome of the action before it.
#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "envelope/frames.h"
#include "haki/result.h"

namespace haki::sync {

struct Started {
  bool recent_welcome = false;  // the server was heard within 24 h, so what is unsent may be sealed before asking
};
// The answer to Prepare: what this request carries. The counter is stored already.
struct Prepared {
  envelope::Hello hello;         // device and version are the engine's to fill in
  std::vector<Bytes> frames;     // encoded, in the order they go: as spec 60-http-api says
};
// The answer to Post: the server said something.
struct Answered {
  int status = 0;
  Bytes body;
  bool cut_short = false;
  std::int64_t elapsed_ms = 0;
};
// The answer to Post: nothing usable came back.
struct Unanswered {
  Error error;
};
// The answer to Take.
struct Taken {
  bool unsent = false;   // something of ours still waits: change sets, sealed frames, entries
  bool missing = false;  // a chain has a gap: the next request pulls
  bool gained = false;   // something was kept that was not here before
};
struct Waited {};
// Something on this device failed (a full disk): the session ends, nothing is lost.
struct Failed {
  Error error;
};

using Event = std::variant<Started, Prepared, Answered, Unanswered, Taken, Waited, Failed>;

}  // namespace haki::sync
