// Goal: nobody finds a small count of people in a list whose places lie in one another and whose wholes stand beside their breakdowns
// (spec 80-analysis, "Small cells"). Method: an attacker of our own, who knows what is shown and that counts are whole, not negative and
// at most what they are parts of, tries every list that fits; lists by hand and at random.
#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <random>

#include "haki/disclosure.h"

namespace haki {
namespace {

using testing::ElementsAre;

// Lines such as {"KE", "sex", "female", 12}: of a place within the country "", which is within nothing.
PeopleCount line(const std::string& place, const std::string& axis, const std::string& category, std::int64_t people) {
  PeopleCount count{"visits 2025", place, {}, {}, people};
  if (!place.empty()) count.above = {""};
  if (!axis.empty()) count.group = {{axis, category}};
  return count;
}

TEST(PeopleCounts, NothingIsHiddenWhereNothingIsSmall) {
  EXPECT_THAT(hide_small_people({line("KE1", "", "", 50), line("KE1", "sex", "female", 30), line("KE1", "sex", "male", 20), line("KE2", "", "", 0)}),
              ElementsAre(false, false, false, false));
}

TEST(PeopleCounts, ASmallGroupIsNotFoundFromTheWholeAndTheOthers) {
  EXPECT_THAT(hide_small_people({line("KE1", "", "", 45), line("KE1", "sex", "female", 42), line("KE1", "sex", "male", 3)}), ElementsAre(false, true, true));
  // Nor from what the groups leave of the whole.
  EXPECT_THAT(hide_small_people({line("KE1", "", "", 45), line("KE1", "sex", "female", 42)}), ElementsAre(false, true));
}

TEST(PeopleCounts, ASmallPlaceIsNotFoundFromTheOneItLiesIn) {
  EXPECT_THAT(hide_small_people({line("", "", "", 103), line("KE1", "", "", 3), line("KE2", "", "", 40), line("KE3", "", "", 60)}),
              ElementsAre(false, true, true, false));
  // Nor what is elsewhere in it.
  EXPECT_THAT(hide_small_people({line("", "", "", 103), line("KE2", "", "", 40), line("KE3", "", "", 60)}), ElementsAre(false, true, false));
  EXPECT_THAT(hide_small_people({line("", "", "", 3), line("KE1", "", "", 3)}), ElementsAre(true, true));
}

TEST(PeopleCounts, WhatIsHiddenOfAPlaceIsNotFoundFromThePlacesInIt) {
  // The county's women are hidden with its men, so that neither may be added up from its wards.
  std::vector<PeopleCount> counts{line("C", "", "", 53), line("C", "sex", "female", 3), line("C", "sex", "male", 50)};
  for (const auto& [ward, women, men] : {std::tuple{"W1", 3, 20}, {"W2", 0, 30}}) {
    counts.push_back(line(ward, "sex", "female", women));
    counts.push_back(line(ward, "sex", "male", men));
    counts[counts.size() - 1].above = counts[counts.size() - 2].above = {"C", ""};
  }
  EXPECT_THAT(hide_small_people(counts), ElementsAre(false, true, true, true, true, true, true));
}

// Found by the attacker below: 10 men of the country less at most 4 and 4 elsewhere left at least 2 for KE1, though all men of districts were
// hidden.
TEST(PeopleCounts, WhereNoOtherGroupCanHideASmallOneTheWholesBesideTheSumsAreHiddenToo) {
  EXPECT_THAT(hide_small_people({line("KE0", "", "", 4), line("KE0", "sex", "male", 4), line("KE1", "", "", 5), line("KE1", "sex", "male", 2),
                                 line("", "", "", 13), line("", "sex", "male", 10)}, 3),
              ElementsAre(true, true, true, true, false, false));
}

TEST(PeopleCounts, GroupsOfTwoAxesAreShownOnlyWhereNoneIsSmallNorWhatTheyLeave) {
  const auto of_two = [](std::int64_t people) {
    PeopleCount count = line("KE1", "sex", "female", people);
    count.group["age_group"] = "18_34";
    return count;
  };
  EXPECT_THAT(hide_small_people({line("KE1", "", "", 90), line("KE1", "sex", "female", 40), of_two(30)}), ElementsAre(false, false, false));
  EXPECT_THAT(hide_small_people({line("KE1", "", "", 90), line("KE1", "sex", "female", 40), of_two(38)}), ElementsAre(false, false, true));
  EXPECT_THAT(hide_small_people({line("KE1", "", "", 90), line("KE1", "sex", "female", 40), of_two(2)}), ElementsAre(false, false, true));
}

TEST(PeopleCounts, PlacesThatLieInOneAnotherAreNotShown) {
  PeopleCount one = line("A", "", "", 50), other = line("B", "", "", 60);
  one.above = {"B"};
  other.above = {"A"};
  EXPECT_THAT(hide_small_people({one, other}), ElementsAre(true, true));
}

TEST(PeopleCounts, UnitsSayWhetherTheyCountPeople) {
  for (const char* unit : {"people", "Persons reached", "personnes", "watu", "women", "people/year", "persons per year", "Enfants"}) EXPECT_TRUE(counts_people(unit)) << unit;
  for (const char* unit : {"%", "% of people", "per cent of women", "percent of people", "cases", "USD per person", "people per 1000", "deaths/1000 people",
                           "government offices", "asilimia ya watu", ""}) {
    EXPECT_FALSE(counts_people(unit)) << unit;
  }
}

// Two districts and what is elsewhere of a country; of each the women, the men, and those of whom that is not known.
constexpr std::size_t kPlaces = 3, kCells = 3;
using World = std::array<std::int64_t, kPlaces * kCells>;

// The numbers of the lines: of each district its whole, its women and its men, and then the same of the country.
using Numbers = std::array<std::int64_t, kPlaces * kCells>;
Numbers numbers_of(const World& world) {
  Numbers numbers{};
  std::int64_t* country = &numbers[(kPlaces - 1) * kCells];
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const std::int64_t* of = &world[place * kCells];
    const std::int64_t line[] = {of[0] + of[1] + of[2], of[0], of[1]};
    for (std::size_t i = 0; i < kCells; ++i) {
      country[i] += line[i];
      if (place + 1 < kPlaces) numbers[place * kCells + i] = line[i];
    }
  }
  return numbers;
}

std::vector<PeopleCount> list_of(const World& world, bool country_by_sex) {
  std::vector<PeopleCount> list;
  const Numbers numbers = numbers_of(world);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string place = i / kCells + 1 < kPlaces ? "KE" + std::to_string(i / kCells) : "";
    if (place.empty() && i % kCells > 0 && !country_by_sex) break;
    list.push_back(line(place, i % kCells == 0 ? "" : "sex", i % kCells == 1 ? "female" : "male", numbers[i]));
  }
  return list;
}

// The least and the most that each line can be, over every world in which the lines that are shown are as they are.
class ListAttacker {
 public:
  ListAttacker(const std::vector<PeopleCount>& list, const std::vector<bool>& hidden, std::int64_t all)
      : list_(list), hidden_(hidden), low(list.size(), all + 1), high(list.size(), -1) {
    fill(0, all);
  }

 private:
  const std::vector<PeopleCount>& list_;
  const std::vector<bool>& hidden_;
  World world_{};

  bool known_wrong(std::size_t at, std::int64_t value) const { return !hidden_[at] && list_[at].people != value; }
  void fill(std::size_t at, std::int64_t rest) {
    if (at == world_.size() - 1) {
      world_[at] = rest;
      return finish();
    }
    for (std::int64_t value = 0; value <= rest; ++value) {
      world_[at] = value;
      const std::size_t place = at / kCells, cell = at % kCells;
      if (place + 1 < kPlaces) {
        if (cell < 2 && known_wrong(place * kCells + 1 + cell, value)) continue;
        if (cell == 2 && known_wrong(place * kCells, world_[at - 2] + world_[at - 1] + value)) continue;
      }
      fill(at + 1, rest - value);
    }
  }
  void finish() {
    const Numbers guess = numbers_of(world_);
    for (std::size_t i = 0; i < list_.size(); ++i) {
      if (known_wrong(i, guess[i])) return;
    }
    for (std::size_t i = 0; i < list_.size(); ++i) {
      low[i] = std::min(low[i], guess[i]);
      high[i] = std::max(high[i], guess[i]);
    }
  }

 public:
  std::vector<std::int64_t> low, high;
};

TEST(PeopleCounts, NobodyFindsASmallOneInListsAtRandom) {
  constexpr std::int64_t kThreshold = 3;
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
  int tried = 0, shown = 0;
  for (int trial = 0; trial < 150; ++trial) {
    World world{};
    std::int64_t all = 0;
    for (std::int64_t& value : world) all += value = below(3) == 0 ? 3 + below(2) : below(3) == 0 ? below(3) : 0;
    const bool country_by_sex = below(2) == 0;
    const auto list = list_of(world, country_by_sex);
    const auto hidden = hide_small_people(list, kThreshold);
    const ListAttacker attacker(list, hidden, all);  // who knows how many there are in all, even where that is hidden
    for (std::size_t i = 0; i < list.size(); ++i) {
      shown += hidden[i] ? 0 : 1;
      if (list[i].people == 0 || list[i].people >= kThreshold) continue;
      ++tried;
      EXPECT_TRUE(hidden[i]);
      if (all < kThreshold) continue;  // all of it is hidden, and nobody would know how many there are
      EXPECT_EQ(attacker.low[i], 0) << list[i].place << " " << testing::PrintToString(list[i].group);
      EXPECT_GE(attacker.high[i], kThreshold) << list[i].place << " " << testing::PrintToString(list[i].group);
    }
    if (testing::Test::HasFailure()) FAIL() << testing::PrintToString(world);
  }
  EXPECT_GT(tried, 100);
  EXPECT_GT(shown, 150);  // it does not just hide everything
}

}  // namespace
}  // namespace haki
