// The built-in forms as SQL sees them: temporary views with a column a field, so that a report is a query one can read.
//
// `<form>_records`: no, id, author (a log's number), state, conflicts, created, changed, and every indexed field that holds one value.
// `<form>_<field>_values`: no, value, of an indexed set. Of a group: `<form>_<group>_records`, with `parent` besides. `form_names`:
// no, name. Deleted records are not in them. Text that is not indexed is not there either: text_of() reads it. Before a query:
// Records::index_cells(), which brings the cells up to what was saved.
#pragma once

#include <functional>
#include <string>

#include "store/records.h"

namespace haki::analysis {

// Makes the views for this connection, once.
Result<> define_form_views(store::Database& database);

// Who is behind a log, for people: the organisation, and the member. Either may be empty.
struct Author {
  std::string organisation, member;
  // Who counts as one rater: the organisation, or the member where none is known.
  const std::string& rater() const { return organisation.empty() ? member : organisation; }
};
using AuthorOf = std::function<Author(const LogId&)>;

// Fills the temporary table author(log, rater, organisation, member).
Result<> define_authors(store::Database& database, store::Chains& chains, const AuthorOf& author_of);

// The winning text of a field that the views do not have; empty where it has none.
Result<std::string> text_of(store::Records& records, std::int64_t no, const Form& form, std::string_view field);

// A double-quoted SQL name or a single-quoted SQL text.
std::string quoted(std::string_view text, char mark);

}  // namespace haki::analysis
