// How far each recommendation is carried out, rolled up from the ratings that count, and that in words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "haki/client.h"

namespace haki::cli::exports {

struct Assessment {
  std::string level = "no_information";  // code
  std::optional<double> mean, min, max;
  std::int64_t ratings = 0, raters = 0, verified = 0;
  std::int64_t evidence = 0;  // observations and pieces of evidence
};
using Assessments = std::unordered_map<RecordId, Assessment>;

// By recommendation; one that nobody rated and nothing is known of may be missing.
//
// TO BE REPLACED at the merge with the analysis layer by Client::report({"matrix", …}), whose columns recommendation, level, mean,
// min, max, ratings, raters, evidence and verified_share say the same. Until then: approved ratings without a conflict, the newest of
// each organisation (or person) by recommendation, district and cycle, on the usual scale; a template's own levels do not count.
Result<Assessments> assess(Client& client);

// "Partly implemented (mean 0.50 of 4 ratings by 3 organisations, spread 0 to 1; 2 observations and pieces of evidence; 25 %
// verified)." In English or French. "No information." where nobody gave a level.
std::string in_words(const Assessment& assessment, const std::string& language);
std::string level_in_words(const std::string& level, const std::string& language);

}  // namespace haki::cli::exports
