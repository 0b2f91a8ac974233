// Every bound on what Haki accepts, in one place. The same constants are checked when a person saves, when a change is
// sealed, at the server and by every reader, so nothing that was saved can turn out too big to send (spec 10-change-set).
#pragma once

#include <cstddef>
#include <cstdint>

namespace haki::limits {

// Change sets and what they hold.
inline constexpr std::size_t kValueBytesMax = 64 * 1024;
inline constexpr std::size_t kChangeSetBytesMax = 256 * 1024;
inline constexpr std::size_t kOpsPerChangeSetMax = 512;
inline constexpr std::size_t kOverDotsPerOpMax = 256;
inline constexpr std::size_t kCellsPerRecordMax = 500;
inline constexpr std::size_t kDeadAheadPerRecordMax = 10'000;
inline constexpr std::size_t kReasonBytesMax = 1024;  // of an erasure

// Items, runs, requests.
inline constexpr std::size_t kChangeSetsPerItemMax = 64;
inline constexpr std::size_t kBatchBytesMax = 256 * 1024;
inline constexpr std::size_t kItemBytesMax = kBatchBytesMax + kBatchBytesMax / 8 + 1024;  // padded, sealed
inline constexpr std::size_t kItemsPerRunMax = 64;
inline constexpr std::size_t kRunBytesMax = 1024 * 1024;
inline constexpr std::size_t kRequestBytesMax = 1024 * 1024;
inline constexpr std::size_t kReplyBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kFramesPerMessageMax = 4096;

// Snapshots (spec 61-snapshots).
inline constexpr std::uint64_t kSeqMax = (std::uint64_t{1} << 40) - 1;
inline constexpr std::size_t kSnapshotPartPlainBytes = 1024 * 1024;      // a part ends with the record that reaches it
inline constexpr std::size_t kSnapshotPartPlainBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kSnapshotPartBytesMax = kSnapshotPartPlainBytesMax + 64 * 1024;  // sealed
inline constexpr std::size_t kSnapshotPartsMax = 4096;
inline constexpr std::uint64_t kSnapshotBytesMax = 256ull * 1024 * 1024;
inline constexpr std::size_t kSnapshotPieceBytesMax = 64 * 1024;

// Membership.
inline constexpr std::size_t kMembershipEntryBytesMax = 64 * 1024;
inline constexpr std::size_t kMembershipBatchMax = 256;
inline constexpr std::size_t kMembershipEntriesMax = 100'000;
inline constexpr std::size_t kCosignaturesMax = 16;
inline constexpr std::size_t kDevicesMax = 10'000;
inline constexpr std::size_t kNameBytesMax = 200;

// Key file floors, compiled in: a file below them is refused, whoever wrote it (spec 40-keys).
inline constexpr std::uint32_t kArgonMemoryKibMin = 64 * 1024;
inline constexpr std::uint32_t kArgonMemoryKibMax = 1024 * 1024;
inline constexpr std::uint32_t kArgonPassesMin = 3;
inline constexpr std::uint32_t kArgonPassesMax = 16;
inline constexpr std::size_t kPassphraseBytesMin = 8;
inline constexpr std::size_t kPassphraseBytesMax = 1024;

// Wrong passphrases: freely until this many in a row, then after a wait that grows (spec 40-keys, "Tries").
inline constexpr std::uint32_t kWrongBeforeWaiting = 3;
inline constexpr std::int64_t kWaitAfterWrongMsMax = 60'000;
// How long an agent may stay open without a command.
inline constexpr std::int64_t kIdleMsMin = 30'000;
inline constexpr std::int64_t kIdleMsMax = 12 * 3'600'000ll;

// The hybrid clock follows another device's clock by at most this much ahead of its own (spec 20-merge).
inline constexpr std::int64_t kClockLeadMsMax = 3'600'000;

}  // namespace haki::limits
