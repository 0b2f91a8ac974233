// Snapshots of a compartment as frames, and what their signatures cover (spec 61-snapshots).
#pragma once

#include <vector>

#include "crypto/keypair.h"
#include "haki/bytes.h"

namespace haki::envelope {

using SnapshotId = FixedBytes<struct SnapshotIdTag, 16>;

// How far one chain had got when the state was taken.
struct SnapshotMark {
  LogId log;
  std::uint64_t seq = 0;
  Hash hash;
  std::uint32_t m_seq = 0;
  std::uint32_t epoch = 0;
  bool operator==(const SnapshotMark&) const = default;
};
struct SnapshotPart {
  std::uint32_t length = 0;
  Hash hash;
  bool operator==(const SnapshotPart&) const = default;
};
// A lead's word that the state at the marks is this one. Domain "HAKI1.sno", over the hash of snapshot_message().
struct SnapshotSignature {
  DeviceId by;
  crypto::Signature signature;
};
struct Snapshot {
  CompartmentId compartment;
  SnapshotId id;
  std::uint32_t epoch = 0;
  std::uint32_t m_seq = 0;
  Hash m_head;
  std::vector<SnapshotMark> marks;  // sorted by log, each once
  std::vector<SnapshotPart> parts;
  Hash state_root;
  std::int64_t time_ms = 0;
  DeviceId by;
  crypto::Signature signature;  // domain "HAKI1.snp", over snapshot_message()
  std::vector<SnapshotSignature> words;

  // Of its parts, together.
  std::uint64_t bytes() const;
  // Sum of the marks: of two snapshots the one with more is the newer.
  std::uint64_t covers() const;
  const SnapshotMark* mark(const LogId& log) const;
};
struct SnapshotBytes {
  CompartmentId compartment;
  SnapshotId id;
  std::uint64_t offset = 0;
  Bytes bytes;
};
struct SnapshotWord {
  CompartmentId compartment;
  SnapshotId id;
  SnapshotSignature word;
};
struct SnapshotWant {
  CompartmentId compartment;  // zeros: the newest of each
  SnapshotId id;              // zeros: the newest of this one
  std::uint64_t offset = 0;
};
struct SnapshotHave {
  CompartmentId compartment;
  SnapshotId id;  // zeros: there is none
  std::uint64_t bytes = 0;
};

Bytes snapshot_message(const CoalitionId& org, const Snapshot& snapshot);
// What a word signs.
Hash snapshot_word_message(const CoalitionId& org, const Snapshot& snapshot);
// Lengths, order and numbers within the bounds of the spec; says nothing of signatures.
bool well_formed(const Snapshot& snapshot);

}  // namespace haki::envelope
