// An answer that came by hand, proven to be the server's (spec 63-bundles, "Inside an answer").
#pragma once

#include "sync/action.h"

namespace haki::sync {

struct CarriedAnswer {
  envelope::BundleAnswer head;
  Inbound inbound;  // as of an exchange; `carried` is set
  std::vector<envelope::BlobHeld> blobs;
};

// `plain`: what open_bundle() gave. kUntrusted: not signed by this server for this device, or not an answer's frames.
Result<CarriedAnswer> read_carried_answer(const CoalitionId& org, const DeviceId& device, const crypto::VerifyKey& server,
                                          ByteView plain);

}  // namespace haki::sync
