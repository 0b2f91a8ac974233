// What travels by hand: the frame that opens a bundle or an answer and signs what follows it, and pieces of blobs (spec
// 63-bundles).
#pragma once

#include "envelope/exchange_frames.h"

namespace haki::envelope {

using BundleId = FixedBytes<struct BundleIdTag, 16>;

inline constexpr std::uint32_t kBundlePartsMax = 100'000;

// First in a bundle, before a Hello; signed by that Hello's device, domain "HAKI1.bun", over bundle_message().
struct Bundle {
  BundleId id;  // of all parts made together
  std::uint32_t part = 1, parts = 1;
  std::int64_t time_ms = 0;  // of the device's clock
  crypto::Signature signature;
};
// Bytes of a blob from `offset` on; `length` is the whole blob's.
struct BlobPiece {
  BlobId blob;
  CompartmentId compartment;
  std::uint64_t length = 0, offset = 0;
  Bytes bytes;
};
// First in an answer, before a Welcome; signed by the server, domain "HAKI1.bua", over bundle_answer_message().
struct BundleAnswer {
  BundleId id;
  std::uint32_t part = 1;
  ServerRun asked_run;            // Hello.server_run of the bundle; zeros: none
  std::uint64_t asked_after = 0;  // the cursor above which rows follow, as far as it counted
  crypto::Signature signature;
};
// What became of a blob of which a piece came: whole (`receipt_ms` is not 0), refused, or neither: under way.
struct BlobHeld {
  BlobId blob;
  CompartmentId compartment;
  std::int64_t receipt_ms = 0;
  crypto::Signature receipt;  // as Haki-Receipt has it (spec 62-blobs)
  std::optional<Refusal> refused;
  bool over_quota = false;
};

// `after`: every byte that follows the frame.
Bytes bundle_message(const CoalitionId& org, const Bundle& bundle, ByteView after);
Bytes bundle_answer_message(const CoalitionId& org, const DeviceId& device, const BundleAnswer& answer, ByteView after);

}  // namespace haki::envelope
