// Records as the application sees them: what goes in (a draft, an edit) and what comes out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "haki/attachment.h"
#include "haki/bytes.h"
#include "haki/value.h"

namespace haki {

// One value as a person typed it, or as a file had it. A set field is named once per element. Values are read by the
// field's type (see model::parse_value); links may be any unique beginning of a record's id.
struct FieldInput {
  std::string field;
  std::string text;
};
// The rows of a repeated group; each becomes a child record.
struct GroupInput {
  std::string group;
  std::vector<std::vector<FieldInput>> rows;
};

struct Draft {
  std::string form;
  std::vector<FieldInput> fields;
  std::vector<GroupInput> groups;
  bool submit = false;         // needs every required field; forms that are not reviewed are submitted in any case
  std::optional<RecordId> id;  // chosen by importers, so that the same row is the same record everywhere; else random
  std::string compartment{};   // where it is to live: a circle's name, or an id or its beginning; empty: the form's place
  std::vector<AttachmentInput> attachments{};  // files that are kept with it, or it is not kept
};

// Changes to one record. A single field is set by naming it; a set field's elements are added and removed one by one, and
// `fields` naming a set field replaces the whole set. An empty text clears a field. Group rows given replace those there.
struct Edit {
  RecordId record;
  std::vector<FieldInput> fields;
  std::vector<FieldInput> add, remove;
  std::vector<GroupInput> groups;
};

struct FieldView {
  std::string name;           // "#17" where this version's form has no such field
  bool set = false;
  std::vector<Value> values;  // the winner alone where it is no set; a set's elements, sorted
};
struct RecordView;
struct GroupView {
  std::string name;
  std::vector<RecordView> rows;
};

// Where a record has got to: never called sent while it could still be lost.
enum class Whereabouts { kOnThisDevice, kAtServer, kSeenByLead };

struct RecordView {
  RecordId id;
  std::string form;
  std::string state;  // draft, submitted, has_issues, edited, approved, rejected
  std::vector<FieldView> fields;
  std::vector<GroupView> groups;
  std::vector<std::string> conflicts;  // fields with more than one standing value
  // Labels of files that are no choice of the form, by field ("referrals[2].kind" in a group's row), until somebody edits the
  // field.
  std::vector<FieldInput> unmapped{};
  std::string by;                      // who made it: a member's name where known, else the beginning of the device's id
  DeviceId device;
  std::string organisation;  // empty where not known
  std::int64_t at_ms = 0;    // last change, by its author's clock
  std::int64_t created_ms = 0;
  bool mine = false;
  bool deleted = false;              // hidden: shown by id only
  bool deleted_and_changed = false;  // somebody deleted it, somebody else went on: kept and flagged
  Whereabouts whereabouts = Whereabouts::kOnThisDevice;

  const FieldView* field(std::string_view name) const;
};

// One standing value of a field in conflict.
struct ConflictValue {
  Value value;
  std::string by;
  std::int64_t at_ms = 0;
  bool shown = false;  // the winner until somebody decides
};
struct Conflict {
  RecordId record;
  std::string form;
  std::string field;
  std::vector<ConflictValue> values;  // the shown one first
};

// One step of a record's life.
struct HistoryEntry {
  std::int64_t at_ms = 0;
  std::string by;
  std::string organisation;
  std::string act;    // created, set, added, removed, deleted, reviewed
  std::string field;  // empty for the record as a whole
  std::optional<Value> value;
  bool standing = false;  // still among the field's values
  bool from_file = false;  // an import's doing
};

}  // namespace haki
