// Ratings rolled up: by theme, and by district, organisation or cycle. "No information" is never "not implemented".
// What counts, and how a mean becomes a level: proto/spec/80-analysis.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace haki {

// From which mean on a level is reached (the IRI's bands; spec 80-analysis). partly <= fully, both 0 to 1.
struct ScorecardBands {
  double partly = 0.33;
  double fully = 0.66;
};

struct ScorecardQuery {
  std::string theme;  // empty: all
  std::string by;     // empty, "district", "organisation" or "cycle"
  bool with_waiting = false;  // as if what waits for review were approved
  std::optional<ScorecardBands> bands = std::nullopt;  // empty: the template's of the theme, else the usual ones
};

struct ScorecardRow {
  std::string theme;  // of the rated recommendations; "" where they have none
  std::string by;     // the value of the `by` key
  std::string scale;  // "iri", or the name of the template's own; ratings of two scales are never put together
  std::string level;  // code of the level the mean falls in; "no_information" where nobody gave a value
  std::optional<double> mean, min, max;  // over ratings with a value, 0 to 1
  std::uint64_t ratings = 0;             // that count: approved, the rater's newest per recommendation, district and cycle
  std::uint64_t no_information = 0;      // of them, without a value
  std::uint64_t raters = 0;              // organisations, or members where none is known
  std::uint64_t evidence = 0;            // observations and evidence linked to the rated recommendations
  double verified_share = 0;             // of the ratings, by another organisation than the rater's
  double coverage = 0;                   // recommendations of the theme with a counted rating, of all of the theme
  // Ratings that did not count: "draft", "waiting", "returned", "rejected", "conflict", "replaced" by a newer one.
  std::map<std::string, std::uint64_t> left_out;
  bool suppressed = false;
};

}  // namespace haki
