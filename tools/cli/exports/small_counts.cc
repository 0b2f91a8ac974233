#include "cli/exports/small_counts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "haki/disclosure.h"

namespace haki::cli::exports {
namespace {

constexpr const char* kCountsGroup = "counts";
// Sums are protected within so many sessions at a time, which holds for all of them together too: who sees the whole knows less than
// who sees the sums of each part.
constexpr std::size_t kSessionsAtOnce = 128;

struct CountedForm {
  std::string_view form, field;
};
constexpr std::array<CountedForm, 5> kCounted{{{"outreach_session", "total"},
                                               {"outreach_session/referrals", "people"},
                                               {"consultation", "people"},
                                               {"observation", "people_affected"},
                                               {"indicator_value", "value"}}};

std::optional<std::int64_t> number_in(const RecordView& record, std::string_view name) {
  const FieldView* field = record.field(name);
  double number = 0;
  if (field == nullptr || field->values.empty() || !as_number(field->values.front(), number)) return std::nullopt;
  return std::abs(number) > 1e15 ? std::nullopt : std::optional(static_cast<std::int64_t>(std::ceil(number)));
}

// Whether an indicator's values are numbers of people; asked once for each.
class PeopleUnits {
 public:
  explicit PeopleUnits(Client& client) : client_(client) {}
  bool of(const RecordView& value) {
    const FieldView* link = value.field("indicator");
    const auto* id = link != nullptr && !link->values.empty() ? std::get_if<RecordId>(&link->values.front()) : nullptr;
    if (id == nullptr) return false;
    const auto [at, fresh] = known_.emplace(*id, false);
    if (fresh) {
      const auto indicator = client_.record(*id);
      const FieldView* unit = indicator ? indicator->field("unit") : nullptr;
      at->second = unit != nullptr && !unit->values.empty() && counts_people(to_text(unit->values.front()));
    }
    return at->second;
  }

 private:
  Client& client_;
  std::unordered_map<RecordId, bool> known_;
};

std::string first_text_of(const RecordView& record, std::string_view name) {
  const FieldView* field = record.field(name);
  return field == nullptr || field->values.empty() ? std::string() : to_text(field->values.front());
}

// The place that each place lies in, by code.
Result<std::map<std::string, std::string>> places_around(Client& client) {
  std::map<std::string, std::string> around;
  Query query;
  query.form = "place";
  HAKI_TRY(client.visit(query, [&](const RecordView& record) -> Result<bool> {
    around[first_text_of(record, "code")] = first_text_of(record, "parent");
    return true;
  }));
  return around;
}

// An indicator's value as one count of the table of its period: wholes, breakdowns and places would tell of each other.
PeopleCount people_count_of(const RecordView& record, std::int64_t people, const std::map<std::string, std::string>& around) {
  PeopleCount count;
  for (const char* field : {"indicator", "year", "period_start", "period_end"}) count.table += first_text_of(record, field) + "/";
  count.place = first_text_of(record, "district");
  count.people = people;
  std::string at = count.place;
  for (auto found = around.find(at); found != around.end() && !found->second.empty() && count.above.size() < around.size(); found = around.find(at)) {
    at = found->second;
    count.above.push_back(at);
  }
  if (!count.place.empty()) count.above.emplace_back();  // the country
  for (const char* axis : {"sex", "age_group", "disability", "local_group"}) {
    if (std::string category = first_text_of(record, axis); !category.empty()) count.group.emplace(axis, std::move(category));
  }
  return count;
}

// Of single numbers whose sum may be known: the small ones, and the next larger until at least two are hidden and their sum is not
// small, so that none follows from the sum and the others.
void hide_small_numbers(PeopleNumbers numbers, std::int64_t threshold, std::unordered_set<RecordId>& hidden) {
  std::ranges::sort(numbers);
  std::size_t count = 0;
  std::int64_t sum = 0;
  for (const auto& [number, id] : numbers) {
    if (number >= threshold && (count == 0 || (count > 1 && sum >= threshold))) break;
    hidden.insert(id);
    ++count;
    sum += number;
  }
}

}  // namespace

std::vector<Category> categories_of(const Form& form) {
  std::vector<Category> categories;
  const Group* group = form.group(kCountsGroup);
  if (group == nullptr) return categories;
  for (const Field& field : group->fields) {
    if (field.type != FieldType::kChoice || field.set) continue;
    for (const Choice& choice : field.choices) {
      if (categories.size() == 62) return categories;  // bits of a mask
      categories.push_back({field.name, choice.code, field.name + "_" + choice.code, &choice.label, &field.label});
    }
  }
  return categories;
}

std::vector<std::int64_t> people_by_category(const RecordView& record, const std::vector<Category>& categories) {
  std::vector<std::int64_t> people(categories.size(), 0);
  for (const GroupView& group : record.groups) {
    if (group.name != kCountsGroup) continue;
    for (const RecordView& row : group.rows) {
      const std::int64_t number = std::max<std::int64_t>(0, number_in(row, "people").value_or(0));
      for (std::size_t i = 0; i < categories.size(); ++i) {
        const FieldView* field = row.field(categories[i].axis);
        if (field != nullptr && !field->values.empty() && to_text(field->values.front()) == categories[i].code) people[i] += number;
      }
    }
  }
  return people;
}

std::vector<std::uint64_t> hidden_bits(const std::vector<std::vector<std::int64_t>>& cells, const std::vector<std::int64_t>& totals,
                                       const std::vector<Category>& categories, std::int64_t threshold) {
  std::vector<std::uint64_t> bits(cells.size(), 0);
  // A row is at least as many people as any axis counted, whatever its total says.
  std::vector<std::int64_t> people = totals;
  std::vector<std::pair<std::size_t, std::size_t>> axes;  // columns from, to
  for (std::size_t from = 0, to = 0; from < categories.size(); from = to) {
    while (to < categories.size() && categories[to].axis == categories[from].axis) ++to;
    axes.emplace_back(from, to);
    for (std::size_t row = 0; row < cells.size(); ++row) {
      people[row] = std::max(people[row], std::accumulate(cells[row].begin() + static_cast<std::ptrdiff_t>(from),
                                                          cells[row].begin() + static_cast<std::ptrdiff_t>(to), std::int64_t{0}));
    }
  }
  for (const auto& [from, to] : axes) {
    Counts counts;
    for (const auto& row : cells) {
      counts.emplace_back(row.begin() + static_cast<std::ptrdiff_t>(from), row.begin() + static_cast<std::ptrdiff_t>(to));
    }
    const Hidden hidden = hide_small_counts(counts, people, threshold);
    for (std::size_t row = 0; row < counts.size(); ++row) {
      if (hidden.rows[row]) bits[row] = ~std::uint64_t{0};
      for (std::size_t column = from; column < to; ++column) {
        if (hidden.all || hidden.cells[row][column - from]) bits[row] |= std::uint64_t{2} << column;
      }
    }
  }
  // One that is small alone has nothing to be hidden among: then no number of the table is shown.
  const std::int64_t all = std::accumulate(people.begin(), people.end(), std::int64_t{0});
  if (all > 0 && all < threshold) std::ranges::fill(bits, ~std::uint64_t{0});
  return bits;
}

std::string head_count_field(const std::string& form) {
  const auto* found = std::ranges::find(kCounted, form, &CountedForm::form);
  return found == kCounted.end() ? std::string() : std::string(found->field);
}

std::unordered_set<RecordId> hidden_numbers(const PeopleNumbers& all, const PeopleNumbers& kept, std::int64_t threshold) {
  std::unordered_set<RecordId> hidden;
  hide_small_numbers(all, threshold, hidden);
  hide_small_numbers(kept, threshold, hidden);
  std::unordered_set<RecordId> in_file;
  for (const auto& [number, id] : kept) {
    if (hidden.contains(id)) in_file.insert(id);
  }
  return in_file;
}

namespace {

// Sessions of one part, until it is full.
struct Part {
  std::vector<RecordId> ids;
  std::vector<std::vector<std::int64_t>> cells;
  std::vector<std::int64_t> totals;

  void move_to(Part& other) {
    other.ids.insert(other.ids.end(), ids.begin(), ids.end());
    other.cells.insert(other.cells.end(), cells.begin(), cells.end());
    other.totals.insert(other.totals.end(), totals.begin(), totals.end());
    *this = {};
  }
};

void hide_in(const Part& part, const std::vector<Category>& categories, std::int64_t threshold,
             std::unordered_map<RecordId, std::uint64_t>& hidden) {
  const std::vector<std::uint64_t> bits = hidden_bits(part.cells, part.totals, categories, threshold);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i] != 0) hidden[part.ids[i]] = bits[i];
  }
}

}  // namespace

Result<SmallCounts> SmallCounts::find(Client& client, const Query& query, const Form& form, const std::string& group,
                                      std::int64_t threshold, const Keep& keep) {
  SmallCounts small;
  const std::string field = head_count_field(group.empty() ? form.name : form.name + "/" + group);
  const std::vector<Category> categories = group.empty() ? categories_of(form) : std::vector<Category>();
  if (threshold == 0 || (field.empty() && categories.empty())) return small;
  PeopleNumbers numbers, numbers_kept;
  PeopleUnits units(client);
  const bool indicators = group.empty() && form.name == "indicator_value";
  std::map<std::string, std::string> around;
  if (indicators) {
    HAKI_ASSIGN(around, places_around(client));
  }
  std::vector<PeopleCount> values;
  std::vector<RecordId> of_values;
  Part before, part;  // the last but one is kept back, so that a short rest joins it
  HAKI_TRY(client.visit(query, [&](const RecordView& record) -> Result<bool> {
    HAKI_ASSIGN(const bool kept, keep(record));
    const auto add_number = [&](const RecordView& of) {
      const auto number = number_in(of, field);
      if (!number || *number <= 0) return;
      numbers.emplace_back(*number, of.id);
      if (kept) numbers_kept.emplace_back(*number, of.id);
    };
    if (indicators) {
      const auto number = number_in(record, field);
      if (!number || *number < 0 || !units.of(record)) return true;
      values.push_back(people_count_of(record, *number, around));
      of_values.push_back(record.id);
    } else if (!group.empty()) {
      for (const GroupView& rows : record.groups) {
        if (rows.name == group) std::ranges::for_each(rows.rows, add_number);
      }
    } else if (categories.empty()) {
      add_number(record);
    } else {
      part.ids.push_back(record.id);
      part.cells.push_back(people_by_category(record, categories));
      part.totals.push_back(std::max<std::int64_t>(0, number_in(record, field).value_or(0)));
      if (part.ids.size() == kSessionsAtOnce) {
        if (!before.ids.empty()) hide_in(before, categories, threshold, small.hidden_);
        before = std::move(part);
        part = {};
      }
    }
    return true;
  }));
  const std::vector<bool> hide = hide_small_people(values, threshold);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (hide[i]) small.hidden_[of_values[i]] = 1;
  }
  part.move_to(before);
  if (!before.ids.empty()) hide_in(before, categories, threshold, small.hidden_);
  for (const RecordId& id : hidden_numbers(numbers, numbers_kept, threshold)) small.hidden_[id] = 1;
  return small;
}

std::uint64_t SmallCounts::hidden(const RecordId& record) const {
  const auto found = hidden_.find(record);
  return found == hidden_.end() ? 0 : found->second;
}

}  // namespace haki::cli::exports
