#include "cli/exports/leaving.h"

#include "cli/text.h"

namespace haki::cli::exports {

Result<bool> Leaving::would(const RecordView& record) {
  HAKI_ASSIGN(const ConsentJudgement judgement, consents_.may_leave(record, options_.purpose));
  return judgement.allowed();
}

Result<bool> Leaving::may(const RecordView& record) {
  HAKI_ASSIGN(const ConsentJudgement judgement, consents_.may_leave(record, options_.purpose));
  const bool worth_counting = !judgement.allowed() || judgement.limited || judgement.for_child;
  if (!worth_counting || !counted_.insert(record.id).second) return judgement.allowed();
  if (!judgement.allowed()) {
    ++stayed_[{record.form, judgement.why}];
    return false;
  }
  if (judgement.limited) ++limited_;
  if (judgement.for_child) ++for_children_;
  return true;
}

std::vector<LeftOut> Leaving::left_out() const {
  std::vector<LeftOut> all;
  for (const auto& [what, records] : stayed_) {
    all.push_back({what.first, what.second, records < options_.threshold ? std::nullopt : std::optional(records)});
  }
  return all;
}

std::string number_of_records(const LeftOut& one, std::int64_t threshold) {
  return one.records ? counted(*one.records, "record", "records") : "fewer than " + std::to_string(threshold) + " records";
}

std::string Leaving::sentence(const LeftOut& one) const {
  return "Left out of " + one.form + ": " + number_of_records(one, options_.threshold) + ", because " + in_words(one.why, options_.purpose) + ".";
}

void Leaving::add_notes(Outcome& outcome) const {
  for (const LeftOut& one : left_out()) outcome.notes.push_back(sentence(one));
  if (limited_ > 0) {
    outcome.notes.push_back("Careful: " + counted(limited_, "record in it has", "records in it have") +
                            " a consent with limits in words, which only you can obey. Read them: haki list consent --where \"limits != ''\".");
  }
  if (for_children_ > 0) {
    outcome.notes.push_back("Careful: for " + counted(for_children_, "record", "records") + " in it the consent was given for a child by a guardian.");
  }
}

}  // namespace haki::cli::exports
