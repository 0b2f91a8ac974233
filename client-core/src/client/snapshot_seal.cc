#include "client/snapshot_seal.h"

#include "base/little_endian.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

namespace haki::client {
namespace {

using SnapshotKey = crypto::SecretKey<struct SnapshotKeyTag>;

SnapshotKey key_of(const crypto::EpochKey& key, const SnapshotPlace& place) {
  return crypto::derive<SnapshotKey>(key.view(), {as_bytes("HAKI1.snap"), place.id});
}

Bytes place_bytes(const SnapshotPlace& place, std::uint32_t number) {
  Bytes bytes;
  base::append(bytes, place.org);
  base::append(bytes, place.compartment);
  base::append(bytes, place.id);
  base::append_le(bytes, number);
  return bytes;
}

}  // namespace

Bytes seal_part(const crypto::EpochKey& key, const SnapshotPlace& place, std::uint32_t number, ByteView packed) {
  const crypto::Nonce nonce = crypto::random_nonce();
  Bytes sealed(nonce.bytes.begin(), nonce.bytes.end());
  base::append(sealed, crypto::aead_seal(key_of(key, place).view(), nonce, place_bytes(place, number), packed));
  return sealed;
}

std::optional<Bytes> open_part(const crypto::EpochKey& key, const SnapshotPlace& place, std::uint32_t number, ByteView sealed) {
  if (sealed.size() < crypto::kNonceBytes + crypto::kTagBytes) return std::nullopt;
  const auto nonce = crypto::Nonce::from(sealed.first(crypto::kNonceBytes));
  return crypto::aead_open(key_of(key, place).view(), *nonce, place_bytes(place, number), sealed.subspan(crypto::kNonceBytes));
}

Hash state_root(const std::vector<Hash>& leaves) {
  crypto::Hasher hasher;
  for (const Hash& leaf : leaves) hasher.add(leaf);
  return hasher.finish32();
}

}  // namespace haki::client
