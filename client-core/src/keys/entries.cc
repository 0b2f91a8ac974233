#include "keys/entries.h"

#include <algorithm>

#include "crypto/random.h"

namespace haki::keys {

Signer signer_of(const Identity& identity) { return {identity.device(), identity.sign.secret}; }
Signer signer_of(const RecoveryKeys& recovery) { return {envelope::recovery_id(recovery.box.public_key), recovery.sign.secret}; }

Result<> EntryWriter::take(envelope::Append& append, envelope::MembershipEntry entry) {
  HAKI_TRY(membership_.apply(entry));
  append.entries.push_back(std::move(entry));
  return {};
}

Result<> EntryWriter::add(envelope::Append& append, const envelope::MembershipAct& act) {
  return take(append, envelope::make_entry(membership_.org(), membership_.count(), membership_.head(), time_ms_,
                                           crypto::random_id<envelope::OperationId>(random_), act, by_.name, by_.secret));
}

Result<> EntryWriter::add(envelope::Append& append, ByteView proposal, std::vector<envelope::Cosignature> cosignatures) {
  auto entry = envelope::make_entry(membership_.org(), membership_.count(), membership_.head(), time_ms_, proposal, by_.name,
                                    by_.secret);
  entry.cosignatures = std::move(cosignatures);
  return take(append, std::move(entry));
}

Result<MadeKey> EntryWriter::rotate(envelope::Append& append, const CompartmentId& compartment) {
  const envelope::Epoch* before =
      membership_.founded() ? membership_.epoch_at(compartment, membership_.newest()) : nullptr;
  MadeKey made{compartment, before ? before->made.epoch + 1 : 1, new_epoch_key(random_)};
  std::vector<DeviceId> to = membership_.key_readers(compartment, membership_.newest());
  to.push_back(envelope::recovery_id(membership_.recovery().box_key));
  envelope::Append granted;
  std::vector<envelope::SealedKey> sealed;
  for (const DeviceId& reader : to) {
    grant(granted, made, reader);
    sealed.push_back({reader, granted.grants.back().sealed});
  }
  HAKI_TRY(add(append, envelope::NewEpoch{compartment, made.epoch, envelope::key_id(made.key), envelope::grants_hash(sealed)}));
  std::ranges::move(granted.grants, std::back_inserter(append.grants));
  return made;
}

void EntryWriter::grant(envelope::Append& append, const MadeKey& key, const DeviceId& to) {
  const envelope::Device* device = membership_.device(to);
  const crypto::BoxPublicKey& box_key = device ? device->added.box_key : membership_.recovery().box_key;
  envelope::Grant grant{key.compartment, key.epoch, to,
                        seal_key(key.key, membership_.org(), key.compartment, key.epoch, to, box_key).sealed, by_.name, {}};
  grant.signature = crypto::sign(by_.secret, "HAKI1.gr",
                                 envelope::grant_message(membership_.org(), key.compartment, key.epoch, to, grant.sealed));
  append.grants.push_back(std::move(grant));
}

}  // namespace haki::keys
