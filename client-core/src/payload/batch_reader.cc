// Layout: proto/spec/10-change-set.md. Whatever bytes come, a batch is read whole or refused whole, and memory stays
// within a small multiple of their number: every count is checked against the bytes that are left before anything is
// reserved.
#include <algorithm>
#include <optional>
#include <type_traits>

#include "base/limits.h"
#include "payload/batch.h"
#include "payload/batch_layout.h"
#include "payload/value_codec.h"

namespace haki::payload {
namespace {

using changes::ChangeSet;
using changes::Dot;
using changes::Hlc;
using changes::Operation;

constexpr std::int64_t kMsEnd = std::int64_t{1} << 48;  // what the hybrid clock's milliseconds stay below

Error damaged() {
  return {Code::kDamaged, "A batch of changes is malformed. It is kept aside; tell a lead which device sent it."};
}
Error too_large() {
  return {Code::kTooLarge,
          "A batch of changes is larger than Haki allows. It is kept aside; tell a lead which device sent it."};
}
Error held() {
  return {Code::kHeld, "A newer version of Haki wrote these changes. They are kept and show once this app is updated."};
}

// The fields of one protobuf message, in ascending order, unknown ones with their bytes.
class MessageReader {
 public:
  explicit MessageReader(ByteView bytes) : reader_(bytes) {}

  // Moves to the next field; false at the end or after damage. Fields up to `known` have the wire type of their read.
  bool next() {
    if (reader_.at_end()) return false;
    start_ = reader_.position();
    const std::uint32_t tag = reader_.varint32();
    wire_type_ = tag & 7;
    const std::uint32_t number = tag >> 3;
    reader_.require(number > 0 && number >= number_);
    repeated_ = number == number_;
    number_ = number;
    return reader_.ok();
  }
  std::uint32_t number() const { return number_; }
  ByteReader& reader() { return reader_; }

  // A number that is not zero, since zero is written by leaving it out.
  std::uint64_t number_once() {
    reader_.require(wire_type_ == kVarint && !repeated_);
    const std::uint64_t value = reader_.varint();
    reader_.require(value != 0);
    return value;
  }
  ByteView bytes_once() {
    reader_.require(!repeated_);
    const ByteView bytes = bytes_each();
    reader_.require(!bytes.empty());
    return bytes;
  }
  ByteView bytes_each() {
    reader_.require(wire_type_ == kLengthAndBytes);
    return reader_.take_with_length();
  }
  // Passes over a field of a later version; its bytes, tag included.
  ByteView unknown() {
    switch (wire_type_) {
      case kVarint: reader_.varint(); break;
      case kFixed64: reader_.take(8); break;
      case kLengthAndBytes: reader_.take_with_length(); break;
      case kFixed32: reader_.take(4); break;
      default: reader_.fail();
    }
    if (!reader_.ok()) return {};
    return {start_, static_cast<std::size_t>(reader_.position() - start_)};
  }

 private:
  ByteReader reader_;
  const std::uint8_t* start_ = nullptr;
  std::uint32_t number_ = 0;
  std::uint32_t wire_type_ = 0;
  bool repeated_ = false;
};

// Ids in the order of first use, each once, all used: so that equal batches are equal bytes.
template <typename Id>
class TableReader {
 public:
  bool load(ByteView bytes) {
    if (bytes.size() % Id::kSize != 0) return false;
    ids_.reserve(bytes.size() / Id::kSize);
    for (; !bytes.empty(); bytes = bytes.subspan(Id::kSize)) ids_.push_back(*Id::from(bytes.first(Id::kSize)));
    std::vector<Id> sorted = ids_;
    std::ranges::sort(sorted);
    return std::ranges::adjacent_find(sorted) == sorted.end();
  }
  bool holds(const Id& id) const { return std::ranges::find(ids_, id) != ids_.end(); }
  bool all_named() const { return named_ == ids_.size(); }

  // 0 is the next entry not named before, k entry k of those named.
  Id refer(ByteReader& reader) {
    const std::uint64_t reference = reader.varint();
    if (reference == 0) return entry(reader, named_ + 1);
    return reader.require(reference <= named_) ? entry(reader, reference) : Id{};
  }
  // Entry `number`, from 1; the next one not named before may be named too.
  Id entry(ByteReader& reader, std::uint64_t number) {
    if (!reader.require(number <= named_ + 1 && number <= ids_.size())) return {};
    named_ = std::max<std::size_t>(named_, static_cast<std::size_t>(number));
    return ids_[static_cast<std::size_t>(number) - 1];
  }

 private:
  std::vector<Id> ids_;
  std::size_t named_ = 0;
};

struct ShapeCell {
  std::uint32_t field;
  std::uint8_t type;
  std::size_t column = 0;
};
// A new record's value that is still to be read. It stays where it is while its record is moved.
struct Awaited {
  Value* value;
  std::uint8_t type;
};
static_assert(std::is_nothrow_move_constructible_v<Operation>);  // or vectors would copy
using Shape = std::vector<ShapeCell>;

class BatchReader {
 public:
  BatchReader(const LogId& author, std::uint64_t first_seq) : author_(author), seq_(first_seq) {}

  Result<std::vector<ChangeSet>> read(ByteView bytes, std::uint32_t count) {
    HAKI_TRY(read_frame(bytes));
    if (sets_.empty() || sets_.size() != count || seq_ == 0 || seq_ + count < seq_) return damaged();
    HAKI_TRY(read_shapes());

    std::vector<ChangeSet> read;
    read.reserve(sets_.size());
    for (const ByteView set : sets_) {
      ChangeSet& result = read.emplace_back();
      result.seq = seq_++;
      HAKI_TRY(read_set(set, result));
    }
    HAKI_TRY(read_columns());
    if (shapes_named_ != shapes_.size()) return damaged();
    if (any_gone_ != (min_reader_ == kGoneSchema)) return damaged();
    if (!logs_.all_named() || !records_.all_named() || !forms_.all_named()) return damaged();
    return read;
  }

 private:
  Result<> read_frame(ByteView bytes) {
    MessageReader message(bytes);
    std::uint64_t schema = 0;
    bool good = true;
    while (good && message.next()) {
      switch (message.number()) {
        case kSchemaField: schema = message.number_once(); break;
        case kMinReaderField:
          min_reader_ = message.number_once();
          // Asked before anything else is read: a newer version may have changed all of it.
          if (message.reader().ok() && schema >= min_reader_ && min_reader_ > kSchema) return held();
          break;
        case kLogsField: good = logs_.load(message.bytes_once()) && !logs_.holds(author_); break;
        case kRecordsField: good = records_.load(message.bytes_once()); break;
        case kFormsField: good = forms_.load(message.bytes_once()); break;
        case kShapesField: shape_bytes_ = message.bytes_once(); break;
        case kSetsField:
          if (sets_.size() == limits::kChangeSetsPerItemMax) return too_large();
          sets_.push_back(message.bytes_each());
          break;
        case kColumnsField: column_bytes_ = message.bytes_once(); break;
        default: message.unknown();
      }
    }
    if (!good || !message.reader().finished() || min_reader_ == 0 || schema < min_reader_) return damaged();
    return {};
  }

  // Of each field, ascending, the values of all new records, in their order.
  Result<> read_columns() {
    ByteReader reader(column_bytes_);
    for (const std::vector<Awaited>& column : columns_) {
      for (const auto& [value, type] : column) *value = read_content(reader, type);
    }
    if (reader.finished()) return {};
    return reader.over_limit() ? too_large() : damaged();
  }

  Result<> read_shapes() {
    ByteReader reader(shape_bytes_);
    std::vector<ByteView> all;
    while (!reader.at_end()) {
      const std::uint8_t* start = reader.position();
      const std::uint64_t cells = reader.varint();
      if (reader.ok() && cells > limits::kCellsPerRecordMax) return too_large();
      Shape& shape = shapes_.emplace_back();
      std::uint64_t field = 0;
      for (std::uint64_t i = 0; i < cells && reader.ok(); ++i) {
        const std::uint64_t head = reader.varint();
        const auto type = static_cast<std::uint8_t>(head & 7);
        field += head >> 3;
        if (!reader.require(head >> 3 > 0 && head >> 3 <= UINT32_MAX && field <= UINT32_MAX)) break;
        if (!reader.require(type > 0 && type <= kValueTypeMax)) break;
        shape.push_back({static_cast<std::uint32_t>(field), type});
      }
      if (reader.ok()) all.emplace_back(start, static_cast<std::size_t>(reader.position() - start));
    }
    if (!reader.ok()) return damaged();
    number_columns();
    std::ranges::sort(all, [](ByteView left, ByteView right) { return as_text(left) < as_text(right); });
    const auto same = [](ByteView left, ByteView right) { return as_text(left) == as_text(right); };
    return std::ranges::adjacent_find(all, same) == all.end() ? Result<>{} : damaged();
  }

  // One for each field of the shapes, ascending.
  void number_columns() {
    std::vector<std::uint32_t> fields;
    for (const Shape& shape : shapes_) {
      for (const ShapeCell& cell : shape) fields.push_back(cell.field);
    }
    std::ranges::sort(fields);
    const auto repeated = std::ranges::unique(fields);
    fields.erase(repeated.begin(), repeated.end());
    for (Shape& shape : shapes_) {
      for (ShapeCell& cell : shape) {
        cell.column = static_cast<std::size_t>(std::ranges::lower_bound(fields, cell.field) - fields.begin());
      }
    }
    columns_.resize(fields.size());
  }

  Result<> read_set(ByteView bytes, ChangeSet& set) {
    MessageReader message(bytes);
    std::int64_t ms_plus = 0;
    std::uint64_t counter = 0;
    while (message.next()) {
      switch (message.number()) {
        case kMsPlusField: ms_plus = unzigzag(message.number_once()); break;
        case kCounterField: counter = message.number_once(); break;
        case kOperationsField: {
          if (set.operations.size() == limits::kOpsPerChangeSetMax) return too_large();
          const ByteView operation = message.bytes_each();
          if (!message.reader().ok()) return damaged();
          HAKI_TRY(read_operation(operation, set.operations.emplace_back()));
          break;
        }
        default: append_bytes(set.later_fields, message.unknown());
      }
    }
    if (!message.reader().finished() || counter > UINT16_MAX) return damaged();
    if (ms_plus <= -kMsEnd || ms_plus >= kMsEnd) return damaged();
    ms_ += ms_plus;
    if (ms_ < 0 || ms_ >= kMsEnd) return damaged();
    set.time = Hlc{static_cast<std::uint64_t>(ms_) << 16 | counter};
    return {};
  }

  Result<> read_operation(ByteView bytes, Operation& operation) {
    ByteReader reader(bytes);
    const std::uint64_t kind = reader.varint();
    switch (kind) {
      case kSetField: operation = set_field(reader); break;
      case kSetAdd: operation = set_add(reader); break;
      case kSetRemove: operation = set_remove(reader); break;
      case kNewRecord: operation = new_record(reader); break;
      case kTomb: operation = tomb(reader); break;
      case kAck: operation = ack(reader); break;
      case kVerdict: operation = verdict(reader); break;
      case kErase: operation = erase(reader); break;
      case kGone: operation = gone(reader); break;
      case kLetGo: operation = let_go(reader); break;
      default:
        if (!reader.require(kind != 0)) break;
        operation = changes::UnknownOperation{Bytes(bytes.begin(), bytes.end())};
        return {};
    }
    if (reader.finished()) return {};
    return reader.over_limit() ? too_large() : damaged();
  }

  std::uint32_t field(ByteReader& reader) {
    const std::uint32_t field = reader.varint32();
    reader.require(field > 0);
    return field;
  }
  Value value(ByteReader& reader) {
    const std::uint8_t type = reader.byte();
    return read_content(reader, type);
  }
  LogId log(ByteReader& reader) {
    const std::uint64_t number = reader.varint();
    return number == 0 ? author_ : logs_.entry(reader, number);
  }
  std::uint64_t seq(ByteReader& reader) {
    const std::uint64_t seq = reader.varint();
    reader.require(seq > 0);
    return seq;
  }
  std::vector<Dot> over(ByteReader& reader) {
    const std::uint64_t count = reader.varint();
    if (!reader.require_within_limit(count <= limits::kOverDotsPerOpMax)) return {};
    if (!reader.require(count <= reader.rest() / 3)) return {};
    std::vector<Dot> dots;
    dots.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
      Dot dot;
      dot.log = log(reader);
      dot.seq = seq(reader);
      dot.op = reader.varint32();
      reader.require(dots.empty() || dots.back() < dot);
      dots.push_back(dot);
    }
    return dots;
  }

  changes::SetField set_field(ByteReader& reader) {
    changes::SetField write;
    write.record = records_.refer(reader);
    write.field = field(reader);
    write.over = over(reader);
    write.value = value(reader);
    return write;
  }
  changes::SetAdd set_add(ByteReader& reader) {
    changes::SetAdd addition;
    addition.record = records_.refer(reader);
    addition.field = field(reader);
    addition.value = value(reader);
    return addition;
  }
  changes::SetRemove set_remove(ByteReader& reader) {
    changes::SetRemove removal;
    removal.record = records_.refer(reader);
    removal.field = field(reader);
    removal.over = over(reader);
    return removal;
  }
  changes::NewRecord new_record(ByteReader& reader) {
    changes::NewRecord made;
    made.record = records_.refer(reader);
    made.form = forms_.refer(reader);
    const std::uint64_t reference = reader.varint();
    if (!reader.require(reference == 0 ? shapes_named_ < shapes_.size() : reference <= shapes_named_)) return made;
    const std::size_t index = reference == 0 ? shapes_named_++ : static_cast<std::size_t>(reference) - 1;
    const Shape& shape = shapes_[index];
    cells_ += shape.size();
    if (!reader.require(cells_ <= column_bytes_.size())) return made;  // each has a byte at least
    made.cells.reserve(shape.size());
    for (const ShapeCell& cell : shape) {
      made.cells.push_back({cell.field, Value{}});
      columns_[cell.column].push_back({&made.cells.back().value, cell.type});
    }
    return made;
  }
  changes::Tomb tomb(ByteReader& reader) {
    changes::Tomb tomb;
    tomb.record = records_.refer(reader);
    tomb.over = over(reader);
    const std::uint64_t count = reader.varint();
    if (!reader.require(count <= reader.rest() / 2)) return tomb;
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
      changes::SeenLog seen;
      seen.log = log(reader);
      seen.seq = seq(reader);
      reader.require(tomb.seen.empty() || tomb.seen.back().log < seen.log);
      tomb.seen.push_back(seen);
    }
    return tomb;
  }
  changes::Ack ack(ByteReader& reader) {
    changes::Ack ack;
    ack.log = log(reader);
    ack.seq = seq(reader);
    ack.head = reader.id<Hash>();
    return ack;
  }
  changes::Verdict verdict(ByteReader& reader) {
    changes::Verdict verdict;
    verdict.log = log(reader);
    verdict.seq = seq(reader);
    verdict.head = reader.id<Hash>();
    const std::uint64_t accepted = reader.varint();
    reader.require(accepted <= 1);
    verdict.accepted = accepted == 1;
    return verdict;
  }
  changes::Erase erase(ByteReader& reader) {
    changes::Erase erase;
    erase.record = reader.id<RecordId>();
    const ByteView reason = reader.take_with_length();
    reader.require(!reason.empty() && is_utf8(reason));
    reader.require_within_limit(reason.size() <= limits::kReasonBytesMax);
    erase.reason = as_text(reason);
    return erase;
  }
  // An older reader counts one index, so the batch must have told it not to read.
  changes::Gone gone(ByteReader& reader) {
    const std::uint64_t indexes = reader.varint();
    reader.require(indexes > 0 && indexes <= 1 + limits::kCellsPerRecordMax);
    any_gone_ = true;
    return {static_cast<std::uint32_t>(indexes)};
  }
  changes::LetGo let_go(ByteReader& reader) {
    changes::LetGo let_go;
    let_go.compartment = reader.id<CompartmentId>();
    let_go.erased = reader.id<RecordId>();
    let_go.log = reader.id<LogId>();
    let_go.seq = seq(reader);
    return let_go;
  }

  const LogId author_;
  std::uint64_t seq_;
  std::uint64_t min_reader_ = 0;
  bool any_gone_ = false;
  std::int64_t ms_ = 0;
  TableReader<LogId> logs_;
  TableReader<RecordId> records_;
  TableReader<FormId> forms_;
  ByteView shape_bytes_;
  std::vector<Shape> shapes_;
  std::size_t shapes_named_ = 0;
  std::vector<ByteView> sets_;
  std::vector<std::vector<Awaited>> columns_;
  ByteView column_bytes_;
  std::size_t cells_ = 0;  // of all new records so far
};

}  // namespace

Result<std::vector<ChangeSet>> decode_batch(ByteView bytes, const LogId& author, std::uint64_t first_seq,
                                            std::uint32_t sets) {
  if (bytes.size() > limits::kBatchBytesMax) return too_large();
  return BatchReader(author, first_seq).read(bytes, sets);
}

Result<ChangeSet> decode_change_set(ByteView bytes, const LogId& author, std::uint64_t seq) {
  HAKI_ASSIGN(auto sets, decode_batch(bytes, author, seq, 1));
  return std::move(sets[0]);
}

}  // namespace haki::payload
