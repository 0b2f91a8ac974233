// The key file: how a passphrase opens a home. Two identical copies, `key` and `key.2`, hold the master key wrapped under a
// key stretched from the passphrase; nothing else is ever needed, and destroying both is the wipe (spec 40-keys, "Key file").
//
// Who changes or opens it holds the home's lock. A passphrase has 8 to 1,024 bytes (else kInvalid). Each call that stretches
// one takes about 0.1 s a passphrase.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "crypto/passphrase.h"
#include "crypto/secret.h"
#include "haki/bytes.h"
#include "haki/result.h"
#include "keys/key_disk.h"

namespace haki::keys {

using FileId = FixedBytes<struct FileIdTag, 16>;  // binds the store's pages to this home

inline constexpr std::size_t kKeyFileBytes = 216;

struct HomeKeys {
  crypto::MasterKey master;
  FileId file_id;
  // Set where the second slot opened: the key that wraps it. Before anything else the caller then destroys the first slot,
  // removes the store, and settles the decoy.
  std::optional<crypto::WrapKey> decoy = {};
};

// What the floors of limits.h allow at least: 64 MiB and 3 passes.
crypto::ArgonCost floor_cost();

// Makes both copies in `home` (an existing directory). kExists where one is there.
Result<HomeKeys> create_key_file(const std::string& home, const crypto::SecretBytes& passphrase, crypto::ArgonCost cost,
                                 base::Random& random, KeyDisk& disk = posix_key_disk());

// Opens either copy and repairs the other from it. kNotFound: no key file; kWrongKey: no slot of any copy opens; kDamaged:
// neither copy is a key file any more; kWrongVersion: a newer one; kUntrusted: its cost is below the floor.
Result<HomeKeys> open_key_file(const std::string& home, const crypto::SecretBytes& passphrase,
                               KeyDisk& disk = posix_key_disk());

// Wraps the same keys under another passphrase. kWrongKey where `now` does not open the first slot; kInvalid for a passphrase
// that cannot be used. On any failure, a kill included, the home opens with one or the other.
Result<> change_passphrase(const std::string& home, const crypto::SecretBytes& now, const crypto::SecretBytes& next,
                           base::Random& random, KeyDisk& disk = posix_key_disk());

// Gives the second slot a decoy that opens with `duress`; an empty one fills the slot with random bytes again. kWrongKey where
// `now` does not open the first slot; kInvalid where `duress` opens it too.
Result<> set_duress(const std::string& home, const crypto::SecretBytes& now, const crypto::SecretBytes& duress,
                    base::Random& random, KeyDisk& disk = posix_key_disk());

// Overwrites the first slot of every copy, where it lies: what it wrapped can never be opened again.
Result<> destroy_first_slot(const std::string& home, base::Random& random, KeyDisk& disk = posix_key_disk());
// Makes the decoy that was opened the home's only keys, in a key file like that of a new home.
Result<> settle_decoy(const std::string& home, const HomeKeys& opened, base::Random& random,
                      KeyDisk& disk = posix_key_disk());

// Overwrites and removes every copy. What one step cannot do does not keep the others from being done; the first failure
// is returned.
Result<> destroy_key_file(const std::string& home, base::Random& random, KeyDisk& disk = posix_key_disk());

}  // namespace haki::keys
