// Goal: nobody finds a small head-count in the exported table of sessions. Method: an attacker of our own, who sees the table and knows
// the sums of its columns besides, tries every table that fits; tables by hand and at random.
#include <gmock/gmock.h>

#include <numeric>
#include <random>

#include "cli/exports/small_counts.h"

namespace haki::cli::exports {
namespace {

using Numbers = std::vector<std::int64_t>;

Form session_form() {
  Form form;
  form.name = "outreach_session";
  Group counts;
  counts.name = "counts";
  Field sex;
  sex.name = "sex";
  sex.type = FieldType::kChoice;
  sex.choices.resize(2);
  sex.choices[0].code = "female";
  sex.choices[1].code = "male";
  counts.fields.push_back(sex);
  form.groups.push_back(counts);
  return form;
}

// What is in the file: empty where it is hidden.
struct Table {
  std::vector<std::optional<std::int64_t>> totals;
  std::vector<std::vector<std::optional<std::int64_t>>> cells;
};

Table shown(const std::vector<Numbers>& cells, const Numbers& totals, const std::vector<std::uint64_t>& hidden) {
  Table table;
  for (std::size_t row = 0; row < cells.size(); ++row) {
    table.totals.push_back((hidden[row] & 1) != 0 ? std::nullopt : std::optional(totals[row]));
    auto& of_row = table.cells.emplace_back();
    for (std::size_t i = 0; i < cells[row].size(); ++i) {
      of_row.push_back((hidden[row] >> (i + 1) & 1) != 0 ? std::nullopt : std::optional(cells[row][i]));
    }
  }
  return table;
}

// Every value that each number could have: the cells of each row, those not counted by the axis, and the row's total.
class SessionAttacker {
 public:
  SessionAttacker(const Table& table, const std::vector<Numbers>& truth, const Numbers& totals) : table_(table) {
    columns_ = truth.front().size();
    all_ = std::accumulate(totals.begin(), totals.end(), std::int64_t{0});
    for (std::size_t i = 0; i < columns_; ++i) {
      std::int64_t sum = 0;
      bool any = false;
      for (std::size_t row = 0; row < truth.size(); ++row) {
        sum += truth[row][i];
        any = any || table.cells[row][i].has_value();
      }
      sums_.push_back(any ? std::optional(sum) : std::nullopt);
    }
    low_ = std::vector<Numbers>(truth.size(), Numbers(columns_, all_ + 1));
    high_ = std::vector<Numbers>(truth.size(), Numbers(columns_, -1));
    guess_ = std::vector<Numbers>(truth.size(), Numbers(columns_ + 1, 0));
    fill(0, all_);
  }
  std::int64_t low(std::size_t row, std::size_t i) const { return low_[row][i]; }
  std::int64_t high(std::size_t row, std::size_t i) const { return high_[row][i]; }

 private:
  void fill(std::size_t at, std::int64_t rest) {
    const std::size_t wide = columns_ + 1, row = at / wide, i = at % wide;
    if (at > 0 && i == 0) {
      const std::int64_t total = std::accumulate(guess_[row - 1].begin(), guess_[row - 1].end(), std::int64_t{0});
      if (table_.totals[row - 1] && total != *table_.totals[row - 1]) return;
    }
    if (row == guess_.size()) return rest == 0 ? finish() : void();
    const std::optional<std::int64_t> known = i < columns_ ? table_.cells[row][i] : std::nullopt;
    for (std::int64_t value = known.value_or(0); value <= known.value_or(rest) && value <= rest; ++value) {
      guess_[row][i] = value;
      fill(at + 1, rest - value);
    }
  }
  void finish() {
    for (std::size_t i = 0; i < columns_; ++i) {
      std::int64_t sum = 0;
      for (const Numbers& row : guess_) sum += row[i];
      if (sums_[i] && *sums_[i] != sum) return;
    }
    for (std::size_t row = 0; row < guess_.size(); ++row) {
      for (std::size_t i = 0; i < columns_; ++i) {
        low_[row][i] = std::min(low_[row][i], guess_[row][i]);
        high_[row][i] = std::max(high_[row][i], guess_[row][i]);
      }
    }
  }

  const Table& table_;
  std::size_t columns_ = 0;
  std::int64_t all_ = 0;
  std::vector<std::optional<std::int64_t>> sums_;
  std::vector<Numbers> low_, high_, guess_;
};

void expect_no_small_count_found(const std::vector<Numbers>& cells, const Numbers& totals, std::int64_t threshold) {
  const Form form = session_form();
  const Table table = shown(cells, totals, hidden_bits(cells, totals, categories_of(form), threshold));
  const SessionAttacker attacker(table, cells, totals);
  for (std::size_t row = 0; row < cells.size(); ++row) {
    for (std::size_t i = 0; i < cells[row].size(); ++i) {
      const std::int64_t value = cells[row][i];
      if (value == 0 || value >= threshold) continue;
      EXPECT_FALSE(table.cells[row][i]);
      EXPECT_LT(attacker.low(row, i), attacker.high(row, i)) << testing::PrintToString(cells) << testing::PrintToString(totals);
    }
  }
}

TEST(ExportedSessions, CategoriesAreColumnsOfTheirAxis) {
  const Form form = session_form();
  const auto categories = categories_of(form);
  ASSERT_EQ(categories.size(), 2u);
  EXPECT_EQ(categories[1].name, "sex_male");
  RecordView session, row;
  row.fields = {{"sex", false, {std::string("male")}}, {"people", false, {std::int64_t{7}}}};
  session.groups = {{"counts", {row, row}}};
  EXPECT_THAT(people_by_category(session, categories), testing::ElementsAre(0, 14));
}

TEST(ExportedSessions, TwoMenAmongFortyWomenAreNotFound) {
  const Form form = session_form();
  const auto bits = hidden_bits({{40, 2}, {30, 30}, {25, 35}}, {42, 60, 60}, categories_of(form), 5);
  EXPECT_EQ(bits[0] & 1, 0u);  // the total is shown
  EXPECT_EQ(bits[0], 0b110u);
  EXPECT_NE(bits[1] | bits[2], 0u);  // and others with them
}

TEST(ExportedSessions, ASessionOfThreeIsHiddenAsAWhole) {
  const Form form = session_form();
  EXPECT_EQ(hidden_bits({{2, 1}}, {3}, categories_of(form), 5)[0] & 0b111, 0b111u);
}

TEST(ExportedSessions, ATotalThatIsTooSmallForItsRowsHidesNoLess) {
  const Form form = session_form();
  EXPECT_NE(hidden_bits({{40, 2}, {30, 30}}, {10, 60}, categories_of(form), 5)[0] & 0b100, 0u);
}

TEST(ExportedSessions, NobodyFindsASmallCountInTablesAtRandom) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
  for (int trial = 0; trial < 150 && !testing::Test::HasFailure(); ++trial) {
    std::vector<Numbers> cells(2, Numbers(2));
    Numbers totals;
    for (Numbers& row : cells) {
      for (std::int64_t& value : row) value = below(3) == 0 ? below(3) : 3 + below(4);
      totals.push_back(row[0] + row[1] + (below(3) == 0 ? below(4) : 0));
    }
    expect_no_small_count_found(cells, totals, 3);
  }
}

// Whoever knows the sum of a list takes those shown off it: what is left must be no small number of anybody, and no one's alone.
void expect_sum_tells_nothing(const PeopleNumbers& list, const std::unordered_set<RecordId>& shown, std::int64_t threshold) {
  std::int64_t rest = 0, unknown = 0;
  bool small = false;
  for (const auto& [number, id] : list) {
    if (shown.contains(id)) continue;
    rest += number;
    ++unknown;
    small |= number < threshold;
  }
  const bool everything = unknown == static_cast<std::int64_t>(list.size());
  EXPECT_TRUE(!small || everything || (unknown > 1 && rest >= threshold)) << unknown << " not shown, of " << rest << " people";
}

TEST(ExportedNumbers, WhatStaysForWantOfConsentIsNotTheDifference) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
  for (int trial = 0; trial < 2000 && !testing::Test::HasFailure(); ++trial) {
    PeopleNumbers all, kept;
    for (int i = 0; i < 2 + below(6); ++i) {
      RecordId id;
      id.bytes.fill(static_cast<std::uint8_t>(i + 1));
      all.emplace_back(1 + (below(3) == 0 ? below(4) : 4 + below(30)), id);
      if (below(4) != 0) kept.push_back(all.back());
    }
    const auto hidden = hidden_numbers(all, kept, 5);
    std::unordered_set<RecordId> shown;
    for (const auto& [number, id] : kept) {
      if (!hidden.contains(id)) shown.insert(id);
      EXPECT_TRUE(number >= 5 || hidden.contains(id));
    }
    expect_sum_tells_nothing(all, shown, 5);
    expect_sum_tells_nothing(kept, shown, 5);
  }
}

}  // namespace
}  // namespace haki::cli::exports
