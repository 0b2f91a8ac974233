// The frames of an exchange as plain values. A message is frames, each preceded by its length as a varint; the last frame
// of a request and the second of a reply is an Auth over what came before it (spec 60-http-api, "Exchange").
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "envelope/item.h"
#include "envelope/membership.h"

namespace haki::envelope {

struct Hello {
  std::uint32_t version = kProtocolVersion;
  DeviceId device;
  std::uint64_t counter = 0;
  std::uint64_t membership_count = 0;
  std::uint64_t cursor = 0;
  std::array<std::uint8_t, 8> heads8{};
  std::uint32_t credit = 0;
  ServerRun server_run;
};
struct Head {
  CompartmentId compartment;
  std::uint64_t seq = 0;
  Hash hash;
};
struct Beacon {
  std::int64_t time_ms = 0;
  FixedBytes<struct BeaconTag, 16> random;
  crypto::Signature signature;
};
struct Welcome {
  std::int64_t time_ms = 0;
  ServerRun server_run;
  std::uint64_t membership_count = 0;
  Hash membership_head;
  std::vector<Head> heads;
  bool more = false;
  std::optional<Beacon> beacon;
  std::uint64_t cursor = 0;  // the Hello.cursor to send next, once this whole reply is applied
};
struct Auth { Mac mac; };
struct Pull {
  CompartmentId compartment;
  LogId log;  // zeros: all logs
  std::uint64_t after_seq = 0;
};
struct EpochKey {
  CompartmentId compartment;
  LogId log;  // zeros on the way up: the sender's
  std::uint32_t epoch = 0;
  KeyId key;
  std::uint32_t m_seq = 0;
  Hash m_head;
  std::vector<SealedKey> grants;
  crypto::Signature signature;
};
struct Grant {
  CompartmentId compartment;
  std::uint32_t epoch = 0;
  DeviceId device;
  Bytes sealed;
  DeviceId by;
  crypto::Signature signature;
};
struct Append {
  std::vector<MembershipEntry> entries;
  std::vector<Grant> grants;
};
struct Receipt {
  CompartmentId compartment;
  LogId log;  // zeros: the receiver's
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  crypto::Signature signature;
};
// Why the server refused; closed and numbered for ever (spec 60-http-api, "Refusals").
enum class Refusal : std::uint32_t {
  kMalformed = 1, kTooLarge = 2, kUnknownCoalition = 3, kNotAdmitted = 4, kBadMac = 5, kStaleCounter = 6, kVersion = 7,
  kGap = 8, kFork = 9, kBadSignature = 10, kNotAllowed = 11, kUnknownCompartment = 12, kUnknownEpoch = 13,
  kMembershipMoved = 14, kBadMembership = 15, kTokenInvalid = 16, kTokenExpired = 17, kTokenUsed = 18, kRemoved = 19,
  kBusy = 20, kQuota = 21, kInternal = 22, kUnknownMembership = 23, kTooManyJoins = 24,
};
struct Reject {
  Refusal code = Refusal::kMalformed;
  CompartmentId compartment;
  LogId log;
  std::uint64_t seq = 0;
  Hash hash;
  std::uint64_t counter = 0;
  std::int64_t time_ms = 0;
};
struct JoinRequest {
  InviteId invite;
  crypto::VerifyKey sign_key;
  crypto::BoxPublicKey box_key;
  crypto::AuthPublicKey auth_key;
  LogId log;
  Bytes sealed_name;
  Mac mac;
};
struct Row {
  std::uint64_t server_seq = 0;
  std::variant<Run, EpochKey, JoinRequest> content;
};
struct Found {
  Bytes token;
  Append first;
};
struct Founded {
  CoalitionId org;
  std::int64_t time_ms = 0;
  crypto::Signature signature;  // domain "HAKI1.fnd", over org || head of the founding batch || time
};
struct ServerInfo {
  std::uint32_t version = 0;
  crypto::VerifyKey sign_key;
  crypto::AuthPublicKey exchange_key;
  std::vector<Pin> pins;
  std::int64_t time_ms = 0;
  crypto::Signature signature;  // domain "HAKI1.srv", see server_info_message()
};
// A frame of a later version: skipped by clients, refused by servers.
struct UnknownFrame {};

using Frame = std::variant<Hello, Append, EpochKey, Run, Pull, Auth, Welcome, Grant, Receipt, Reject, Row, JoinRequest,
                           MembershipEntry, Found, Founded, ServerInfo, UnknownFrame>;

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
// Everything of a join request before its MAC, bound to the coalition; the MAC's key comes from the invite's secret.
Mac join_mac(ByteView secret16, const CoalitionId& org, const JoinRequest& request);

// First 8 bytes of BLAKE2b-256 over the sorted (compartment, seq, hash) of a device's own chains.
std::array<std::uint8_t, 8> heads8(std::vector<Head> heads);

}  // namespace haki::envelope
