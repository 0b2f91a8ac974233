// The membership log of a small coalition, going on by entries from the input.
// Door 0: a message of frames as it came. Door 1: acts as bytes, each signed by a member. Door 2: acts out of fields.
#include "../unit/envelope/coalition.h"
#include "base/assert.h"
#include "fixed_randomness.h"
#include "target.h"
#include "vector_seeds.h"

namespace haki::fuzz {

namespace of_membership {
namespace {

using namespace envelope;

// A founder, another lead, a monitor, and somebody who is not in.
struct Known : test::Coalition {
  keys::Identity lead = admit(Role::kLead), monitor = admit(Role::kMonitor), stranger = keys::Identity::generate(random);

  const keys::Identity& somebody(Fields& fields) const {
    return *std::array{&founder, &lead, &monitor, &stranger}[fields.choice(4)];
  }
  CompartmentId somewhere(Fields& fields) const {
    switch (fields.choice(5)) {
      case 0: return shared();
      case 1: return leads();
      case 2: return own(founder);
      case 3: return own(somebody(fields));
      default: return fields.id<CompartmentId>();
    }
  }
};
const Known& known() {
  static const Known kKnown = made_alike([] { return Known(); });
  return kKnown;
}

// Entries are taken or change nothing.
bool apply(Membership& log, const MembershipEntry& entry) {
  const std::uint32_t count = log.count();
  const Hash head = log.head();
  const auto view = view_entry(entry);
  const bool taken = log.apply(entry).has_value();
  HAKI_ASSERT(log.count() == count + (taken ? 1 : 0) && (log.head() == head) == !taken);
  HAKI_ASSERT(!taken || (view && view->act && view->seq == count));
  return taken;
}

// Whatever a log says, these answer.
void ask(const Membership& log) {
  if (!log.founded()) return;
  for (std::uint32_t at = 0; at < log.count(); ++at) {
    for (const auto& [id, compartment] : log.compartments()) {
      static_cast<void>(log.key_readers(id, at));
      static_cast<void>(log.epoch_at(id, at));
      for (const auto& [device, one] : log.devices()) {
        static_cast<void>(log.may_read(device, id, at) || log.may_write(device, id, at) || log.may_rotate(device, id));
        static_cast<void>(log.is_late(one.added.log, id, at, at));
      }
      static_cast<void>(log.epoch_is_stale(id));
    }
  }
  static_cast<void>(log.lead_persons());
}

bool take_message(ByteView message) {
  Membership log;
  bool taken = false;
  for (FrameReader reader(message); !reader.done();) {
    const auto frame = reader.next();
    if (!frame) return false;
    if (const auto* entry = std::get_if<MembershipEntry>(&*frame)) taken = apply(log, *entry) || taken;
  }
  ask(log);
  return taken;
}

MembershipEntry signed_entry(const Membership& log, Fields& fields, ByteView proposal) {
  const keys::Identity& by = known().somebody(fields);
  const std::uint8_t flags = fields.byte();
  MembershipEntry entry =
      make_entry(log.org(), log.count(), log.head(), fields.byte() * 1'000'000ll, proposal, by.device(), by.sign.secret);
  if ((flags & 1) != 0) {
    const keys::Identity& second = known().somebody(fields);
    entry.cosignatures.push_back(cosign(log.org(), proposal, second.device(), second.sign.secret));
  }
  if ((flags & 2) != 0) {
    entry.device = recovery_id(known().recovery.box.public_key);
    entry = make_entry(log.org(), log.count(), log.head(), 1, proposal, entry.device, known().recovery.sign.secret);
  }
  return entry;
}

bool take_proposals(Fields& fields) {
  Membership log = known().membership;
  bool taken = false;
  while (!fields.done()) {
    const ByteView proposal = fields.piece();
    if (const auto read = decode_proposal(proposal)) {
      const auto again = decode_proposal(encode_proposal(*read));
      HAKI_ASSERT(again && again->act.index() == read->act.index());
    }
    taken = apply(log, signed_entry(log, fields, proposal)) || taken;
  }
  ask(log);
  return taken;
}

std::vector<DeviceId> some_devices(Fields& fields) {
  std::vector<DeviceId> devices;
  for (std::size_t count = fields.choice(4); count > 0; --count) devices.push_back(known().somebody(fields).device());
  if (fields.flag()) std::ranges::sort(devices);
  return devices;
}
std::vector<CompartmentId> some_compartments(Fields& fields) {
  std::vector<CompartmentId> compartments;
  for (std::size_t count = fields.choice(3); count > 0; --count) compartments.push_back(known().somewhere(fields));
  return compartments;
}
Role some_role(Fields& fields) { return static_cast<Role>(fields.choice(6)); }

AddDevice some_device(Fields& fields) {
  const keys::Identity& who = known().somebody(fields);
  AddDevice added{who.device(), who.sign.verify, who.box.public_key, who.auth.public_key, who.log, some_role(fields), fields.flag(), fields.flag(),
                  some_compartments(fields)};
  if (fields.flag()) added.person = known().somebody(fields).device();
  if (fields.flag()) added.log = fields.id<LogId>();
  return added;
}

MembershipAct some_act(Fields& fields) {
  const Known& all = known();
  switch (fields.choice(12)) {
    case 0: return some_device(fields);
    case 1: {
      const CompartmentId id = all.somewhere(fields);
      const auto kind = static_cast<CompartmentKind>(fields.choice(7));
      const DeviceId owner = fields.flag() ? all.somebody(fields).device() : DeviceId{};
      auto readers = some_devices(fields);
      return NewCompartment{id, kind, owner, std::move(readers), some_devices(fields)};
    }
    case 2: return NewEpoch{all.somewhere(fields), static_cast<std::uint32_t>(fields.number(1)), fields.id<KeyId>(), {}};
    case 3: return RemoveDevice{all.somebody(fields).device(), fields.flag()};
    case 4: {
      const DeviceId device = all.somebody(fields).device();
      return SetRole{device, some_role(fields), fields.flag(), fields.flag(), some_compartments(fields)};
    }
    case 5: return Suspend{all.somebody(fields).device(), fields.flag()};
    case 6: {
      CutLog cut{all.somebody(fields).log, {}};
      for (std::size_t count = fields.choice(4); count > 0; --count) cut.cuts.push_back({all.somewhere(fields), fields.number(5), {}});
      return cut;
    }
    case 7: {
      const CompartmentId id = all.somewhere(fields);
      auto readers = some_devices(fields);
      return SetReaders{id, std::move(readers), some_devices(fields)};
    }
    case 8: {
      Recovery recovery{fields.flag() ? all.recovery.box.public_key : crypto::BoxPublicKey{{3}}, all.recovery.sign.verify, fields.byte(), {}};
      recovery.commitments.resize(fields.choice(20));
      return recovery;
    }
    case 9: {
      Endpoints endpoints{{}, {}, all.server_sign.verify, all.server_exchange.public_key};
      for (std::size_t count = fields.choice(10); count > 0; --count) endpoints.urls.emplace_back(as_text(fields.piece()));
      endpoints.pins.resize(fields.choice(20));
      return endpoints;
    }
    case 10: return WipeOrder{all.somebody(fields).device()};
    default: return Genesis{some_device(fields), all.recovery.box.public_key, all.recovery.sign.verify, {}};
  }
}

bool take_acts(Fields& fields) {
  Membership log = known().membership;
  bool taken = false;
  while (!fields.done() && log.count() < 64) {
    Proposal proposal{fields.id<OperationId>(), log.newest() - std::min(log.newest(), std::uint32_t{fields.byte()}), some_act(fields)};
    taken = apply(log, signed_entry(log, fields, encode_proposal(proposal))) || taken;
  }
  ask(log);
  return taken;
}

bool take(ByteView input) {
  Fields fields(input);
  switch (fields.choice(3)) {
    case 0: return take_message(fields.rest());
    case 1: return take_proposals(fields);
    default: return take_acts(fields);
  }
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> all;
  for (const char* key : {"frame", "frames"}) {
    add_vectors(all, 0, "envelope", key);
    add_vectors(all, 0, "keys", key);
  }
  Bytes message;
  for (const MembershipEntry& entry : known().entries) append_frame(message, entry);
  all.push_back(through(0, message));
  const Known& in = known();
  const MembershipAct acts[] = {Suspend{in.monitor.device(), false}, RemoveDevice{in.monitor.device(), true},
                                SetRole{in.monitor.device(), Role::kClinic, true, true, {}},
                                NewCompartment{CompartmentId{{7}}, CompartmentKind::kDistrict, {}}, NewEpoch{in.shared(), 2, KeyId{{8}}, {}},
                                CutLog{in.monitor.log, {{in.shared(), 3, Hash{{1}}}}}, WipeOrder{in.monitor.device()},
                                in.membership.endpoints(), in.membership.recovery()};
  const std::uint8_t by_founder[] = {0 /* founder */, 1 /* with a yes */, 9, 1 /* of the lead */};
  Bytes one_after_another;
  for (const MembershipAct& act : acts) {
    const Bytes proposal = encode_proposal({OperationId{{static_cast<std::uint8_t>(act.index() + 1)}}, in.membership.newest(), act});
    all.push_back(through(1, joined({as_piece(proposal), by_founder})));
    one_after_another = joined({one_after_another, as_piece(proposal), by_founder});
  }
  all.push_back(through(1, one_after_another));
  for (std::uint8_t kind = 0; kind < 12; ++kind) {
    Bytes fields(16, kind);  // the operation
    fields.insert(fields.end(), {0 /* base */, kind, 3, 4, 1, 0, 1, 2, 0, 0, 0, 0, 1, 5, 1});
    all.push_back(through(2, fields));
  }
  return all;
}

}  // namespace
}  // namespace of_membership

const Target kMembership{"membership", 8 * 1024, "", of_membership::take, of_membership::seeds, {}};

}  // namespace haki::fuzz
