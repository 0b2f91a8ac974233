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
}

bool take(const pb::AddDevice& in, AddDevice& act) {
  act.role = static_cast<Role>(in.role());
  act.editor = in.editor();
  act.verified = in.verified();
  if (in.role() < 1 || in.role() > 4 || in.districts_size() > 64) return false;
  for (const auto& district : in.districts()) {
    if (!from_wire(district, act.districts.emplace_back())) return false;
  }
  return from_wire(in.device(), act.device) && from_wire(in.sign_key(), act.sign_key) &&
         from_wire(in.box_key(), act.box_key) && from_wire(in.auth_key(), act.auth_key) && from_wire(in.log(), act.log);
}

void put(pb::Genesis& out, const Genesis& act) {
  put(*out.mutable_founder(), act.founder);
  out.set_recovery_box_key(to_wire(act.recovery_box_key));
  out.set_recovery_sign_key(to_wire(act.recovery_sign_key));
  for (const auto& url : act.endpoints.urls) out.add_urls(url);
  for (const auto& pin : act.endpoints.pins) out.add_pins(to_wire(pin));
  out.set_server_sign_key(to_wire(act.endpoints.server_sign_key));
  out.set_server_exchange_key(to_wire(act.endpoints.server_exchange_key));
}

bool take(const pb::Genesis& in, Genesis& act) {
  if (in.urls_size() > 8 || in.pins_size() > 8) return false;
  for (const auto& url : in.urls()) {
    if (url.size() > 512) return false;
    act.endpoints.urls.push_back(url);
  }
  for (const auto& pin : in.pins()) {
    if (!from_wire(pin, act.endpoints.pins.emplace_back())) return false;
  }
  return take(in.founder(), act.founder) && from_wire(in.recovery_box_key(), act.recovery_box_key) &&
         from_wire(in.recovery_sign_key(), act.recovery_sign_key) &&
         from_wire(in.server_sign_key(), act.endpoints.server_sign_key) &&
         from_wire(in.server_exchange_key(), act.endpoints.server_exchange_key);
}

void put(pb::NewCompartment& out, const NewCompartment& act) {
  out.set_compartment(to_wire(act.compartment));
  out.set_kind(static_cast<std::uint32_t>(act.kind));
  out.set_owner(to_wire_unless_zero(act.owner));
}

bool take(const pb::NewCompartment& in, NewCompartment& act) {
  act.kind = static_cast<CompartmentKind>(in.kind());
  return in.kind() >= 1 && in.kind() <= 3 && from_wire(in.compartment(), act.compartment) &&
         from_wire_or_zero(in.owner(), act.owner);
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
      if (in.new_compartment().kind() > 3) return true;
      return take_into<NewCompartment>(act, in.new_compartment());
    }
    case pb::MembershipOp::kNewEpoch: return take_into<NewEpoch>(act, in.new_epoch());
    case pb::MembershipOp::KIND_NOT_SET: return true;  // a later version's act
  }
  return false;
}

}  // namespace

Bytes encode_body(const DecodedBody& body) {
  pb::MembershipOp op;
  op.set_op_id(to_wire(body.operation));
  op.set_base_m_seq(body.seq == 0 ? 0 : body.seq - 1);
  std::visit(
      [&](const auto& act) {
        using Act = std::decay_t<decltype(act)>;
        if constexpr (std::is_same_v<Act, Genesis>) put(*op.mutable_genesis(), act);
        if constexpr (std::is_same_v<Act, AddDevice>) put(*op.mutable_add_device(), act);
        if constexpr (std::is_same_v<Act, NewCompartment>) put(*op.mutable_new_compartment(), act);
        if constexpr (std::is_same_v<Act, NewEpoch>) put(*op.mutable_new_epoch(), act);
      },
      *body.act);
  pb::MembershipBody out;
  out.set_org(to_wire_unless_zero(body.org));
  out.set_seq(body.seq);
  out.set_prev(to_wire_unless_zero(body.prev));
  out.set_time_ms(body.time_ms);
  out.set_op(op.SerializeAsString());
  return bytes_of(out.SerializeAsString());
}

Result<DecodedBody> decode_body(ByteView bytes) {
  const Error malformed{Code::kInvalid, "A membership entry is malformed."};
  if (bytes.size() > limits::kMembershipEntryBytesMax) return malformed;
  pb::MembershipBody in;
  pb::MembershipOp op;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !op.ParseFromString(in.op())) return malformed;
  DecodedBody body;
  body.seq = in.seq();
  body.time_ms = in.time_ms();
  if (!from_wire_or_zero(in.org(), body.org) || !from_wire_or_zero(in.prev(), body.prev) ||
      !from_wire(op.op_id(), body.operation) || !take_act(op, body.act)) {
    return malformed;
  }
  return body;
}

}  // namespace haki::envelope
