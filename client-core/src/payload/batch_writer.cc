// Layout: proto/spec/10-change-set.md. Names go into tables and new records' values into columns as they are met, so
// the tables are always in the order of first use: the only order the reader takes.
#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/assert.h"
#include "base/limits.h"
#include "payload/batch.h"
#include "payload/batch_layout.h"
#include "payload/value_codec.h"

namespace haki::payload {
namespace {

using changes::Ack;
using changes::ChangeSet;
using changes::Dot;
using changes::NewRecord;
using changes::Operation;
using changes::SeenLog;
using changes::SetAdd;
using changes::SetField;
using changes::SetRemove;
using changes::Tomb;
using changes::UnknownOperation;

Error too_large(std::string what) { return {Code::kTooLarge, std::move(what) + " Save it in smaller parts."}; }
Error invalid(std::string what) { return {Code::kInvalid, std::move(what)}; }

void append_field(Bytes& to, std::uint32_t number, ByteView bytes) {
  if (bytes.empty()) return;
  append_varint(to, number << 3 | kLengthAndBytes);
  append_with_length(to, bytes);
}
void append_field(Bytes& to, std::uint32_t number, std::uint64_t value) {
  if (value == 0) return;
  append_varint(to, number << 3 | kVarint);
  append_varint(to, value);
}

// Ids in the order of first use. A reference is 0 for the next one not named before, else the entry's number from 1.
template <typename Id>
class TableWriter {
 public:
  std::uint64_t refer(const Id& id) {
    const auto [place, is_new] = numbers_.try_emplace(id, numbers_.size() + 1);
    if (!is_new) return place->second;
    append_bytes(bytes_, id);
    return 0;
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  std::unordered_map<Id, std::uint64_t> numbers_;
  Bytes bytes_;
};

class BatchWriter {
 public:
  explicit BatchWriter(const LogId& author) : author_(author) {}

  Result<> write(const ChangeSet& set) {
    if (set.operations.size() > limits::kOpsPerChangeSetMax) {
      return too_large("This change has more than " + std::to_string(limits::kOpsPerChangeSetMax) + " steps.");
    }
    set_.clear();
    append_field(set_, kMsPlusField, zigzag(set.time.ms() - last_ms_));
    append_field(set_, kCounterField, std::uint64_t{set.time.counter()});
    last_ms_ = set.time.ms();
    for (const Operation& operation : set.operations) {
      operation_.clear();
      std::visit([this](const auto& known) { body(known); }, operation);
      if (error_) return *std::move(error_);
      append_field(set_, kOperationsField, operation_);
      if (set_.size() > limits::kChangeSetBytesMax) return batch_too_large();
    }
    append_bytes(set_, set.later_fields);
    append_varint(sets_, kSetsField << 3 | kLengthAndBytes);  // an empty set is written all the same
    append_with_length(sets_, set_);
    return sets_.size() > limits::kBatchBytesMax ? batch_too_large() : Result<>{};
  }

  Result<Bytes> finish() const {
    Bytes batch;
    const std::uint64_t schema = any_gone_ ? kGoneSchema : kPlainSchema;
    append_field(batch, kSchemaField, schema);
    append_field(batch, kMinReaderField, schema);
    append_field(batch, kLogsField, logs_.bytes());
    append_field(batch, kRecordsField, records_.bytes());
    append_field(batch, kFormsField, forms_.bytes());
    append_field(batch, kShapesField, shapes_);
    append_bytes(batch, sets_);
    Bytes columns;
    for (const auto& [field, index] : column_of_field_) append_bytes(columns, columns_[index]);
    append_field(batch, kColumnsField, columns);
    if (batch.size() > limits::kBatchBytesMax) return batch_too_large();
    return batch;
  }

 private:
  // Which columns a shape's cells go to.
  struct Shape {
    std::uint64_t number;
    std::vector<std::size_t> columns;
  };

  static Error batch_too_large() { return too_large("This change holds more than 256 KiB."); }

  void refuse(Error error) {
    if (!error_) error_ = std::move(error);
  }
  void kind(Kind kind) { append_varint(operation_, kind); }
  void number(std::uint64_t value) { append_varint(operation_, value); }
  void field(std::uint32_t field) {
    if (field == 0) refuse(invalid("Field 0 does not exist."));
    number(field);
  }
  void seq(std::uint64_t seq) {
    if (seq == 0) refuse(invalid("Change sets are numbered from 1."));
    number(seq);
  }
  void log(const LogId& log) {
    if (log == author_) return number(0);
    // 0 is the author's own, so the next new one is named by its number.
    const std::uint64_t known = logs_.refer(log);
    number(known != 0 ? known : logs_.bytes().size() / LogId::kSize);
  }
  void over(const std::vector<Dot>& dots) {
    if (dots.size() > limits::kOverDotsPerOpMax) {
      return refuse(too_large("This change replaces too many values at once."));
    }
    std::vector<Dot> ordered = dots;
    std::ranges::sort(ordered);
    const auto repeated = std::ranges::unique(ordered);
    ordered.erase(repeated.begin(), repeated.end());
    number(ordered.size());
    for (const Dot& dot : ordered) {
      log(dot.log);
      seq(dot.seq);
      number(dot.op);
    }
  }
  bool check(std::uint32_t field, const Value& value) {
    const std::string name = "Field " + std::to_string(field);
    switch (is_storable(value)) {
      case Storable::kYes: return true;
      case Storable::kTooLong: refuse(too_large(name + " holds more than 64 KiB of text.")); break;
      case Storable::kNotANumber: refuse(invalid(name + " is not a number.")); break;
      case Storable::kNotUtf8: refuse(invalid(name + " holds bytes that are not UTF-8 text.")); break;
    }
    return false;
  }
  void value(std::uint32_t field, const Value& value) {
    if (!check(field, value)) return;
    operation_.push_back(type_of(value));
    append_content(operation_, value);
  }

  void body(const SetField& write) {
    kind(kSetField);
    number(records_.refer(write.record));
    field(write.field);
    over(write.over);
    value(write.field, write.value);
  }
  void body(const SetAdd& addition) {
    kind(kSetAdd);
    number(records_.refer(addition.record));
    field(addition.field);
    value(addition.field, addition.value);
  }
  void body(const SetRemove& removal) {
    kind(kSetRemove);
    number(records_.refer(removal.record));
    field(removal.field);
    over(removal.over);
  }
  void body(const NewRecord& made) {
    if (made.cells.size() > limits::kCellsPerRecordMax) {
      return refuse(too_large("A record has more than " + std::to_string(limits::kCellsPerRecordMax) + " values."));
    }
    kind(kNewRecord);
    number(records_.refer(made.record));
    number(forms_.refer(made.form));
    const Shape* shape = shape_of(made);
    if (shape == nullptr) return;
    for (std::size_t i = 0; i < made.cells.size(); ++i) {
      if (!check(made.cells[i].field, made.cells[i].value)) return;
      append_content(columns_[shape->columns[i]], made.cells[i].value);
    }
  }
  void body(const Tomb& tomb) {
    kind(kTomb);
    number(records_.refer(tomb.record));
    over(tomb.over);
    std::map<LogId, std::uint64_t> seen;
    for (const SeenLog& each : tomb.seen) seen[each.log] = std::max(seen[each.log], each.seq);
    number(seen.size());
    for (const auto& [seen_log, seen_seq] : seen) {
      log(seen_log);
      seq(seen_seq);
    }
  }
  void body(const Ack& ack) {
    kind(kAck);
    log(ack.log);
    seq(ack.seq);
    append_bytes(operation_, ack.head);
  }
  void body(const changes::Verdict& verdict) {
    kind(kVerdict);
    log(verdict.log);
    seq(verdict.seq);
    append_bytes(operation_, verdict.head);
    number(verdict.accepted ? 1 : 0);
  }
  void body(const changes::Erase& erase) {
    if (erase.reason.size() > limits::kReasonBytesMax) {
      return refuse(too_large("A reason has at most " + std::to_string(limits::kReasonBytesMax) + " bytes."));
    }
    if (erase.reason.empty() || is_storable(erase.reason) != Storable::kYes) return refuse(invalid("An erasure needs a reason, in UTF-8 text."));
    kind(kErase);
    append_bytes(operation_, erase.record);
    append_with_length(operation_, as_bytes(erase.reason));
  }
  void body(const changes::Gone& gone) {
    if (gone.indexes == 0 || gone.indexes > 1 + limits::kCellsPerRecordMax) return refuse(invalid("Something gone takes 1 to 501 places."));
    any_gone_ = true;
    kind(kGone);
    number(gone.indexes);
  }
  void body(const changes::LetGo& let_go) {
    kind(kLetGo);
    append_bytes(operation_, let_go.compartment);
    append_bytes(operation_, let_go.erased);
    append_bytes(operation_, let_go.log);
    seq(let_go.seq);
  }
  void body(const UnknownOperation& unknown) {
    ByteReader reader(unknown.bytes);
    const std::uint64_t its_kind = reader.varint();
    if (!reader.ok() || its_kind == 0 || is_known(its_kind)) {
      return refuse(invalid("A kept step of a newer version is malformed."));
    }
    append_bytes(operation_, unknown.bytes);
  }

  // Writes the reference to the shape, and the shape itself where it is new; null after a refusal.
  const Shape* shape_of(const NewRecord& made) {
    std::string key;
    Bytes bytes;
    append_varint(bytes, made.cells.size());
    std::uint32_t before = 0;
    for (const changes::Cell& cell : made.cells) {
      if (cell.field <= before) {
        refuse(invalid("A record's values are out of order, or one is given twice."));
        return nullptr;
      }
      append_varint(bytes, std::uint64_t{cell.field - before} << 3 | type_of(cell.value));
      before = cell.field;
    }
    key.assign(as_text(bytes));
    const auto [place, is_new] = shape_by_bytes_.try_emplace(std::move(key));
    Shape& shape = place->second;
    number(is_new ? 0 : shape.number);
    if (!is_new) return &shape;
    append_bytes(shapes_, bytes);
    shape.number = shape_by_bytes_.size();
    for (const changes::Cell& cell : made.cells) {
      const auto [column, column_is_new] = column_of_field_.try_emplace(cell.field, columns_.size());
      if (column_is_new) columns_.emplace_back().reserve(64);
      shape.columns.push_back(column->second);
    }
    return &shape;
  }

  const LogId author_;
  std::int64_t last_ms_ = 0;
  TableWriter<LogId> logs_;
  TableWriter<RecordId> records_;
  TableWriter<FormId> forms_;
  std::unordered_map<std::string, Shape> shape_by_bytes_;
  std::map<std::uint32_t, std::size_t> column_of_field_;
  Bytes shapes_;
  std::vector<Bytes> columns_;
  Bytes set_, sets_, operation_;
  bool any_gone_ = false;
  std::optional<Error> error_;
};

}  // namespace

Result<Bytes> encode_batch(std::span<const ChangeSet> sets, const LogId& author) {
  HAKI_ASSERT(!sets.empty() && sets.size() <= limits::kChangeSetsPerItemMax);
  BatchWriter writer(author);
  for (std::size_t i = 0; i < sets.size(); ++i) {
    HAKI_ASSERT(sets[i].seq == sets[0].seq + i);
    HAKI_TRY(writer.write(sets[i]));
  }
  return writer.finish();
}

Result<Bytes> encode_change_set(const ChangeSet& set, const LogId& author) { return encode_batch({&set, 1}, author); }

}  // namespace haki::payload
