// The frames by which content is let go of, and why a server refuses something (spec 14-erasure, 60-http-api).
#pragma once

#include <optional>

#include "envelope/remainder.h"

namespace haki::envelope {

// Why the server refused; closed and numbered for ever (spec 60-http-api, "Refusals").
enum class Refusal : std::uint32_t {
  kMalformed = 1, kTooLarge = 2, kUnknownCoalition = 3, kNotAdmitted = 4, kBadMac = 5, kStaleCounter = 6, kVersion = 7,
  kGap = 8, kFork = 9, kBadSignature = 10, kNotAllowed = 11, kUnknownCompartment = 12, kUnknownEpoch = 13,
  kMembershipMoved = 14, kBadMembership = 15, kTokenInvalid = 16, kTokenExpired = 17, kTokenUsed = 18, kRemoved = 19,
  kBusy = 20, kQuota = 21, kInternal = 22, kUnknownMembership = 23, kTooManyJoins = 24,
  kBlobUnknown = 25, kBlobOffset = 26, kBlobChecksum = 27, kBlobDamaged = 28,
  kBlobErased = 29,
};
// A lead has the content of an item, or a blob, let go of (spec 14-erasure, "At the server").
struct Erase {
  CompartmentId compartment;
  LogId log;              // of an item
  std::uint64_t seq = 0;  // its last
  Hash hash;              // its header's
  LogId tomb_log;         // the change set with the tombstone
  std::uint64_t tomb_seq = 0;
  std::optional<Remainder> remainder;  // absent: is it still to be erased?
  BlobId blob;            // instead of an item; zeros: none
};
// It is gone, by the server's word under "HAKI1.ers"; or `wanted`: a remainder is asked for.
struct Erased {
  CompartmentId compartment;
  LogId log;
  std::uint64_t seq = 0;
  BlobId blob;
  bool wanted = false;
  std::int64_t time_ms = 0;
  crypto::Signature signature;
  std::optional<Refusal> refused{};
  LogId tomb_log{};
  std::uint64_t tomb_seq = 0;
};

}  // namespace haki::envelope
