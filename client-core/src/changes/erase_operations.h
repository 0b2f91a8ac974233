// What erasing is made of: the order itself, what stays in its places, and the word of who has obeyed (spec 14-erasure).
#pragma once

#include <cstdint>
#include <string>

#include "haki/bytes.h"

namespace haki::changes {

// Destroys what a record says, for everybody and for good; a lead's (spec 14-erasure).
struct Erase {
  RecordId record;
  std::string reason;  // for who could read the record
};
// What stood here was about a record that is erased: takes as many indexes.
struct Gone {
  std::uint32_t indexes = 1;
};
// The author's device holds nothing of an erased record any more. In its own notebook.
struct LetGo {
  CompartmentId compartment;
  RecordId erased;
  LogId log;              // where the Erase is
  std::uint64_t seq = 0;
};
}  // namespace haki::changes
