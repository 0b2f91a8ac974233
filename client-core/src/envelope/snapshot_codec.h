// Snapshot frames to and from protobuf. Only frames.cc includes it.
#pragma once

#include "envelope/snapshot_frames.h"
#include "wire/v1/wire.pb.h"

namespace haki::envelope {

void put(wire::v1::Frame& frame, const Snapshot& in);
void put(wire::v1::Frame& frame, const SnapshotBytes& in);
void put(wire::v1::Frame& frame, const SnapshotWord& in);
void put(wire::v1::Frame& frame, const SnapshotWant& in);
void put(wire::v1::Frame& frame, const SnapshotHave& in);
// False: malformed.
bool take(const wire::v1::Snapshot& in, Snapshot& out);
bool take(const wire::v1::SnapshotBytes& in, SnapshotBytes& out);
bool take(const wire::v1::SnapshotWord& in, SnapshotWord& out);
bool take(const wire::v1::SnapshotWant& in, SnapshotWant& out);
bool take(const wire::v1::SnapshotHave& in, SnapshotHave& out);

}  // namespace haki::envelope
