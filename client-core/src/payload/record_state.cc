// Layout: proto/spec/10-change-set.md, "Record states". A new record's values follow each other in one change set, so a
// stamp (dot and time) is left out where it is the one that follows the stamp before.
#include "payload/record_state.h"

#include <algorithm>

#include "base/limits.h"
#include "base/little_endian.h"
#include "payload/value_codec.h"

namespace haki::payload {
namespace {

using changes::Dot;
using changes::FieldState;
using changes::Hlc;
using changes::RecordState;
using changes::SeenLog;
using changes::Sibling;
using changes::TombState;

constexpr std::uint8_t kLayout = 1;
constexpr std::uint8_t kErasedLayout = 2;
constexpr std::uint8_t kStamped = 8;  // above the value types: a stamp follows
constexpr std::uint8_t kTypeBits = 7;

struct Stamp {
  Dot dot;
  Hlc time;
  bool operator==(const Stamp&) const = default;
};
Stamp following(Stamp stamp) {
  ++stamp.dot.op;
  return stamp;
}

std::vector<LogId> logs_of(const RecordState& record) {
  std::vector<LogId> logs;
  const auto note = [&](const LogId& log) {
    if (logs.empty() || logs.back() != log) logs.push_back(log);
  };
  for (const Sibling& creation : record.creations) note(creation.dot.log);
  for (const FieldState& field : record.fields) {
    for (const Sibling& sibling : field.siblings) note(sibling.dot.log);
  }
  for (const TombState& tomb : record.tombs) {
    note(tomb.dot.log);
    for (const SeenLog& seen : tomb.seen) note(seen.log);
  }
  for (const Dot& dead : record.dead_ahead) note(dead.log);
  for (const changes::Erasure& erasure : record.erasures) note(erasure.dot.log);
  if (logs.size() > 1) {
    std::ranges::sort(logs);
    const auto repeated = std::ranges::unique(logs);
    logs.erase(repeated.begin(), repeated.end());
  }
  return logs;
}

class StateWriter {
 public:
  explicit StateWriter(const RecordState& record) : logs_(logs_of(record)) {
    bytes_.reserve(1000);  // most are smaller, and so much costs an allocator little
    bytes_.push_back(record.erased() ? kErasedLayout : kLayout);
    append_bytes(bytes_, record.id);
    append_varint(bytes_, logs_.size());
    for (const LogId& log : logs_) append_bytes(bytes_, log);
  }

  void creations(const RecordState& record) {
    append_varint(bytes_, record.creations.size());
    if (!record.creations.empty()) append_bytes(bytes_, record.form);
    for (const Sibling& creation : record.creations) mark(0, {creation.dot, creation.time});
  }
  void fields(const RecordState& record) {
    append_varint(bytes_, record.fields.size());
    std::uint32_t before = 0;
    for (const FieldState& field : record.fields) {
      const std::uint64_t flags = (field.set ? 2u : 0u) | (field.siblings.size() > 1 ? 1u : 0u);
      append_varint(bytes_, std::uint64_t{field.field - before} << 2 | flags);
      before = field.field;
      if (field.siblings.size() > 1) append_varint(bytes_, field.siblings.size());
      for (const Sibling& sibling : field.siblings) {
        mark(type_of(sibling.value), {sibling.dot, sibling.time});
        append_content(bytes_, sibling.value);
      }
    }
  }
  void tombs(const RecordState& record) {
    append_varint(bytes_, record.tombs.size());
    for (const TombState& tomb : record.tombs) {
      mark(0, {tomb.dot, tomb.time});
      append_varint(bytes_, tomb.seen.size());
      for (const SeenLog& seen : tomb.seen) {
        append_varint(bytes_, index_of(seen.log));
        append_varint(bytes_, seen.seq);
      }
    }
  }
  void notes(const RecordState& record) {
    append_varint(bytes_, record.dead_ahead.size());
    for (const Dot& dead : record.dead_ahead) dot(dead);
  }
  void erasures(const RecordState& record) {
    append_varint(bytes_, record.erasures.size());
    for (const changes::Erasure& erasure : record.erasures) {
      mark(0, {erasure.dot, erasure.time});
      append_with_length(bytes_, as_bytes(erasure.reason));
    }
  }
  Bytes take() { return std::move(bytes_); }

 private:
  std::size_t index_of(const LogId& log) {
    if (logs_[last_log_] != log) {
      last_log_ = static_cast<std::size_t>(std::ranges::lower_bound(logs_, log) - logs_.begin());
    }
    return last_log_;
  }
  void dot(const Dot& named) {
    append_varint(bytes_, index_of(named.log));
    append_varint(bytes_, named.seq);
    append_varint(bytes_, named.op);
  }
  void mark(std::uint8_t type, Stamp stamp) {
    const bool follows = stamp == next_;
    bytes_.push_back(follows ? type : static_cast<std::uint8_t>(type | kStamped));
    if (!follows) {
      dot(stamp.dot);
      base::append_le(bytes_, stamp.time.value);
    }
    next_ = following(stamp);
  }

  std::vector<LogId> logs_;
  std::size_t last_log_ = 0;
  Stamp next_;  // of no dot at first: its seq is 0
  Bytes bytes_;
};

class StateReader {
 public:
  explicit StateReader(ByteView bytes) : reader_(bytes) {}

  bool read(RecordState& record) {
    const std::uint8_t layout = reader_.byte();
    reader_.require(layout == kLayout || layout == kErasedLayout);
    record.id = reader_.id<RecordId>();
    for (std::size_t count = this->count(LogId::kSize); count > 0; --count) {
      logs_.push_back(reader_.id<LogId>());
      reader_.require(logs_.size() == 1 || logs_[logs_.size() - 2] < logs_.back());
    }
    used_.resize(logs_.size(), false);
    if (layout == kErasedLayout) {
      erasures(record);
    } else {
      creations(record);
      fields(record);
      tombs(record);
      notes(record);
    }
    return reader_.finished() && std::ranges::find(used_, false) == used_.end();
  }

 private:
  // How many things follow that take at least `each` bytes: never more than the bytes that are left.
  std::size_t count(std::size_t each) {
    const std::uint64_t number = reader_.varint();
    return reader_.require(number <= reader_.rest() / each) ? static_cast<std::size_t>(number) : 0;
  }
  template <typename T>
  void ascending(const std::vector<T>& items) {
    if (items.size() < 2) return;
    const T& before = items[items.size() - 2];
    if constexpr (requires { before.dot; }) {
      reader_.require(before.dot < items.back().dot);
    } else {
      reader_.require(before < items.back());
    }
  }
  LogId log() {
    const std::uint64_t index = reader_.varint();
    if (!reader_.require(index < logs_.size())) return {};
    used_[static_cast<std::size_t>(index)] = true;
    return logs_[static_cast<std::size_t>(index)];
  }
  Dot dot() {
    Dot named;
    named.log = log();
    named.seq = reader_.varint();
    named.op = reader_.varint32();
    reader_.require(named.seq > 0);
    return named;
  }
  // The stamp of the thing that begins here, and its type.
  Stamp mark(std::uint8_t& type) {
    const std::uint8_t byte = reader_.byte();
    type = byte & kTypeBits;
    Stamp stamp = next_;
    reader_.require(byte <= (kStamped | kTypeBits));
    if ((byte & kStamped) != 0) {
      stamp.dot = dot();
      const ByteView time = reader_.take(8);
      if (!reader_.ok()) return {};
      stamp.time.value = base::load_le<std::uint64_t>(time.data());
      reader_.require(stamp != next_);
    } else {
      reader_.require(stamp.dot.seq > 0 && stamp.dot.op > 0);
    }
    next_ = following(stamp);
    return stamp;
  }

  void creations(RecordState& record) {
    const std::size_t count = this->count(1);
    if (count == 0) return;
    record.form = reader_.id<FormId>();
    for (std::size_t i = 0; i < count && reader_.ok(); ++i) {
      std::uint8_t type = 0;
      const Stamp stamp = mark(type);
      record.creations.push_back({stamp.dot, stamp.time, {}});
      reader_.require(type == 0);
      ascending(record.creations);
    }
  }
  void fields(RecordState& record) {
    const std::size_t count = this->count(3);
    record.fields.reserve(count);
    std::uint64_t field = 0;
    for (std::size_t i = 0; i < count && reader_.ok(); ++i) {
      const std::uint64_t head = reader_.varint();
      const bool set = (head & 2) != 0;
      field += head >> 2;
      if (!reader_.require(head >> 2 <= UINT32_MAX && field > 0 && field <= UINT32_MAX)) return;
      const FieldState* before = i == 0 ? nullptr : &record.fields.back();
      reader_.require(before == nullptr || before->field < field || (!before->set && set));
      FieldState& state = record.fields.emplace_back();
      state.field = static_cast<std::uint32_t>(field);
      state.set = set;
      siblings(state, (head & 1) != 0);
    }
  }
  void siblings(FieldState& state, bool many) {
    const std::size_t count = many ? this->count(2) : 1;
    reader_.require(!many || count > 1);
    state.siblings.reserve(count);
    for (std::size_t i = 0; i < count && reader_.ok(); ++i) {
      std::uint8_t type = 0;
      const Stamp stamp = mark(type);
      state.siblings.push_back({stamp.dot, stamp.time, read_content(reader_, type)});
      ascending(state.siblings);
    }
  }
  void tombs(RecordState& record) {
    for (std::size_t count = this->count(2); count > 0 && reader_.ok(); --count) {
      std::uint8_t type = 0;
      const Stamp stamp = mark(type);
      TombState& tomb = record.tombs.emplace_back(TombState{stamp.dot, stamp.time, {}});
      reader_.require(type == 0);
      ascending(record.tombs);
      for (std::size_t seen_count = this->count(2); seen_count > 0 && reader_.ok(); --seen_count) {
        SeenLog seen;
        seen.log = log();
        seen.seq = reader_.varint();
        reader_.require(tomb.seen.empty() || tomb.seen.back().log < seen.log);
        tomb.seen.push_back(seen);
      }
    }
  }
  void notes(RecordState& record) {
    for (std::size_t count = this->count(3); count > 0 && reader_.ok(); --count) {
      record.dead_ahead.push_back(dot());
      ascending(record.dead_ahead);
    }
  }
  void erasures(RecordState& record) {
    std::size_t count = this->count(3);
    reader_.require(count > 0);
    for (; count > 0 && reader_.ok(); --count) {
      std::uint8_t type = 0;
      const Stamp stamp = mark(type);
      const ByteView reason = reader_.take_with_length();
      record.erasures.push_back({stamp.dot, stamp.time, std::string(as_text(reason))});
      reader_.require(type == 0 && !reason.empty() && reason.size() <= limits::kReasonBytesMax && is_utf8(reason));
      ascending(record.erasures);
    }
  }

  ByteReader reader_;
  std::vector<LogId> logs_;
  std::vector<bool> used_;
  Stamp next_;
};

}  // namespace

Bytes encode_record_state(const RecordState& record) {
  StateWriter writer(record);
  if (record.erased()) {
    writer.erasures(record);
    return writer.take();
  }
  writer.creations(record);
  writer.fields(record);
  writer.tombs(record);
  writer.notes(record);
  return writer.take();
}

Result<RecordState> decode_record_state(ByteView bytes) {
  RecordState record;
  if (StateReader(bytes).read(record)) return record;
  return Error{Code::kDamaged, "A stored record is damaged. Restore the home from a copy, or sync it into a new one."};
}

}  // namespace haki::payload
