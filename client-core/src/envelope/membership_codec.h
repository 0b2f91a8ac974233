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
  OperationId operation;
  std::optional<MembershipAct> act;  // empty: a kind this version does not know
};

Bytes encode_body(const DecodedBody& body);
// kInvalid where malformed.
Result<DecodedBody> decode_body(ByteView bytes);

}  // namespace haki::envelope
