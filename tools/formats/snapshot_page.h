// The public snapshot: one static page and the same as JSON (spec 81-export, section 8). Pure.
//
// What can be put in here is all that can come out: there is no place for an observer, a member, a narrative, a point or a place
// below a district. Whoever fills it in hides small counts before; what is hidden is empty here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace haki::formats {

// Ratings of something, as far as they are shown.
struct PublicFigures {
  std::string level;  // code; empty: too few to show
  std::optional<double> mean, verified_share, coverage;
  std::optional<std::int64_t> ratings, raters, evidence;  // rounded down to steps of the threshold; empty: fewer than it
};
struct PublicTheme {
  std::string theme;  // empty: none
  std::string scale;  // "iri" is the usual one
  std::int64_t recommendations = 0;
  PublicFigures figures;
};
struct PublicDistrict {
  std::string district, name;  // code, and name where known
  std::string theme, scale;
  PublicFigures figures;
};
struct PublicRecommendation {
  std::string number, text, state_under_review, position;
  std::vector<std::string> recommending_states, themes, sdgs;
  std::optional<std::int64_t> cycle;
  PublicFigures figures;
};
// People reached by sessions in a district: the total, and a cell for each category. Empty: hidden.
struct PublicReach {
  std::string district, name;
  std::optional<std::int64_t> people;
  std::vector<std::optional<std::int64_t>> cells;
};

// Records of which nothing is told, but that they count in the figures: how many, and why (spec 83-consent).
struct PublicLeftOut {
  std::string form, reason;              // observation or evidence; the name of a haki::Withheld
  std::optional<std::int64_t> records;   // as figures are
};

struct Snapshot {
  std::string coalition;
  std::string day;       // it shows what was known then
  std::string language;  // en or fr
  std::int64_t threshold = 5;
  std::vector<PublicTheme> themes;
  std::vector<PublicDistrict> districts;
  std::vector<PublicRecommendation> recommendations;
  std::vector<std::pair<std::string, std::string>> categories;  // of PublicReach::cells: name for programs, words for people
  std::vector<PublicReach> reach;
  std::vector<PublicLeftOut> left_out;
};

// Whole and static: no script, nothing fetched from anywhere; readable from a phone's width on.
std::string snapshot_html(const Snapshot& snapshot);
std::string snapshot_json(const Snapshot& snapshot);

}  // namespace haki::formats
