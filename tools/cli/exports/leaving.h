// Which records may leave with an export, and how many may not and why (spec 83-consent). One for each export: it counts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/exports/options.h"

namespace haki::cli::exports {

// How many records of a form stay, and why. Never which.
struct LeftOut {
  std::string form;
  Withheld why = Withheld::kNot;
  std::optional<std::int64_t> records;  // empty: there are some, and fewer than the threshold
};

class Leaving {
 public:
  Leaving(Client& client, const ExportOptions& options) : consents_(client.consents()), options_(options) {}

  // Whether it may; if not, it is counted, once however often it is asked about.
  Result<bool> may(const RecordView& record);
  // The same, and nothing is counted: of what is only looked at.
  Result<bool> would(const RecordView& record);

  std::vector<LeftOut> left_out() const;
  // "Left out of observation: 7 records, because the people concerned did not agree to publishing."; and of what did leave, that
  // there are limits to read first.
  void add_notes(Outcome& outcome) const;
  std::string sentence(const LeftOut& one) const;

 private:
  Consents consents_;
  const ExportOptions& options_;
  std::map<std::pair<std::string, Withheld>, std::int64_t> stayed_;
  std::unordered_set<RecordId> counted_;
  std::int64_t limited_ = 0, for_children_ = 0;
};

// "fewer than 5 records", "7 records"
std::string number_of_records(const LeftOut& one, std::int64_t threshold);

}  // namespace haki::cli::exports
