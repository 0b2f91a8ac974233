// Counts of people that may be shown: small ones are hidden, and others with them, so that no subtraction gives them back.
// Pure and thread-safe. Method and its bounds: proto/spec/80-analysis.md, "Small cells".
#pragma once

#include <cstdint>
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

}  // namespace haki
