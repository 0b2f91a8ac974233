// Bundle frames to and from protobuf. Only frames.cc includes it.
#pragma once

#include "envelope/bundle_frames.h"
#include "wire/v1/wire.pb.h"

namespace haki::envelope {

void put(wire::v1::Frame& frame, const Bundle& in);
void put(wire::v1::Frame& frame, const BlobPiece& in);
void put(wire::v1::Frame& frame, const BundleAnswer& in);
void put(wire::v1::Frame& frame, const BlobHeld& in);
// False: malformed.
bool take(const wire::v1::Bundle& in, Bundle& out);
bool take(const wire::v1::BlobPiece& in, BlobPiece& out);
bool take(const wire::v1::BundleAnswer& in, BundleAnswer& out);
bool take(const wire::v1::BlobHeld& in, BlobHeld& out);

}  // namespace haki::envelope
