// The scorecard: sums that rating_rollup.h keeps, put together by theme (spec 80-analysis, "Ratings").
#pragma once

#include <string_view>
#include <vector>

#include "analysis/form_views.h"
#include "haki/scorecard.h"

namespace haki::analysis {

// One row per theme of the rated recommendations, value of query.by and scale, sorted by them; a rating of a recommendation with
// several themes counts in each. kInvalid where query.by is not "", "district", "organisation" or "cycle", or bands cross.
Result<std::vector<ScorecardRow>> scorecard(store::Database& database, store::Chains& chains, store::Records& records,
                                            const ScorecardQuery& query, const AuthorOf& author_of);

// The level that a mean falls in.
std::string_view level_of(std::optional<double> mean, const ScorecardBands& bands);

}  // namespace haki::analysis
