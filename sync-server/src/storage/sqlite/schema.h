// The database's tables, as numbered migrations: each runs once, in a transaction, and is never changed afterwards.
#pragma once

#include "storage/sqlite/connection.h"

namespace haki::storage {

inline constexpr int kSchemaVersion = 6;

// Brings the database to kSchemaVersion. kWrongVersion where a newer server made it; kInvalid where it is not a
// server's.
Result<> migrate(Connection& connection);

}  // namespace haki::storage
