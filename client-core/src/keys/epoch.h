// Epoch keys: making them, granting them, opening a grant. Every grant is a sealed box that names where it belongs and is
// signed by whoever gave it; an unsigned grant is never used (spec 40-keys, "Epochs and grants").
#pragma once

#include <span>
#include <vector>

#include "base/clock.h"
#include "crypto/secret.h"
#include "envelope/frames.h"
#include "envelope/membership.h"
#include "keys/identity.h"

namespace haki::keys {

// own/<device> epochs are log ordinal << 24 | n, so that a second log of one device cannot clash with the first.
inline constexpr std::uint32_t kFirstOwnEpoch = 1;
inline constexpr std::int64_t kOwnEpochMs = 7 * 24 * 3'600'000ll;

crypto::EpochKey new_epoch_key(base::Random& random);

// Seals the key to a reader of the compartment, or to the recovery key.
envelope::SealedKey seal_key(const crypto::EpochKey& key, const CoalitionId& org, const CompartmentId& compartment,
                             std::uint32_t epoch, const DeviceId& device, const crypto::BoxPublicKey& to);

// The key in a grant to this device. The key is committed by the log (`expected`), so its giver need only once have been
// one who gives keys. kUntrusted where signature, giver, place or key_id do not fit.
Result<crypto::EpochKey> open_grant(const envelope::Grant& grant, const envelope::Membership& membership,
                                    const Identity& identity, const envelope::KeyId& expected);

// The next key of this device's own notebook, granted to its readers at entry m_seq and to recovery.
envelope::EpochKey make_own_epoch(const crypto::EpochKey& key, std::uint32_t epoch, const envelope::Membership& membership,
                                  std::uint32_t m_seq, const Identity& identity);
// Checks another device's epoch key frame: signature, readers, membership hash. The log must be filled in.
Result<> check_own_epoch(const envelope::EpochKey& frame, const envelope::Membership& membership);
// The key sealed to this device in it; kHeld where it is not among the grants.
Result<crypto::EpochKey> open_own_epoch(const envelope::EpochKey& frame, const envelope::Membership& membership,
                                        const Identity& identity);

// The same for what was sealed to the recovery keys.
Result<crypto::EpochKey> open_own_epoch(const envelope::EpochKey& frame, const envelope::Membership& membership,
                                        const RecoveryKeys& recovery);
Result<crypto::EpochKey> open_grant(const envelope::Grant& grant, const envelope::Membership& membership,
                                    const RecoveryKeys& recovery, const envelope::KeyId& expected);

}  // namespace haki::keys
