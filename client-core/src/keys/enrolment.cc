#include "keys/enrolment.h"

#include "base/assert.h"
#include "base/little_endian.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keys/words.h"

namespace haki::keys {
namespace {

using envelope::CompartmentKind;

constexpr std::string_view kInvitePrefix = "haki-invite-1-";
constexpr std::size_t kCheckBytes = 4;

envelope::AddDevice describe(const Identity& identity, envelope::Role role) {
  return {identity.device(), identity.sign.verify, identity.box.public_key, identity.auth.public_key,
          identity.log,      role,                 false,                   true, {}};
}

void put_text(Bytes& out, std::string_view text) {
  base::append_le(out, static_cast<std::uint16_t>(text.size()));
  base::append(out, as_bytes(text));
}

// Takes fields off the front; any shortage makes it fail for good.
class Cutter {
 public:
  explicit Cutter(ByteView rest) : rest_(rest) {}
  ByteView take(std::size_t size) {
    if (size > rest_.size()) return failed_ = true, rest_ = {}, ByteView();
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  template <typename T>
  void id(T& to) {
    if (const auto got = T::from(take(T::kSize))) to = *got;
  }
  template <typename T>
  T number() {
    const ByteView bytes = take(sizeof(T));
    return bytes.empty() ? T{} : base::load_le<T>(bytes.data());
  }
  std::string text() { return std::string(as_text(take(number<std::uint16_t>()))); }
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool failed_ = false;
};

}  // namespace

MembershipBatch make_founding(const Identity& founder, const RecoveryKeys& recovery, const envelope::Endpoints& endpoints,
                              envelope::Membership& membership, base::Clock& clock, base::Random& random) {
  MembershipBatch batch;
  EntryWriter writer(membership, signer_of(founder), clock, random);
  const auto must = [](const Result<>& added) { HAKI_ASSERT(added.has_value()); };
  must(writer.add(batch.append, envelope::Genesis{describe(founder, envelope::Role::kLead), recovery.box.public_key,
                                                  recovery.sign.verify, endpoints}));
  for (const CompartmentKind kind : {CompartmentKind::kShared, CompartmentKind::kLeads}) {
    const auto compartment = crypto::random_id<CompartmentId>(random);
    must(writer.add(batch.append, envelope::NewCompartment{compartment, kind}));
    auto made = writer.rotate(batch.append, compartment);
    HAKI_ASSERT(made.has_value());
    batch.keys.push_back(std::move(*made));
  }
  must(writer.add(batch.append, envelope::NewCompartment{envelope::own_compartment(membership.org(), founder.device()),
                                                         CompartmentKind::kOwn, founder.device()}));
  return batch;
}

std::string invite_text(const Invite& invite) {
  Bytes body;
  base::append(body, invite.genesis);
  base::append_le(body, invite.m_seq);
  base::append(body, invite.m_head);
  base::append(body, invite.lead);
  base::append(body, invite.lead_sign_key);
  base::append(body, invite.lead_box_key);
  base::append(body, invite.secret);
  base::append_le(body, static_cast<std::uint64_t>(invite.expires_ms));
  base::append(body, invite.server_sign_key);
  base::append(body, invite.server_exchange_key);
  body.push_back(static_cast<std::uint8_t>(invite.role));
  body.push_back(static_cast<std::uint8_t>(invite.urls.size()));
  for (const auto& url : invite.urls) put_text(body, url);
  body.push_back(static_cast<std::uint8_t>(invite.pins.size()));
  for (const auto& pin : invite.pins) base::append(body, pin);
  for (const auto* text : {&invite.name, &invite.organisation, &invite.coalition, &invite.lead_name,
                           &invite.lead_organisation}) {
    put_text(body, *text);
  }
  base::append(body, crypto::hash32({as_bytes("HAKI1.ivt"), body}).view().first(kCheckBytes));
  std::string text = std::string(kInvitePrefix) + to_base64url(body);
  crypto::wipe(body);
  return text;
}

Result<Invite> read_invite(std::string_view text) {
  const Error not_an_invite{Code::kInvalid,
                            "This is not an invite, or a part of it is missing. Ask for the whole text or file again; it "
                            "begins with haki-invite-1-."};
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  if (!text.starts_with(kInvitePrefix)) return not_an_invite;
  const auto bytes = from_base64url(text.substr(kInvitePrefix.size()));
  if (!bytes || bytes->size() < kCheckBytes) return not_an_invite;
  const ByteView body = ByteView(*bytes).first(bytes->size() - kCheckBytes);
  if (!crypto::same(crypto::hash32({as_bytes("HAKI1.ivt"), body}).view().first(kCheckBytes),
                    ByteView(*bytes).last(kCheckBytes))) {
    return not_an_invite;
  }
  Cutter in(body);
  Invite invite;
  in.id(invite.genesis);
  invite.org = envelope::coalition_id(invite.genesis);
  invite.m_seq = in.number<std::uint32_t>();
  in.id(invite.m_head);
  in.id(invite.lead);
  in.id(invite.lead_sign_key);
  in.id(invite.lead_box_key);
  in.id(invite.secret);
  invite.expires_ms = static_cast<std::int64_t>(in.number<std::uint64_t>());
  in.id(invite.server_sign_key);
  in.id(invite.server_exchange_key);
  invite.role = static_cast<envelope::Role>(in.number<std::uint8_t>());
  for (unsigned n = in.number<std::uint8_t>(); n > 0; --n) invite.urls.push_back(in.text());
  for (unsigned n = in.number<std::uint8_t>(); n > 0; --n) in.id(invite.pins.emplace_back());
  for (auto* field : {&invite.name, &invite.organisation, &invite.coalition, &invite.lead_name, &invite.lead_organisation}) {
    *field = in.text();
  }
  if (!in.complete() || invite.urls.empty()) return not_an_invite;
  return invite;
}

envelope::JoinRequest make_join_request(const Invite& invite, const Identity& identity) {
  envelope::JoinRequest request;
  request.invite = envelope::invite_id(invite.secret);
  request.sign_key = identity.sign.verify;
  request.box_key = identity.box.public_key;
  request.auth_key = identity.auth.public_key;
  request.log = identity.log;
  request.sealed_name = crypto::seal_to(invite.lead_box_key, as_bytes(invite.name));
  request.mac = envelope::join_mac(invite.secret, invite.org, request);
  return request;
}

std::string join_words(const CoalitionId& org, const envelope::JoinRequest& request) {
  return to_words(crypto::hash16({as_bytes("HAKI1.say"), org, request.invite, request.sign_key, request.box_key,
                                  request.auth_key, request.log, request.sealed_name, request.mac}));
}

envelope::AddDevice admission(const envelope::JoinRequest& request, envelope::Role role, bool verified) {
  const DeviceId device = envelope::device_id(request.sign_key, request.box_key, request.auth_key);
  return {device, request.sign_key, request.box_key, request.auth_key, request.log, role, false, verified, {}};
}

std::string_view role_name(envelope::Role role) {
  switch (role) {
    case envelope::Role::kMonitor: return "monitor";
    case envelope::Role::kClinic: return "clinic";
    case envelope::Role::kLead: return "lead";
    case envelope::Role::kAuditor: return "auditor";
  }
  return "unknown";
}

Result<envelope::Role> read_role(std::string_view name) {
  for (const auto role : {envelope::Role::kMonitor, envelope::Role::kClinic, envelope::Role::kLead, envelope::Role::kAuditor}) {
    if (role_name(role) == name) return role;
  }
  return Error{Code::kInvalid, "There is no role '" + std::string(name) + "'. The roles are monitor, clinic, lead and auditor."};
}

}  // namespace haki::keys
