#include "keys/epoch.h"

#include <algorithm>

#include "envelope/item.h"

namespace haki::keys {
namespace {

constexpr std::string_view kGrantDomain = "HAKI1.gr";
constexpr std::string_view kOwnEpochDomain = "HAKI1.ek";

Result<crypto::EpochKey> open_sealed_key(ByteView sealed, const CoalitionId& org, const CompartmentId& compartment,
                                         std::uint32_t epoch, const crypto::BoxPair& box, const DeviceId& name,
                                         const envelope::KeyId& expected) {
  const auto plain = crypto::open_sealed(box, sealed);
  const Error bad{Code::kUntrusted, "A key that was sent to this device does not fit. It was not used."};
  if (!plain || plain->size() < crypto::EpochKey::kSize) return bad;
  crypto::EpochKey key(plain->view().first(crypto::EpochKey::kSize));
  const Bytes wanted = envelope::grant_plaintext(key, org, compartment, epoch, name);
  const bool fits = std::ranges::equal(wanted, plain->view()) && envelope::key_id(key) == expected;
  if (!fits) return bad;
  return key;
}

}  // namespace

crypto::EpochKey new_epoch_key(base::Random& random) {
  crypto::EpochKey key;
  random.fill({key.data(), crypto::EpochKey::kSize});
  return key;
}

envelope::SealedKey seal_key(const crypto::EpochKey& key, const CoalitionId& org, const CompartmentId& compartment,
                             std::uint32_t epoch, const DeviceId& device, const crypto::BoxPublicKey& to) {
  Bytes plain = envelope::grant_plaintext(key, org, compartment, epoch, device);
  envelope::SealedKey sealed{device, crypto::seal_to(to, plain)};
  crypto::wipe(plain);
  return sealed;
}

Result<crypto::EpochKey> open_grant(const envelope::Grant& grant, const envelope::Membership& membership,
                                    const Identity& identity, const envelope::KeyId& expected) {
  const envelope::Device* by = membership.device(grant.by);
  const envelope::Compartment* of = membership.compartment(grant.compartment);
  const bool of_a_case = of != nullptr && of->made.kind == envelope::CompartmentKind::kCase;
  const bool allowed = by != nullptr && of != nullptr && grant.device == identity.device() &&
                       (membership.was_lead(grant.by) || of_a_case);
  if (!allowed || !crypto::verify(by->added.sign_key, kGrantDomain,
                                  envelope::grant_message(membership.org(), grant.compartment, grant.epoch, grant.device,
                                                          grant.sealed),
                                  grant.signature)) {
    return Error{Code::kUntrusted, "A key came from somebody who may not give it. It was not used."};
  }
  return open_sealed_key(grant.sealed, membership.org(), grant.compartment, grant.epoch, identity.box, identity.device(), expected);
}

envelope::EpochKey make_own_epoch(const crypto::EpochKey& key, std::uint32_t epoch, const envelope::Membership& membership,
                                  std::uint32_t m_seq, const Identity& identity) {
  const CoalitionId& org = membership.org();
  envelope::EpochKey frame;
  frame.compartment = envelope::own_compartment(org, identity.device());
  frame.log = identity.log;
  frame.epoch = epoch;
  frame.key = envelope::key_id(key);
  frame.m_seq = m_seq;
  frame.m_head = *membership.hash_at(m_seq);
  for (const DeviceId& reader : membership.key_readers(frame.compartment, frame.m_seq)) {
    frame.grants.push_back(
        seal_key(key, org, frame.compartment, epoch, reader, membership.device(reader)->added.box_key));
  }
  const auto& recovery = membership.recovery_at(m_seq).box_key;
  frame.grants.push_back(seal_key(key, org, frame.compartment, epoch, envelope::recovery_id(recovery), recovery));
  frame.signature = crypto::sign(identity.sign.secret, kOwnEpochDomain,
                                 envelope::epoch_key_message(org, frame.compartment, epoch, frame.key, frame.m_seq,
                                                             frame.m_head, envelope::grants_hash(frame.grants)));
  return frame;
}

Result<> check_own_epoch(const envelope::EpochKey& frame, const envelope::Membership& membership) {
  const Error untrusted{Code::kUntrusted, "A notebook's key was announced wrongly. It was not used."};
  const envelope::Device* author = membership.device_of_log(frame.log);
  const envelope::Compartment* of = membership.compartment(frame.compartment);
  if (author == nullptr || of == nullptr || of->made.kind != envelope::CompartmentKind::kOwn ||
      of->made.owner != author->added.device || membership.hash_at(frame.m_seq) != frame.m_head) {
    return untrusted;
  }
  std::vector<DeviceId> wanted = membership.key_readers(frame.compartment, frame.m_seq);
  wanted.push_back(envelope::recovery_id(membership.recovery_at(frame.m_seq).box_key));
  std::vector<DeviceId> given;
  for (const auto& grant : frame.grants) given.push_back(grant.device);
  std::ranges::sort(wanted);
  std::ranges::sort(given);
  const Bytes message = envelope::epoch_key_message(membership.org(), frame.compartment, frame.epoch, frame.key, frame.m_seq,
                                                    frame.m_head, envelope::grants_hash(frame.grants));
  if (wanted != given || !crypto::verify(author->added.sign_key, kOwnEpochDomain, message, frame.signature)) return untrusted;
  return {};
}

Result<crypto::EpochKey> open_own_epoch(const envelope::EpochKey& frame, const envelope::Membership& membership,
                                        const Identity& identity) {
  for (const auto& grant : frame.grants) {
    if (grant.device == identity.device()) {
      return open_sealed_key(grant.sealed, membership.org(), frame.compartment, frame.epoch, identity.box, identity.device(), frame.key);
    }
  }
  return Error{Code::kHeld, "The key of this notebook was not given to this device."};
}

Result<crypto::EpochKey> open_own_epoch(const envelope::EpochKey& frame, const envelope::Membership& membership,
                                        const RecoveryKeys& recovery) {
  const DeviceId name = envelope::recovery_id(recovery.box.public_key);
  for (const auto& grant : frame.grants) {
    if (grant.device == name) {
      return open_sealed_key(grant.sealed, membership.org(), frame.compartment, frame.epoch, recovery.box, name, frame.key);
    }
  }
  return Error{Code::kHeld, "The key of this notebook was not sealed to these recovery words."};
}

Result<crypto::EpochKey> open_grant(const envelope::Grant& grant, const envelope::Membership& membership,
                                    const RecoveryKeys& recovery, const envelope::KeyId& expected) {
  const DeviceId name = envelope::recovery_id(recovery.box.public_key);
  if (grant.device != name) return Error{Code::kUntrusted, "A key is not sealed to these recovery words."};
  return open_sealed_key(grant.sealed, membership.org(), grant.compartment, grant.epoch, recovery.box, name, expected);
}

}  // namespace haki::keys
