#include "envelope/frames.h"

#include <algorithm>

#include "base/limits.h"
#include "base/little_endian.h"
#include "crypto/hash.h"
#include "envelope/bundle_codec.h"
#include "envelope/remainder_codec.h"
#include "envelope/snapshot_codec.h"
#include "envelope/wire_codec.h"
#include "wire/v1/wire.pb.h"

namespace haki::envelope {
namespace {

namespace pb = wire::v1;

std::string wire8(const std::array<std::uint8_t, 8>& bytes) {
  return bytes == std::array<std::uint8_t, 8>{} ? std::string() : to_wire(bytes);
}

// ---- encode: one put() for each frame ----

void put(pb::Frame& frame, const Hello& in) {
  auto& out = *frame.mutable_hello();
  out.set_version(in.version);
  out.set_device(to_wire(in.device));
  out.set_counter(in.counter);
  out.set_membership_count(in.membership_count);
  out.set_cursor(in.cursor);
  out.set_heads8(wire8(in.heads8));
  out.set_credit(in.credit);
  out.set_server_run(to_wire_unless_zero(in.server_run));
  out.set_wants_token(in.wants_token);
}

void put_entry(pb::MembershipEntry& out, const MembershipEntry& in) {
  out.set_body(to_wire(in.body));
  out.set_device(to_wire(in.device));
  out.set_signature(to_wire(in.signature));
  for (const Cosignature& yes : in.cosignatures) {
    auto& one = *out.add_cosignatures();
    one.set_device(to_wire(yes.device));
    one.set_signature(to_wire(yes.signature));
  }
}

void put_head(pb::Head& out, const Head& in) {
  out.set_compartment(to_wire(in.compartment));
  out.set_seq(in.seq);
  out.set_hash(to_wire(in.hash));
}

void put_wiped(pb::Wiped& out, const Wiped& in) {
  out.set_device(to_wire(in.device));
  out.set_signature(to_wire(in.signature));
}

void put_grant(pb::Grant& out, const Grant& in) {
  out.set_compartment(to_wire(in.compartment));
  out.set_epoch(in.epoch);
  out.set_device(to_wire(in.device));
  out.set_sealed(to_wire(in.sealed));
  out.set_by(to_wire(in.by));
  out.set_signature(to_wire(in.signature));
}

template <typename Message, typename Batch>
void put_batch(Message& out, const Batch& in) {
  for (const auto& entry : in.entries) put_entry(*out.add_entries(), entry);
  for (const auto& grant : in.grants) put_grant(*out.add_grants(), grant);
}

void put(pb::Frame& frame, const Append& in) { put_batch(*frame.mutable_append(), in); }
void put(pb::Frame& frame, const Recover& in) { put_batch(*frame.mutable_recover(), in.first); }
void put(pb::Frame& frame, const Recovered& in) {
  put_batch(*frame.mutable_recovered(), in);
  frame.mutable_recovered()->set_membership_count(in.membership_count);
}

void put_epoch_key(pb::EpochKey& out, const EpochKey& in) {
  out.set_compartment(to_wire(in.compartment));
  out.set_log(to_wire_unless_zero(in.log));
  out.set_epoch(in.epoch);
  out.set_key_id(to_wire(in.key));
  out.set_m_seq(in.m_seq);
  out.set_m_head(to_wire(in.m_head));
  for (const auto& grant : in.grants) {
    auto& sealed = *out.add_grants();
    sealed.set_device(to_wire(grant.device));
    sealed.set_sealed(to_wire(grant.sealed));
  }
  out.set_signature(to_wire(in.signature));
}

void put_run(pb::Run& out, const Run& in) {
  out.set_compartment(to_wire(in.compartment));
  out.set_log(to_wire_unless_zero(in.log));
  out.set_after_seq(in.after_seq);
  out.set_prev8(wire8(in.prev8));
  out.set_epoch(in.epoch);
  out.set_m_seq(in.m_seq);
  out.set_m_head8(wire8(in.m_head8));
  out.set_beacon(to_wire_unless_zero(in.beacon));
  for (const auto& item : in.items) {
    auto& one = *out.add_items();
    if (item.kind != kDataItem) one.set_kind(item.kind);
    if (item.sets != 1) one.set_sets(item.sets);
    one.set_group(to_wire_unless_zero(item.group));
    one.set_witness(to_wire_unless_zero(item.witness));
    one.set_nonce(to_wire(item.nonce));
    one.set_sealed(to_wire(item.sealed));
    if (item.sealed.empty()) {
      one.set_sealed_length(item.sealed_length);
      one.set_sealed_hash(to_wire(item.sealed_hash));
    }
    if (item.signature) one.set_signature(to_wire(*item.signature));
    if (item.remainder) put_remainder(*one.mutable_remainder(), *item.remainder);
  }
}

void put_join(pb::JoinRequest& out, const JoinRequest& in) {
  out.set_invite(to_wire(in.invite));
  out.set_sign_key(to_wire(in.sign_key));
  out.set_box_key(to_wire(in.box_key));
  out.set_auth_key(to_wire(in.auth_key));
  out.set_log(to_wire(in.log));
  out.set_sealed_name(to_wire(in.sealed_name));
  out.set_mac(to_wire(in.mac));
}

void put(pb::Frame& frame, const EpochKey& in) { put_epoch_key(*frame.mutable_epoch_key(), in); }
void put(pb::Frame& frame, const Run& in) { put_run(*frame.mutable_run(), in); }
void put(pb::Frame& frame, const Grant& in) { put_grant(*frame.mutable_grant(), in); }
void put(pb::Frame& frame, const JoinRequest& in) { put_join(*frame.mutable_join_request(), in); }
void put(pb::Frame& frame, const MembershipEntry& in) { put_entry(*frame.mutable_entry(), in); }
void put(pb::Frame& frame, const Auth& in) { frame.mutable_auth()->set_mac(to_wire(in.mac)); }

void put(pb::Frame& frame, const Pull& in) {
  auto& out = *frame.mutable_pull();
  out.set_compartment(to_wire(in.compartment));
  out.set_log(to_wire_unless_zero(in.log));
  out.set_after_seq(in.after_seq);
}

void put(pb::Frame& frame, const Welcome& in) {
  auto& out = *frame.mutable_welcome();
  out.set_time_ms(in.time_ms);
  out.set_server_run(to_wire(in.server_run));
  out.set_membership_count(in.membership_count);
  out.set_membership_head(to_wire(in.membership_head));
  for (const auto& head : in.heads) put_head(*out.add_heads(), head);
  out.set_heads_differ(in.heads_differ);
  out.set_more(in.more);
  out.set_cursor(in.cursor);
  out.set_token(to_wire_unless_zero(in.token));
  if (in.beacon) {
    out.mutable_beacon()->set_time_ms(in.beacon->time_ms);
    out.mutable_beacon()->set_random(to_wire(in.beacon->random));
    out.mutable_beacon()->set_signature(to_wire(in.beacon->signature));
  }
}

void put(pb::Frame& frame, const Receipt& in) {
  auto& out = *frame.mutable_receipt();
  out.set_compartment(to_wire(in.compartment));
  out.set_log(to_wire_unless_zero(in.log));
  out.set_seq(in.seq);
  out.set_time_ms(in.time_ms);
  out.set_signature(to_wire(in.signature));
}

void put(pb::Frame& frame, const Reject& in) {
  auto& out = *frame.mutable_reject();
  out.set_code(static_cast<std::uint32_t>(in.code));
  out.set_compartment(to_wire_unless_zero(in.compartment));
  out.set_log(to_wire_unless_zero(in.log));
  out.set_seq(in.seq);
  out.set_hash(to_wire_unless_zero(in.hash));
  out.set_counter(in.counter);
  out.set_time_ms(in.time_ms);
}

void put(pb::Frame& frame, const Row& in) {
  auto& out = *frame.mutable_row();
  out.set_server_seq(in.server_seq);
  if (const auto* run = std::get_if<Run>(&in.content)) put_run(*out.mutable_run(), *run);
  if (const auto* key = std::get_if<EpochKey>(&in.content)) put_epoch_key(*out.mutable_epoch_key(), *key);
  if (const auto* join = std::get_if<JoinRequest>(&in.content)) put_join(*out.mutable_join_request(), *join);
  if (const auto* wiped = std::get_if<Wiped>(&in.content)) put_wiped(*out.mutable_wiped(), *wiped);
  out.set_over_quota(in.over_quota);
}

void put(pb::Frame& frame, const Found& in) {
  auto& out = *frame.mutable_found();
  out.set_token(to_wire(in.token));
  put_batch(out, in.first);
}

void put(pb::Frame& frame, const Founded& in) {
  auto& out = *frame.mutable_founded();
  out.set_org(to_wire(in.org));
  out.set_time_ms(in.time_ms);
  out.set_signature(to_wire(in.signature));
}

void put(pb::Frame& frame, const ServerInfo& in) {
  auto& out = *frame.mutable_server_info();
  out.set_version(in.version);
  out.set_sign_key(to_wire(in.sign_key));
  out.set_exchange_key(to_wire(in.exchange_key));
  for (const auto& pin : in.pins) out.add_pins(to_wire(pin));
  out.set_time_ms(in.time_ms);
  out.set_signature(to_wire(in.signature));
}

void put(pb::Frame& frame, const Wiped& in) { put_wiped(*frame.mutable_wiped(), in); }
void put(pb::Frame& frame, const HeadsWanted& in) { frame.mutable_heads_wanted()->set_device(to_wire(in.device)); }
void put(pb::Frame& frame, const DeviceHeads& in) {
  auto& out = *frame.mutable_device_heads();
  out.set_device(to_wire(in.device));
  for (const Head& head : in.heads) put_head(*out.add_heads(), head);
}

void put(pb::Frame&, const UnknownFrame&) {}

// ---- decode: one take() for each frame; false is malformed ----

bool take(const pb::Hello& in, Hello& out) {
  out.version = in.version();
  out.counter = in.counter();
  out.membership_count = in.membership_count();
  out.cursor = in.cursor();
  out.credit = in.credit();
  out.wants_token = in.wants_token();
  return from_wire(in.device(), out.device) && from_wire8(in.heads8(), out.heads8) &&
         from_wire_or_zero(in.server_run(), out.server_run);
}

bool take(const pb::MembershipEntry& in, MembershipEntry& out) {
  if (in.body().size() > limits::kMembershipEntryBytesMax) return false;
  out.body = bytes_of(in.body());
  if (in.cosignatures_size() > static_cast<int>(limits::kCosignaturesMax)) return false;
  for (const auto& yes : in.cosignatures()) {
    Cosignature& one = out.cosignatures.emplace_back();
    if (!from_wire(yes.device(), one.device) || !from_wire(yes.signature(), one.signature)) return false;
  }
  return from_wire(in.device(), out.device) && from_wire(in.signature(), out.signature);
}

bool take_heads(const google::protobuf::RepeatedPtrField<pb::Head>& in, std::vector<Head>& out) {
  for (const auto& head : in) {
    Head& one = out.emplace_back();
    one.seq = head.seq();
    if (!from_wire(head.compartment(), one.compartment) || !from_wire(head.hash(), one.hash)) return false;
  }
  return true;
}

bool take(const pb::Wiped& in, Wiped& out) {
  return from_wire(in.device(), out.device) && from_wire(in.signature(), out.signature);
}
bool take(const pb::HeadsWanted& in, HeadsWanted& out) { return from_wire(in.device(), out.device); }
bool take(const pb::DeviceHeads& in, DeviceHeads& out) {
  return from_wire(in.device(), out.device) && take_heads(in.heads(), out.heads);
}

bool take(const pb::Grant& in, Grant& out) {
  out.epoch = in.epoch();
  if (in.sealed().size() > 256) return false;
  out.sealed = bytes_of(in.sealed());
  return from_wire(in.compartment(), out.compartment) && from_wire(in.device(), out.device) &&
         from_wire(in.by(), out.by) && from_wire(in.signature(), out.signature);
}

template <typename Message, typename Batch>
bool take_batch(const Message& in, Batch& out, std::size_t entries_max = limits::kMembershipBatchMax) {
  if (in.entries_size() > static_cast<int>(entries_max)) return false;
  for (const auto& entry : in.entries()) {
    if (!take(entry, out.entries.emplace_back())) return false;
  }
  for (const auto& grant : in.grants()) {
    if (!take(grant, out.grants.emplace_back())) return false;
  }
  return true;
}

bool take(const pb::Append& in, Append& out) { return take_batch(in, out); }
bool take(const pb::Recover& in, Recover& out) { return take_batch(in, out.first); }
bool take(const pb::Recovered& in, Recovered& out) {
  out.membership_count = in.membership_count();
  return take_batch(in, out, limits::kMembershipEntriesMax);
}

bool take(const pb::EpochKey& in, EpochKey& out) {
  out.epoch = in.epoch();
  out.m_seq = in.m_seq();
  if (in.grants_size() > 4096) return false;
  for (const auto& grant : in.grants()) {
    auto& sealed = out.grants.emplace_back();
    if (!from_wire(grant.device(), sealed.device) || grant.sealed().size() > 256) return false;
    sealed.sealed = bytes_of(grant.sealed());
  }
  return from_wire(in.compartment(), out.compartment) && from_wire_or_zero(in.log(), out.log) &&
         from_wire(in.key_id(), out.key) && from_wire(in.m_head(), out.m_head) && from_wire(in.signature(), out.signature);
}

bool take(const pb::Item& in, Item& out) {
  if (in.kind() > 255 || in.sealed().size() > limits::kItemBytesMax) return false;
  out.kind = in.kind() == 0 ? kDataItem : static_cast<std::uint8_t>(in.kind());
  out.sets = in.sets() == 0 ? 1 : in.sets();
  out.sealed = bytes_of(in.sealed());
  if (out.sealed.empty()) {
    out.sealed_length = in.sealed_length();
    if (!from_wire(in.sealed_hash(), out.sealed_hash)) return false;
  } else {
    out.sealed_length = static_cast<std::uint32_t>(out.sealed.size());
    out.sealed_hash = crypto::hash32({out.sealed});
  }
  if (!in.signature().empty() && !from_wire(in.signature(), out.signature.emplace())) return false;
  // Beside ciphertext it would say two things of one item.
  if (in.has_remainder() && (!out.sealed.empty() || !take(in.remainder(), out.remainder.emplace()))) return false;
  return from_wire_or_zero(in.group(), out.group) && from_wire_or_zero(in.witness(), out.witness) &&
         from_wire(in.nonce(), out.nonce);
}

bool take(const pb::Run& in, Run& out) {
  out.after_seq = in.after_seq();
  out.epoch = in.epoch();
  out.m_seq = in.m_seq();
  if (in.items_size() > static_cast<int>(limits::kItemsPerRunMax)) return false;
  out.items.reserve(static_cast<std::size_t>(in.items_size()));
  for (const auto& item : in.items()) {
    if (!take(item, out.items.emplace_back())) return false;
  }
  return from_wire(in.compartment(), out.compartment) && from_wire_or_zero(in.log(), out.log) &&
         from_wire8(in.prev8(), out.prev8) && from_wire8(in.m_head8(), out.m_head8) &&
         from_wire_or_zero(in.beacon(), out.beacon);
}

bool take(const pb::JoinRequest& in, JoinRequest& out) {
  if (in.sealed_name().size() > 1024) return false;
  out.sealed_name = bytes_of(in.sealed_name());
  return from_wire(in.invite(), out.invite) && from_wire(in.sign_key(), out.sign_key) &&
         from_wire(in.box_key(), out.box_key) && from_wire(in.auth_key(), out.auth_key) && from_wire(in.log(), out.log) &&
         from_wire(in.mac(), out.mac);
}

bool take(const pb::Auth& in, Auth& out) { return from_wire(in.mac(), out.mac); }

bool take(const pb::Pull& in, Pull& out) {
  out.after_seq = in.after_seq();
  return from_wire(in.compartment(), out.compartment) && from_wire_or_zero(in.log(), out.log);
}

bool take(const pb::Welcome& in, Welcome& out) {
  out.time_ms = in.time_ms();
  out.membership_count = in.membership_count();
  out.heads_differ = in.heads_differ();
  out.more = in.more();
  out.cursor = in.cursor();
  if (!take_heads(in.heads(), out.heads)) return false;
  if (in.has_beacon()) {
    auto& beacon = out.beacon.emplace();
    beacon.time_ms = in.beacon().time_ms();
    if (!from_wire(in.beacon().random(), beacon.random) || !from_wire(in.beacon().signature(), beacon.signature)) return false;
  }
  return from_wire(in.server_run(), out.server_run) && from_wire(in.membership_head(), out.membership_head) &&
         from_wire_or_zero(in.token(), out.token);
}

bool take(const pb::Receipt& in, Receipt& out) {
  out.seq = in.seq();
  out.time_ms = in.time_ms();
  return from_wire(in.compartment(), out.compartment) && from_wire_or_zero(in.log(), out.log) &&
         from_wire(in.signature(), out.signature);
}

bool take(const pb::Reject& in, Reject& out) {
  out.code = static_cast<Refusal>(in.code());
  out.seq = in.seq();
  out.counter = in.counter();
  out.time_ms = in.time_ms();
  return from_wire_or_zero(in.compartment(), out.compartment) && from_wire_or_zero(in.log(), out.log) &&
         from_wire_or_zero(in.hash(), out.hash);
}

bool take(const pb::Row& in, Row& out) {
  out.server_seq = in.server_seq();
  out.over_quota = in.over_quota();
  switch (in.kind_case()) {
    case pb::Row::kRun: return take(in.run(), out.content.emplace<Run>());
    case pb::Row::kEpochKey: return take(in.epoch_key(), out.content.emplace<EpochKey>());
    case pb::Row::kJoinRequest: return take(in.join_request(), out.content.emplace<JoinRequest>());
    case pb::Row::kWiped: return take(in.wiped(), out.content.emplace<Wiped>());
    case pb::Row::KIND_NOT_SET: return false;
  }
  return false;
}

bool take(const pb::Found& in, Found& out) {
  out.token = bytes_of(in.token());
  return take_batch(in, out.first, limits::kMembershipEntriesMax);
}

bool take(const pb::Founded& in, Founded& out) {
  out.time_ms = in.time_ms();
  return from_wire(in.org(), out.org) && from_wire(in.signature(), out.signature);
}

bool take(const pb::ServerInfo& in, ServerInfo& out) {
  out.version = in.version();
  out.time_ms = in.time_ms();
  for (const auto& pin : in.pins()) {
    if (!from_wire(pin, out.pins.emplace_back())) return false;
  }
  return from_wire(in.sign_key(), out.sign_key) && from_wire(in.exchange_key(), out.exchange_key) &&
         from_wire(in.signature(), out.signature);
}

template <typename T, typename Message>
bool take_frame(const Message& in, Frame& out) {
  return take(in, out.emplace<T>());
}

bool take(const pb::Frame& in, Frame& out) {
  switch (in.kind_case()) {
    case pb::Frame::kHello: return take_frame<Hello>(in.hello(), out);
    case pb::Frame::kAppend: return take_frame<Append>(in.append(), out);
    case pb::Frame::kEpochKey: return take_frame<EpochKey>(in.epoch_key(), out);
    case pb::Frame::kRun: return take_frame<Run>(in.run(), out);
    case pb::Frame::kPull: return take_frame<Pull>(in.pull(), out);
    case pb::Frame::kAuth: return take_frame<Auth>(in.auth(), out);
    case pb::Frame::kWelcome: return take_frame<Welcome>(in.welcome(), out);
    case pb::Frame::kGrant: return take_frame<Grant>(in.grant(), out);
    case pb::Frame::kReceipt: return take_frame<Receipt>(in.receipt(), out);
    case pb::Frame::kReject: return take_frame<Reject>(in.reject(), out);
    case pb::Frame::kRow: return take_frame<Row>(in.row(), out);
    case pb::Frame::kJoinRequest: return take_frame<JoinRequest>(in.join_request(), out);
    case pb::Frame::kEntry: return take_frame<MembershipEntry>(in.entry(), out);
    case pb::Frame::kFound: return take_frame<Found>(in.found(), out);
    case pb::Frame::kFounded: return take_frame<Founded>(in.founded(), out);
    case pb::Frame::kServerInfo: return take_frame<ServerInfo>(in.server_info(), out);
    case pb::Frame::kWiped: return take_frame<Wiped>(in.wiped(), out);
    case pb::Frame::kHeadsWanted: return take_frame<HeadsWanted>(in.heads_wanted(), out);
    case pb::Frame::kDeviceHeads: return take_frame<DeviceHeads>(in.device_heads(), out);
    case pb::Frame::kRecover: return take_frame<Recover>(in.recover(), out);
    case pb::Frame::kRecovered: return take_frame<Recovered>(in.recovered(), out);
    case pb::Frame::kSnapshot: return take_frame<Snapshot>(in.snapshot(), out);
    case pb::Frame::kSnapshotBytes: return take_frame<SnapshotBytes>(in.snapshot_bytes(), out);
    case pb::Frame::kSnapshotWord: return take_frame<SnapshotWord>(in.snapshot_word(), out);
    case pb::Frame::kSnapshotWant: return take_frame<SnapshotWant>(in.snapshot_want(), out);
    case pb::Frame::kSnapshotHave: return take_frame<SnapshotHave>(in.snapshot_have(), out);
    case pb::Frame::kBundle: return take_frame<Bundle>(in.bundle(), out);
    case pb::Frame::kBlobPiece: return take_frame<BlobPiece>(in.blob_piece(), out);
    case pb::Frame::kBundleAnswer: return take_frame<BundleAnswer>(in.bundle_answer(), out);
    case pb::Frame::kBlobHeld: return take_frame<BlobHeld>(in.blob_held(), out);
    case pb::Frame::kErase: return take_frame<Erase>(in.erase(), out);
    case pb::Frame::kErased: return take_frame<Erased>(in.erased(), out);
    case pb::Frame::KIND_NOT_SET: return out.emplace<UnknownFrame>(), true;
  }
  return false;
}

}  // namespace

Bytes encode_frame(const Frame& frame) {
  pb::Frame out;
  std::visit([&](const auto& kind) { put(out, kind); }, frame);
  const std::size_t size = out.ByteSizeLong();
  Bytes bytes;
  bytes.reserve(size + 4);
  for (std::size_t rest = size; ; rest >>= 7) {
    bytes.push_back(static_cast<std::uint8_t>((rest & 127) | (rest > 127 ? 128 : 0)));
    if (rest <= 127) break;
  }
  const std::size_t start = bytes.size();
  bytes.resize(start + size);
  out.SerializeWithCachedSizesToArray(bytes.data() + start);
  return bytes;
}

void append_frame(Bytes& message, const Frame& frame) { base::append(message, encode_frame(frame)); }

Result<Frame> FrameReader::next() {
  const Error malformed{Code::kInvalid, "A message is malformed."};
  std::uint64_t size = 0;
  std::size_t at = 0;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (at == rest_.size()) return cut_short_ = true, malformed;
    if (shift > 28) return malformed;
    size |= static_cast<std::uint64_t>(rest_[at] & 127) << shift;
    if ((rest_[at] & 128) == 0) break;
  }
  ++at;
  if (size > limits::kReplyBytesMax || ++frames_ > limits::kFramesPerMessageMax) return malformed;
  if (size > rest_.size() - at) return cut_short_ = true, malformed;
  pb::Frame in;
  Frame out;
  if (!parse(in, rest_.subspan(at, size)) || !take(in, out)) return malformed;
  rest_ = rest_.subspan(at + size);
  return out;
}

Bytes founded_message(const CoalitionId& org, const Hash& head, std::int64_t time_ms) {
  Bytes message;
  base::append(message, org);
  base::append(message, head);
  base::append_le(message, static_cast<std::uint64_t>(time_ms));
  return message;
}

Bytes server_info_message(const ServerInfo& info, ByteView nonce) {
  Bytes message;
  base::append_le(message, info.version);
  base::append(message, info.exchange_key);
  base::append_le(message, static_cast<std::uint32_t>(info.pins.size()));
  for (const Pin& pin : info.pins) base::append(message, pin);
  base::append_le(message, static_cast<std::uint64_t>(info.time_ms));
  base::append(message, nonce);
  return message;
}

Bytes beacon_message(const CoalitionId& org, const Beacon& beacon) {
  Bytes message;
  base::append(message, org);
  base::append_le(message, static_cast<std::uint64_t>(beacon.time_ms));
  base::append(message, beacon.random);
  return message;
}

Mac join_mac(ByteView secret16, const CoalitionId& org, const JoinRequest& request) {
  const Hash key = crypto::keyed_hash32(secret16, {as_bytes("HAKI1.inv")});
  return {crypto::keyed_hash16(key, {as_bytes(std::string_view("HAKI1.join\0", 11)), org, request.invite, request.sign_key,
                                     request.box_key, request.auth_key, request.log, request.sealed_name})};
}

std::array<std::uint8_t, 8> heads8(std::vector<Head> heads) {
  std::sort(heads.begin(), heads.end(), [](const Head& a, const Head& b) { return a.compartment < b.compartment; });
  crypto::Hasher hasher;
  for (const Head& head : heads) hasher.add(head.compartment).add_u64(head.seq).add(head.hash);
  const Hash hash = hasher.finish32();
  std::array<std::uint8_t, 8> first;
  std::memcpy(first.data(), hash.bytes.data(), 8);
  return first;
}

Bytes blob_receipt_message(const CoalitionId& org, const CompartmentId& compartment, const BlobId& blob, std::uint64_t length,
                           std::int64_t time_ms) {
  Bytes message;
  base::append(message, org);
  base::append(message, compartment);
  base::append(message, blob);
  base::append_le(message, length);
  base::append_le(message, static_cast<std::uint64_t>(time_ms));
  return message;
}

Bytes wiped_message(const CoalitionId& org, const DeviceId& device) {
  Bytes message;
  base::append(message, org);
  base::append(message, device);
  return message;
}

}  // namespace haki::envelope
