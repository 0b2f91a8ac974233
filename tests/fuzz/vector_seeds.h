// What proto/vectors holds, as inputs.
#pragma once

#include "fields.h"
#include "vectors/vector_file.h"

namespace haki::fuzz {

// Adds an input for `door` of each vector of the kind: its bytes, or the value of `key`, in hexadecimal there.
inline void add_vectors(std::vector<Bytes>& seeds, std::uint8_t door, const std::string& kind, const std::string& key = {}) {
  for (const test::Vector& vector : test::read_vectors(kind)) {
    const Bytes bytes = key.empty() ? vector.bytes : vector.hex(key);
    if (!bytes.empty()) seeds.push_back(through(door, bytes));
  }
}

}  // namespace haki::fuzz
