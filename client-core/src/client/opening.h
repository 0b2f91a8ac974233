// How a home opens and how it ends: its key file, the limit on wrong passphrases, and what is then destroyed
// (spec 40-keys, "Key file"). Who calls holds the home's lock, but for destroy_keys().
#pragma once

#include <string>

#include "client/surroundings.h"
#include "crypto/secret.h"
#include "haki/result.h"
#include "keys/key_file.h"

namespace haki::client {

// kWrongKey: wrong, or not looked at because the last wrong ones were too recent. A passphrase of the second slot destroys
// the first and everything under it, and opens an empty home.
Result<keys::HomeKeys> open_keys(const std::string& home, const crypto::SecretBytes& passphrase, Surroundings& around);

// A wrong passphrase has been tried: counts it, and destroys the home where its rules say so. The sentence for who tried.
Error count_wrong(const std::string& home, Surroundings& around);
// The right one has been given: the count ends, and `wipe_after` is what the home's rules say now.
Result<> end_count(const std::string& home, std::uint32_t wipe_after, Surroundings& around);

// Overwrites and removes the key file: nothing of the home can be opened from the disk any more.
Result<> destroy_keys(const std::string& home, Surroundings& around = the_system());
// Removes everything else that Haki keeps in the home, and the folder if it is empty then.
Result<> remove_home(const std::string& home, Surroundings& around = the_system());

}  // namespace haki::client
