// Where the owner of a home listens: a socket in a directory that nobody else may enter, named by a hash of the home's
// real path, because a socket's path may have at most 107 bytes.
#pragma once

#include <string>

#include "haki/result.h"

namespace haki::owner {

// The real path of a home that exists; kNotFound where it does not.
Result<std::string> real_home(const std::string& home);

// $XDG_RUNTIME_DIR/haki, else /tmp/haki-UID; `make` makes it (0700) where it is missing. kUntrusted where it is missing
// or somebody else could enter it.
Result<std::string> runtime_directory(bool make);

// The socket of the home with this real path, inside `directory`.
Result<std::string> socket_path(const std::string& directory, const std::string& real_path);

// Whether the process at the other end of a connected socket has our user id.
bool peer_is_us(int socket);

}  // namespace haki::owner
