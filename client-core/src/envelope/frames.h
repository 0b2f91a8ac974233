// The frames of an exchange as plain values. A message is frames, each preceded by its length as a varint; the last frame
// of a request and the second of a reply is an Auth over what came before it (spec 60-http-api, "Exchange").
#pragma once

#include <variant>
#include <vector>

#include "envelope/bundle_frames.h"
#include "envelope/exchange_frames.h"
#include "envelope/first_contact_frames.h"
#include "envelope/snapshot_frames.h"

namespace haki::envelope {

// A frame of a later version: skipped by clients, refused by servers.
struct UnknownFrame {};

using Frame = std::variant<Hello, Append, EpochKey, Run, Pull, Auth, Welcome, Grant, Receipt, Reject, Row, JoinRequest,
                           MembershipEntry, Found, Founded, ServerInfo, Wiped, HeadsWanted, DeviceHeads, Recover, Recovered,
                           Snapshot, SnapshotBytes, SnapshotWord, SnapshotWant, SnapshotHave, Bundle, BlobPiece, BundleAnswer, BlobHeld,
                           Erase, Erased, UnknownFrame>;

// Appends the frame with its length.
void append_frame(Bytes& message, const Frame& frame);
// For a server that keeps frames encoded: a row around bytes made by encode_*; no second encoding of the content.
Bytes encode_frame(const Frame& frame);

// Reads frames one by one. At most kFramesPerMessageMax; sizes are checked before anything is allocated.
class FrameReader {
 public:
  explicit FrameReader(ByteView message) : rest_(message), total_(message.size()) {}
  bool done() const { return rest_.empty(); }
  // Where the next frame starts, in bytes from the message's start: what an Auth frame's MAC covers ends here.
  std::size_t offset() const { return total_ - rest_.size(); }
  // kInvalid on malformed bytes or the end of the message in the middle of a frame (`cut_short` is then true).
  Result<Frame> next();
  bool cut_short() const { return cut_short_; }

 private:
  ByteView rest_;
  std::size_t total_;
  std::size_t frames_ = 0;
  bool cut_short_ = false;
};

Bytes founded_message(const CoalitionId& org, const Hash& head, std::int64_t time_ms);
Bytes server_info_message(const ServerInfo& info, ByteView nonce);
Bytes beacon_message(const CoalitionId& org, const Beacon& beacon);  // domain "HAKI1.bcn"
Bytes wiped_message(const CoalitionId& org, const DeviceId& device);   // domain "HAKI1.wip"
// What a server's receipt for a whole blob signs (spec 62-blobs, "Receipt"), domain "HAKI1.blr". `length`: bytes of the blob.
Bytes blob_receipt_message(const CoalitionId& org, const CompartmentId& compartment, const BlobId& blob, std::uint64_t length,
                           std::int64_t time_ms);
// Everything of a join request before its MAC, bound to the coalition; the MAC's key comes from the invite's secret.
Mac join_mac(ByteView secret16, const CoalitionId& org, const JoinRequest& request);

// First 8 bytes of BLAKE2b-256 over the sorted (compartment, seq, hash) of a device's own chains.
std::array<std::uint8_t, 8> heads8(std::vector<Head> heads);

}  // namespace haki::envelope
