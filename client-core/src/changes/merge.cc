// The merge laws as code; proto/spec/20-merge.md names them (M1 to M6) and says why each is needed.
#include "changes/merge.h"

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>

#include "base/limits.h"

namespace haki::changes {
namespace {

// Decimals are equal when their bits are, so that no replica's rounding or NaN can disagree with another's.
bool same_value(const Value& left, const Value& right) {
  const auto* left_decimal = std::get_if<double>(&left);
  const auto* right_decimal = std::get_if<double>(&right);
  if (left_decimal != nullptr && right_decimal != nullptr) {
    return std::bit_cast<std::uint64_t>(*left_decimal) == std::bit_cast<std::uint64_t>(*right_decimal);
  }
  return left == right;
}

bool shown_before(const Sibling& left, const Sibling& right) {
  return std::tie(left.time, left.dot) < std::tie(right.time, right.dot);
}

auto field_key(const FieldState& state) { return std::make_pair(state.field, state.set); }

// Items with a member `dot`, ordered by it.
template <typename T>
typename std::vector<T>::iterator place_of(std::vector<T>& items, const Dot& dot) {
  if (items.empty() || items.back().dot < dot) return items.end();  // the common case: logs grow
  return std::ranges::lower_bound(items, dot, {}, &T::dot);
}
template <typename T>
bool take_out(std::vector<T>& items, const Dot& dot) {
  const auto place = place_of(items, dot);
  if (place == items.end() || place->dot != dot) return false;
  items.erase(place);
  return true;
}
template <typename T>
void put_in(std::vector<T>& items, T item) {
  const auto place = place_of(items, item.dot);
  if (place == items.end() || place->dot != item.dot) items.insert(place, std::move(item));
}

// Ordered by log, each log once.
std::vector<SeenLog> greatest_of_each_log(std::vector<SeenLog> seen) {
  std::ranges::sort(seen, std::greater{});
  const auto repeated = std::ranges::unique(seen, {}, &SeenLog::log);
  seen.erase(repeated.begin(), repeated.end());
  std::ranges::reverse(seen);
  return seen;
}

// One operation on its way into one record.
class Application {
 public:
  Application(RecordState& record, const Dot& dot, Hlc time, const AppliedSeq& applied)
      : record_(record), dot_(dot), time_(time), applied_(applied) {}

  void operator()(const NewRecord& made) {
    use_note(dot_);  // a creation cannot be covered: it says that the record is, not what it holds
    if (record_.creations.empty() || dot_ < record_.creations.front().dot) record_.form = made.form;
    put_in(record_.creations, Sibling{dot_, time_, {}});
    record_.fields.reserve(record_.fields.size() + made.cells.size());
    Dot cell_dot = dot_;
    for (const Cell& cell : made.cells) {
      ++cell_dot.op;
      add(cell.field, false, cell_dot, cell.value);
    }
    changed_ = true;
  }
  void operator()(const SetField& write) {
    cover(write.over);
    add(write.field, false, dot_, write.value);
    drop_empty_fields();
  }
  void operator()(const SetAdd& addition) { add(addition.field, true, dot_, addition.value); }
  void operator()(const SetRemove& removal) {
    cover(removal.over);
    use_note(dot_);
    drop_empty_fields();
  }
  void operator()(const Tomb& tomb) {
    cover(tomb.over);
    if (!use_note(dot_)) {
      put_in(record_.tombs, TombState{dot_, time_, greatest_of_each_log(tomb.seen)});
      changed_ = true;
    }
    drop_empty_fields();
  }
  void operator()(const Erase& erase) {
    std::vector<Erasure> erasures = std::move(record_.erasures);
    put_in(erasures, Erasure{dot_, time_, erase.reason});
    const RecordId id = record_.id;
    record_ = RecordState{};
    record_.id = id;
    record_.erasures = std::move(erasures);
    changed_ = true;
  }
  void operator()(const Ack&) {}
  void operator()(const Verdict&) {}
  void operator()(const Gone&) {}
  void operator()(const LetGo&) {}
  void operator()(const UnknownOperation&) {}

  bool changed() const { return changed_; }

 private:
  // A value whose dot was noted as dead is not shown; what its operation covers, it covers all the same (M3).
  void add(std::uint32_t field, bool set, const Dot& dot, const Value& value) {
    if (use_note(dot)) return;
    put_in(field_state(field, set).siblings, Sibling{dot, time_, value});
    changed_ = true;
  }

  FieldState& field_state(std::uint32_t field, bool set) {
    auto& fields = record_.fields;
    const auto key = std::make_pair(field, set);
    auto place = fields.end();
    if (!fields.empty() && field_key(fields.back()) >= key) {
      place = std::ranges::lower_bound(fields, key, {}, field_key);
    }
    if (place == fields.end() || field_key(*place) != key) place = fields.insert(place, FieldState{field, set, {}});
    return *place;
  }

  // Takes out what the author saw, wherever in the record it stands, and notes what has not come yet (M2).
  void cover(const std::vector<Dot>& over) {
    std::vector<Dot> notes;
    for (const Dot& covered : over) {
      if (take_out_anywhere(covered)) {
        changed_ = true;
      } else if (!has_come(covered)) {
        notes.push_back(covered);
      }
    }
    if (notes.empty()) return;
    auto& dead = record_.dead_ahead;
    const auto size_before = dead.size();
    dead.insert(dead.end(), notes.begin(), notes.end());
    std::ranges::sort(dead);
    const auto repeated = std::ranges::unique(dead);
    dead.erase(repeated.begin(), repeated.end());
    changed_ = changed_ || dead.size() != size_before;
  }

  bool take_out_anywhere(const Dot& covered) {
    for (FieldState& state : record_.fields) {
      if (!take_out(state.siblings, covered)) continue;
      emptied_ = emptied_ || state.siblings.empty();
      return true;
    }
    return take_out(record_.tombs, covered);
  }

  // An author's own log needs no note: nobody can have seen an operation of his own that he had not made.
  bool has_come(const Dot& other) const { return other.log == dot_.log || other.seq <= applied_(other.log); }

  bool use_note(const Dot& dot) {
    auto& dead = record_.dead_ahead;
    if (dead.empty()) return false;
    const auto place = std::ranges::lower_bound(dead, dot);
    if (place == dead.end() || *place != dot) return false;
    dead.erase(place);
    changed_ = true;
    return true;
  }

  void drop_empty_fields() {
    if (emptied_) std::erase_if(record_.fields, [](const FieldState& state) { return state.siblings.empty(); });
  }

  RecordState& record_;
  const Dot& dot_;
  const Hlc time_;
  const AppliedSeq& applied_;
  bool changed_ = false;
  bool emptied_ = false;
};

// Calls visit(dot, time) for everything that lives but tombs.
template <typename Visit>
void for_each_living(const RecordState& record, Visit visit) {
  for (const Sibling& creation : record.creations) visit(creation.dot, creation.time);
  for (const FieldState& state : record.fields) {
    for (const Sibling& sibling : state.siblings) visit(sibling.dot, sibling.time);
  }
}

bool within(const Dot& dot, const TombState& tomb) {
  const auto seen = std::ranges::lower_bound(tomb.seen, dot.log, {}, &SeenLog::log);
  return seen != tomb.seen.end() && seen->log == dot.log && dot.seq <= seen->seq;
}

}  // namespace

bool FieldState::in_conflict() const {
  if (set || siblings.size() < 2) return false;
  return std::ranges::any_of(siblings, [&](const Sibling& one) { return !same_value(one.value, siblings[0].value); });
}

const Sibling& FieldState::winner() const { return *std::ranges::max_element(siblings, shown_before); }

const FieldState* RecordState::field(std::uint32_t wanted, bool set) const {
  const auto place = std::ranges::lower_bound(fields, std::make_pair(wanted, set), {}, field_key);
  return place != fields.end() && place->field == wanted && place->set == set ? &*place : nullptr;
}

const Value* RecordState::value(std::uint32_t wanted) const {
  const FieldState* state = field(wanted);
  return state == nullptr ? nullptr : &state->winner().value;
}

std::vector<std::uint32_t> RecordState::conflicts() const {
  std::vector<std::uint32_t> found;
  for (const FieldState& state : fields) {
    if (state.field != kStateField && state.in_conflict()) found.push_back(state.field);
  }
  return found;
}

bool RecordState::hidden() const {
  if (erased()) return true;
  if (tombs.empty()) return false;
  bool all_seen = true;
  for_each_living(*this, [&](const Dot& dot, Hlc) {
    all_seen = all_seen && std::ranges::any_of(tombs, [&](const TombState& tomb) { return within(dot, tomb); });
  });
  return all_seen;
}

Hlc RecordState::changed() const {
  Hlc greatest;
  for_each_living(*this, [&](const Dot&, Hlc time) { greatest = std::max(greatest, time); });
  for (const TombState& tomb : tombs) greatest = std::max(greatest, tomb.time);
  for (const Erasure& erasure : erasures) greatest = std::max(greatest, erasure.time);
  return greatest;
}

Hlc RecordState::created() const {
  if (creations.empty()) return {};
  return std::ranges::min_element(creations, {}, &Sibling::time)->time;
}

Tomb RecordState::tomb() const {
  Tomb made{id, {}, {}};
  for (const TombState& earlier : tombs) made.over.push_back(earlier.dot);
  for_each_living(*this, [&](const Dot& dot, Hlc) {
    const auto place = std::ranges::lower_bound(made.seen, dot.log, {}, &SeenLog::log);
    if (place == made.seen.end() || place->log != dot.log) {
      made.seen.insert(place, SeenLog{dot.log, dot.seq});
    } else {
      place->seq = std::max(place->seq, dot.seq);
    }
  });
  return made;
}

std::vector<Dot> RecordState::dots_of(std::uint32_t wanted, bool set) const {
  std::vector<Dot> dots;
  if (const FieldState* state = field(wanted, set)) {
    for (const Sibling& sibling : state->siblings) dots.push_back(sibling.dot);
  }
  return dots;
}

std::string shown_state(const RecordState& record) {
  if (record.erased()) return std::string(kErasedState);
  static constexpr std::array<std::string_view, 6> kMostAttentionFirst = {"edited",   "submitted", "has_issues",
                                                                          "rejected", "approved",  "draft"};
  const FieldState* state = record.field(kStateField);
  if (state == nullptr) return "draft";
  for (const std::string_view code : kMostAttentionFirst) {
    for (const Sibling& sibling : state->siblings) {
      const auto* text = std::get_if<std::string>(&sibling.value);
      if (text != nullptr && *text == code) return *text;
    }
  }
  // A state of a later version: shown as it stands, so that nobody takes it for one of ours.
  const auto* text = std::get_if<std::string>(&state->winner().value);
  return text == nullptr ? "draft" : *text;
}

bool apply(RecordState& record, const Operation& operation, const Dot& dot, Hlc time, const AppliedSeq& applied) {
  if (dot.seq <= applied(dot.log)) return false;  // known already
  if (record.erased() && !std::holds_alternative<Erase>(operation)) return false;  // it stays erased (M6)
  Application application(record, dot, time, applied);
  std::visit(application, operation);
  const bool dropped = drop_spent_notes(record, applied);
  return application.changed() || dropped;
}

bool too_far_ahead(const RecordState& record, const Operation& operation) {
  std::size_t covered = 0;
  if (const auto* write = std::get_if<SetField>(&operation)) covered = write->over.size();
  if (const auto* removal = std::get_if<SetRemove>(&operation)) covered = removal->over.size();
  if (const auto* tomb = std::get_if<Tomb>(&operation)) covered = tomb->over.size();
  return covered > 0 && record.dead_ahead.size() + covered > limits::kDeadAheadPerRecordMax;
}

bool drop_spent_notes(RecordState& record, const AppliedSeq& applied) {
  auto& dead = record.dead_ahead;
  if (dead.empty()) return false;
  const auto size_before = dead.size();
  LogId log = dead.front().log;
  std::uint64_t seq = applied(log);  // notes are ordered by log: asked once for each
  std::erase_if(dead, [&](const Dot& note) {
    if (note.log != log) {
      log = note.log;
      seq = applied(log);
    }
    return note.seq <= seq;
  });
  return dead.size() != size_before;
}

void keep_erased(RecordState& record, const std::vector<Erasure>& known) {
  if (known.empty()) return;
  RecordState erased;
  erased.id = record.id;
  erased.erasures = std::move(record.erasures);
  for (const Erasure& erasure : known) put_in(erased.erasures, erasure);
  record = std::move(erased);
}

const RecordId* record_of(const Operation& operation) {
  return std::visit(
      [](const auto& known) -> const RecordId* {
        if constexpr (requires { known.record; }) {
          return &known.record;
        } else {
          return nullptr;
        }
      },
      operation);
}

}  // namespace haki::changes
