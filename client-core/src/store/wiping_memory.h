// SQLite's memory, wiped as it is freed: pages, rows and search terms pass through it in clear.
#pragma once

namespace haki::store {

// Before SQLite's first use in the process. Where somebody else has started SQLite already, its memory stays as it is.
// Idempotent, thread-safe.
void use_wiping_memory();

}  // namespace haki::store
