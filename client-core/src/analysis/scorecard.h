// The scorecard: sums that rating_rollup.h keeps, put together by theme (spec 80-analysis, "Ratings").
#pragma once

#include <string_view>
#include <vector>

#include "analysis/form_views.h"
#include "haki/scorecard.h"
#include "haki/themes.h"

namespace haki::analysis {

// One row per theme of the rated recommendations, value of query.by and scale, sorted by them; a rating of a recommendation with
// several themes counts in each. Themes go by the names of theme_names.h, so what is kept needs no change where those do. kInvalid where query.by is not "", "district", "organisation" or "cycle", or bands cross.
Result<std::vector<ScorecardRow>> scorecard(store::Database& database, store::Chains& chains, store::Records& records,
                                            const ScorecardQuery& query, const AuthorOf& author_of, const ThemeTable& table = {});

// The level that a mean falls in.
std::string_view level_of(std::optional<double> mean, const ScorecardBands& bands);

}  // namespace haki::analysis
