// Puts a coalition's rows into a reply, all kinds in one order of server_seq, so that whoever goes on after the last
// row it got has missed none.
#pragma once

#include <functional>
#include <vector>

#include "relay/rows.h"

namespace haki::relay {

struct Wanted {
  std::uint64_t above = 0;                               // server_seq
  std::uint64_t up_to = UINT64_MAX;                      // the greatest that is given
  std::vector<storage::Chain> chains;                    // whose items; sorted by key
  std::function<std::uint64_t(const storage::Chain&)> covered;  // up to which seq a snapshot tells the same; none: 0
  std::function<bool(const CompartmentId&)> epoch_keys;  // of which notebooks; none: of none
  bool joins = false;
  bool wiped = false;
};

// Stops where `rows` is full. An error means the store cannot be read.
Result<> feed(storage::Snapshot& snapshot, storage::CoalitionKey coalition, std::int64_t now_ms, const Wanted& wanted,
              RowWriter& rows);

}  // namespace haki::relay
