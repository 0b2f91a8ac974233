// Short histories of one record, for tests: authors whose every edit is one change set, and every order in which the
// edits can reach a replica. Each author's own edits always keep their order; nothing else does (spec 20-merge).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "changes/merge.h"

namespace haki::changes {

inline constexpr std::uint32_t kNote = 10;  // the field that edits write, unless told otherwise
inline constexpr std::uint32_t kTags = 11;  // an add-wins set

inline RecordId the_record() {
  RecordId id;
  id.bytes.fill(0x77);
  return id;
}
inline FormId form_named(char letter) {
  FormId id;
  id.bytes.fill(static_cast<std::uint8_t>(letter));
  return id;
}

// One change set of one author.
struct Edit {
  LogId log;
  ChangeSet set;

  Dot dot(std::uint32_t op = 0) const { return {log, set.seq, op}; }
  // The same edit by an author who had seen these.
  template <typename... Edits>
  Edit over(const Edits&... seen) const {
    return over_dots({seen.dot()...});
  }
  Edit over_dots(const std::vector<Dot>& dots) const {
    Edit edit = *this;
    if (auto* write = std::get_if<SetField>(&edit.set.operations[0])) write->over = dots;
    if (auto* removal = std::get_if<SetRemove>(&edit.set.operations[0])) removal->over = dots;
    if (auto* tomb = std::get_if<Tomb>(&edit.set.operations[0])) tomb->over = dots;
    return edit;
  }
  Edit at(std::int64_t ms) const {
    Edit edit = *this;
    edit.set.time = Hlc::of(ms, 0);
    return edit;
  }
};

class Author {
 public:
  explicit Author(std::string_view name) {
    for (std::size_t i = 0; i < LogId::kSize && i < name.size(); ++i) {
      log_.bytes[i] = static_cast<std::uint8_t>(name[i]);
    }
  }
  const LogId& log() const { return log_; }

  Edit writes(Value value, std::uint32_t field = kNote) { return edit(SetField{the_record(), field, value, {}}); }
  Edit writes(const char* text, std::uint32_t field = kNote) { return writes(Value(std::string(text)), field); }
  Edit adds(const char* tag) { return edit(SetAdd{the_record(), kTags, std::string(tag)}); }
  Edit removes() { return edit(SetRemove{the_record(), kTags, {}}); }
  Edit creates(std::vector<Cell> cells, FormId form = form_named('f')) {
    return edit(NewRecord{the_record(), form, std::move(cells)});
  }
  // Deletes what these edits had made of the record.
  template <typename... Edits>
  Edit deletes(const Edits&... seen) {
    std::vector<SeenLog> logs;
    (logs.push_back({seen.log, seen.set.seq}), ...);
    return edit(Tomb{the_record(), {}, std::move(logs)});
  }
  Edit edit(Operation operation) { return edits({std::move(operation)}); }
  Edit edits(std::vector<Operation> operations) {
    ++seq_;
    return {log_, {seq_, Hlc::of(static_cast<std::int64_t>(1000 * seq_), 0), std::move(operations)}};
  }

 private:
  LogId log_;
  std::uint64_t seq_ = 0;
};

// One device's view of the record: what it applied, and how far each log.
struct Replica {
  RecordState record{the_record(), {}, {}, {}, {}, {}};
  std::map<LogId, std::uint64_t> applied;

  std::uint64_t applied_of(const LogId& log) const {
    const auto place = applied.find(log);
    return place == applied.end() ? 0 : place->second;
  }
  // Returns true if the state changed.
  bool receive(const Edit& edit) {
    const AppliedSeq so_far = [this](const LogId& log) { return applied_of(log); };
    std::uint32_t op = 0;
    bool changed = false;
    for (const Operation& operation : edit.set.operations) {
      if (apply(record, operation, edit.dot(op), edit.set.time, so_far)) changed = true;
      op += indexes_of(operation);
    }
    auto& seq = applied[edit.log];
    seq = std::max(seq, edit.set.seq);
    return changed;
  }
  // The state without notes that mean nothing any more, as states are compared.
  RecordState settled() const {
    RecordState state = record;
    drop_spent_notes(state, [this](const LogId& log) { return applied_of(log); });
    return state;
  }
};

// Calls visit(order) for every order of `edits` that keeps each author's own; visit returns false to stop.
using Order = std::vector<const Edit*>;
inline bool for_every_order(const std::vector<Edit>& edits, const std::function<bool(const Order&)>& visit) {
  std::map<LogId, Order> by_author;
  for (const Edit& edit : edits) by_author[edit.log].push_back(&edit);
  std::map<LogId, std::size_t> taken;
  Order order;
  const std::function<bool()> extend = [&] {
    if (order.size() == edits.size()) return visit(order);
    for (const auto& [log, queue] : by_author) {
      if (taken[log] == queue.size()) continue;
      order.push_back(queue[taken[log]++]);
      if (!extend()) return false;
      order.pop_back();
      --taken[log];
    }
    return true;
  };
  return extend();
}

// The states at the end of every order. Precondition: each author's edits stand in their order.
inline std::vector<RecordState> apply_in_every_order(const std::vector<Edit>& edits) {
  std::vector<RecordState> states;
  for_every_order(edits, [&](const Order& order) {
    Replica replica;
    for (const Edit* edit : order) replica.receive(*edit);
    states.push_back(replica.settled());
    return true;
  });
  return states;
}

inline std::vector<std::string> texts_of(const RecordState& record, std::uint32_t field = kNote, bool set = false) {
  std::vector<std::string> texts;
  if (const FieldState* state = record.field(field, set)) {
    for (const Sibling& sibling : state->siblings) texts.push_back(std::get<std::string>(sibling.value));
  }
  return texts;
}
inline std::vector<std::string> tags_of(const RecordState& record) { return texts_of(record, kTags, true); }

}  // namespace haki::changes
