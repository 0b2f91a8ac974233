#include "envelope/names.h"

#include <algorithm>

#include "base/little_endian.h"
#include "crypto/hash.h"

namespace haki::envelope {

DeviceId device_id(const crypto::VerifyKey& sign, const crypto::BoxPublicKey& box, const crypto::AuthPublicKey& auth) {
  return {crypto::hash16({as_bytes("HAKI1.dev"), sign, box, auth})};
}

DeviceId recovery_id(const crypto::BoxPublicKey& recovery) {
  return {crypto::hash16({as_bytes("HAKI1.rec"), recovery})};
}

CompartmentId own_compartment(const CoalitionId& org, const DeviceId& device) {
  return {crypto::hash16({as_bytes("HAKI1.own"), org, device})};
}

CoalitionId coalition_id(const Hash& genesis) { return *CoalitionId::from(genesis.view().first(16)); }

KeyId key_id(const crypto::EpochKey& key) { return {crypto::hash16({as_bytes("HAKI1.kid"), key.view()})}; }

InviteId invite_id(ByteView secret16) { return {crypto::keyed_hash16(secret16, {as_bytes("HAKI1.iid")})}; }

Hash grants_hash(std::span<const SealedKey> grants) {
  std::vector<const SealedKey*> sorted;
  for (const SealedKey& grant : grants) sorted.push_back(&grant);
  std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->device < b->device; });
  crypto::Hasher hasher;
  for (const SealedKey* grant : sorted) hasher.add(grant->device).add(grant->sealed);
  return hasher.finish32();
}

Bytes grant_plaintext(const crypto::EpochKey& key, const CoalitionId& org, const CompartmentId& compartment,
                      std::uint32_t epoch, const DeviceId& device) {
  Bytes plain;
  plain.reserve(84);
  base::append(plain, key.view());
  base::append(plain, org);
  base::append(plain, compartment);
  base::append_le(plain, epoch);
  base::append(plain, device);
  return plain;
}

}  // namespace haki::envelope
