#include "keys/enrolment.h"

#include "base/assert.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keys/words.h"

namespace haki::keys {
namespace {

using envelope::CompartmentKind;

}  // namespace

envelope::AddDevice describe(const Identity& identity, envelope::Role role) {
  return {identity.device(), identity.sign.verify, identity.box.public_key, identity.auth.public_key,
          identity.log,      role,                 false,                   true, {}};
}

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
