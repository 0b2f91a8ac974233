// A request is answered in steps: the relay checks it and says what must be stored; whoever runs the relay has that
// stored, on whatever thread, and calls back for the answer. So no thread waits for a disk, and the relay needs none of
// its own.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "storage/store.h"

namespace haki::relay {

struct Reply {
  int status = 200;  // HTTP's, for proxies and people; clients go by the frames
  Bytes body;
  std::vector<std::pair<CoalitionId, BlobId>> erased_blobs{};  // whose files are removed before it leaves
};

struct Pending;
using Step = std::variant<Reply, std::unique_ptr<Pending>>;

struct Pending {
  storage::Write write;
  std::function<Step(storage::Outcome)> then;
};

int status_of(envelope::Refusal code);
// One Reject frame, not authenticated.
Reply refusal(const envelope::Reject& reject);
Reply refusal(envelope::Refusal code);
// What the store could not do, as an answer; logged where it is a fault to repair.
Reply store_failure(const Error& error);
Reply store_failure(storage::Outcome::Kind kind);

// Runs a step to its end with a store that writes in the caller's thread.
Reply finish(storage::Store& store, Step step);

}  // namespace haki::relay
