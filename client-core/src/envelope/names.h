// Names that are derived, not chosen, so that nobody can pass one thing for another (spec 40-keys, "Names").
#pragma once

#include <span>
#include <string>
#include <vector>

#include "crypto/keypair.h"
#include "haki/bytes.h"

namespace haki::envelope {

// One protocol version and one cipher suite; neither is ever negotiated down.
inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::uint8_t kSuite = 1;

using KeyId = FixedBytes<struct KeyIdTag, 16>;          // commits an epoch key
using OperationId = FixedBytes<struct OperationIdTag, 16>;
using Mac = FixedBytes<struct MacTag, 16>;
using ServerRun = FixedBytes<struct ServerRunTag, 8>;   // new at each restore of a server
// What a device shows for blobs instead of a MAC; a secret for 15 minutes (spec 62-blobs, "Token").
using BlobToken = FixedBytes<struct BlobTokenTag, 32>;
using Pin = FixedBytes<struct PinTag, 32>;              // SHA-256 of a SubjectPublicKeyInfo

DeviceId device_id(const crypto::VerifyKey& sign, const crypto::BoxPublicKey& box, const crypto::AuthPublicKey& auth);
// Grants to the recovery key name it as if it were a device.
DeviceId recovery_id(const crypto::BoxPublicKey& recovery);
CompartmentId own_compartment(const CoalitionId& org, const DeviceId& device);
CoalitionId coalition_id(const Hash& genesis);
KeyId key_id(const crypto::EpochKey& key);
InviteId invite_id(ByteView secret16);

struct SealedKey {
  DeviceId device;
  Bytes sealed;
};
// BLAKE2b-256 over (device || sealed), sorted by device.
Hash grants_hash(std::span<const SealedKey> grants);

// What a grant seals: the key bound to where it belongs, so that an old or foreign grant does not open as another.
Bytes grant_plaintext(const crypto::EpochKey& key, const CoalitionId& org, const CompartmentId& compartment,
                      std::uint32_t epoch, const DeviceId& device);

}  // namespace haki::envelope
