// Full-text search in the languages of the field: French, Swahili, Arabic, Nepali and others alike. Text and queries are
// normalised the same way: NFKC, case folded, joiners, tatweel and Arabic vowel marks dropped, alef, ya and ta marbuta made
// one; Devanagari signs are kept. A word with the Arabic article is found without it too (spec 50-store-file, "Search").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/records.h"

namespace haki::store {

std::string normalize_for_search(std::string_view text);

class Search {
 public:
  Search(Database& database, Records& records, const FormSource& forms)
      : database_(database), records_(records), forms_(forms), indexing_(database, forms) {}

  // Brings the index up to what was written since the last search (indexing.h).
  Result<> catch_up();

  // Row numbers of the records that hold every word of `text`, the last one as a beginning; best first. Rows of a repeated
  // group stand for their parent. kInvalid where `text` has no word in it.
  Result<std::vector<std::int64_t>> find(std::string_view text, std::size_t limit);

  // Leaves no word of removed rows in the index's own pages: FTS5 keeps them until it merges.
  Result<> forget_removed();

 private:
  Result<> index_row(std::int64_t no);

  Database& database_;
  Records& records_;
  const FormSource& forms_;
  Indexing indexing_;
};

}  // namespace haki::store
