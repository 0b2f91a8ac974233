// Goal: nobody finds a small count of people by subtracting what is shown (spec 80-analysis, "Small cells"). Method: an attacker of
// our own, who knows all that is shown and that counts are whole and not negative, tries every table that fits (small tables), or
// pushes each hidden count as far as the sums let it (large ones); tables by hand and at random.
#include "haki/disclosure.h"

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <random>

namespace haki {
namespace {

using testing::Each;

std::vector<std::int64_t> totals_of(const Counts& counts) {
  std::vector<std::int64_t> totals;
  for (const auto& row : counts) totals.push_back(std::accumulate(row.begin(), row.end(), std::int64_t{0}));
  return totals;
}

// As a page would show it: what is hidden is empty. A column's total is shown unless its cells are all hidden.
struct Shown {
  std::vector<std::vector<std::optional<std::int64_t>>> cells;
  std::vector<std::optional<std::int64_t>> rows, columns;
  std::int64_t all = 0;
};

bool column_hidden(const Counts& counts, const Hidden& hidden, std::size_t column) {
  for (std::size_t row = 0; row < counts.size(); ++row) {
    if (!hidden.cells[row][column]) return false;
  }
  return true;
}

Shown shown(const Counts& counts, const Hidden& hidden) {
  Shown page;
  const auto totals = totals_of(counts);
  page.all = std::accumulate(totals.begin(), totals.end(), std::int64_t{0});
  for (std::size_t row = 0; row < counts.size(); ++row) {
    auto& cells = page.cells.emplace_back();
    for (std::size_t column = 0; column < counts[row].size(); ++column) {
      cells.push_back(hidden.cells[row][column] ? std::nullopt : std::optional(counts[row][column]));
    }
    page.rows.push_back(hidden.rows[row] ? std::nullopt : std::optional(totals[row]));
  }
  for (std::size_t column = 0; column < counts.front().size(); ++column) {
    std::int64_t sum = 0;
    for (const auto& row : counts) sum += row[column];
    page.columns.push_back(column_hidden(counts, hidden, column) ? std::nullopt : std::optional(sum));
  }
  return page;
}

// What each hidden cell can be, by trying every table that fits the page.
class Attacker {
 public:
  explicit Attacker(const Shown& page) : page_(page), table_(page.cells.size(), std::vector<std::int64_t>(page.columns.size(), 0)) {
    low_ = Counts(table_.size(), std::vector<std::int64_t>(page.columns.size(), page.all + 1));
    high_ = Counts(table_.size(), std::vector<std::int64_t>(page.columns.size(), -1));
    fill(0, page.all);
  }
  std::int64_t low(std::size_t row, std::size_t column) const { return low_[row][column]; }
  std::int64_t high(std::size_t row, std::size_t column) const { return high_[row][column]; }

 private:
  void fill(std::size_t at, std::int64_t rest) {
    const std::size_t columns = page_.columns.size();
    const std::size_t row = at / columns, column = at % columns;
    if (at > 0 && column == 0 && !fits(table_[row - 1], page_.rows[row - 1])) return;
    if (row == table_.size()) return finish(rest);
    const auto& known = page_.cells[row][column];
    for (std::int64_t value = known.value_or(0); value <= known.value_or(rest) && value <= rest; ++value) {
      table_[row][column] = value;
      fill(at + 1, rest - value);
    }
  }
  static bool fits(const std::vector<std::int64_t>& row, const std::optional<std::int64_t>& total) {
    return !total || std::accumulate(row.begin(), row.end(), std::int64_t{0}) == *total;
  }
  void finish(std::int64_t rest) {
    if (rest != 0) return;
    for (std::size_t column = 0; column < page_.columns.size(); ++column) {
      std::int64_t sum = 0;
      for (const auto& row : table_) sum += row[column];
      if (page_.columns[column] && sum != *page_.columns[column]) return;
    }
    for (std::size_t row = 0; row < table_.size(); ++row) {
      for (std::size_t column = 0; column < page_.columns.size(); ++column) {
        low_[row][column] = std::min(low_[row][column], table_[row][column]);
        high_[row][column] = std::max(high_[row][column], table_[row][column]);
      }
    }
  }

  const Shown& page_;
  Counts table_, low_, high_;
};

void expect_nothing_found(const Counts& counts, std::int64_t threshold) {
  const Hidden hidden = hide_small_counts(counts, totals_of(counts), threshold);
  if (hidden.all) return;  // then only totals are shown
  const Shown page = shown(counts, hidden);
  const Attacker attacker(page);
  for (std::size_t row = 0; row < counts.size(); ++row) {
    for (std::size_t column = 0; column < counts[row].size(); ++column) {
      const std::int64_t value = counts[row][column];
      if (value == 0 || value >= threshold) continue;
      EXPECT_TRUE(hidden.cells[row][column]);
      EXPECT_EQ(attacker.low(row, column), 0) << "row " << row << ", column " << column;
      EXPECT_GE(attacker.high(row, column), threshold) << "row " << row << ", column " << column;
    }
  }
}

TEST(SmallCounts, NothingIsHiddenWhereNothingIsSmall) {
  const Counts counts{{12, 0, 30}, {7, 5, 9}};
  const Hidden hidden = hide_small_counts(counts, totals_of(counts));
  EXPECT_FALSE(hidden.all);
  EXPECT_THAT(hidden.rows, Each(false));
  for (const auto& row : hidden.cells) EXPECT_THAT(row, Each(false));
}

TEST(SmallCounts, OneSmallCountHidesThreeOthers) {
  const Counts counts{{40, 3, 20}, {35, 9, 18}, {50, 11, 30}};
  const Hidden hidden = hide_small_counts(counts, totals_of(counts));
  ASSERT_FALSE(hidden.all);
  std::size_t number = 0;
  for (const auto& row : hidden.cells) number += static_cast<std::size_t>(std::ranges::count(row, true));
  EXPECT_EQ(number, 4u);  // a cycle: two in its row, two in its column
  EXPECT_TRUE(hidden.cells[0][1]);
  EXPECT_TRUE(hidden.cells[1][1]);  // the smallest that will do
  EXPECT_THAT(hidden.rows, Each(false));
}

TEST(SmallCounts, ADistrictWithFewPeopleIsHiddenWithAnother) {
  const Counts counts{{1, 2}, {40, 60}, {9, 11}};
  const Hidden hidden = hide_small_counts(counts, totals_of(counts));
  ASSERT_FALSE(hidden.all);
  EXPECT_THAT(hidden.rows, testing::ElementsAre(true, false, true));
}

TEST(SmallCounts, FewPeopleInAllAreNotBrokenDown) {
  const Counts counts{{1, 2}};
  EXPECT_TRUE(hide_small_counts(counts, totals_of(counts)).all);
  const Counts single{{12, 3}};
  const Hidden hidden = hide_small_counts(single, totals_of(single));
  EXPECT_TRUE(hidden.all || (hidden.cells[0][0] && hidden.cells[0][1]));
}

TEST(SmallCounts, WhoWasNotCountedByAnAxisFollowsFromTheOthers) {
  // 50 people, 48 of them by sex: the two who would not say would follow from the rest.
  const Hidden hidden = hide_small_counts({{28, 20}, {30, 30}, {25, 45}}, {50, 60, 70});
  ASSERT_FALSE(hidden.all);
  EXPECT_TRUE(hidden.cells[0][0] || hidden.cells[0][1]);
}

TEST(SmallCounts, SeveralAxesHideTheSameRows) {
  const std::vector<std::int64_t> totals{4, 100, 21, 60};
  const Hidden sex = hide_small_counts({{2, 2}, {50, 50}, {10, 11}, {30, 30}}, totals);
  const Hidden age = hide_small_counts({{4, 0, 0}, {20, 40, 40}, {0, 0, 21}, {20, 20, 20}}, totals);
  EXPECT_EQ(sex.rows, age.rows);
}

TEST(SmallCounts, NobodyFindsOneInTablesAtRandom) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
  int broken_down = 0;
  for (int trial = 0; trial < 300; ++trial) {
    Counts counts(static_cast<std::size_t>(2 + below(2)), std::vector<std::int64_t>(static_cast<std::size_t>(2 + below(2)), 0));
    for (auto& row : counts) {
      for (std::int64_t& value : row) value = below(3) == 0 ? below(3) : 3 + below(5);
    }
    const Hidden hidden = hide_small_counts(counts, totals_of(counts), 3);
    if (!hidden.all) ++broken_down;
    expect_nothing_found(counts, 3);
    if (testing::Test::HasFailure()) FAIL() << testing::PrintToString(counts);
  }
  EXPECT_GT(broken_down, 100);  // it does not just refuse
}

// How far a hidden cell can go up in a large table: the most that can flow back from its column to its row.
std::int64_t room(const Counts& counts, const Hidden& hidden, std::size_t row, std::size_t column, bool up) {
  const Shown page = shown(counts, hidden);
  const auto totals = totals_of(counts);
  struct Edge {
    std::size_t to;
    std::int64_t room;
    std::size_t back;
  };
  const std::size_t rows = counts.size(), columns = counts.front().size();
  std::vector<std::vector<Edge>> at(rows + columns + 2);
  const auto connect = [&](std::size_t from, std::size_t to, std::int64_t value) {
    at[from].push_back({to, 1'000'000, at[to].size()});
    at[to].push_back({from, value, at[from].size() - 1});
  };
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      if (hidden.cells[r][c] && (r != row || c != column)) connect(r, rows + 1 + c, counts[r][c]);
    }
    if (!page.rows[r]) connect(rows + 1 + columns, r, totals[r]);
  }
  for (std::size_t c = 0; c < columns; ++c) {
    std::int64_t sum = 0;
    for (const auto& one : counts) sum += one[c];
    if (!page.columns[c]) connect(rows + 1 + c, rows, sum);
  }
  const std::size_t start = up ? rows + 1 + column : row, end = up ? row : rows + 1 + column;
  for (std::int64_t flow = 0;; ++flow) {
    std::vector<std::pair<std::size_t, std::size_t>> by(at.size(), {at.size(), 0});
    std::queue<std::size_t> next;
    next.push(start);
    by[start] = {start, 0};
    while (!next.empty() && by[end].first == at.size()) {
      const std::size_t node = next.front();
      next.pop();
      for (std::size_t i = 0; i < at[node].size(); ++i) {
        if (at[node][i].room == 0 || by[at[node][i].to].first != at.size()) continue;
        by[at[node][i].to] = {node, i};
        next.push(at[node][i].to);
      }
    }
    if (by[end].first == at.size() || flow > 100) return flow;
    for (std::size_t node = end; node != start; node = by[node].first) {
      Edge& edge = at[by[node].first][by[node].second];
      --edge.room;
      ++at[edge.to][edge.back].room;
    }
  }
}

TEST(SmallCounts, NobodyFindsOneInLargeTables) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
  std::size_t small = 0;
  for (int trial = 0; trial < 20; ++trial) {
    Counts counts(47, std::vector<std::int64_t>(5, 0));
    for (auto& row : counts) {
      for (std::int64_t& value : row) value = below(4) == 0 ? below(5) : below(200);
    }
    const Hidden hidden = hide_small_counts(counts, totals_of(counts));
    ASSERT_FALSE(hidden.all);
    for (std::size_t row = 0; row < counts.size(); ++row) {
      for (std::size_t column = 0; column < counts[row].size(); ++column) {
        const std::int64_t value = counts[row][column];
        if (value == 0 || value >= kSmallCellThreshold) continue;
        ++small;
        EXPECT_GE(room(counts, hidden, row, column, true), kSmallCellThreshold - value);
        EXPECT_GE(room(counts, hidden, row, column, false), value);
      }
    }
  }
  EXPECT_GT(small, 100u);
}

}  // namespace
}  // namespace haki
