#include "envelope/membership_codec.h"

#include "base/limits.h"
#include "envelope/wire_codec.h"
#include "wire/v1/wire.pb.h"

namespace haki::envelope {
namespace {

namespace pb = wire::v1;

void put(pb::AddDevice& out, const AddDevice& act) {
  out.set_device(to_wire(act.device));
  out.set_sign_key(to_wire(act.sign_key));
  out.set_box_key(to_wire(act.box_key));
  out.set_auth_key(to_wire(act.auth_key));
  out.set_log(to_wire(act.log));
  out.set_role(static_cast<std::uint32_t>(act.role));
  out.set_editor(act.editor);
  out.set_verified(act.verified);
  for (const auto& district : act.districts) out.add_districts(to_wire(district));
  out.set_person(to_wire_unless_zero(act.person));
}

constexpr int kDistrictsMax = 64;

// Fields that several acts share.
template <typename Message, typename Act>
bool take_role(const Message& in, Act& act) {
  act.role = static_cast<Role>(in.role());
  act.editor = in.editor();
  act.verified = in.verified();
  return in.role() >= 1 && in.role() <= 4;
}

template <typename Id>
bool take_ids(const google::protobuf::RepeatedPtrField<std::string>& in, int at_most, std::vector<Id>& ids) {
  if (in.size() > at_most) return false;
  for (const auto& id : in) {
    if (!from_wire(id, ids.emplace_back())) return false;
  }
  return true;
}

bool take(const pb::AddDevice& in, AddDevice& act) {
  return take_role(in, act) && take_ids(in.districts(), kDistrictsMax, act.districts) &&
         from_wire_or_zero(in.person(), act.person) && from_wire(in.device(), act.device) && from_wire(in.sign_key(), act.sign_key) &&
         from_wire(in.box_key(), act.box_key) && from_wire(in.auth_key(), act.auth_key) && from_wire(in.log(), act.log);
}

// The founding entry and a later one name the server alike.
template <typename Message>
void put_endpoints(Message& out, const Endpoints& endpoints) {
  for (const auto& url : endpoints.urls) out.add_urls(url);
  for (const auto& pin : endpoints.pins) out.add_pins(to_wire(pin));
  out.set_server_sign_key(to_wire(endpoints.server_sign_key));
  out.set_server_exchange_key(to_wire(endpoints.server_exchange_key));
}

template <typename Message>
bool take_endpoints(const Message& in, Endpoints& endpoints) {
  if (in.urls_size() > 8) return false;
  for (const auto& url : in.urls()) {
    if (url.size() > 512) return false;
    endpoints.urls.push_back(url);
  }
  return take_ids(in.pins(), 8, endpoints.pins) && from_wire(in.server_sign_key(), endpoints.server_sign_key) &&
         from_wire(in.server_exchange_key(), endpoints.server_exchange_key);
}

void put(pb::Genesis& out, const Genesis& act) {
  put(*out.mutable_founder(), act.founder);
  out.set_recovery_box_key(to_wire(act.recovery_box_key));
  out.set_recovery_sign_key(to_wire(act.recovery_sign_key));
  put_endpoints(out, act.endpoints);
}

bool take(const pb::Genesis& in, Genesis& act) {
  return take(in.founder(), act.founder) && from_wire(in.recovery_box_key(), act.recovery_box_key) &&
         from_wire(in.recovery_sign_key(), act.recovery_sign_key) && take_endpoints(in, act.endpoints);
}

void put(pb::Endpoints& out, const Endpoints& act) { put_endpoints(out, act); }
bool take(const pb::Endpoints& in, Endpoints& act) { return take_endpoints(in, act) && !act.urls.empty(); }

constexpr int kReadersMax = 512;

void put(pb::NewCompartment& out, const NewCompartment& act) {
  out.set_compartment(to_wire(act.compartment));
  out.set_kind(static_cast<std::uint32_t>(act.kind));
  out.set_owner(to_wire_unless_zero(act.owner));
  for (const DeviceId& reader : act.readers) out.add_readers(to_wire(reader));
  for (const DeviceId& writer : act.writers) out.add_writers(to_wire(writer));
}

bool take(const pb::NewCompartment& in, NewCompartment& act) {
  act.kind = static_cast<CompartmentKind>(in.kind());
  return in.kind() >= 1 && in.kind() <= 5 && from_wire(in.compartment(), act.compartment) &&
         from_wire_or_zero(in.owner(), act.owner) && take_ids(in.readers(), kReadersMax, act.readers) &&
         take_ids(in.writers(), kReadersMax, act.writers);
}

void put(pb::NewEpoch& out, const NewEpoch& act) {
  out.set_compartment(to_wire(act.compartment));
  out.set_epoch(act.epoch);
  out.set_key_id(to_wire(act.key));
  out.set_grants_hash(to_wire(act.grants));
}

bool take(const pb::NewEpoch& in, NewEpoch& act) {
  act.epoch = in.epoch();
  return from_wire(in.compartment(), act.compartment) && from_wire(in.key_id(), act.key) &&
         from_wire(in.grants_hash(), act.grants);
}

void put(pb::RemoveDevice& out, const RemoveDevice& act) {
  out.set_device(to_wire(act.device));
  out.set_refuse_late(act.refuse_late);
}
bool take(const pb::RemoveDevice& in, RemoveDevice& act) {
  act.refuse_late = in.refuse_late();
  return from_wire(in.device(), act.device);
}

void put(pb::SetRole& out, const SetRole& act) {
  out.set_device(to_wire(act.device));
  out.set_role(static_cast<std::uint32_t>(act.role));
  out.set_editor(act.editor);
  out.set_verified(act.verified);
  for (const auto& district : act.districts) out.add_districts(to_wire(district));
}
bool take(const pb::SetRole& in, SetRole& act) {
  return take_role(in, act) && take_ids(in.districts(), kDistrictsMax, act.districts) &&
         from_wire(in.device(), act.device);
}

void put(pb::Suspend& out, const Suspend& act) {
  out.set_device(to_wire(act.device));
  out.set_lift(act.lift);
}
bool take(const pb::Suspend& in, Suspend& act) {
  act.lift = in.lift();
  return from_wire(in.device(), act.device);
}

void put(pb::CutLog& out, const CutLog& act) {
  out.set_log(to_wire(act.log));
  for (const Cut& cut : act.cuts) {
    auto& one = *out.add_cuts();
    one.set_compartment(to_wire(cut.compartment));
    one.set_seq(cut.seq);
    one.set_hash(to_wire_unless_zero(cut.hash));
  }
}
bool take(const pb::CutLog& in, CutLog& act) {
  if (in.cuts_size() > kReadersMax) return false;
  for (const auto& cut : in.cuts()) {
    Cut& one = act.cuts.emplace_back();
    one.seq = cut.seq();
    if (!from_wire(cut.compartment(), one.compartment) || !from_wire_or_zero(cut.hash(), one.hash)) return false;
  }
  return from_wire(in.log(), act.log);
}

void put(pb::SetReaders& out, const SetReaders& act) {
  out.set_compartment(to_wire(act.compartment));
  for (const DeviceId& reader : act.readers) out.add_readers(to_wire(reader));
  for (const DeviceId& writer : act.writers) out.add_writers(to_wire(writer));
}
bool take(const pb::SetReaders& in, SetReaders& act) {
  return from_wire(in.compartment(), act.compartment) && take_ids(in.readers(), kReadersMax, act.readers) &&
         take_ids(in.writers(), kReadersMax, act.writers);
}

void put(pb::Recovery& out, const Recovery& act) {
  out.set_box_key(to_wire(act.box_key));
  out.set_sign_key(to_wire(act.sign_key));
  out.set_threshold(act.threshold);
  for (const Hash& commitment : act.commitments) out.add_commitments(to_wire(commitment));
}
bool take(const pb::Recovery& in, Recovery& act) {
  act.threshold = in.threshold();
  return from_wire(in.box_key(), act.box_key) && from_wire(in.sign_key(), act.sign_key) &&
         take_ids(in.commitments(), 255, act.commitments) && act.threshold >= 1 &&
         (act.commitments.empty() ? act.threshold == 1 : act.threshold <= act.commitments.size());
}

void put(pb::WipeOrder& out, const WipeOrder& act) { out.set_device(to_wire(act.device)); }
bool take(const pb::WipeOrder& in, WipeOrder& act) { return from_wire(in.device(), act.device); }

template <typename Act, typename Message>
bool take_into(std::optional<MembershipAct>& act, const Message& in) {
  Act taken;
  if (!take(in, taken)) return false;
  act = std::move(taken);
  return true;
}

bool take_act(const pb::MembershipOp& in, std::optional<MembershipAct>& act) {
  switch (in.kind_case()) {
    case pb::MembershipOp::kGenesis: return take_into<Genesis>(act, in.genesis());
    case pb::MembershipOp::kAddDevice: return take_into<AddDevice>(act, in.add_device());
    case pb::MembershipOp::kNewCompartment: {
      // A kind of compartment that a later version has: known as an entry, but not to this reader.
      if (in.new_compartment().kind() > 5) return true;
      return take_into<NewCompartment>(act, in.new_compartment());
    }
    case pb::MembershipOp::kNewEpoch: return take_into<NewEpoch>(act, in.new_epoch());
    case pb::MembershipOp::kRemoveDevice: return take_into<RemoveDevice>(act, in.remove_device());
    case pb::MembershipOp::kSetRole: return take_into<SetRole>(act, in.set_role());
    case pb::MembershipOp::kSuspend: return take_into<Suspend>(act, in.suspend());
    case pb::MembershipOp::kCutLog: return take_into<CutLog>(act, in.cut_log());
    case pb::MembershipOp::kSetReaders: return take_into<SetReaders>(act, in.set_readers());
    case pb::MembershipOp::kRecovery: return take_into<Recovery>(act, in.recovery());
    case pb::MembershipOp::kEndpoints: return take_into<Endpoints>(act, in.endpoints());
    case pb::MembershipOp::kWipeOrder: return take_into<WipeOrder>(act, in.wipe_order());
    case pb::MembershipOp::KIND_NOT_SET: return true;  // a later version's act
  }
  return false;
}

void put_act(pb::MembershipOp& op, const Genesis& act) { put(*op.mutable_genesis(), act); }
void put_act(pb::MembershipOp& op, const AddDevice& act) { put(*op.mutable_add_device(), act); }
void put_act(pb::MembershipOp& op, const NewCompartment& act) { put(*op.mutable_new_compartment(), act); }
void put_act(pb::MembershipOp& op, const NewEpoch& act) { put(*op.mutable_new_epoch(), act); }
void put_act(pb::MembershipOp& op, const RemoveDevice& act) { put(*op.mutable_remove_device(), act); }
void put_act(pb::MembershipOp& op, const SetRole& act) { put(*op.mutable_set_role(), act); }
void put_act(pb::MembershipOp& op, const Suspend& act) { put(*op.mutable_suspend(), act); }
void put_act(pb::MembershipOp& op, const CutLog& act) { put(*op.mutable_cut_log(), act); }
void put_act(pb::MembershipOp& op, const SetReaders& act) { put(*op.mutable_set_readers(), act); }
void put_act(pb::MembershipOp& op, const Recovery& act) { put(*op.mutable_recovery(), act); }
void put_act(pb::MembershipOp& op, const Endpoints& act) { put(*op.mutable_endpoints(), act); }
void put_act(pb::MembershipOp& op, const WipeOrder& act) { put(*op.mutable_wipe_order(), act); }

}  // namespace

Bytes encode_op(const OperationId& operation, std::uint64_t base_m_seq, const MembershipAct& act) {
  pb::MembershipOp op;
  op.set_op_id(to_wire(operation));
  op.set_base_m_seq(base_m_seq);
  std::visit([&](const auto& one) { put_act(op, one); }, act);
  return bytes_of(op.SerializeAsString());
}

Bytes encode_body(const DecodedBody& body) {
  pb::MembershipBody out;
  out.set_org(to_wire_unless_zero(body.org));
  out.set_seq(body.seq);
  out.set_prev(to_wire_unless_zero(body.prev));
  out.set_time_ms(body.time_ms);
  out.set_op(to_wire(body.op));
  return bytes_of(out.SerializeAsString());
}

bool decode_op(DecodedBody& body) {
  pb::MembershipOp op;
  if (!parse(op, body.op)) return false;
  body.base_m_seq = op.base_m_seq();
  return from_wire(op.op_id(), body.operation) && take_act(op, body.act);
}

Result<DecodedBody> decode_body(ByteView bytes) {
  const Error malformed{Code::kInvalid, "A membership entry is malformed."};
  if (bytes.size() > limits::kMembershipEntryBytesMax) return malformed;
  pb::MembershipBody in;
  if (!parse(in, bytes)) return malformed;
  DecodedBody body;
  body.seq = in.seq();
  body.time_ms = in.time_ms();
  body.op = bytes_of(in.op());
  if (!from_wire_or_zero(in.org(), body.org) || !from_wire_or_zero(in.prev(), body.prev) || !decode_op(body)) {
    return malformed;
  }
  return body;
}

}  // namespace haki::envelope
