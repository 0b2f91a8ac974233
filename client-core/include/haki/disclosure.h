// Counts of people that may be shown: small ones are hidden, and others with them, so that no subtraction gives them back.
// Pure and thread-safe. Method and its bounds: proto/spec/80-analysis.md, "Small cells".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace haki {

inline constexpr std::int64_t kSmallCellThreshold = 5;  // a count from 1 to 4 is small

// A breakdown: a row for each unit (a district, a session), a column for each category of one axis (sex, say). All rows have
// as many columns. The total of a row is the sum of its columns, that of a column the sum of its rows.
using Counts = std::vector<std::vector<std::int64_t>>;

struct Hidden {
  std::vector<std::vector<bool>> cells;  // as `counts`
  std::vector<bool> rows;                // a row's total; then all its cells are hidden too
  bool all = false;                      // the breakdown cannot be shown without giving a small count away
};

// What to hide of `counts` where totals of rows and columns and the sum of all are shown otherwise. `row_totals` are those of
// the units: equal to the sums of the rows, or more, where not everybody was counted by this axis. Several axes of the same
// units: call it with the same totals for each; `rows` then comes out alike.
// Guarantee: whoever sees the rest, totals included, finds for each hidden cell 1 to threshold - 1 both 0 and a value of at
// least the threshold possible.
Hidden hide_small_counts(const Counts& counts, const std::vector<std::int64_t>& row_totals,
                         std::int64_t threshold = kSmallCellThreshold);

// Whether values in this unit count people: "people", "personnes", "watu", "women". Not so percentages and rates ("per 1000 people").
bool counts_people(std::string_view unit);

// A count of people as it stands in a list: of a place, whole or broken down.
struct PeopleCount {
  std::string table;                         // of which it is: an indicator and a year. Tables are never added up with one another
  std::string place;
  std::vector<std::string> above;            // the places it lies in, the nearest first
  std::map<std::string, std::string> group;  // category by axis; empty: the whole; of several axes: those who are in each
  std::int64_t people = 0;
};

// Which to hide of a list whose places may be parts of one another and whose wholes and breakdowns stand side by side; by the guarantee
// of hide_small_counts() for the places within each place, which know what of it is elsewhere. Places within one of whose like anything
// is hidden are hidden whole, and so are groups of several axes wherever one of them, or what is left beside them, is small.
std::vector<bool> hide_small_people(const std::vector<PeopleCount>& counts, std::int64_t threshold = kSmallCellThreshold);

}  // namespace haki
