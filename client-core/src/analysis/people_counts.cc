// Counts of people in a list, as tables of haki/disclosure.h: a table for the places within each place.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <numeric>
#include <set>

#include "haki/disclosure.h"

namespace haki {
namespace {

using PeopleGroup = std::map<std::string, std::string>;

struct PeoplePlace {
  std::map<PeopleGroup, std::int64_t> people;
  std::vector<std::string> above;
  std::vector<std::size_t> counts;  // their places in the list

  std::int64_t of(const PeopleGroup& group) const {
    const auto found = people.find(group);
    return found == people.end() ? 0 : found->second;
  }
  // The whole, or more where an axis has counted more than that.
  std::int64_t all() const {
    std::map<std::string, std::int64_t> by_axis;
    std::int64_t most = of({});
    for (const auto& [group, number] : people) {
      std::string axes;
      for (const auto& [axis, category] : group) axes += axis + "\n";
      most = std::max(most, by_axis[axes] += number);
    }
    return most;
  }
};

bool is_part_of(const PeopleGroup& larger, const PeopleGroup& smaller) {
  return std::ranges::all_of(larger, [&](const auto& one) {
    const auto found = smaller.find(one.first);
    return found != smaller.end() && found->second == one.second;
  });
}

std::set<std::string> axes_of(const PeopleGroup& group) {
  std::set<std::string> axes;
  for (const auto& [axis, category] : group) axes.insert(axis);
  return axes;
}

// One table: an indicator's places of a year, say.
class PeopleTable {
 public:
  PeopleTable(const std::vector<PeopleCount>& counts, std::int64_t threshold, std::vector<bool>& hidden)
      : counts_(counts), threshold_(threshold), hidden_(hidden) {}

  void add(std::size_t count) {
    const PeopleCount& one = counts_[count];
    PeoplePlace& place = places_[one.place];
    place.above = one.above;
    place.people[one.group] += one.people;
    place.counts.push_back(count);
  }
  void hide() {
    std::map<std::string, std::vector<std::string>> within;
    std::vector<std::string> top;
    for (const auto& [name, place] : places_) {
      const auto above = std::ranges::find_if(place.above, [&](const std::string& one) { return one != name && places_.contains(one); });
      (above == place.above.end() ? top : within[*above]).push_back(name);
    }
    hide_places(top, nullptr, false, within);
    for (const auto& [name, place] : places_) {
      if (!seen_.contains(name)) hide_place(place);  // they lie in one another
    }
  }

 private:
  using Rows = std::vector<const PeoplePlace*>;

  bool small(std::int64_t people) const { return people > 0 && people < threshold_; }
  void hide_place(const PeoplePlace& place) {
    for (const std::size_t count : place.counts) hidden_[count] = true;
  }

  // The places within one, `around`, or those that lie in none.
  void hide_places(const std::vector<std::string>& names, const PeoplePlace* around, bool all,
                   const std::map<std::string, std::vector<std::string>>& within) {
    Rows rows;
    for (const std::string& name : names) {
      rows.push_back(&places_.at(name));
      seen_.insert(name);
    }
    if (all) std::ranges::for_each(rows, [&](const PeoplePlace* row) { hide_place(*row); });
    else all = hide_rows(rows, around);
    for (const std::string& name : names) {
      if (const auto found = within.find(name); found != within.end()) hide_places(found->second, &places_.at(name), all, within);
    }
  }

  // True where anything was hidden.
  bool hide_rows(const Rows& rows, const PeoplePlace* around) {
    std::set<std::string> axes;
    for (const PeoplePlace* row : rows) {
      for (const auto& [group, number] : row->people) {
        if (group.size() == 1) axes.insert(group.begin()->first);
      }
    }
    bool hid = hide_wholes(rows, around);
    for (const std::string& axis : axes) hid |= hide_axis(axis, rows, around);
    if (!hid && !crossed_is_small(rows, around)) return false;
    for (const PeoplePlace* row : rows) {
      for (const std::size_t count : row->counts) {
        if (counts_[count].group.size() > 1) hidden_[count] = true;
      }
    }
    return true;
  }

  // Hides places with few people, and others with them; all numbers of each.
  bool hide_wholes(const Rows& rows, const PeoplePlace* around) {
    Counts table;
    std::vector<std::int64_t> totals;
    for (const PeoplePlace* row : rows) totals.push_back(row->all());
    if (around != nullptr) totals.push_back(std::max<std::int64_t>(0, around->all() - std::accumulate(totals.begin(), totals.end(), std::int64_t{0})));
    for (const std::int64_t total : totals) table.push_back({total});
    const Hidden found = hide_small_counts(table, totals, threshold_);
    bool hid = false;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!found.all && !found.rows[row]) continue;
      hide_place(*rows[row]);
      hid = true;
    }
    return hid;
  }

  // Hides groups of one axis, in the places that have any; `around` knows of all others together.
  bool hide_axis(const std::string& axis, const Rows& rows, const PeoplePlace* around) {
    std::vector<std::string> categories;
    Rows broken_down;
    for (const PeoplePlace* row : rows) {
      bool any = false;
      for (const auto& [group, number] : row->people) {
        if (group.size() != 1 || group.begin()->first != axis) continue;
        any = true;
        if (std::ranges::find(categories, group.begin()->second) == categories.end()) categories.push_back(group.begin()->second);
      }
      if (any) broken_down.push_back(row);
    }
    Counts table;
    std::vector<std::int64_t> totals;
    for (const PeoplePlace* row : broken_down) {
      auto& cells = table.emplace_back();
      for (const std::string& category : categories) cells.push_back(row->of({{axis, category}}));
      totals.push_back(row->all());
    }
    if (around != nullptr) add_the_rest(axis, categories, *around, table, totals);
    const Hidden found = hide_small_counts(table, totals, threshold_);
    bool hid = found.all;
    if (found.all && table.size() > broken_down.size()) {
      // What is around shows the sums: then not even how many there are in each place may stand beside them.
      std::ranges::for_each(rows, [&](const PeoplePlace* row) { hide_place(*row); });
    }
    for (std::size_t row = 0; row < broken_down.size(); ++row) {
      if (found.rows[row]) hide_place(*broken_down[row]);
      hid |= found.rows[row];
      for (const std::size_t count : broken_down[row]->counts) {
        const PeopleGroup& group = counts_[count].group;
        if (group.size() != 1 || group.begin()->first != axis) continue;
        const auto column = std::ranges::find(categories, group.begin()->second) - categories.begin();
        if (!found.all && !found.cells[row][static_cast<std::size_t>(column)]) continue;
        hidden_[count] = true;
        hid = true;
      }
    }
    return hid;
  }

  static void add_the_rest(const std::string& axis, const std::vector<std::string>& categories, const PeoplePlace& around, Counts& table,
                           std::vector<std::int64_t>& totals) {
    std::vector<std::int64_t> rest;
    std::int64_t sum = 0;
    bool known = false;
    for (std::size_t i = 0; i < categories.size(); ++i) {
      std::int64_t left = around.of({{axis, categories[i]}});
      known |= left > 0;
      for (const auto& row : table) left -= row[i];
      rest.push_back(std::max<std::int64_t>(0, left));
      sum += rest.back();
    }
    if (!known) return;  // nobody knows the sums
    const std::int64_t total = around.all() - std::accumulate(totals.begin(), totals.end(), std::int64_t{0});
    table.push_back(std::move(rest));
    totals.push_back(std::max(total, sum));
  }

  static PeoplePlace what_is_left(const PeoplePlace& around, const Rows& rows) {
    PeoplePlace left;
    for (const auto& [group, number] : around.people) {
      std::int64_t rest = number;
      for (const PeoplePlace* row : rows) rest -= row->of(group);
      left.people[group] = std::max<std::int64_t>(0, rest);
    }
    return left;
  }

  // Whether somebody who sees groups of several axes beside what they are parts of finds a small one.
  bool crossed_is_small(Rows rows, const PeoplePlace* around) const {
    const PeoplePlace left = around == nullptr ? PeoplePlace() : what_is_left(*around, rows);
    rows.push_back(&left);
    for (const PeoplePlace* row : rows) {
      std::set<std::set<std::string>> crossed;
      for (const auto& [group, number] : row->people) {
        if (group.size() < 2) continue;
        if (small(number)) return true;
        crossed.insert(axes_of(group));
      }
      for (const auto& [larger, number] : row->people) {
        for (const auto& axes : crossed) {
          if (axes.size() > larger.size() && small(std::abs(number - sum_of_parts(*row, larger, axes)))) return true;
        }
      }
    }
    return false;
  }

  // Of those who are in `larger`, how many the groups by `axes` count.
  static std::int64_t sum_of_parts(const PeoplePlace& row, const PeopleGroup& larger, const std::set<std::string>& axes) {
    std::int64_t sum = 0;
    for (const auto& [group, number] : row.people) {
      if (axes_of(group) == axes && is_part_of(larger, group)) sum += number;
    }
    return sum;
  }

  const std::vector<PeopleCount>& counts_;
  std::int64_t threshold_;
  std::vector<bool>& hidden_;
  std::map<std::string, PeoplePlace> places_;
  std::set<std::string> seen_;
};

}  // namespace

bool counts_people(std::string_view unit) {
  static constexpr std::array<std::string_view, 33> kPeople{
      "people", "persons",  "person",   "personnes", "personne", "watu",      "mtu",       "women",    "woman",     "men",          "girls",
      "boys",   "children", "youth",    "adults",    "femmes",   "hommes",    "filles",    "enfants",  "wanawake",  "wanaume",      "watoto",
      "victims", "victimes", "patients", "inmates",   "prisoners", "detainees", "refugees", "survivors", "members", "participants", "individuals"};
  static constexpr std::array<std::string_view, 4> kShares{"percent", "percentage", "cent", "asilimia"};
  static constexpr std::array<std::string_view, 4> kPer{"per", "pour", "par", "kwa"};
  if (unit.find('%') != std::string_view::npos) return false;
  bool people = false, per = false;
  std::string word;
  for (std::size_t i = 0; i <= unit.size(); ++i) {
    const unsigned char c = i < unit.size() ? static_cast<unsigned char>(unit[i]) : ' ';
    if (per && std::isdigit(c) != 0) return false;  // people per 1000
    if (std::isalpha(c) != 0 || c >= 0x80) {
      word += static_cast<char>(std::tolower(c));
      continue;
    }
    if (std::ranges::find(kShares, word) != kShares.end()) return false;
    people |= !per && std::ranges::find(kPeople, word) != kPeople.end();  // not so shillings per person
    per = per || c == '/' || std::ranges::find(kPer, word) != kPer.end();
    word.clear();
  }
  return people;
}

std::vector<bool> hide_small_people(const std::vector<PeopleCount>& counts, std::int64_t threshold) {
  std::vector<bool> hidden(counts.size(), false);
  std::map<std::string, PeopleTable> tables;
  for (std::size_t count = 0; count < counts.size(); ++count) {
    tables.try_emplace(counts[count].table, counts, threshold, hidden).first->second.add(count);
  }
  for (auto& [name, table] : tables) table.hide();
  return hidden;
}

}  // namespace haki
