// How far each recommendation is carried out, rolled up from the ratings that count, and that in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "haki/client.h"

namespace haki::cli::exports {

struct Assessment {
  std::string scale;                     // "iri" is the usual one
  std::string level = "no_information";  // code
  std::optional<double> mean, min, max;
  std::int64_t ratings = 0, raters = 0;
  double verified_share = 0;
  std::int64_t evidence = 0;             // observations and pieces of evidence
  std::vector<Assessment> on_other_scales;
};
using Assessments = std::unordered_map<RecordId, Assessment>;

// By recommendation: the report "matrix" (spec 80-analysis), the usual scale first where there are several.
Result<Assessments> assess(Client& client);

// "Partly implemented (mean 0.50 of 4 ratings by 3 organisations, spread 0 to 1; 2 observations and pieces of evidence; 25 %
// verified)." In English or French. "No information." where nobody gave a level.
std::string in_words(const Assessment& assessment, const std::string& language);
std::string level_in_words(const std::string& level, const std::string& language);

}  // namespace haki::cli::exports
