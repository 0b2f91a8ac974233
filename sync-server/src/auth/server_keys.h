// The server's own keys: one to sign what it promises, one to know its devices by. Made once, kept in one 0600 file of
// the data directory; whoever has that file can pose as this server, though not read or forge anything of a coalition.
#pragma once

#include <string>

#include "crypto/keypair.h"
#include "envelope/names.h"
#include "haki/result.h"

namespace haki::auth {

struct ServerKeys {
  crypto::SigningPair sign;
  crypto::AuthPair exchange;
  envelope::ServerRun run;  // which life of the data this is; new at each restore
};

// Reads `path`, or makes it where it is missing. Two processes that start at once end up with the same keys. kDamaged
// where the file is not what was written; kReadOnly, kDiskFull, kIo where the system refuses.
Result<ServerKeys> load_or_make_keys(const std::string& path);

}  // namespace haki::auth
