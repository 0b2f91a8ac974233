#include "keys/enrolment.h"

#include "base/assert.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "keys/words.h"

namespace haki::keys {
namespace {

using envelope::CompartmentKind;

// Signs one entry after the other and applies each, as every reader will.
class EntryWriter {
 public:
  EntryWriter(envelope::Membership& membership, const Identity& by, base::Clock& clock, base::Random& random)
      : membership_(membership), by_(by), time_ms_(clock.now_ms()), random_(random) {}

  void add(envelope::Append& append, const envelope::MembershipAct& act) {
    auto entry = envelope::make_entry(membership_.org(), membership_.count(), membership_.head(), time_ms_,
                                      crypto::random_id<envelope::OperationId>(random_), act, by_.device(), by_.sign.secret);
    const auto applied = membership_.apply(entry);
    HAKI_ASSERT(applied.has_value());
    append.entries.push_back(std::move(entry));
  }

 private:
  envelope::Membership& membership_;
  const Identity& by_;
  std::int64_t time_ms_;
  base::Random& random_;
};

envelope::AddDevice describe(const Identity& identity, envelope::Role role) {
  return {identity.device(), identity.sign.verify, identity.box.public_key, identity.auth.public_key,
          identity.log,      role,                 false,                   true,
          {}};
}

}  // namespace

MembershipBatch make_founding(const Identity& founder, const RecoveryKeys& recovery, const envelope::Endpoints& endpoints,
                              envelope::Membership& membership, base::Clock& clock, base::Random& random) {
  MembershipBatch batch;
  EntryWriter writer(membership, founder, clock, random);
  writer.add(batch.append, envelope::Genesis{describe(founder, envelope::Role::kLead), recovery.box.public_key,
                                             recovery.sign.verify, endpoints});
  for (const CompartmentKind kind : {CompartmentKind::kShared, CompartmentKind::kLeads}) {
    const auto compartment = crypto::random_id<CompartmentId>(random);
    writer.add(batch.append, envelope::NewCompartment{compartment, kind, {}});
    MadeKey made{compartment, 1, new_epoch_key(random)};
    const envelope::Device& device = *membership.device(founder.device());
    const envelope::Grant grant = make_grant(made.key, membership.org(), compartment, 1, device, founder);
    const std::vector<envelope::SealedKey> sealed = {
        {grant.device, grant.sealed},
        seal_key(made.key, membership.org(), compartment, 1, envelope::recovery_id(recovery.box.public_key),
                 recovery.box.public_key)};
    writer.add(batch.append,
               envelope::NewEpoch{compartment, 1, envelope::key_id(made.key), envelope::grants_hash(sealed)});
    batch.append.grants.push_back(grant);
    batch.append.grants.push_back({compartment, 1, sealed[1].device, sealed[1].sealed, founder.device(),
                                   crypto::sign(founder.sign.secret, "HAKI1.gr",
                                                envelope::grant_message(membership.org(), compartment, 1, sealed[1].device,
                                                                        sealed[1].sealed))});
    batch.keys.push_back(std::move(made));
  }
  writer.add(batch.append, envelope::NewCompartment{envelope::own_compartment(membership.org(), founder.device()),
                                                    CompartmentKind::kOwn, founder.device()});
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

envelope::Append make_admission(const envelope::Membership& membership, const Identity& by,
                                const envelope::JoinRequest& request, envelope::Role role, bool verified,
                                const std::vector<MadeKey>& keys, base::Clock& clock, base::Random& random) {
  envelope::Membership after = membership;
  envelope::Append append;
  EntryWriter writer(after, by, clock, random);
  const DeviceId device = envelope::device_id(request.sign_key, request.box_key, request.auth_key);
  writer.add(append, envelope::AddDevice{device, request.sign_key, request.box_key, request.auth_key, request.log, role,
                                         false, verified, {}});
  writer.add(append, envelope::NewCompartment{envelope::own_compartment(after.org(), device), CompartmentKind::kOwn, device});
  for (const MadeKey& made : keys) {
    append.grants.push_back(make_grant(made.key, after.org(), made.compartment, made.epoch, *after.device(device), by));
  }
  return append;
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
