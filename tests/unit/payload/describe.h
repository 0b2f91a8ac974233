// Change sets as lines of text, one operation a line: what the vectors say a batch means, and what tests compare.
#pragma once

#include <bit>
#include <cinttypes>
#include <cstdio>
#include <string>

#include "changes/operation.h"

namespace haki::payload {

inline std::string describe(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return "text " + to_hex(as_bytes(*text));
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return "integer " + std::to_string(*integer);
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "boolean 1" : "boolean 0";
  if (const auto* link = std::get_if<RecordId>(&value)) return "link " + to_hex(*link);
  char bits[40];
  std::snprintf(bits, sizeof bits, "decimal bits %016" PRIx64, std::bit_cast<std::uint64_t>(std::get<double>(value)));
  return bits;
}
inline std::string describe(const changes::Dot& dot) {
  return to_hex(dot.log) + "/" + std::to_string(dot.seq) + "/" + std::to_string(dot.op);
}

struct Describer {
  std::string operator()(const changes::NewRecord& made) const {
    std::string line = "new " + to_hex(made.record) + " form " + to_hex(made.form);
    for (const auto& cell : made.cells) line += " | field " + std::to_string(cell.field) + " " + describe(cell.value);
    return line;
  }
  std::string operator()(const changes::SetField& write) const {
    return "set " + where(write) + " " + describe(write.value) + over(write.over);
  }
  std::string operator()(const changes::SetAdd& addition) const {
    return "add " + where(addition) + " " + describe(addition.value);
  }
  std::string operator()(const changes::SetRemove& removal) const {
    return "remove " + where(removal) + over(removal.over);
  }
  std::string operator()(const changes::Tomb& tomb) const {
    std::string line = "tomb " + to_hex(tomb.record) + over(tomb.over);
    for (const auto& seen : tomb.seen) line += " seen " + to_hex(seen.log) + "/" + std::to_string(seen.seq);
    return line;
  }
  std::string operator()(const changes::Ack& ack) const {
    return "ack " + to_hex(ack.log) + "/" + std::to_string(ack.seq) + " " + to_hex(ack.head);
  }
  std::string operator()(const changes::Verdict& verdict) const {
    return (verdict.accepted ? "accept " : "refuse ") + to_hex(verdict.log) + "/" + std::to_string(verdict.seq) + " " +
           to_hex(verdict.head);
  }
  std::string operator()(const changes::Erase& erase) const { return "erase " + to_hex(erase.record) + " " + erase.reason; }
  std::string operator()(const changes::Gone& gone) const { return "gone " + std::to_string(gone.indexes); }
  std::string operator()(const changes::LetGo& let_go) const {
    return "let go " + to_hex(let_go.compartment) + " " + to_hex(let_go.erased) + " " + to_hex(let_go.log) + "/" + std::to_string(let_go.seq);
  }
  std::string operator()(const changes::UnknownOperation& unknown) const { return "unknown " + to_hex(unknown.bytes); }

  template <typename Write>
  static std::string where(const Write& write) {
    return to_hex(write.record) + " field " + std::to_string(write.field);
  }
  static std::string over(const std::vector<changes::Dot>& dots) {
    std::string text;
    for (const changes::Dot& dot : dots) text += " over " + describe(dot);
    return text;
  }
};

inline std::string describe(std::span<const changes::ChangeSet> sets) {
  std::string text;
  for (const changes::ChangeSet& set : sets) {
    text += "seq " + std::to_string(set.seq) + " time " + std::to_string(set.time.ms()) + "." +
            std::to_string(set.time.counter());
    if (!set.later_fields.empty()) text += " later " + to_hex(set.later_fields);
    text += "\n";
    for (const auto& operation : set.operations) text += "  " + std::visit(Describer{}, operation) + "\n";
  }
  return text;
}

}  // namespace haki::payload
