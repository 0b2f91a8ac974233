// Ratings rolled up: by theme, and by district, organisation or cycle. "No information" is never "not implemented".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace haki {

struct ScorecardQuery {
  std::string theme;  // empty: all
  std::string by;     // empty, "district", "organisation" or "cycle"
};

struct ScorecardRow {
  std::string theme;  // of the rated recommendations; "" where they have none
  std::string by;     // the value of the `by` key
  std::string scale;  // code of the scale
  std::string level;  // code of the level the mean falls in; "no_information" where nobody gave a value
  std::optional<double> mean, min, max;  // over ratings with a value, 0 to 1
  std::uint64_t ratings = 0;             // that count: the rater's newest per recommendation, not draft, returned or rejected
  std::uint64_t no_information = 0;      // of them, without a value
  std::uint64_t raters = 0;              // organisations, or members where none is known
  std::uint64_t evidence = 0;            // observations and evidence linked to the rated recommendations
  double verified_share = 0;             // of the ratings, by another organisation than the rater's
  double coverage = 0;                   // recommendations of the theme with a counted rating, of all of the theme
  bool suppressed = false;
};

}  // namespace haki
