// Which head-counts of the records about to be exported are hidden (spec 81-export, section 3; the method is haki/disclosure.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "haki/client.h"

namespace haki::cli::exports {

// A column of a session's table: the people of one category of one axis.
struct Category {
  std::string axis, code;   // fields of the group of head-counts
  std::string name;         // "sex_female"
  const Localized* label = nullptr;
  const Localized* axis_label = nullptr;
};
// Of a form with a group of head-counts; empty for others.
std::vector<Category> categories_of(const Form& form);
// The people of each category: sums over the rows of the group.
std::vector<std::int64_t> people_by_category(const RecordView& record, const std::vector<Category>& categories);
// What hide_small_counts() says for a table of such sums, as a bit for each column: bit 0 the total, bit 1 + i category i.
std::vector<std::uint64_t> hidden_bits(const std::vector<std::vector<std::int64_t>>& cells, const std::vector<std::int64_t>& totals,
                                       const std::vector<Category>& categories, std::int64_t threshold);

// The field of a form, or of a group, that counts people; empty where none does.
std::string head_count_field(const std::string& form);

// Single numbers of people, of a record or a row each; none is 0.
using PeopleNumbers = std::vector<std::pair<std::int64_t, RecordId>>;
// Those of `kept`, which are in the file, that are hidden there. `all`: with them those that stay for want of consent. Neither the sum
// of the one nor that of the other, which a report may tell, gives a small number back.
std::unordered_set<RecordId> hidden_numbers(const PeopleNumbers& all, const PeopleNumbers& kept, std::int64_t threshold);

// Whether a record is in the file.
using Keep = std::function<Result<bool>(const RecordView& record)>;

class SmallCounts {
 public:
  // Goes through the records once. Nothing is hidden where the threshold is 0. `group`: of that form, whose rows have head-counts.
  static Result<SmallCounts> find(Client& client, const Query& query, const Form& form, const std::string& group, std::int64_t threshold,
                                  const Keep& keep);
  // Bits as above for the record or the row.
  std::uint64_t hidden(const RecordId& record) const;
  std::uint64_t records() const { return hidden_.size(); }  // of which something is hidden

 private:
  std::unordered_map<RecordId, std::uint64_t> hidden_;
};

}  // namespace haki::cli::exports
