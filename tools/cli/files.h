// Reading and writing the files that commands are given.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "haki/result.h"

namespace haki::cli {

// The whole file; kNotFound, kDenied, kTooLarge, kIo in sentences that name it.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// Writes a file that only its owner may read, whole or not at all: an earlier file of that name is replaced.
Result<> write_private_file(const std::string& path, std::string_view bytes);

}  // namespace haki::cli
