// Ratings rolled up in SQL over the sealed store (issue: scorecards). What counts: the rater's newest rating of a
// recommendation in a district and cycle that is submitted, edited or approved and not deleted. Drafts, returned, rejected
// and conflicting ones do not count. A level without a value ("no information") counts as a rating, never as a zero.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "haki/scorecard.h"
#include "store/records.h"

namespace haki::analysis {

// The organisation behind a log, or the member where none is known: who counts as one rater.
using RaterOf = std::function<std::string(const LogId&)>;

// One row per theme of the rated recommendations and value of query.by, sorted by both; a rating of a recommendation with
// several themes counts in each. kInvalid where query.by is not "", "district", "organisation" or "cycle".
Result<std::vector<ScorecardRow>> scorecard(store::Database& database, store::Chains& chains, store::Records& records,
                                            const ScorecardQuery& query, const RaterOf& rater_of);

}  // namespace haki::analysis
