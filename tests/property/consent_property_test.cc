// Goal: whatever the order in which edits and withdrawals of consents merge in, nothing may leave that what stands of them does not
// cover (spec 83-consent, section 4). Method: three devices edit two consents, each seeing a part of what the others did; all edits
// then reach a fresh replica in orders that keep each device's own. What stands is said by definition, from the edits alone: what no
// edit covers. The rules judge the merged states.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "../unit/changes/history.h"
#include "client/consent_rules.h"
#include "model/form.h"
#include "seed.h"

namespace haki::client {
namespace {

using changes::Dot;
using changes::Edit;
using changes::Replica;

[[maybe_unused]] auto* const kSeed = new property::PrintedSeed("consent_property_test");

enum class Deed { kAgree, kTakeBack, kWithdraw, kRenew, kDelete, kUndelete, kReject, kLimit };
struct Step {
  std::uint8_t who = 0, pulls = 0, scope = 0;
  Deed deed = Deed::kAgree;
};
std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << "device " << int{step.who} << " pulls from " << int{step.pulls} << ", does " << static_cast<int>(step.deed) << " to scope "
             << int{step.scope};
}

constexpr const char* kCodes[] = {"record",          "photograph",        "share_coalition",   "share_united_nations",
                                  "share_authorities", "publish_anonymous", "publish_identified"};

std::uint32_t field_id(std::string_view name) { return model::built_in_form("consent")->field(name)->id; }

changes::Operation operation_of(const Step& step, const changes::RecordState& seen) {
  using namespace changes;
  const std::string code = kCodes[step.scope % std::size(kCodes)];
  const auto write = [&](std::uint32_t field, const char* text) {
    return SetField{the_record(), field, std::string(text), seen.dots_of(field)};
  };
  switch (step.deed) {
    case Deed::kTakeBack: {
      SetRemove removal{the_record(), field_id("scope"), {}};
      const FieldState* scope = seen.field(field_id("scope"), true);
      for (std::size_t i = 0; scope != nullptr && i < scope->siblings.size(); ++i) {
        if (scope->siblings[i].value == Value(code)) removal.over.push_back(scope->siblings[i].dot);
      }
      return removal;
    }
    case Deed::kWithdraw: return write(field_id("withdrawn_on"), "2026-11-30");
    case Deed::kRenew: return write(field_id("withdrawn_on"), "");
    case Deed::kDelete: return seen.tomb();
    case Deed::kReject: return write(kStateField, "rejected");
    case Deed::kLimit: return write(field_id("limits"), "Not on the radio");
    case Deed::kUndelete: {
      SetField undelete = write(kStateField, "submitted");
      for (const TombState& tomb : seen.tombs) undelete.over.push_back(tomb.dot);
      return undelete;
    }
    case Deed::kAgree: break;
  }
  return SetAdd{the_record(), field_id("scope"), code};
}

// The edits that the steps make, each device's own in their order.
std::vector<Edit> history_of(const std::vector<Step>& steps) {
  std::vector<changes::Author> authors{changes::Author("amina"), changes::Author("baraka"), changes::Author("chichi")};
  std::vector<Replica> devices(authors.size());
  std::vector<Edit> history;
  for (const Step& step : steps) {
    const std::size_t who = step.who % devices.size();
    for (std::size_t from = 0; from < devices.size(); ++from) {
      if (from == who || (step.pulls >> from & 1) == 0) continue;
      const auto known = devices[from].applied;
      for (const Edit& edit : history) {
        const auto place = known.find(edit.log);
        if (place != known.end() && edit.set.seq <= place->second) devices[who].receive(edit);
      }
    }
    history.push_back(authors[who].edit(operation_of(step, devices[who].record)));
    devices[who].receive(history.back());
  }
  return history;
}

// What no edit covers, read from the edits alone.
struct Standing {
  std::set<std::string> scope;
  bool ended = false;
};
Standing standing_of(const std::vector<Edit>& history) {
  std::set<Dot> covered;
  for (const Edit& edit : history) {
    const changes::Operation& operation = edit.set.operations.front();
    if (const auto* write = std::get_if<changes::SetField>(&operation)) covered.insert(write->over.begin(), write->over.end());
    if (const auto* removal = std::get_if<changes::SetRemove>(&operation)) covered.insert(removal->over.begin(), removal->over.end());
    if (const auto* tomb = std::get_if<changes::Tomb>(&operation)) covered.insert(tomb->over.begin(), tomb->over.end());
  }
  Standing standing;
  for (const Edit& edit : history) {
    if (covered.contains(edit.dot())) continue;
    const changes::Operation& operation = edit.set.operations.front();
    if (const auto* added = std::get_if<changes::SetAdd>(&operation)) standing.scope.insert(to_text(added->value));
    if (std::holds_alternative<changes::Tomb>(operation)) standing.ended = true;
    const auto* write = std::get_if<changes::SetField>(&operation);
    if (write == nullptr) continue;
    standing.ended |= write->field == field_id("withdrawn_on") && write->value != Value(std::string());
    standing.ended |= write->field == changes::kStateField && write->value == Value(std::string("rejected"));
  }
  return standing;
}

bool covers(const Standing& standing, Purpose purpose) {
  if (standing.ended) return false;
  switch (purpose) {
    case Purpose::kCoalition: return standing.scope.contains("share_coalition");
    case Purpose::kUnitedNations: return standing.scope.contains("share_united_nations");
    case Purpose::kAuthorities: return standing.scope.contains("share_authorities");
    case Purpose::kPublic: return standing.scope.contains("publish_anonymous") || standing.scope.contains("publish_identified");
    case Purpose::kPublicIdentified: return standing.scope.contains("publish_identified");
  }
  return false;
}

// The edits in an order that `choices` picks and that keeps each author's own.
Replica merged(const std::vector<Edit>& history, const std::vector<std::uint8_t>& choices) {
  std::map<LogId, std::vector<const Edit*>> waiting;
  for (const Edit& edit : history) waiting[edit.log].push_back(&edit);
  std::map<LogId, std::size_t> taken;
  Replica replica;
  for (std::size_t i = 0; i < history.size(); ++i) {
    std::vector<LogId> ready;
    for (const auto& [log, edits] : waiting) {
      if (taken[log] < edits.size()) ready.push_back(log);
    }
    const LogId& log = ready[(choices.empty() ? 0 : choices[i % choices.size()]) % ready.size()];
    replica.receive(*waiting[log][taken[log]++]);
  }
  return replica;
}

rc::Gen<Step> any_step() {
  return rc::gen::build<Step>(rc::gen::set(&Step::who, rc::gen::inRange<std::uint8_t>(0, 3)),
                              rc::gen::set(&Step::pulls, rc::gen::inRange<std::uint8_t>(0, 8)),
                              rc::gen::set(&Step::scope, rc::gen::inRange<std::uint8_t>(0, 7)),
                              rc::gen::set(&Step::deed, rc::gen::weightedElement<Deed>({{12, Deed::kAgree},
                                                                                       {2, Deed::kTakeBack},
                                                                                       {1, Deed::kWithdraw},
                                                                                       {2, Deed::kRenew},
                                                                                       {1, Deed::kDelete},
                                                                                       {2, Deed::kUndelete},
                                                                                       {1, Deed::kReject},
                                                                                       {1, Deed::kLimit}})));
}

void expect_only_what_stands(const std::vector<Edit>& first, const std::vector<Edit>& second, const std::vector<std::uint8_t>& order) {
  RecordId one, other;
  one.bytes.fill(1);
  other.bytes.fill(2);
  const ConsentsById consents{{one, facts_of_consent(merged(first, order).record)}, {other, facts_of_consent(merged(second, order).record)}};
  RecordFacts record;
  record.own = {one};
  record.inherited = {other};
  for (const Purpose purpose : kPurposes) {
    const bool both = covers(standing_of(first), purpose) && covers(standing_of(second), purpose);
    RC_ASSERT(judge(record, consents, purpose).allowed() == both);
  }
}

TEST(ConsentProperty, NothingLeavesThatWhatStandsDoesNotCover) {
  EXPECT_TRUE(rc::check([] {
    const auto first = history_of(*rc::gen::container<std::vector<Step>>(any_step()));
    const auto second = history_of(*rc::gen::container<std::vector<Step>>(any_step()));
    const auto order = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
    expect_only_what_stands(first, second, order);
  }));
}

}  // namespace
}  // namespace haki::client
