// What can be done to records, one edit each. Plain values; spec proto/spec/10-change-set.md.
#pragma once

#include <compare>
#include <cstdint>
#include <variant>
#include <vector>

#include "changes/erase_operations.h"
#include "changes/hlc.h"
#include "haki/bytes.h"
#include "haki/value.h"

namespace haki::changes {

// Fields that every record has, whatever its form. Forms number their own from kFirstFormField.
inline constexpr std::uint32_t kStateField = 1;   // review state: text code
inline constexpr std::uint32_t kParentField = 2;  // a child record's parent: link
inline constexpr std::uint32_t kSourceField = 3;   // "file" in each change set by which an import made or changed the record
inline constexpr std::uint32_t kBlobField = 4;     // of an attachment: its blob's id and key (spec 12-attachments)
inline constexpr std::uint32_t kCustodyField = 5;  // a set: custody entries (spec 13-custody)
inline constexpr std::uint32_t kUnmappedField = 6;  // a set: "FIELD: label", what a file said and no choice of the form means
inline constexpr std::uint32_t kFirstFormField = 10;

// The name of one operation for ever: the chain's log, the change set's number in it, the operation's index in that.
struct Dot {
  LogId log;
  std::uint64_t seq = 0;
  std::uint32_t op = 0;
  auto operator<=>(const Dot&) const = default;
};

struct Cell {
  std::uint32_t field = 0;
  Value value;
  bool operator==(const Cell&) const = default;
};
// Makes a record with its first values. Takes 1 + cells.size() indexes: its own, then one a cell, that value's dot.
struct NewRecord {
  RecordId record;
  FormId form;
  std::vector<Cell> cells;  // ascending by field, each field once
};
// Writes a field, covering the values (and tombs: that undeletes) the author saw.
struct SetField {
  RecordId record;
  std::uint32_t field = 0;
  Value value;
  std::vector<Dot> over;
};
struct SetAdd {
  RecordId record;
  std::uint32_t field = 0;
  Value value;
};
// Takes away the additions the author saw; a concurrent addition of the same value survives.
struct SetRemove {
  RecordId record;
  std::uint32_t field = 0;
  std::vector<Dot> over;
};
struct SeenLog {
  LogId log;
  std::uint64_t seq = 0;
  auto operator<=>(const SeenLog&) const = default;
};
// Deletes a record as the author saw it: `seen` bounds, per log with a live dot in the record, what was seen.
struct Tomb {
  RecordId record;
  std::vector<Dot> over;  // earlier tombs
  std::vector<SeenLog> seen;
};
// A lead has applied and can read a chain up to seq, whose item there has header hash `head`.
struct Ack {
  LogId log;
  std::uint64_t seq = 0;
  Hash head;
};
// A lead's word on an item of another log that was quarantined: taken in as if it had been permitted, or kept out for good.
struct Verdict {
  LogId log;
  std::uint64_t seq = 0;  // the item's last
  Hash head;              // the item's header hash
  bool accepted = false;
};
// A kind of operation this version does not know: kept byte for byte, takes one index, changes nothing here.
struct UnknownOperation {
  Bytes bytes;
};

using Operation =
    std::variant<NewRecord, SetField, SetAdd, SetRemove, Tomb, Ack, Verdict, Erase, Gone, LetGo, UnknownOperation>;

// How many indexes an operation takes in its change set.
inline std::uint32_t indexes_of(const Operation& operation) {
  if (const auto* gone = std::get_if<Gone>(&operation)) return gone->indexes;
  const auto* made = std::get_if<NewRecord>(&operation);
  return made ? 1 + static_cast<std::uint32_t>(made->cells.size()) : 1;
}

// One local transaction's edits in one compartment. seq counts from 1 in each (log, compartment) chain.
struct ChangeSet {
  std::uint64_t seq = 0;
  Hlc time;
  std::vector<Operation> operations;
  Bytes later_fields{};  // of a later version: kept as they came
};

}  // namespace haki::changes
