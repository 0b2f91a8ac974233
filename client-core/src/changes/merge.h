// Merging operations into a record: the laws that let replicas agree (spec 20-merge, laws M1 to M6).
//
// A field is a multi-value register: it holds every value that no later write has covered ("siblings"), so that no
// concurrent edit is ever lost. One sibling, the winner, is shown; the others are a conflict until somebody writes
// again. Applying is commutative, associative and idempotent across logs, as long as each log's change sets arrive in
// their order.
//
// Pure: no clock, no storage, no randomness. A RecordState belongs to one caller at a time.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "changes/operation.h"

namespace haki::changes {

// How far each log of the record's compartment has been applied or refused: the greatest seq, 0 for none. A dot at or
// below it that is not among the siblings was covered long ago; one above it has not come yet.
using AppliedSeq = std::function<std::uint64_t(const LogId&)>;

// One value that no write known here has covered.
struct Sibling {
  Dot dot;
  Hlc time;  // orders siblings for display, never decides what is kept
  Value value;
  bool operator==(const Sibling&) const = default;
};

struct FieldState {
  std::uint32_t field = 0;
  bool set = false;               // siblings are the elements' additions, not rivals
  std::vector<Sibling> siblings;  // ordered by dot, so that equal states are equal bytes
  bool operator==(const FieldState&) const = default;

  // More than one value stands where one should. Equal values written twice are no conflict.
  bool in_conflict() const;
  // The sibling shown to people: greatest (time, log, seq, op). Precondition: !siblings.empty().
  const Sibling& winner() const;
};

struct TombState {
  Dot dot;
  Hlc time;
  std::vector<SeenLog> seen;  // ordered by log, each once
  bool operator==(const TombState&) const = default;
};

// Why nothing is left of a record, and by whom: the Erase's dot.
struct Erasure {
  Dot dot;
  Hlc time;
  std::string reason;
  bool operator==(const Erasure&) const = default;
};

// All that is known of one record in one compartment. Equal sets of applied operations give equal states.
struct RecordState {
  RecordId id;
  FormId form;                       // of the first NewRecord by dot order; zeros while only edits have come
  std::vector<Sibling> creations;    // the NewRecords' dots and times, values unused; ordered by dot
  std::vector<FieldState> fields;    // ordered by (field, set)
  std::vector<TombState> tombs;      // living ones, ordered by dot
  std::vector<Dot> dead_ahead;       // notes: covered by an operation that came before the one they name; ordered
  std::vector<Erasure> erasures{};   // ordered by dot; where there is one, nothing else is kept (law M6)
  bool operator==(const RecordState&) const = default;

  const FieldState* field(std::uint32_t wanted, bool set = false) const;
  // The winner's value, or null.
  const Value* value(std::uint32_t wanted) const;
  // Fields in conflict, ascending. The review state is never among them: see shown_state().
  std::vector<std::uint32_t> conflicts() const;
  // True iff a tomb lives and every live dot is within some living tomb's `seen`.
  bool hidden() const;
  // A tomb lives, but somebody changed what its author had not seen: both facts are shown.
  bool deleted_and_changed() const { return !tombs.empty() && !hidden(); }
  bool erased() const { return !erasures.empty(); }
  // The greatest time among what lives; zero for none.
  Hlc changed() const;
  // The smallest creation time; zero for none.
  Hlc created() const;
  // What a Tomb made now must say: tombs covered, and per log with a live dot the greatest seq.
  Tomb tomb() const;
  // The dots a write of this field made now must cover.
  std::vector<Dot> dots_of(std::uint32_t wanted, bool set = false) const;
};

// What the state of an erased record is called; no review state has this name.
inline constexpr std::string_view kErasedState = "erased";
// The review state to show: of concurrent ones, the one that asks for most attention, in the order edited, submitted,
// has_issues, rejected, approved, draft. "draft" where none was written.
std::string shown_state(const RecordState& record);

// Applies one operation whose first index is dot.op. Precondition: the operation names this record, and every earlier
// change set of dot.log has been applied (applied(dot.log) == dot.seq - 1 while its change set is being applied; it
// rises after the set's last operation). An operation of a set applied before changes nothing, nor do those that are about no
// record. Returns true if the record's state changed. Cost: O(log siblings) a value, O(cells) for a NewRecord.
bool apply(RecordState& record, const Operation& operation, const Dot& dot, Hlc time, const AppliedSeq& applied);

// True where applying might leave more than limits::kDeadAheadPerRecordMax notes. The caller then holds the operation's
// chain until the notes drain: dropping one would make replicas differ.
bool too_far_ahead(const RecordState& record, const Operation& operation);

// Drops notes whose change set has been applied or refused without being used: their author named a dot that is not
// this record's. Such notes mean nothing; states are compared without them. Returns true if one was dropped.
bool drop_spent_notes(RecordState& record, const AppliedSeq& applied);

// A record that was erased stays so, whatever it is made again from: takes over what is known of it.
void keep_erased(RecordState& record, const std::vector<Erasure>& known);

// The record an operation is about; null for Ack, Verdict, Gone, LetGo and unknown ones.
const RecordId* record_of(const Operation& operation);

}  // namespace haki::changes
