// What to list.
#pragma once

#include <cstddef>
#include <string>

namespace haki {

struct Query {
  std::string form;          // empty: all top-level forms
  std::string where;         // an expression over the form's fields and: id, form, state, by, organisation, at; empty: all
  std::size_t limit = 0;     // 0: no limit
  bool drafts = false;       // also other people's drafts; one's own are always there
  std::string state;         // only this review state; empty: any
  bool review_queue = false; // submitted or edited, by others, oldest first
  bool conflicts = false;    // only records with a field in conflict
};

}  // namespace haki
