// Where activity fell below its own baseline, told apart from devices that merely have not been heard of (spec 80-analysis,
// "Early warning").
#pragma once

#include "analysis/reports.h"

namespace haki::analysis {

// How rare a count as low as this is where so many are usual: the chance of `count` or fewer (Poisson). Both at least 0.
double chance_of_at_most(std::int64_t count, double usual);

Result<Report> early_warning(ReportContext& context);

}  // namespace haki::analysis
