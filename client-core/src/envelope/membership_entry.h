// One entry of a membership log, as it is made and as it is shown (spec 40-keys, "Membership log"). Pure functions.
#pragma once

#include <optional>

#include "envelope/membership_acts.h"
#include "haki/result.h"

namespace haki::envelope {

// A co-signature lapses when the log has grown by this much since the act was made.
inline constexpr std::uint32_t kCosignatureLife = 256;

// An act on its way to the log: made once, so that others can co-sign it, and the same whatever place it gets.
struct Proposal {
  OperationId operation;
  std::uint32_t base_m_seq = 0;
  MembershipAct act;
};
Bytes encode_proposal(const Proposal& proposal);
Result<Proposal> decode_proposal(ByteView bytes);
Cosignature cosign(const CoalitionId& org, ByteView proposal, const DeviceId& device, const crypto::SigningSecret& signer);

// Signs the entry that follows `seq_before` entries. `org` and `prev` are zeros in the first.
MembershipEntry make_entry(const CoalitionId& org, std::uint32_t seq, const Hash& prev, std::int64_t time_ms,
                           ByteView proposal, const DeviceId& device, const crypto::SigningSecret& signer);
MembershipEntry make_entry(const CoalitionId& org, std::uint32_t seq, const Hash& prev, std::int64_t time_ms,
                           const OperationId& operation, const MembershipAct& act, const DeviceId& device,
                           const crypto::SigningSecret& signer);
Hash entry_hash(const MembershipEntry& entry);
// The position an entry claims for itself, nothing checked; kInvalid where it is malformed.
Result<std::uint64_t> entry_seq(const MembershipEntry& entry);
// The same of the entry it says it follows.
Result<Hash> entry_prev(const MembershipEntry& entry);

// An entry as history shows it. The act is empty where a newer version made it.
struct EntryView {
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  OperationId operation;
  std::optional<MembershipAct> act;
};
Result<EntryView> view_entry(const MembershipEntry& entry);

}  // namespace haki::envelope
