// Membership bodies as bytes. Only this folder's sources include it.
#pragma once

#include <optional>

#include "envelope/membership.h"

namespace haki::envelope {

struct DecodedBody {
  CoalitionId org;
  std::uint64_t seq = 0;
  Hash prev;
  std::int64_t time_ms = 0;
  Bytes op;  // as received; co-signatures are over these bytes
  OperationId operation;
  std::uint64_t base_m_seq = 0;
  std::optional<MembershipAct> act;  // empty: a kind this version does not know
};

Bytes encode_op(const OperationId& operation, std::uint64_t base_m_seq, const MembershipAct& act);
// Of `body` its op, as bytes, counts; what is decoded of it is not looked at.
Bytes encode_body(const DecodedBody& body);
// kInvalid where malformed.
Result<DecodedBody> decode_body(ByteView bytes);
// Fills operation, base_m_seq and act from op; false where malformed.
bool decode_op(DecodedBody& body);
bool cosignature_holds(const CoalitionId& org, ByteView proposal, const crypto::VerifyKey& key,
                       const crypto::Signature& signature);
// A log that breaks a rule; `what` says which, as a sentence.
Error untrusted(std::string what);

}  // namespace haki::envelope
