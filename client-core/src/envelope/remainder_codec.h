// Remainders and the frames about erasure to and from protobuf. Only frames.cc includes it.
#pragma once

#include "envelope/exchange_frames.h"
#include "wire/v1/wire.pb.h"

namespace haki::envelope {

void put_remainder(wire::v1::Remainder& out, const Remainder& in);
void put(wire::v1::Frame& frame, const Erase& in);
void put(wire::v1::Frame& frame, const Erased& in);
// False: malformed.
bool take(const wire::v1::Remainder& in, Remainder& out);
bool take(const wire::v1::Erase& in, Erase& out);
bool take(const wire::v1::Erased& in, Erased& out);

}  // namespace haki::envelope
