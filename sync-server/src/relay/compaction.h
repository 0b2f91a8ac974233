// Letting go of ciphertext that snapshots tell as well (spec 61-snapshots, "Letting go"). Never of a header.
#pragma once

#include "relay/coalitions.h"

namespace haki::relay {

struct Compacted {
  std::uint64_t compartments = 0;  // with something let go
  std::uint64_t items = 0;
  std::uint64_t bytes = 0;
  bool one_lead = false;      // nothing is let go of
  std::uint64_t vouched = 0;  // compartments with a snapshot that two leads signed
};

// Of one coalition, in small writes, beside a server that serves. `older_than_ms`: items received within it stay.
Result<Compacted> compact(storage::Store& store, Coalitions& coalitions, const CoalitionId& org, std::int64_t now_ms,
                          std::int64_t older_than_ms, bool only_count);

}  // namespace haki::relay
