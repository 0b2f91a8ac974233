// The key file: how a passphrase opens a home. Two identical copies, `key` and `key.2`, hold the master key wrapped under a
// key stretched from the passphrase; nothing else is ever needed, and deleting both is the wipe (spec 40-keys, "Key file").
#pragma once

#include <string>

#include "base/clock.h"
#include "crypto/passphrase.h"
#include "crypto/secret.h"
#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::keys {

using FileId = FixedBytes<struct FileIdTag, 16>;  // binds the store's pages to this home

inline constexpr std::size_t kKeyFileBytes = 216;

struct HomeKeys {
  crypto::MasterKey master;
  FileId file_id;
};

// What the floors of limits.h allow at least: 64 MiB and 3 passes.
crypto::ArgonCost floor_cost();

// Makes both copies in `home` (an existing directory). kExists where one is there; kInvalid for a passphrase under 8 or
// over 1,024 bytes.
Result<HomeKeys> create_key_file(const std::string& home, const crypto::SecretBytes& passphrase, crypto::ArgonCost cost,
                                 base::Random& random);

// Opens either copy and repairs the other from it. kNotFound: no key file; kWrongKey: no slot of any copy opens; kDamaged:
// neither copy is a key file any more; kWrongVersion: a newer one; kUntrusted: its cost is below the floor.
Result<HomeKeys> open_key_file(const std::string& home, const crypto::SecretBytes& passphrase);

}  // namespace haki::keys
