// A target's first corpus as files.
#pragma once

#include <filesystem>

#include "target.h"

namespace haki::fuzz {

// Writes each seed to a file of its own in `folder`, named by what it is; how many. Of the files below `real` those with the
// target's endings go in as well, as much of each as its inputs may be long. 0: the folder could not be written.
std::size_t write_seeds(const Target& target, const std::filesystem::path& folder, const std::filesystem::path& real = {});

}  // namespace haki::fuzz
