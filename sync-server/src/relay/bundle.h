// A bundle that somebody carried here, opened and proven (spec 63-bundles, "At the server"). Nothing is stored here.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "envelope/frames.h"
#include "relay/coalitions.h"
#include "relay/request.h"
#include "relay/step.h"

namespace haki::relay {

struct Context;

struct CarriedBundle {
  CoalitionId org;
  CoalitionView coalition;
  envelope::Bundle bundle;
  Request request;  // hello, epoch keys and runs, as those of an exchange
  std::optional<envelope::JoinRequest> join;
  std::vector<envelope::BlobPiece> pieces;
  bool admitted = false;  // its device is in the log
  // Told by who keeps the pieces, before the exchange answers.
  std::vector<envelope::BlobHeld> blobs_held;
  bool after_another = false;  // a piece lies beyond what is held
};

// The bundle, or why it is not one of this server's: kMalformed, kVersion, kTooLarge, kUnknownCoalition, kNotAdmitted,
// kBadSignature.
std::variant<CarriedBundle, Reply> open_bundle(Context& context, const CoalitionId& org, ByteView file);

}  // namespace haki::relay
