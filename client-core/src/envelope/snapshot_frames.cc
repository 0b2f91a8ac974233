#include "envelope/snapshot_frames.h"

#include <algorithm>
#include <numeric>

#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/hash.h"

namespace haki::envelope {

std::uint64_t Snapshot::bytes() const {
  return std::accumulate(parts.begin(), parts.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const SnapshotPart& part) { return sum + part.length; });
}

std::uint64_t Snapshot::covers() const {
  return std::accumulate(marks.begin(), marks.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const SnapshotMark& mark) { return sum + mark.seq; });
}

const SnapshotMark* Snapshot::mark(const LogId& log) const {
  const auto found = std::ranges::lower_bound(marks, log, {}, &SnapshotMark::log);
  return found != marks.end() && found->log == log ? &*found : nullptr;
}

Bytes snapshot_message(const CoalitionId& org, const Snapshot& snapshot) {
  Bytes message;
  base::append(message, org);
  base::append(message, snapshot.compartment);
  base::append(message, snapshot.id);
  base::append_le(message, snapshot.epoch);
  base::append_le(message, snapshot.m_seq);
  base::append(message, snapshot.m_head);
  base::append(message, snapshot.by);
  base::append_le(message, static_cast<std::uint64_t>(snapshot.time_ms));
  base::append(message, snapshot.state_root);
  base::append_le(message, static_cast<std::uint32_t>(snapshot.marks.size()));
  for (const SnapshotMark& mark : snapshot.marks) {
    base::append(message, mark.log);
    base::append_le(message, mark.seq);
    base::append(message, mark.hash);
    base::append_le(message, mark.m_seq);
    base::append_le(message, mark.epoch);
  }
  base::append_le(message, static_cast<std::uint32_t>(snapshot.parts.size()));
  for (const SnapshotPart& part : snapshot.parts) {
    base::append_le(message, part.length);
    base::append(message, part.hash);
  }
  return message;
}

Hash snapshot_word_message(const CoalitionId& org, const Snapshot& snapshot) {
  return crypto::hash32({snapshot_message(org, snapshot)});
}

bool well_formed(const Snapshot& snapshot) {
  const auto unordered = [](const SnapshotMark& a, const SnapshotMark& b) { return !(a.log < b.log); };
  const auto empty_mark = [](const SnapshotMark& mark) { return mark.seq == 0 || mark.seq > limits::kSeqMax; };
  const auto odd_part = [](const SnapshotPart& part) {
    return part.length == 0 || part.length > limits::kSnapshotPartBytesMax;
  };
  return !snapshot.marks.empty() && snapshot.marks.size() <= limits::kDevicesMax && !snapshot.parts.empty() &&
         snapshot.parts.size() <= limits::kSnapshotPartsMax && snapshot.bytes() <= limits::kSnapshotBytesMax &&
         snapshot.words.size() <= limits::kCosignaturesMax &&
         std::ranges::adjacent_find(snapshot.marks, unordered) == snapshot.marks.end() &&
         std::ranges::none_of(snapshot.marks, empty_mark) && std::ranges::none_of(snapshot.parts, odd_part);
}

}  // namespace haki::envelope
