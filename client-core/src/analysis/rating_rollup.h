// Keeps the sums of ratings by recommendation (tables of 006_scorecards.sql) as the records are: what changed since the last
// time is rolled up anew, the rest stays. What counts: spec 80-analysis, "Ratings".
#pragma once

#include "analysis/form_views.h"

namespace haki::analysis {

// Precondition: define_form_views and define_authors. In one transaction, unless nothing changed.
Result<> roll_up_ratings(store::Database& database, store::Records& records);

// The value of the column `dimension` for the roll-up by "", "district", "organisation" or "cycle".
std::string rolled_dimension(std::string_view by, bool with_waiting);

}  // namespace haki::analysis
