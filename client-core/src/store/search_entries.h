// Which entry of the full-text index a record has. The index keeps no copy of the text, and SQLite takes an entry out of it only by its
// whole text: so an entry that is not right any more is passed over, until too many are and the index is made anew (decision 0019).
// Every call that writes is part of the caller's transaction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "changes/merge.h"
#include "haki/form.h"
#include "store/database.h"

namespace haki::store {

// What a record is found by, normalised (search.h): every standing value of its searched fields.
std::string searched_text(const changes::RecordState& state, const std::vector<Field>& fields);

class SearchEntries {
 public:
  explicit SearchEntries(Database& database) : database_(database) {}

  // From now on the record is found by this text; without one, by nothing.
  Result<> put(std::int64_t record, std::string_view text);
  // Takes all that the index has of the record out of it: its entry, where `text` is what that was made of and there was no other; else
  // the next search makes the whole index anew. Words that are taken out stay in the index's pages until it is merged (Search::forget_removed).
  Result<> erase(std::int64_t record, std::string_view text);
  // Empties the index where more than half of it is passed over. True: everything waits to be indexed.
  Result<bool> start_over_if_due();

 private:
  Result<> start_over();

  Database& database_;
};

}  // namespace haki::store
