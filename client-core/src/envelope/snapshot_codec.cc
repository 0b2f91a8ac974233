#include "envelope/snapshot_codec.h"

#include "base/limits.h"
#include "envelope/wire_codec.h"

namespace haki::envelope {

namespace pb = wire::v1;

void put(pb::Frame& frame, const Snapshot& in) {
  auto& out = *frame.mutable_snapshot();
  out.set_compartment(to_wire(in.compartment));
  out.set_id(to_wire(in.id));
  out.set_epoch(in.epoch);
  out.set_m_seq(in.m_seq);
  out.set_m_head(to_wire(in.m_head));
  for (const SnapshotMark& mark : in.marks) {
    auto& one = *out.add_marks();
    one.set_log(to_wire(mark.log));
    one.set_seq(mark.seq);
    one.set_hash(to_wire(mark.hash));
    one.set_m_seq(mark.m_seq);
    one.set_epoch(mark.epoch);
  }
  for (const SnapshotPart& part : in.parts) {
    auto& one = *out.add_parts();
    one.set_length(part.length);
    one.set_hash(to_wire(part.hash));
  }
  out.set_state_root(to_wire(in.state_root));
  out.set_time_ms(in.time_ms);
  out.set_by(to_wire(in.by));
  out.set_signature(to_wire(in.signature));
  for (const SnapshotSignature& word : in.words) {
    auto& one = *out.add_words();
    one.set_by(to_wire(word.by));
    one.set_signature(to_wire(word.signature));
  }
}

void put(pb::Frame& frame, const SnapshotBytes& in) {
  auto& out = *frame.mutable_snapshot_bytes();
  out.set_compartment(to_wire(in.compartment));
  out.set_id(to_wire(in.id));
  out.set_offset(in.offset);
  out.set_bytes(to_wire(in.bytes));
}

void put(pb::Frame& frame, const SnapshotWord& in) {
  auto& out = *frame.mutable_snapshot_word();
  out.set_compartment(to_wire(in.compartment));
  out.set_id(to_wire(in.id));
  out.set_by(to_wire(in.word.by));
  out.set_signature(to_wire(in.word.signature));
}

void put(pb::Frame& frame, const SnapshotWant& in) {
  auto& out = *frame.mutable_snapshot_want();
  out.set_compartment(to_wire_unless_zero(in.compartment));
  out.set_id(to_wire_unless_zero(in.id));
  out.set_offset(in.offset);
}

void put(pb::Frame& frame, const SnapshotHave& in) {
  auto& out = *frame.mutable_snapshot_have();
  out.set_compartment(to_wire(in.compartment));
  out.set_id(to_wire_unless_zero(in.id));
  out.set_bytes(in.bytes);
}

bool take(const pb::Snapshot& in, Snapshot& out) {
  out.epoch = in.epoch();
  out.m_seq = in.m_seq();
  out.time_ms = in.time_ms();
  if (in.marks_size() > static_cast<int>(limits::kDevicesMax)) return false;
  for (const auto& mark : in.marks()) {
    SnapshotMark& one = out.marks.emplace_back();
    one.seq = mark.seq();
    one.m_seq = mark.m_seq();
    one.epoch = mark.epoch();
    if (!from_wire(mark.log(), one.log) || !from_wire(mark.hash(), one.hash)) return false;
  }
  if (in.parts_size() > static_cast<int>(limits::kSnapshotPartsMax)) return false;
  for (const auto& part : in.parts()) {
    SnapshotPart& one = out.parts.emplace_back();
    one.length = part.length();
    if (!from_wire(part.hash(), one.hash)) return false;
  }
  if (in.words_size() > static_cast<int>(limits::kCosignaturesMax)) return false;
  for (const auto& word : in.words()) {
    SnapshotSignature& one = out.words.emplace_back();
    if (!from_wire(word.by(), one.by) || !from_wire(word.signature(), one.signature)) return false;
  }
  return from_wire(in.compartment(), out.compartment) && from_wire(in.id(), out.id) && from_wire(in.m_head(), out.m_head) &&
         from_wire(in.state_root(), out.state_root) && from_wire(in.by(), out.by) &&
         from_wire(in.signature(), out.signature) && well_formed(out);
}

bool take(const pb::SnapshotBytes& in, SnapshotBytes& out) {
  out.offset = in.offset();
  if (in.bytes().empty() || in.bytes().size() > limits::kSnapshotPieceBytesMax) return false;
  out.bytes = bytes_of(in.bytes());
  return from_wire(in.compartment(), out.compartment) && from_wire(in.id(), out.id);
}

bool take(const pb::SnapshotWord& in, SnapshotWord& out) {
  return from_wire(in.compartment(), out.compartment) && from_wire(in.id(), out.id) && from_wire(in.by(), out.word.by) &&
         from_wire(in.signature(), out.word.signature);
}

bool take(const pb::SnapshotWant& in, SnapshotWant& out) {
  out.offset = in.offset();
  const bool read = from_wire_or_zero(in.compartment(), out.compartment) && from_wire_or_zero(in.id(), out.id);
  return read && (out.id.is_zero() ? out.offset == 0 : !out.compartment.is_zero());
}

bool take(const pb::SnapshotHave& in, SnapshotHave& out) {
  out.bytes = in.bytes();
  return from_wire(in.compartment(), out.compartment) && from_wire_or_zero(in.id(), out.id);
}

}  // namespace haki::envelope
