// What Records takes and gives: rows, which of them to list, and the change sets behind them. Plain values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "changes/merge.h"
#include "store/chains.h"

namespace haki::store {

struct RecordRow {
  std::int64_t no = 0;
  CompartmentId compartment;
  std::int64_t parent = 0;  // row number; 0 for none
  LogId author;             // zeros while only edits have come
  std::string state;
  bool hidden = false;
  changes::RecordState merged;    // id, form, fields, times
  std::int64_t first_change = 0;  // the change set that brought the row; 0 where `touch` has that too
};

// Which records to list; all conditions hold together.
struct Selection {
  std::optional<FormId> form;  // top-level records of it; without one: of any form
  std::string state;           // empty: any
  bool in_review = false;      // submitted or edited, least recently changed first
  bool in_conflict = false;
  bool hidden_too = false;     // deleted ones as well
  struct Equal {
    std::uint32_t field;
    Value value;
  };
  std::vector<Equal> equal;  // on indexed fields of `form`
};

// A past change set that touched a record, and often others; shared with whoever asked for it just before.
struct PastChange {
  LogId log;
  std::shared_ptr<const changes::ChangeSet> set;
};

// A change set of an own chain that is being made: its edits are merged as they come, so that whatever reads in the same
// transaction finds them, but for Records::history(). Nothing else is applied to the chain until it is kept.
struct GrowingChangeSet {
  Chain* chain;
  changes::ChangeSet set;
  std::uint32_t next_index = 0;  // of the next operation
};

}  // namespace haki::store
